"""What platforms bill is counted by day, held to a budget, and told before it is too late."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from bot import billing
from bot.config import Budget
from bot.database import Database
from bot.errors import RepliesSpent
from bot.ledger import KeptLedger
from bot.purse import purse
from bot.sandbox.world import MovableClock
from bot.usecases.configure import apply_config
from bot.usecases.spending import may_read, refuse_if_spent, why_not_reading
from platforms.base import Author, Charge
from platforms.square import Square
from platforms.x import X
from tests.bot.conftest import Others
from tests.bot.steps import company, outbox_keys

LINK = "Here: https://acme.example/refunds"
MARA = Author(id="7", handle="mara_k", name="Mara K.", url="https://x.com/mara_k", followers=9)


@pytest.fixture
def ledger(database: Database) -> KeptLedger:
    set_budget(database)
    return KeptLedger(database, "x", label="X")


def set_budget(database: Database, **limits: float) -> None:
    admins = ("U0ANALIMA",)
    database.write(apply_config, company(budget={"x": Budget(**limits)}, admins=admins))


def posts(*ids: int, mills: int = 5) -> list[Charge]:
    return [Charge(kind="post", mills=mills, id=str(each)) for each in ids]


def today(database: Database) -> dict[str, tuple[int, int, int]]:
    """By kind: what was billed, how often it came, and thousandths of a dollar."""
    rows = database.read(billing.spendings, "x")
    return {one.kind: (one.units, one.shown, one.mills) for one in rows}


def test_a_thing_costs_once_a_day_however_often_it_comes(database: Database, ledger: KeptLedger):
    ledger.note(posts(1, 2))
    ledger.note([*posts(2, 3, 3), Charge(kind="author", mills=10, id="2")])
    assert today(database) == {"post": (3, 5, 15), "author": (1, 1, 10)}


def test_of_two_prices_for_one_post_the_first_is_paid(database: Database, ledger: KeptLedger):
    ledger.note(posts(1, mills=1))
    ledger.note(posts(1, mills=5))
    assert today(database) == {"post": (1, 2, 1)}


def test_days_end_at_midnight_utc(database: Database, ledger: KeptLedger, clock: MovableClock):
    ledger.note(posts(1))
    clock.move(timedelta(hours=14, minutes=29))
    ledger.note(posts(1))
    assert today(database) == {"post": (1, 2, 5)}
    clock.move(timedelta(minutes=1))
    assert today(database) == {}
    ledger.note(posts(1))
    assert today(database) == {"post": (1, 1, 5)}
    yesterday = clock.now().date() - timedelta(days=1)
    (kept,) = database.read(billing.spendings, "x", day=yesterday)
    assert (kept.kind, kept.mills) == ("post", 5)


def test_what_several_workers_note_at_once_is_counted_whole(
    database: Database, ledger: KeptLedger, others: Others
):
    ledger.note(posts(0))
    ledgers = [KeptLedger(one, "x", label="X") for one in others(4)]
    with ThreadPoolExecutor(4) as threads:
        for number, one in enumerate(ledgers, 1):
            threads.submit(one.note, posts(number, 10 + number))
    assert today(database) == {"post": (9, 9, 45)}


def test_each_platform_pays_for_itself(database: Database, ledger: KeptLedger):
    ledger.note(posts(1))
    assert database.read(billing.spendings, "reddit") == []
    assert database.read(may_read, "reddit", 10**9)


def test_without_a_budget_nothing_is_held_back(database: Database, ledger: KeptLedger):
    ledger.note(posts(*range(5000)))
    assert ledger.allows(10**9)
    assert database.read(why_not_reading, "x", label="X") is None
    ledger.note([Charge(kind="reply", mills=10**9, write=True)])
    database.read(refuse_if_spent, X, LINK)
    assert ledger.allows_reply(10**9)


def test_reading_stops_when_its_budget_is_spent_and_goes_on_tomorrow(
    database: Database, ledger: KeptLedger, clock: MovableClock
):
    set_budget(database, reads=0.1)
    ledger.note(posts(*range(19)))
    assert (ledger.allows(5), ledger.allows(6)) == (True, False)
    assert database.read(why_not_reading, "x", label="X") is None
    ledger.note(posts(100))
    assert not ledger.allows(0)
    why = database.read(why_not_reading, "x", label="X")
    assert why is not None
    assert why.startswith("Today's budget for reading X, 10 cents, is spent.")
    assert "config import" in why, "the next step is missing"
    clock.move(timedelta(hours=15))
    assert ledger.allows(100)


def test_a_budget_of_nothing_reads_nothing(database: Database, ledger: KeptLedger):
    set_budget(database, reads=0)
    assert not ledger.allows(0)


def test_replies_have_a_budget_of_their_own(database: Database, ledger: KeptLedger):
    set_budget(database, reads=0.01, replies=0.25)
    ledger.note(posts(1, 2))
    reply = Charge(kind="reply with a link", mills=200, id="1", write=True)
    database.read(refuse_if_spent, X, LINK)
    ledger.note([reply])
    now = database.read(purse, "x")
    assert (now.read, now.written) == (10, 200)
    with pytest.raises(RepliesSpent, match="That costs 20 cents; replies may cost 5 cents more"):
        database.read(refuse_if_spent, X, LINK)
    database.read(refuse_if_spent, X, "It went out today.")
    database.read(refuse_if_spent, Square, LINK)
    assert (ledger.allows_reply(50), ledger.allows_reply(51)) == (True, False)


def test_admins_are_warned_once_a_day_when_little_is_left(
    database: Database, ledger: KeptLedger, clock: MovableClock
):
    set_budget(database, reads=0.1)
    told = []
    for number in range(20):
        ledger.note(posts(number))
        told.append(len(outbox_keys(database)))
    assert told == [0] * 15 + [1] * 5
    clock.move(timedelta(days=1))
    ledger.note(posts(*range(16)))
    assert len(outbox_keys(database)) == 2


def test_an_author_is_known_for_a_month(
    database: Database, ledger: KeptLedger, clock: MovableClock
):
    ledger.remember([MARA])
    assert ledger.known(["7", "8"]) == {"7": MARA}
    assert KeptLedger(database, "reddit", label="Reddit").known(["7"]) == {}
    clock.move(timedelta(days=29))
    assert ledger.known(["7"]) == {"7": MARA}
    clock.move(timedelta(days=1))
    assert ledger.known(["7"]) == {}
    renamed = Author(id="7", handle="mara", followers=None)
    ledger.remember([renamed])
    assert ledger.known(["7"]) == {"7": renamed}


def test_who_has_not_been_met_for_a_month_is_forgotten(
    database: Database, ledger: KeptLedger, clock: MovableClock
):
    ledger.remember([MARA])
    clock.move(timedelta(days=31))
    ledger.note(posts(1))
    clock.move(timedelta(days=-31))
    assert ledger.known(["7"]) == {}
