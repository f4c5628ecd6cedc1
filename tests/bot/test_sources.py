"""How each source does is said in plain words; a silence against its habit is told once."""

from datetime import timedelta

import pytest

from bot.config import Budget
from bot.database import Database
from bot.ledger import KeptLedger
from bot.sandbox.world import MovableClock
from bot.sources import SourceReport, source_reports
from bot.usecases.configure import apply_config
from bot.usecases.health import health
from bot.usecases.silence import quiet_since, tell_of_silence
from platforms.base import Charge
from tests.bot.steps import company, found, outbox_keys, record
from tests.bot.worker import on_sqlite
from tests.town import MONDAY_MORNING


def report(database: Database) -> SourceReport:
    (only,) = database.read(source_reports, label=lambda _: "Town Square")
    return only


def says(database: Database) -> str:
    return " ".join(report(database).says())


def set_source(database: Database, **values: object) -> None:
    def change(store):  # type: ignore[no-untyped-def]
        for name, value in values.items():
            setattr(store.source("square"), name, value)

    database.write(change)


def test_a_source_that_does_well_says_when_it_was_read(database: Database, clock: MovableClock):
    now = clock.now()
    lags = (40, 50, 3000)
    record(database, *(found(published_at=now - timedelta(seconds=lag)) for lag in lags))
    clock.move(timedelta(hours=3))
    record(database)
    clock.move(timedelta(seconds=40))
    assert says(database) == (
        "Read 40 seconds ago. Last mention 3 h ago. "
        "Mentions are here 50 seconds after they are posted."
    )
    assert report(database).ok


def test_a_source_that_brought_nothing_yet_says_so(database: Database):
    record(database)
    assert says(database) == "Read just now. No mention yet."


def test_old_lags_are_history(database: Database, clock: MovableClock):
    record(database, found(published_at=clock.now() - timedelta(hours=5)))
    clock.move(timedelta(days=8))
    assert report(database).lag is None


@on_sqlite
@pytest.mark.parametrize(
    ("paused", "failures", "told"),
    [
        (True, 1, "Paused since 10:30: The keys were revoked. Next: make new ones. "),
        (False, 3, "In trouble since 10:30: The keys were revoked. Next: make new ones. "),
        (False, 2, ""),
    ],
)
def test_trouble_is_told_with_the_time_it_began_in_the_companys_zone(
    database: Database, clock: MovableClock, paused: bool, failures: int, told: str
):
    record(database)
    set_source(
        database, paused=paused, failures=failures, problem_since=clock.now(),
        problem="The keys were revoked. Next: make new ones.",
    )  # fmt: skip
    clock.move(timedelta(hours=5))
    assert says(database) == f"{told}Read 5 h ago. No mention yet."
    assert report(database).ok == (told == "")
    assert bool(database.read(health).problems) == (told != "")


def test_trouble_of_another_day_is_told_with_its_day(database: Database, clock: MovableClock):
    record(database)
    set_source(database, paused=True, problem="No.", problem_since=clock.now())
    clock.move(timedelta(days=2))
    assert says(database).startswith("Paused since 15 November, 10:30: No.")


def test_a_gap_is_told_for_a_day(database: Database, clock: MovableClock):
    record(database)
    set_source(database, gap="Five hours were not read.", gap_at=clock.now())
    assert says(database).startswith("Gap: Five hours were not read.")
    assert not report(database).ok
    clock.move(timedelta(days=1))
    assert "Gap" not in says(database)
    assert report(database).ok


def test_money_is_told_where_there_is_some(database: Database):
    record(database)
    assert "Today" not in says(database)
    ledger = KeptLedger(database, "square", label="Town Square")
    ledger.note([Charge(kind="post", mills=5, id="1")])
    assert says(database).endswith("Today 0.5 cents for reading and 0 cents for replies.")
    database.write(apply_config, company(budget={"square": Budget(reads=2, replies=1)}))
    ledger.note([Charge(kind="reply", mills=200, id="1", write=True)])
    assert says(database).endswith(
        "Today 0.5 cents of $2.00 for reading and 20 cents of $1.00 for replies."
    )


# -- silence


@pytest.fixture
def talkative(database: Database, clock: MovableClock) -> Database:
    """Something was said in each hour of the last three weeks."""
    now = clock.now()
    posts = [found(f"Help {n}", published_at=now - timedelta(hours=n)) for n in range(21 * 24)]
    record(database, *reversed(posts))
    return database


def watch(database: Database, **trouble: object) -> bool:
    """Read the source, which brings nothing new, and look whether it is too quiet."""
    record(database)
    set_source(database, **trouble)
    since = database.read(quiet_since, "square")
    if since is not None:
        database.write(tell_of_silence, "square", since, label="Town Square")
    return since is not None


def alarms(database: Database) -> int:
    return sum(key.startswith("alarm:") for key in outbox_keys(database))


def test_a_silence_is_told_once_and_ends_with_the_next_mention(
    talkative: Database, clock: MovableClock
):
    assert not watch(talkative)
    clock.move(timedelta(hours=9))
    assert watch(talkative)
    assert says(talkative).startswith("Quiet for 9 h, which is unlike it.")
    assert report(talkative).ok, "people may have nothing to say"
    for _ in range(3):
        clock.move(timedelta(days=1))
        assert not watch(talkative)
    assert alarms(talkative) == 1

    record(talkative, found("Help at last", published_at=clock.now()))
    assert "Quiet" not in says(talkative)
    clock.move(timedelta(hours=1))
    assert not watch(talkative)


def test_the_next_silence_is_told_again(talkative: Database, clock: MovableClock):
    clock.move(timedelta(hours=9))
    assert watch(talkative)
    for _ in range(24):
        record(talkative, found(published_at=clock.now()))
        clock.move(timedelta(hours=1))
    assert not watch(talkative)
    clock.move(timedelta(hours=9))
    assert watch(talkative)
    assert alarms(talkative) == 2


@pytest.mark.parametrize(
    "trouble", [{"paused": True}, {"failures": 1}, {"last_success_at": MONDAY_MORNING}]
)
def test_what_is_not_read_is_not_called_quiet(
    talkative: Database, clock: MovableClock, trouble: dict[str, object]
):
    clock.move(timedelta(days=1))
    assert not watch(talkative, **trouble)
    assert watch(talkative), "it is quiet, so that the trouble was the reason"


def test_a_source_that_was_never_read_is_not_watched(database: Database):
    assert database.read(quiet_since, "square") is None
    assert database.read(source_reports, label=str) == (), "a look must not write"
