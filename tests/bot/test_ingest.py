"""Reading a platform: a page and its cursor are kept together, and trouble stays where it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.finding import containing
from bot.ingest import Ingest
from bot.models import Mention, MentionState, Source
from bot.sandbox.world import MovableClock
from bot.usecases.health import health
from platforms.base import Author, Page, TemporaryError
from platforms.square import Square
from tests.bot.conftest import Others
from tests.bot.steps import (
    empty_outbox,
    found,
    found_mention,
    history,
    outbox_keys,
    record,
    stored,
)
from tests.bot.worker import BROKEN, Worker, on_sqlite
from tests.town import words

EVERY = timedelta(seconds=60)


class Scripted(Square):
    """A platform that shows what it is told to, without any network."""

    def __init__(self, shows: list[Page | Exception]) -> None:
        self.shows = shows
        self.cursors: list[str | None] = []
        self.closed = 0

    def fetch(self, query: object, *, cursor: str | None) -> Page:
        self.cursors.append(cursor)
        shown = self.shows.pop(0)
        if isinstance(shown, Exception):
            raise shown
        return shown

    def close(self) -> None:
        self.closed += 1


def reading(database: Database, *shows: Page | Exception) -> tuple[Ingest, Scripted]:
    record(database)  # the company is there
    platform = Scripted(list(shows))
    return Ingest(database, "square", lambda: platform, every=EVERY), platform


def source(database: Database) -> Source:
    return database.read(lambda store: store.source("square"))


def mentions(database: Database) -> list[Mention]:
    query = select(Mention).order_by(Mention.id)
    return database.read(lambda store: list(store.session.scalars(query).unique()))


# -- a page


def test_a_page_comes_with_its_cards_and_its_cursor(database: Database):
    recorded = record(database, found("My bill is wrong"), found("My router is broken"), cursor="7")
    assert (recorded.new, recorded.known) == (2, 0)
    assert [one.department.name for one in mentions(database) if one.department] == [
        "Billing",
        "Support",
    ]
    assert outbox_keys(database) == ["card:1", "card:2"]
    assert [history(database, number) for number in (1, 2)] == [["found"], ["found"]]
    assert source(database).cursor == "7"


def test_a_page_that_cannot_be_written_whole_leaves_nothing_behind(database: Database):
    """The last of its posts has no address: a platform's adapter went wrong."""
    record(database, cursor="1")
    broken = found("My bill is wrong", url=None)
    with pytest.raises(Exception, match="url"):
        record(database, found("My router is broken"), broken, cursor="2")
    assert mentions(database) == []
    assert outbox_keys(database) == []
    assert source(database).cursor == "1", "the posts of this page would never be read again"


def test_a_post_that_comes_again_is_known(database: Database):
    post = found()
    record(database, post)
    again = record(database, post, found("something new"), cursor="2")
    assert (again.new, again.changed, again.known) == (1, 0, 1)
    assert len(mentions(database)) == 2
    assert outbox_keys(database) == ["card:1", "card:2"]


def test_two_who_write_the_same_page_at_once_write_it_once(database: Database, others: Others):
    record(database)
    page = [found(f"Help, {number}") for number in range(5)]
    with ThreadPoolExecutor(2) as threads:
        recorded = list(threads.map(lambda one: record(one, *page), others(2)))
    assert sum(one.new for one in recorded) == 5
    assert len(mentions(database)) == 5


@pytest.mark.parametrize("handle", ["acme", "Acme", "ACME_help"])
def test_our_own_posts_are_no_mentions(database: Database, handle: str):
    own = found(author=Author(id="1", handle=handle))
    recorded = record(database, own, own_accounts=frozenset({"acme", "acme_help"}))
    assert recorded.new == 0
    assert mentions(database) == []


def test_an_edited_post_is_told_and_shown(worker: Worker):
    worker.post("@acme my router is broken")
    edited = found(
        "@acme my router is broken, and your hotline too",
        external_id=worker.mention().external_id,
    )
    recorded = record(worker.database, edited)
    worker.deliver()
    assert (recorded.new, recorded.changed) == (0, 1)
    assert "and your hotline too" in words(worker.card())
    assert " · edited · " in words(worker.card())
    assert history(worker.database, 1) == ["found", "edited"]
    assert worker.database.read(containing, "hotline", limit=5).total == 1


def test_a_post_that_is_gone_does_not_come_back_by_being_read_again(database: Database):
    number = found_mention(database)
    database.write(lambda store: store.mention(number).mark_gone(now=store.now))
    empty_outbox(database)
    seen = stored(database, number)
    record(database, found("Here again", external_id=seen.external_id))
    assert stored(database, number).state == MentionState.GONE
    assert stored(database, number).text == ""
    assert outbox_keys(database) == []


# -- a round


def test_each_round_goes_on_where_the_last_one_ended(database: Database, clock: MovableClock):
    pages = [Page(mentions=(found(),), cursor="7"), Page(mentions=(), cursor="8")]
    ingest, platform = reading(database, *pages)
    clock.move(EVERY)
    assert ingest.run().new == 1
    clock.move(EVERY)
    assert ingest.run().new == 0
    assert platform.cursors == ["1", "7"]
    assert source(database).cursor == "8"


def test_a_round_is_done_when_it_is_due(database: Database, clock: MovableClock):
    ingest, platform = reading(database, *[Page(mentions=(), cursor="1")] * 3)
    for seconds, rounds in ((0, 1), (59, 1), (1, 2), (0, 2), (60, 3)):
        clock.move(timedelta(seconds=seconds))
        ingest.run()
        assert len(platform.cursors) == rounds


def test_of_many_clocks_that_ring_at_once_one_takes_the_turn(
    database: Database, clock: MovableClock, others: Others
):
    record(database)
    platforms = [Scripted([Page(mentions=(), cursor="1")] * 9) for _ in range(4)]
    sources = [
        Ingest(one, "square", lambda platform=platform: platform, every=EVERY)
        for one, platform in zip(others(4), platforms, strict=True)
    ]
    with ThreadPoolExecutor(4) as threads:
        for number in range(1, 6):
            list(threads.map(Ingest.run, sources))
            taken = sum(len(one.cursors) for one in platforms)
            assert taken == number, f"{taken} rounds were done in {number} turns"
            clock.move(EVERY)


# -- trouble


def test_a_round_that_failed_keeps_the_cursor_and_waits_longer_each_time(
    database: Database, clock: MovableClock
):
    ingest, platform = reading(database, *[TemporaryError("It is down.")] * 12)
    waits = []
    for _ in range(8):
        clock.move(max(timedelta(0), source(database).due_at - clock.now()))
        assert ingest.run() is None
        waits.append((source(database).due_at - clock.now()).total_seconds())
    assert waits == [120, 240, 480, 960, 1920, 3600, 3600, 3600]
    assert source(database).cursor == "1"
    assert platform.closed == 8, "a connection that failed must not be kept"


def test_a_platform_that_asks_for_time_gets_it(database: Database, clock: MovableClock):
    ingest, _ = reading(database, TemporaryError("Slower.", retry_after=900))
    ingest.run()
    assert source(database).due_at == clock.now() + timedelta(seconds=900)


def test_one_failure_is_the_weather_and_three_are_told(database: Database, clock: MovableClock):
    down = TemporaryError("It is down.")
    ingest, _ = reading(database, down, down, down, Page(mentions=(), cursor="2"))
    for failures in range(1, 4):
        ingest.run()
        told = database.read(health).problems
        assert bool(told) == (failures == 3), f"after {failures} failures: {told}"
        clock.move(timedelta(hours=1))
    assert database.read(health).problems == ("square: It is down. First 3 h ago.",)
    ingest.run()
    assert database.read(health).problems == ()
    assert source(database).failures == 0


@pytest.mark.parametrize("how", ["html", "garbage", "half", "drop_after", "500", "401", "429"])
@pytest.mark.parametrize("on", ["square", "x", "reddit"])
@on_sqlite
def test_what_a_platform_answers_in_error_loses_no_post(worker_today: Worker, on: str, how: str):
    worker = worker_today
    worker.square.post(on, "mara", BROKEN)
    worker.square.order_fault(on, how, on="read")
    worker.read(on)
    assert worker.slack.messages("support") == []
    assert worker.database.read(lambda store: store.source(on).problem)
    # What the adapters know of the platform's limits they forget with the connection.
    worker.clock.move(timedelta(hours=1))
    worker.sources[on].run()
    worker.deliver()
    cards = [one for one in worker.slack.messages("support") if one.text.startswith("New in")]
    assert len(cards) == 1


@on_sqlite
def test_what_only_an_admin_can_mend_is_told_once_a_day(worker: Worker):
    worker.configure(admins=(worker.ana.id,))
    worker.square.order_fault("square", "401", times=50, on="read")
    for _ in range(3):
        worker.read("square")
        worker.clock.move(timedelta(hours=1))
    worker.deliver()
    (told,) = worker.slack.dms(worker.ana)
    assert told.text.startswith("Switchboard needs you: ")
    assert "Town Square" in told.text


def test_one_source_in_trouble_stops_no_other(worker: Worker):
    worker.square.order_fault("reddit", "500", times=50)
    worker.square.post("reddit", "ole", "acme is down")
    worker.square.post("square", "mara", "@acme my router is broken")
    worker.read("reddit", "square")
    worker.deliver()
    assert "@mara" in worker.card().text
