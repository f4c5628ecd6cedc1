"""A mention is paid for once, and its author once: nothing of X is bought twice in a day."""

from contextlib import closing
from datetime import timedelta

from bot import billing
from bot.database import Database
from bot.ledger import KeptLedger
from bot.sandbox.world import MovableClock
from tests.platforms.frugality import ANSWERS, AUTHORS, DAY, MENTIONS, a_day, yesterday
from tests.platforms.kept import Kept

EVERY_TEN_MINUTES, EVERY_HALF_HOUR = 144, 48
BEGINS = yesterday()


def test_a_day_of_mentions_costs_one_post_each_and_each_author_once(database_url: str) -> None:
    clock = MovableClock(BEGINS - timedelta(seconds=1))
    with closing(Database(database_url, clock=clock.now)) as database:
        ledger = KeptLedger(database, "x", label="X")
        bill = a_day(
            ledger, polls=EVERY_HALF_HOUR, begins=BEGINS,
            pass_time=lambda: clock.move(DAY / EVERY_HALF_HOUR),
        )  # fmt: skip
        ours = {one.kind: one for one in database.read(billing.spendings, "x")}
    assert len(bill.found) == MENTIONS, "something was not read, so that it is no wonder"
    assert bill.count("post") == MENTIONS
    assert bill.count("author") <= AUTHORS
    assert bill.count("answered") == ANSWERS
    assert ours["post"].units == MENTIONS + ANSWERS, "our book and X's differ"
    assert ours["author"].units == bill.count("author")
    assert bill.requests <= 2 * EVERY_HALF_HOUR + AUTHORS


def test_midnight_costs_what_is_looked_at_again() -> None:
    """X bills anew then what the overlap of 15 minutes shows once more."""
    ledger = Kept()
    bill = a_day(ledger, polls=EVERY_TEN_MINUTES, begins=BEGINS + DAY / 2, pass_time=lambda: None)
    assert len(bill.found) == MENTIONS
    assert bill.count("post") <= MENTIONS * 1.03
    assert bill.count("author") <= AUTHORS
