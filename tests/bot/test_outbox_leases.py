"""Who holds a row of the outbox decides what becomes of it, and nobody else."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from bot import deliveries, outbox
from bot.database import Database
from bot.models import DeliveryState
from bot.outbox import Lease
from bot.store import Store
from tests.bot.conftest import Others
from tests.bot.ledger import Outbox, pace_of

SOMEBODY_WAITS = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


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


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_is_settled_while_it_is_taken_is_not_taken(
    box: Outbox, others: Others, monkeypatch: pytest.MonkeyPatch
):
    """Whoever lost a lease may be done at last when the next one looks at the row already. On
    SQLite only one at a time can write.
    """
    box.ask("notice:1")
    late = box.one()
    box.pass_seconds(outbox.LEASE.total_seconds() + 1)
    gate = func.pg_advisory_xact_lock(1).is_not(None)
    monkeypatch.setattr(deliveries, "_FIRST_ROWS", deliveries._FIRST_ROWS.where(gate))
    (other,) = others(1)
    with ThreadPoolExecutor(1) as hands:

        def settle_late(store: Store) -> Future[list[Lease]]:
            store.session.execute(select(func.pg_advisory_xact_lock(1)))
            taking = hands.submit(other.write, outbox.lease, limit=1, paces=pace_of)
            while not store.session.scalar(text(SOMEBODY_WAITS)):
                pass
            assert outbox.settle(store, late)
            return taking

        assert box.database.write(settle_late).result() == []
