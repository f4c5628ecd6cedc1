"""The ledger of what must leave: what a second request does, in which order and how fast."""

from datetime import timedelta

import pytest

from bot import lanes, outbox
from bot.models import DeliveryState
from tests.bot.ledger import Outbox, pace_of

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


def test_a_row_may_be_taken_a_moment_before_its_lane_opens(box: Outbox):
    """Whoever took it waits with the call; what is due later by itself is not taken early."""
    ahead = timedelta(seconds=0.3)
    box.ask("a", "slow")
    box.settle(box.one())
    opens = box.clock.now() + timedelta(seconds=1)
    box.ask("b", "slow")
    assert box.next_moment() == opens
    box.pass_seconds(0.6)
    assert box.database.write(outbox.lease, limit=9, paces=pace_of, ahead=ahead) == []
    box.pass_seconds(0.1)
    assert box.lease() == []
    (early,) = box.database.write(outbox.lease, limit=9, paces=pace_of, ahead=ahead)
    assert early.not_before == opens
    box.mark(early)
    box.settle(early)
    box.ask("c", "slow")
    assert box.next_moment() == opens + timedelta(seconds=1), "it counts from when it may leave"


def test_what_waits_by_itself_is_not_taken_early(box: Outbox):
    box.ask("a")
    box.database.write(outbox.postpone, box.one(), seconds=5, problem="Down.", counts=True)
    box.pass_seconds(4.9)
    ahead = timedelta(seconds=0.3)
    assert box.database.write(outbox.lease, limit=9, paces=pace_of, ahead=ahead) == []


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
