"""The ledger of what must leave: order, pace, leases, and what a second request does."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from bot import lanes, outbox
from bot.database import Database
from bot.lanes import Pace
from bot.models import Delivery, DeliveryState
from bot.outbox import Lease
from bot.sandbox.world import MovableClock
from bot.store import Store
from tests.bot.conftest import Others

PACES = {"slow": Pace(timedelta(seconds=1)), "bursts": Pace(timedelta(seconds=2), burst=3)}


def pace_of(lane: str) -> Pace:
    return PACES.get(lane, Pace(timedelta(0)))


class Outbox:
    """The outbox's functions, each in a transaction of its own."""

    def __init__(self, database: Database, clock: MovableClock) -> None:
        self.database = database
        self.clock = clock

    def ask(self, key: str, lane: str = "any", **payload: object) -> None:
        self.database.write(outbox.enqueue, "card", key, lane=lane, payload=dict(payload))

    def lease(self, limit: int = 10) -> list[Lease]:
        return self.database.write(outbox.lease, limit=limit, paces=pace_of)

    def keys(self, limit: int = 10) -> list[str]:
        return [one.key for one in self.lease(limit)]

    def one(self) -> Lease:
        (lease,) = self.lease()
        return lease

    def mark(self, lease: Lease) -> bool:
        return self.database.write(outbox.mark, lease, paces=pace_of)

    def settle(self, lease: Lease, **more: str) -> bool:
        return self.database.write(outbox.settle, lease, **more)

    def row(self, key: str) -> Delivery:
        row = self.database.read(lambda store: store.delivery(key))
        assert row is not None, f"the outbox has no {key}"
        return row

    def next_moment(self) -> datetime | None:
        return self.database.read(outbox.next_moment, paces=pace_of)

    def pass_seconds(self, seconds: float) -> None:
        self.clock.move(timedelta(seconds=seconds))


@pytest.fixture
def box(database: Database, clock: MovableClock) -> Outbox:
    return Outbox(database, clock)


# -- keys


def test_a_key_stands_once_however_often_it_is_asked_for(box: Outbox):
    box.ask("card:1", card=1)
    box.ask("card:1", card=2)
    assert (box.row("card:1").wanted, box.row("card:1").payload) == (2, {"card": 2})
    assert box.keys() == ["card:1"]


def test_a_row_that_was_sent_is_sent_again_when_asked_for_again(box: Outbox):
    box.ask("card:1")
    box.settle(box.one())
    assert box.keys() == []
    box.ask("card:1", "update")
    assert box.keys() == ["card:1"]
    assert box.row("card:1").lane == "update", "it goes where it was asked for this time"


def test_asking_again_does_not_bring_forward_what_is_to_wait(box: Outbox):
    box.ask("card:1")
    box.database.write(outbox.postpone, box.one(), seconds=60, problem="Down.", counts=True)
    box.ask("card:1")
    assert box.keys() == []
    assert box.row("card:1").attempts == 1, "asking again does not make the trouble forgotten"


def test_asking_for_what_failed_starts_anew(box: Outbox):
    box.ask("reply:1")
    lease = box.one()
    box.mark(lease)
    box.database.write(outbox.give_up, lease, state=DeliveryState.FAILED, problem="No.")
    assert box.keys() == []
    box.ask("reply:1")
    (again,) = box.lease()
    assert (again.attempts, again.looks, again.tried_at) == (0, 0, None)
    assert box.row("reply:1").problem == ""


# -- order and pace


def test_a_lane_keeps_its_order_and_has_one_on_its_way(box: Outbox):
    for key in "abc":
        box.ask(key)
        box.pass_seconds(1)
    sent = []
    for _ in "abc":
        lease = box.one()
        assert box.lease() == [], "a second row of the lane left before the first had arrived"
        box.settle(lease)
        sent.append(lease.key)
    assert sent == ["a", "b", "c"]


def test_lanes_do_not_wait_for_each_other(box: Outbox):
    box.ask("a", "one")
    box.ask("b", "two")
    box.ask("c", "two")
    assert box.keys() == ["a", "b"]


def test_whatever_waits_longest_goes_first_when_hands_are_few(box: Outbox):
    for number, key in enumerate("abcd"):
        box.ask(key, f"lane {number}")
        box.pass_seconds(1)
    assert box.keys(limit=2) == ["a", "b"]
    assert box.keys(limit=2) == ["c", "d"]


def test_the_pace_counts_from_the_call_and_not_from_the_lease(box: Outbox):
    """Between the two a worker may have looked for what it sends, which takes time."""
    for key in "ab":
        box.ask(key, "slow")
    lease = box.one()
    box.pass_seconds(5)
    box.mark(lease)
    box.settle(lease)
    assert box.next_moment() == box.clock.now() + timedelta(seconds=1)


def sent_at(box: Outbox, lane: str, number: int) -> list[float]:
    """When so many rows of a lane left, in seconds from now, each sent as soon as it may."""
    for each in range(number):
        box.ask(f"{lane}:{each}", lane)
    start, times = box.clock.now(), []
    while moment := box.next_moment():
        box.clock.move(max(timedelta(0), moment - box.clock.now()))
        for lease in box.lease():
            times.append((box.clock.now() - start).total_seconds())
            box.settle(lease)
    return times


@pytest.mark.parametrize(
    ("lane", "times"), [("slow", [0, 1, 2, 3, 4, 5]), ("bursts", [0, 0, 0, 2, 4, 6])]
)
def test_a_lane_keeps_its_pace(box: Outbox, lane: str, times: list[float]):
    assert sent_at(box, lane, 6) == times


def test_after_a_rest_the_whole_burst_may_go_and_not_more(box: Outbox):
    sent_at(box, "bursts", 6)
    box.pass_seconds(3600)
    assert sent_at(box, "bursts", 5) == [0, 0, 0, 2, 4]


@pytest.mark.parametrize(
    ("lane", "calls", "seconds"),
    [
        (lanes.posts("#support"), 1, 1),
        (lanes.UPDATES, 50, 60),
        (lanes.HOMES, 100, 60),
        (lanes.PEOPLE, 100, 60),
    ],
)
def test_our_paces_stay_within_what_slack_allows(lane: str, calls: int, seconds: int):
    """The most that can leave in one window: the burst, and one each interval after it."""
    pace = lanes.pace_of(lane)
    most = pace.burst + int((seconds - 0.001) / pace.interval.total_seconds())
    assert most <= calls, f"{most} calls in {seconds} s; Slack allows {calls}"


def test_a_lane_that_was_told_to_wait_does(box: Outbox):
    for lane in ("any", "bursts", "free"):
        box.ask(f"in {lane}", lane)
    for lane in ("any", "bursts"):
        box.database.write(outbox.hold_lane, lane, seconds=30, paces=pace_of)
    assert box.keys() == ["in free"]
    box.pass_seconds(29.9)
    assert box.keys() == []
    box.pass_seconds(0.1)
    assert sorted(box.keys()) == ["in any", "in bursts"]


def test_of_two_waits_the_longer_one_counts(box: Outbox):
    box.ask("a")
    for seconds in (30, 5):
        box.database.write(outbox.hold_lane, "any", seconds=seconds, paces=pace_of)
    box.pass_seconds(6)
    assert box.keys() == []


def test_the_next_moment_is_when_something_can_be_leased(box: Outbox):
    assert box.next_moment() is None
    box.ask("a", "slow")
    box.ask("b", "slow")
    assert box.next_moment() == box.clock.now()
    lease = box.one()
    assert box.next_moment() == lease.until, "at the latest; the engine is woken when it is settled"
    box.settle(lease)
    assert box.next_moment() == box.clock.now() + timedelta(seconds=1)
    box.pass_seconds(1)
    box.settle(box.one())
    assert box.next_moment() is None


# -- leases


def test_a_row_that_was_asked_for_while_it_was_sent_is_sent_once_more(box: Outbox):
    box.ask("card:1", "post")
    lease = box.one()
    box.ask("card:1", "update", card=1)
    assert box.settle(lease, lane="update")
    again = box.one()
    assert (again.key, again.lane, again.payload) == ("card:1", "update", {"card": 1})
    box.settle(again)
    assert box.lease() == []


def test_what_was_refused_is_tried_again_when_it_was_asked_for_meanwhile(box: Outbox):
    """It will be drawn anew, and what is drawn then may be taken."""
    box.ask("card:1")
    lease = box.one()
    box.ask("card:1")
    box.database.write(outbox.give_up, lease, state=DeliveryState.FAILED, problem="No.")
    assert box.keys() == ["card:1"]


def test_nobody_takes_what_another_worker_holds(box: Outbox):
    box.ask("a")
    box.one()
    box.pass_seconds(outbox.LEASE.total_seconds() - 0.1)
    assert box.lease() == []


def test_what_a_dead_worker_held_is_taken_over(box: Outbox):
    box.ask("a")
    dead = box.one()
    box.mark(dead)
    marked_at = box.clock.now()
    box.pass_seconds(outbox.LEASE.total_seconds())
    taken = box.one()
    assert taken.key == "a"
    assert taken.token != dead.token
    assert taken.tried_at == marked_at, "whoever takes over must know that it may have been sent"


FATES: dict[str, Callable[[Store, Lease], bool]] = {
    "mark": lambda store, lease: outbox.mark(store, lease, paces=pace_of),
    "settle": outbox.settle,
    "postpone": lambda store, lease: outbox.postpone(
        store, lease, seconds=5, problem="", counts=True
    ),
    "look later": lambda store, lease: outbox.look_later(store, lease, seconds=5, problem=""),
    "give up": lambda store, lease: outbox.give_up(
        store, lease, state=DeliveryState.FAILED, problem=""
    ),
}


@pytest.mark.parametrize("fate", FATES)
def test_a_lost_lease_decides_nothing(box: Outbox, fate: str):
    box.ask("a")
    lost = box.one()
    box.pass_seconds(outbox.LEASE.total_seconds())
    held = box.one()
    assert not box.database.write(FATES[fate], lost)
    row = box.row("a")
    assert (row.token, row.state, row.attempts) == (held.token, DeliveryState.WAITING, 0)
    assert box.settle(held)


@pytest.mark.parametrize("fate", FATES)
def test_whoever_holds_a_lease_decides(box: Outbox, fate: str):
    box.ask("a")
    assert box.database.write(FATES[fate], box.one())


def test_no_call_leaves_under_a_lease_that_could_end_before_it(box: Outbox):
    box.ask("a")
    lease = box.one()
    box.pass_seconds((outbox.LEASE - outbox.SAFE_MARGIN).total_seconds())
    assert box.mark(lease), "45 s are left: that is enough"
    box.pass_seconds(0.1)
    assert not box.mark(lease)


def test_the_mark_keeps_the_first_time_it_may_have_been_sent(box: Outbox):
    box.ask("a")
    first = box.clock.now()
    lease = box.one()
    box.mark(lease)
    box.database.write(outbox.look_later, lease, seconds=5, problem="In doubt.")
    box.pass_seconds(5)
    again = box.one()
    box.mark(again)
    assert (again.looks, box.row("a").tried_at) == (1, first)


def test_what_surely_did_not_leave_is_not_looked_for(box: Outbox):
    box.ask("a")
    lease = box.one()
    box.mark(lease)
    box.database.write(outbox.postpone, lease, seconds=5, problem="Down.", counts=False)
    box.pass_seconds(5)
    again = box.one()
    assert (again.tried_at, again.looks, again.attempts) == (None, 0, 0)


# -- many workers at once


@pytest.mark.parametrize("lane", ["slow", "bursts", "any"])
def test_two_workers_at_once_never_have_two_rows_of_a_lane_on_their_way(
    box: Outbox, others: Others, lane: str
):
    """The second leases while the first has taken a row and not committed yet."""
    box.ask("a", lane)
    box.settle(box.one())
    box.pass_seconds(60)
    for key in ("b", "c"):
        box.ask(key, lane)
    (other,) = others(1)
    taken, second = threading.Event(), []

    def lease_slowly(store: Store) -> list[Lease]:
        leases = outbox.lease(store, limit=10, paces=pace_of)
        store.flush()
        taken.set()
        threading.Event().wait(0.3)
        return leases

    def lease_meanwhile() -> None:
        taken.wait(5)
        second.extend(other.write(outbox.lease, limit=10, paces=pace_of))

    with ThreadPoolExecutor(1) as thread:
        meanwhile = thread.submit(lease_meanwhile)
        first = box.database.write(lease_slowly)
        meanwhile.result(timeout=10)
    keys = [one.key for one in [*first, *second]]
    assert keys == ["b"], f"{keys} are on their way at once"


def test_of_many_workers_each_row_goes_to_one(box: Outbox, others: Others):
    for number in range(24):
        box.ask(f"row {number}", f"lane {number}")

    def take_all(worker: Database) -> list[str]:
        mine: list[str] = []
        while leases := worker.write(outbox.lease, limit=3, paces=pace_of):
            mine += [one.key for one in leases]
        return mine

    with ThreadPoolExecutor(4) as threads:
        taken = [key for keys in threads.map(take_all, others(4)) for key in keys]
    left = box.keys(limit=100)
    assert sorted(taken + left) == sorted(f"row {number}" for number in range(24))


def test_two_who_ask_for_the_same_key_at_once_make_one_row(box: Outbox, others: Others):
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda one: Outbox(one, box.clock).ask("card:1"), others(3)))
    assert box.row("card:1").wanted == 3
