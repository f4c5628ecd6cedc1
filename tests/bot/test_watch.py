"""Which posts are looked at when, by whom, and what a reply does when nobody can be asked."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

import pytest

from bot.database import Database
from bot.models import ReplyState, Verdict
from bot.sandbox.world import MovableClock
from bot.usecases.claim import claim_mention
from bot.usecases.verdict import close_mention, reopen_mention
from bot.watch import Watcher
from platforms.base import SourceState, TemporaryError
from platforms.square import Square, SquareSettings
from tests.bot.conftest import Others
from tests.bot.steps import ANA, found, found_mention, history, record, stored
from tests.bot.worker import BROKEN, Worker, on_sqlite
from tests.town import words

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SORRY = "Sorry about that. We are on it."


class Told(Square):
    """A town square that says what a test wants, and remembers what it was asked."""

    asked: ClassVar[list[list[str]]]
    says: ClassVar[dict[str, SourceState]]
    trouble: ClassVar[Exception | None]

    def refresh(self, ids: Sequence[str]) -> Iterable[SourceState]:
        if self.trouble is not None:
            raise self.trouble
        self.asked.append(list(ids))
        return [self.says[one] for one in ids if one in self.says]


@pytest.fixture
def told() -> type[Told]:
    return type("Told", (Told,), {"asked": [], "says": {}, "trouble": None})


def watcher(database: Database, told: type[Told]) -> Watcher:
    settings = SquareSettings.model_validate({"SQUARE_URL": "http://127.0.0.1:9"})
    return Watcher(database, told, lambda: told(settings), every=HOUR)


def looks_within(
    watcher: Watcher, told: type[Told], clock: MovableClock, time: timedelta
) -> list[datetime]:
    """When the platform was asked for anything during that time."""
    end, seen = clock.now() + time, []
    while clock.now() < end:
        clock.move(timedelta(minutes=10))
        before = len(told.asked)
        watcher.run()
        seen += [clock.now()] * (len(told.asked) - before)
    return seen


def test_an_open_post_is_looked_at_every_hour_and_after_a_day_daily(
    database: Database, clock: MovableClock, told: type[Told]
):
    found_mention(database)
    look = watcher(database, told)
    assert len(looks_within(look, told, clock, DAY)) == 24
    assert len(looks_within(look, told, clock, 10 * DAY)) == 10


def test_where_looks_cost_money_each_post_is_looked_at_once_a_day(
    database: Database, clock: MovableClock, told: type[Told]
):
    told.looks_cost = True
    found_mention(database)
    assert len(looks_within(watcher(database, told), told, clock, 3 * DAY)) == 3


def test_what_needs_no_answer_is_looked_at_for_three_days_more(
    database: Database, clock: MovableClock, told: type[Told]
):
    number = found_mention(database)
    look = watcher(database, told)
    database.write(close_mention, number, Verdict.SPAM, by=ANA, click="1")
    assert len(looks_within(look, told, clock, 10 * DAY)) == 3
    database.write(reopen_mention, number, by=ANA, click="2")
    assert looks_within(look, told, clock, DAY), "it waits for an answer again"


def test_a_gone_post_is_looked_at_no_more(
    database: Database, clock: MovableClock, told: type[Told]
):
    number = found_mention(database)
    told.says[stored(database, number).external_id] = SourceState(
        external_id=stored(database, number).external_id, gone=True
    )
    assert len(looks_within(watcher(database, told), told, clock, 5 * DAY)) == 1
    assert history(database, number) == ["found", "gone"]


def test_one_request_asks_for_as_many_as_the_platform_takes(
    database: Database, clock: MovableClock, told: type[Told]
):
    told.at_once = 25
    record(database, *(found(f"Post {number}") for number in range(60)))
    look = watcher(database, told)
    clock.move(HOUR)
    for _ in range(5):
        look.run()
    assert [len(one) for one in told.asked] == [25, 25, 10]
    assert len({one for batch in told.asked for one in batch}) == 60


def test_of_many_workers_only_one_asks_for_a_post(
    database: Database, others: Others, clock: MovableClock, told: type[Told]
):
    told.at_once = 25
    record(database, *(found(f"Post {number}") for number in range(60)))
    clock.move(HOUR)
    turns = [watcher(one, told) for one in (database, *others(4))]
    for _ in range(3):
        for one in turns:
            one.run()
    asked = [one for batch in told.asked for one in batch]
    assert len(asked) == len(set(asked)) == 60


def test_what_a_worker_took_and_never_came_back_with_is_asked_for_again(
    database: Database, clock: MovableClock, told: type[Told]
):
    found_mention(database)
    clock.move(HOUR)
    look = watcher(database, told)
    told.trouble = KeyError("the process dies here")
    with pytest.raises(KeyError):
        look.run()
    told.trouble = None
    look.run()
    assert told.asked == [], "somebody else may still be asking"
    clock.move(timedelta(minutes=10))
    look.run()
    assert len(told.asked) == 1


@pytest.mark.parametrize("asked_for", [None, 3600.0])
def test_a_platform_in_trouble_is_left_alone_for_a_while(
    database: Database, clock: MovableClock, told: type[Told], asked_for: float | None
):
    record(database, *(found(f"Post {number}") for number in range(3)))
    look = watcher(database, told)
    clock.move(HOUR)
    told.trouble = TemporaryError("It is down.", retry_after=asked_for)
    look.run()
    told.trouble = None
    wait = timedelta(seconds=asked_for or 300)
    clock.move(wait - timedelta(seconds=1))
    look.run()
    assert told.asked == []
    clock.move(timedelta(minutes=10))
    look.run()
    assert len(told.asked[0]) == 3


def test_a_batch_that_fails_does_not_keep_the_others_from_being_looked_at(
    database: Database, clock: MovableClock, told: type[Told]
):
    told.at_once = 1
    record(database, found("The bad one"), found("The good one"))
    look = watcher(database, told)
    clock.move(HOUR)
    told.trouble = TemporaryError("Not this one.")
    look.run()
    told.trouble = None
    clock.move(timedelta(minutes=6))
    look.run()
    assert len(told.asked) == 1
    assert stored(database, 2).external_id in told.asked[0]


def test_a_platform_that_cannot_be_read_at_all_is_not_asked(
    database: Database, clock: MovableClock, told: type[Told]
):
    found_mention(database)

    def spend_all_credits(store):  # type: ignore[no-untyped-def]
        store.source("square").failures = 3

    database.write(spend_all_credits)
    assert looks_within(watcher(database, told), told, clock, DAY) == []


def test_a_look_and_a_claim_at_the_same_time_both_hold(
    database: Database, clock: MovableClock, told: type[Told]
):
    number = found_mention(database)
    post = stored(database, number).external_id
    told.says[post] = SourceState(external_id=post, text="My router is fine again")
    clock.move(HOUR)
    database.write(claim_mention, number, by=ANA, click="1")
    assert watcher(database, told).run() == 1
    mention = stored(database, number)
    assert mention.owner is not None
    assert mention.text == "My router is fine again"
    assert "fine again" in mention.search_text


def test_a_text_that_the_database_refuses_is_taken_without_what_it_refuses(
    database: Database, clock: MovableClock, told: type[Told]
):
    number = found_mention(database)
    post = stored(database, number).external_id
    told.says[post] = SourceState(external_id=post, text="Half \ud83d and\0 nothing")
    clock.move(HOUR)
    assert watcher(database, told).run() == 1
    assert stored(database, number).text == "Half ? and nothing"
    clock.move(HOUR)
    assert watcher(database, told).run() == 0, "the same text is no edit"


# -- the look before a reply


def looks(worker: Worker) -> int:
    """How often the town square was asked what became of a post."""
    return sum("ids=" in one.query for one in worker.square.requests)


def test_a_post_that_was_read_just_now_is_not_asked_for_before_the_reply(worker: Worker):
    worker.post(BROKEN)
    worker.answer(SORRY)
    worker.deliver()
    assert len(worker.public()) == 1
    assert looks(worker) == 0


def test_a_reply_that_is_tried_again_at_once_costs_one_look(worker: Worker):
    worker.post(BROKEN)
    worker.clock.move(timedelta(minutes=5))
    worker.answer(SORRY)
    worker.square.order_fault("square", "401", on="write", times=2)
    worker.deliver()
    assert len(worker.public()) == 1
    assert looks(worker) == 1


@on_sqlite
def test_a_reply_waits_for_a_platform_that_cannot_be_asked_and_then_goes_out(worker: Worker):
    worker.post(BROKEN)
    worker.clock.move(timedelta(minutes=5))
    worker.answer(SORRY)
    worker.square.order_fault("square", "503", on="read", times=1000)
    worker.drain.run_until_idle()
    assert worker.public() == []
    assert worker.state_of_reply() == ReplyState.QUEUED
    worker.deliver()
    assert looks(worker) == 4
    assert len(worker.public()) == 1
    assert "Answered by *Ben Okafor*" in words(worker.card())


@on_sqlite
@pytest.mark.parametrize("how", ["429", "401", "402"])
def test_where_reading_is_limited_a_reply_is_not_kept_back(worker: Worker, how: str):
    worker.post(BROKEN)
    worker.clock.move(timedelta(minutes=5))
    worker.answer(SORRY)
    worker.square.order_fault("square", how, on="read", times=1000)
    worker.drain.run_until_idle()
    assert len(worker.public()) == 1
