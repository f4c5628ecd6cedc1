"""The weekly summary: when it is due, which days it counts, and what its figures are."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.config import Leadership
from bot.database import Database
from bot.errors import UnknownWeek
from bot.models import Mention, MentionState, Person, Reply, ReplyState
from bot.sandbox.world import MovableClock
from bot.slack.as_text import as_text
from bot.slack.summary import WAITING_SHOWN, Summary, draw_summary
from bot.store import Store
from bot.usecases.configure import apply_config
from bot.usecases.summary import (
    Week,
    queue_due_summary,
    read_week,
    summarize,
    week_of,
)
from tests.bot.conftest import Others
from tests.bot.steps import company, found, outbox_keys, record
from tests.bot.worker import on_sqlite

BERLIN = ZoneInfo("Europe/Berlin")
W46 = Week(2049, 46, BERLIN)
"""15 to 21 November 2049. The tests' clock starts on its Monday at 10:30 in Berlin."""


def berlin(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=BERLIN).astimezone(UTC)


# -- weeks


@pytest.mark.parametrize(
    ("week", "start", "hours"),
    [
        ((2026, 13), "2026-03-23T00:00", 7 * 24 - 1),  # summer time begins on its Sunday
        ((2026, 43), "2026-10-19T00:00", 7 * 24 + 1),  # and ends on this one
        ((2026, 46), "2026-11-09T00:00", 7 * 24),
        ((2026, 53), "2026-12-28T00:00", 7 * 24),  # a year of 53 weeks
    ],
)
def test_a_week_is_from_monday_to_sunday_in_the_brands_time(
    week: tuple[int, int], start: str, hours: int
):
    counted = Week(*week, BERLIN)
    assert counted.start == berlin(start)
    assert counted.end - counted.start == timedelta(hours=hours)
    assert counted.next().start == counted.end
    assert counted.next().before() == counted


def test_where_midnight_does_not_exist_the_week_begins_all_the_same():
    """In Beirut clocks go from 0:00 to 1:00."""
    beirut = week_of(datetime(2026, 3, 29).date(), ZoneInfo("Asia/Beirut"))  # noqa: DTZ001
    assert beirut.end - beirut.start == timedelta(hours=7 * 24 - 1)


@pytest.mark.parametrize("written", ["2026-W46", "2026w46", " 2026-W46 "])
def test_a_week_is_written_in_several_ways(written: str):
    assert str(read_week(written, BERLIN)) == "2026-W46"


@pytest.mark.parametrize("written", ["", "46", "2026-W00", "2026-W54", "2025-W53", "last"])
def test_a_week_that_there_is_not_is_told(written: str):
    with pytest.raises(UnknownWeek, match="Write it as year and week number"):
        read_week(written, BERLIN)


# -- when it is due


@pytest.fixture
def office(database: Database) -> Database:
    """A company that has read its first mention two weeks ago."""
    database.write(apply_config, company())
    record(database, found())
    before = timedelta(days=14)
    database.write(lambda store: setattr(store.mention(1), "found_at", store.now - before))
    return database


def due(database: Database, **leadership: object) -> str | None:
    config = company()
    assert config.leadership is not None
    config = config.model_copy(
        update={"leadership": config.leadership.model_copy(update=leadership)}
    )
    return database.write(queue_due_summary, config)


def set_clock(clock: MovableClock, written: str) -> None:
    clock.move(berlin(written) - clock.now())


@on_sqlite
@pytest.mark.parametrize(
    ("now", "week"),
    [
        ("2049-11-15T08:59", "2049-W44"),  # Monday, a minute before nine: that of last week
        ("2049-11-15T09:00", "2049-W45"),
        ("2049-11-21T23:59", "2049-W45"),  # Sunday
        ("2049-11-22T00:00", "2049-W45"),
        ("2049-11-22T09:00", "2049-W46"),
    ],
)
def test_a_week_is_summed_up_when_its_hour_has_come(
    office: Database, clock: MovableClock, now: str, week: str
):
    office.write(lambda store: setattr(store.mention(1), "found_at", store.now - timedelta(60)))
    set_clock(clock, now)
    assert due(office) == week


def test_the_day_and_hour_are_chosen(office: Database, clock: MovableClock):
    friday = {"weekday": "fri", "at": datetime(2049, 1, 1, 16, 30, tzinfo=UTC).time()}
    set_clock(clock, "2049-11-19T16:29")
    assert due(office, **friday) == "2049-W44"
    set_clock(clock, "2049-11-19T16:30")
    assert due(office, **friday) == "2049-W45"


def test_it_is_queued_once_however_often_clocks_ring(office: Database, clock: MovableClock):
    assert due(office) == "2049-W45"
    for _ in range(3):
        clock.move(timedelta(hours=30))
        assert due(office) is None
    assert outbox_keys(office).count("summary:2049-W45") == 1


def test_of_two_clocks_one_queues_it(office: Database, others: Others):
    with ThreadPoolExecutor(2) as threads:
        queued = list(threads.map(due, others(2)))
    assert sorted(queued, key=str) == ["2049-W45", None]


def test_a_restart_queues_nothing_again(office: Database, others: Others):
    due(office)
    (restarted,) = others(1)
    assert due(restarted) is None


def test_after_weeks_of_standing_still_only_the_last_week_comes(
    office: Database, clock: MovableClock
):
    due(office)
    clock.move(timedelta(days=28))
    assert due(office) == "2049-W49"
    assert due(office) is None


def test_a_fresh_company_gets_no_summary_of_weeks_in_which_it_was_not_there(
    database: Database, clock: MovableClock
):
    record(database, found())
    assert due(database) is None
    clock.move(timedelta(days=6))
    assert due(database) is None
    clock.move(timedelta(days=1))
    assert due(database) == "2049-W46"


def test_without_leadership_there_is_none(office: Database):
    assert office.write(queue_due_summary, company(leadership=None)) is None
    assert isinstance(company().leadership, Leadership)


# -- figures


def add(
    database: Database,
    published: str,
    *,
    answered: str = "",
    state: MentionState = MentionState.WAITING,
    text: str = "My router is broken",
    feeling: str | None = None,
    author: str = "Ana Lima",
) -> int:
    """A mention, published and perhaps answered at these times in Berlin."""
    post = found(text, published_at=berlin(published))
    record(database, post)

    def finish(store: Store) -> int:
        mention = store.known_mentions("square", [post.external_id])[post.external_id]
        mention.state, mention.feeling = state, feeling
        if answered:
            _answer(store, mention, berlin(answered), author)
        return mention.id

    return database.write(finish)


def _answer(store: Store, mention: Mention, at: datetime, author: str) -> None:
    who = store.person_named(author) or store.add(Person(name=author, aliases=[]))
    mention.mark_answered(who, now=at)
    store.add(
        Reply(
            mention=mention,
            author=who,
            text=f"Sorry, {at:%H:%M}",
            state=ReplyState.SENT,
            sent_at=at,
        )
    )


def summed_up(database: Database, week: Week = W46, **changes: object) -> Summary:
    changes.setdefault("hours", None)
    return database.read(
        summarize, company(**changes), week, label=str.capitalize, link=lambda *_: ""
    )


def test_the_figures_count_the_weeks_posts_from_their_first_second_to_their_last(
    database: Database,
):
    for published in ("2049-11-14T23:59:59", "2049-11-15T00:00", "2049-11-21T23:59:59"):
        add(database, published)
    add(database, "2049-11-22T00:00")
    view = summed_up(database)
    assert view.figures.received == 2
    assert view.before.received == 1


def test_the_share_leaves_out_what_needed_no_reply(database: Database):
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:30")
    add(database, "2049-11-15T10:00")
    add(database, "2049-11-15T10:00", state=MentionState.CLOSED)
    add(database, "2049-11-15T10:00", state=MentionState.GONE)
    figures = summed_up(database).figures
    assert (figures.received, figures.needed, figures.answered) == (4, 2, 1)
    assert figures.share == 50


def test_a_week_without_mentions_has_no_share_and_no_median(database: Database):
    database.write(apply_config, company())
    figures = summed_up(database).figures
    assert (figures.received, figures.share, figures.median) == (0, None, None)


def test_the_median_is_of_the_first_replies(database: Database):
    for minutes in (10, 20, 600):
        at = datetime.fromisoformat("2049-11-15T10:00") + timedelta(minutes=minutes)
        add(database, "2049-11-15T10:00", answered=at.isoformat())
    assert summed_up(database).figures.median == timedelta(minutes=20)
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:30")
    assert summed_up(database).figures.median == timedelta(minutes=25)


def test_time_to_reply_counts_business_hours_where_there_are_some(database: Database):
    """Asked on Friday at half past five, answered on Monday at half past nine."""
    add(database, "2049-11-19T17:30", answered="2049-11-22T09:30")
    config = company()
    view = summed_up(database, hours=config.hours)
    assert (view.in_hours, view.figures.median) == (True, timedelta(hours=1))
    assert summed_up(database).figures.median == timedelta(days=2, hours=16)


def test_what_was_answered_outside_business_hours_is_not_called_quick(database: Database):
    add(database, "2049-11-20T12:00", answered="2049-11-20T12:40")  # a Saturday
    drawn = draw_summary(summed_up(database, hours=company().hours))
    shown = f"{drawn.text} {as_text(drawn.blocks)}"
    assert "half of the first replies or more came outside business hours" in shown
    assert "100 % answered, half of the first replies or more outside business hours" in shown
    assert "under a minute" not in shown


def test_more_than_are_named_still_wait(database: Database):
    for number in range(WAITING_SHOWN + 2):
        add(database, f"2049-11-15T10:0{number}")
    assert "and 2 more" in as_text(draw_summary(summed_up(database)).blocks)


def test_departments_and_people_are_counted(database: Database):
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:30", text="My bill is wrong")
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:40", author="Cat Novak")
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:50", author="Cat Novak")
    add(database, "2049-11-15T10:00")
    view = summed_up(database)
    counted = {one.name: (one.figures.received, one.open) for one in view.departments}
    assert (counted["Billing"], counted["Support"], counted["Sales"]) == ((1, 0), (3, 1), (0, 0))
    assert view.people == (("Cat Novak", 2), ("Ana Lima", 1))


def test_the_quoted_exchanges_are_chosen_by_their_rules(database: Database):
    add(database, "2049-11-10T10:00", text="oldest that waits")
    add(database, "2049-11-16T10:00", text="waits too")
    add(database, "2049-11-15T10:00", answered="2049-11-15T10:10", text="quick", feeling="negative")
    add(database, "2049-11-15T10:00", answered="2049-11-15T11:00", text="median")
    add(database, "2049-11-15T10:00", answered="2049-11-15T20:00", text="slow", feeling="negative")
    view = summed_up(database)
    chosen = {
        one.rule: (one.mention.text, one.reply.text if one.reply else "") for one in view.exchanges
    }
    assert chosen == {
        "Longest still waiting": ("oldest that waits", ""),
        "The median answer": ("median", "Sorry, 10:00"),
        "Unhappy, and answered quickest": ("quick", "Sorry, 09:10"),
    }
    assert [one.mention.text for one in view.waiting] == ["oldest that waits", "waits too"]


def test_feelings_are_counted(database: Database):
    for feeling in ("negative", "negative", "positive", None):
        add(database, "2049-11-15T10:00", feeling=feeling)
    assert dict(summed_up(database).feelings) == {"unhappy": 2, "neutral": 0, "happy": 1}


def test_the_first_reply_is_quoted_when_there_are_two(database: Database):
    number = add(database, "2049-11-15T10:00", answered="2049-11-15T10:10")
    again = berlin("2049-11-15T12:00")
    database.write(lambda store: _answer(store, store.mention(number), again, "Ana Lima"))
    (median, *_) = [one for one in summed_up(database).exchanges if one.rule == "The median answer"]
    assert median.reply is not None
    assert median.reply.text == "Sorry, 09:10"
