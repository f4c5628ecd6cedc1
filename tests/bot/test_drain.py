"""What leaves for Slack arrives once, whatever Slack does meanwhile and we do wrong."""

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from bot import outbox
from bot.delivery import drain
from bot.models import Card, Delivery
from bot.sandbox.records import Call
from bot.slack.workspace import LONGEST_LOOK, Workspace
from bot.usecases.claim import claim_mention, release_mention
from tests.bot.worker import BEN, BROKEN, Worker, on_sqlite
from tests.town import words


def posts(worker: Worker, channel: str = "support") -> list[Call]:
    """Every call that was to post in a channel, whatever came of it."""
    there = worker.slack.channel(channel).id
    calls = worker.slack.requests
    return [one for one in calls if one.method == "chat.postMessage" and one.channel == there]


SLACK_FAULTS = ["429", "500", "503", "html", "drop_before", "drop_after", "half", "hang", "slow"]


@on_sqlite
@pytest.mark.parametrize("how", SLACK_FAULTS)
def test_a_card_is_posted_once_whatever_slack_does(worker: Worker, how: str):
    if how in ("hang", "slow"):
        worker.be_impatient()
    worker.slack.fail("chat.postMessage", how, seconds=0.4)
    worker.post(BROKEN)
    assert len(worker.slack.messages("support")) == 1
    assert worker.row("card:1").state == "done"
    worker.square.post("square", "ole", "@acme and mine")
    worker.read("square")
    worker.deliver()
    assert len(worker.slack.messages("support")) == 2, "the channel is stuck"


@on_sqlite
def test_what_slack_asks_to_wait_with_is_not_overtaken(worker: Worker):
    for number in (1, 2, 3):
        worker.square.post("square", "ole", f"{BROKEN} for the {number}. time")
    worker.read("square")
    worker.slack.fail("chat.postMessage", "429", retry_after=7)
    worker.deliver()
    shown = [words(one) for one in worker.slack.messages("support")]
    assert [f"the {number}. time" in one for number, one in enumerate(shown, 1)] == [True] * 3


@on_sqlite
def test_a_clock_that_is_set_back_keeps_no_call_longer_than_it_was_taken_ahead(
    worker: Worker, monkeypatch: pytest.MonkeyPatch
):
    slept: list[float] = []
    quick = SimpleNamespace(sleep=slept.append, perf_counter=time.perf_counter)
    monkeypatch.setattr(drain, "time", quick)
    for _ in range(2):
        worker.square.post("square", "ole", BROKEN)
    worker.read("square")
    (first,) = worker.drain.lease(8)
    worker.drain.deliver(first)
    worker.clock.move(timedelta(seconds=0.9))
    (second,) = worker.drain.lease(8, ahead=outbox.AHEAD)
    worker.clock.move(timedelta(minutes=-5))
    worker.drain.deliver(second)
    assert slept == [outbox.AHEAD.total_seconds()]
    assert len(posts(worker)) == 2


@on_sqlite
def test_what_a_newer_release_asked_for_holds_nothing_up_while_that_is_taken_back(worker: Worker):
    worker.post(BROKEN)
    lane = worker.row("card:1").lane
    worker.database.write(outbox.enqueue, "fax", "fax:1", lane=lane, payload={})
    worker.post(f"{BROKEN} again")
    assert worker.row("card:2").state == "done", "the lane is stuck"
    row = worker.row("fax:1")
    assert (row.state, row.attempts) == ("waiting", 0)
    assert "knows nothing of “fax”" in row.problem


@on_sqlite
@pytest.mark.parametrize("before", [0, 1])
def test_a_call_that_was_held_up_gives_the_next_one_its_distance(worker: Worker, before: int):
    """It may have been held up on its way there, and Slack counts from when it arrives."""
    for _ in range(before):
        worker.post(BROKEN)
    worker.slack.fail("chat.postMessage", "slow", seconds=0.5)
    for _ in range(2):
        worker.square.post("square", "ole", BROKEN)
    worker.read("square")
    worker.drain.run_until_idle()
    wait = worker.drain.seconds_until_due()
    assert wait is not None
    assert wait > 1.3, f"the next one leaves {wait:.2f} s after one that took half a second"


@on_sqlite
@pytest.mark.parametrize("how", SLACK_FAULTS)
def test_an_update_arrives_whatever_slack_does(worker: Worker, how: str):
    if how in ("hang", "slow"):
        worker.be_impatient()
    worker.post(BROKEN)
    worker.slack.fail("chat.update", how, seconds=0.4)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by *Ben Okafor*" in words(worker.card())
    assert len(worker.slack.messages("support")) == 1


@on_sqlite
@pytest.mark.parametrize("how", ["drop_after", "half", "500"])
def test_a_line_of_history_stands_in_the_thread_once(worker: Worker, how: str):
    worker.post(BROKEN)
    worker.slack.fail("chat.postMessage", how)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    (line,) = worker.slack.thread(worker.card())
    assert "Ben Okafor claimed this." in line.text


def test_a_line_that_a_dying_worker_posted_is_not_posted_again_with_the_next_one(worker: Worker):
    """More happens between its call and the look of whoever takes over."""
    worker.post(BROKEN)
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.clock.move(timedelta(seconds=2))
    worker.die_while_sending("thread:1", after_the_call=True)
    worker.database.write(release_mention, 1, by=BEN, click="2")
    worker.deliver()
    told = [one.text for one in worker.slack.thread(worker.card())]
    assert len(told) == 2, told
    assert "Ben Okafor claimed this." in told[0]
    assert "Ben Okafor claimed this." not in told[1], "the same line was posted twice"
    assert worker.row("thread:1").state == "done"


def test_slack_says_slower_and_the_channel_waits_at_no_cost(worker: Worker):
    worker.slack.fail("chat.postMessage", "429", retry_after=7, channel="support")
    for number in range(2):
        worker.square.post("square", "mara", f"{BROKEN} {number}")
    worker.read("square")
    start = worker.clock.seconds()
    worker.drain.run_until_idle()
    assert worker.row("card:1").attempts == 0, "a 429 is no failed attempt"
    worker.deliver()
    refused, *taken = [one.at - start for one in posts(worker)]
    assert refused == 0
    assert len(taken) == 2
    assert min(taken) >= 7, "something was posted before the time that Slack had asked for"


def test_a_worker_that_died_after_the_call_posts_no_second_card(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=True)
    worker.deliver()
    assert len(worker.slack.messages("support")) == 1
    assert len(posts(worker)) == 1
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card()), "the card that was found is not updated"


def test_a_clock_that_was_ahead_when_a_card_left_posts_no_second_one(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=True)
    ahead = update(Delivery).values(tried_at=worker.clock.now() + timedelta(minutes=7))
    worker.database.write(lambda store: store.session.execute(ahead))
    worker.deliver()
    assert len(posts(worker)) == 1


@on_sqlite
def test_no_channel_waits_longer_than_a_day_whatever_slack_asks_for(worker: Worker):
    worker.slack.fail("chat.postMessage", "429", retry_after=10**12)
    worker.post(BROKEN)
    assert not worker.slack.messages("support")
    worker.deliver(at_most=timedelta(days=1, minutes=1))
    assert len(worker.slack.messages("support")) == 1


@on_sqlite
def test_one_thread_reads_the_list_of_channels_for_all(worker: Worker):
    workspace = Workspace(worker.env["SLACK_BOT_TOKEN"], base_url=worker.env["SLACK_API_URL"])
    worker.slack.api.calls.clear()
    with ThreadPoolExecutor(8) as hands:
        found = set(hands.map(workspace.channel_id, ["#support"] * 8))
    assert len(found) == 1
    lists = [one for one in worker.slack.requests if one.method == "conversations.list"]
    assert len(lists) == 1


@on_sqlite
@pytest.mark.parametrize("seconds", [16, 41])
def test_a_look_that_takes_long_holds_up_no_channel(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, seconds: int
):
    worker.square.post("square", "mara", BROKEN)
    worker.square.post("square", "ole", f"{BROKEN}, too")
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=False)
    workspace = worker.process.workspace
    monkeypatch.setattr(workspace, "_clock", worker.clock.seconds)
    read = workspace._read

    def read_slowly(method: str, **named: Any) -> dict[str, Any]:
        worker.clock.move(timedelta(seconds=seconds * (method == "conversations.history")))
        return read(method, **named)

    monkeypatch.setattr(workspace, "_read", read_slowly)
    worker.deliver(at_most=timedelta(hours=1))
    assert worker.row("card:2").state == "done", "the channel is stuck"
    assert len(worker.slack.messages("support")) == 1 + (seconds < LONGEST_LOOK)


@on_sqlite
def test_a_card_is_found_below_all_that_people_have_said_since(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=True)
    for number in range(250):
        worker.ana.say("support", f"Good morning, {number}")
    worker.deliver()
    assert len(posts(worker)) == 1


def test_a_card_that_is_found_shows_what_happened_since_it_was_posted(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.slack.fail("chat.postMessage", "drop_after")
    worker.drain.run_until_idle()
    assert worker.row("card:1").state == "waiting", "there is nothing to look for"
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card()), "it shows what was true when it was posted"
    assert len(worker.slack.messages("support")) == 1


def test_a_card_that_is_found_as_it_was_wanted_takes_no_update_from_those_that_need_one(
    worker: Worker,
):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.slack.fail("chat.postMessage", "drop_after")
    worker.deliver()
    assert worker.row("card:1").state == "done"
    assert len(worker.slack.messages("support")) == 1
    assert not [one for one in worker.slack.requests if one.method == "chat.update"]


def test_a_worker_that_died_before_the_call_loses_no_card(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    worker.die_while_sending("card:1", after_the_call=False)
    worker.deliver()
    assert len(worker.slack.messages("support")) == 1


def test_a_card_that_somebody_deleted_in_slack_comes_again(worker: Worker):
    worker.post(BROKEN)
    worker.slack.inside.workspace.delete(worker.card())
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    assert "Claimed by" in words(worker.card())


@pytest.mark.parametrize("admins", [0, 2])
def test_a_channel_that_we_are_not_in_gets_its_card_when_we_are_invited(
    worker: Worker, admins: int
):
    told = [worker.ana, worker.cat][:admins]
    worker.slack.add_channel("late", bot_is_member=False)
    departments = worker.configure().departments
    moved = [
        one.model_copy(update={"channel": "#late"}) if one.name == "Support" else one
        for one in departments
    ]
    worker.configure(departments=tuple(moved), admins=tuple(one.id for one in told))
    for text in (BROKEN, "@acme my bill is wrong"):
        worker.square.post("square", "mara", text)
    worker.read("square")
    worker.deliver(at_most=timedelta(minutes=2))
    assert len(worker.slack.messages("billing")) == 1, "the other channels must not wait"
    assert worker.slack.messages("late") == []
    for admin in told:
        (notice,) = worker.slack.dms(admin)
        assert "I am not in #late. Type /invite @Switchboard there." in notice.text.replace("`", "")

    worker.slack.invite_bot("late")
    worker.deliver()
    cards = [one for one in worker.slack.messages("late") if BROKEN in words(one)]
    assert len(cards) == 1


@on_sqlite
def test_pictures_that_slack_cannot_fetch_become_links(worker: Worker):
    """The stand-in refuses an address with a space; Slack refuses what it cannot load."""
    worker.post(BROKEN)
    picture = {"kind": "image", "url": "https://pictures.example/my router.png", "alt": "A router"}
    worker.database.write(lambda store: setattr(store.mention(1), "media", [picture]))
    worker.database.write(claim_mention, 1, by=BEN, click="1")
    worker.deliver()
    card = worker.card()
    assert "Claimed by" in words(card), "a picture kept the card from being updated"
    assert "image on pictures.example" in words(card)
    assert not [block for block in card.blocks if block["type"] == "image"]


# -- faults of our own


def test_a_bug_in_one_delivery_stops_no_other(worker: Worker, caplog: pytest.LogCaptureFixture):
    """Its row says nothing that its sender understands."""
    worker.square.post("square", "mara", BROKEN)
    worker.square.post("square", "ole", "@acme my bill is wrong")
    worker.read("square")
    broken = update(Delivery).where(Delivery.key == "card:1").values(payload={"no": "card"})
    worker.database.write(lambda store: store.session.execute(broken) and None)
    with caplog.at_level(logging.CRITICAL):
        worker.deliver()
    assert len(worker.slack.messages("billing")) == 1
    row = worker.row("card:1")
    assert (row.state, row.problem) == (
        "waiting",
        "This is a fault of Switchboard; its log tells more.",
    )
    assert row.attempts > 2

    mended = update(Delivery).where(Delivery.key == "card:1").values(payload={"card": 1})
    worker.database.write(lambda store: store.session.execute(mended) and None)
    worker.deliver(at_most=timedelta(hours=2))
    assert len(worker.slack.messages("support")) == 1, "once it is mended, what waited arrives"


def test_a_card_of_which_nothing_is_left_is_not_sent(worker: Worker):
    worker.square.post("square", "mara", BROKEN)
    worker.read("square")
    nothing = update(Delivery).where(Delivery.key == "card:1").values(payload={"card": 99})
    worker.database.write(lambda store: store.session.execute(nothing) and None)
    worker.deliver()
    assert worker.row("card:1").state == "done"
    assert posts(worker) == []
    assert worker.database.read(lambda store: store.session.get(Card, 1)).ts is None
