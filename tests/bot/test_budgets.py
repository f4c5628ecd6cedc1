"""Reading X costs money: it stops when the day's budget is spent, says so, and loses nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot import billing
from bot.config import Budget, Policy
from bot.finding import containing
from bot.models import ReplyState
from bot.purse import purse
from bot.sandbox.square import Square
from bot.usecases.decide import send_again
from tests.bot.worker import BEN, Worker

LINK = "Please look at https://acme.example/routers. Ben"
NOON = datetime.now(UTC).replace(hour=12) + timedelta(days=1)
"""Of a day that X's search takes, and far from its end."""


@pytest.fixture
def worker(database_url: str) -> Iterator[Worker]:
    opened = Worker(database_url, start=NOON)
    budget, policy = {"x": Budget(reads=0.12)}, Policy(approve_first=0)
    opened.configure(admins=(opened.ana.id,), budget=budget, policy=policy)
    yield opened
    opened.close()


def customers_post(square: Square, count: int, *, by: str = "mara") -> None:
    for number in range(count):
        square.post("x", by, f"is acme down? {by} {number}")


def arrived(worker: Worker) -> int:
    return worker.database.read(containing, "acme", limit=1).total


def told(worker: Worker) -> list[str]:
    worker.deliver()
    return [message.text for message in worker.slack.dms(worker.ana)]


def test_reading_stops_when_the_budget_is_spent_and_goes_on_at_midnight(worker: Worker):
    worker.read("x")
    customers_post(worker.square, 21)
    worker.read("x")
    assert arrived(worker) == 21, "what was paid for is shown"

    customers_post(worker.square, 3, by="ole")
    worker.square.requests.clear()
    worker.read("x")
    worker.read("x")
    assert worker.square.requests == [], "X was asked although nothing may be spent"
    (problem,) = worker.problems()
    assert "Today's budget for reading X, 12 cents, is spent." in problem
    (near, spent) = told(worker)
    assert near.startswith("Switchboard needs you: Reading X has cost 80% of today's budget")
    assert spent.startswith("Switchboard needs you: Today's budget for reading X")

    worker.clock.move(timedelta(hours=12))
    worker.read("x")
    assert worker.problems() == []
    assert arrived(worker) == 24, "what was posted meanwhile is lost"


def test_reading_stops_when_less_is_left_than_a_page_may_cost(worker: Worker):
    """Else it would stand still and nobody would be told."""
    worker.configure(budget={"x": Budget(reads=0.1)})
    worker.read("x")
    customers_post(worker.square, 21)
    worker.read("x")
    spent = worker.database.read(purse, "x").read
    assert (arrived(worker), spent) == (12, 70), "what more is bought would not fit any more"
    assert worker.problems() == []
    worker.read("x")
    (problem,) = worker.problems()
    assert "Today's budget for reading X, 10 cents, is spent." in problem
    worker.clock.move(timedelta(hours=12))
    worker.configure(budget={"x": Budget(reads=1)})
    worker.read("x")
    assert arrived(worker) == 21


def test_a_larger_budget_goes_on_at_once(worker: Worker):
    worker.read("x")
    customers_post(worker.square, 21)
    worker.read("x")
    worker.read("x")
    customers_post(worker.square, 1, by="ole")
    worker.configure(budget={"x": Budget(reads=5)})
    worker.read("x")
    assert arrived(worker) == 22
    assert worker.problems() == []


def test_the_budget_of_one_platform_stops_no_other(worker: Worker):
    worker.configure(budget={"x": Budget(reads=0)})
    worker.square.post("square", "mara", "@acme my router is broken")
    worker.read("x", "square")
    assert arrived(worker) == 1


def test_a_reply_goes_out_whatever_reading_has_cost_and_is_counted(worker: Worker):
    worker.read("x")
    worker.square.post("x", "mara", "@acme my router is broken")
    worker.read("x")
    worker.configure(budget={"x": Budget(reads=0)})
    worker.answer("Please look at https://acme.example/routers. Ben")
    worker.deliver()
    assert len(worker.public("x")) == 1
    rows = {one.kind: one for one in worker.database.read(billing.spendings, "x")}
    assert (rows["reply with a link"].units, rows["reply with a link"].mills) == (1, 200)


def test_what_was_queued_while_x_was_busy_leaves_as_far_as_the_budget_goes(worker: Worker):
    """However it was queued: approved, or sent again, it was never asked what it costs."""
    worker.configure(budget={"x": Budget(replies=0.4)})
    worker.read("x")
    for number in range(1, 6):
        worker.square.post("x", f"customer{number}", "@acme my router is broken")
    worker.read("x")
    for number in range(1, 6):
        worker.answer(f"{LINK} No. {number}", mention=number)
    worker.square.order_fault("x", "429", on="write")
    worker.deliver()
    assert len(worker.public("x")) == 2
    rows = {one.kind: one for one in worker.database.read(billing.spendings, "x")}
    assert rows["reply with a link"].mills == 400
    states = [worker.state_of_reply(number) for number in range(1, 6)]
    assert sorted(states) == [ReplyState.FAILED] * 3 + [ReplyState.SENT] * 2
    notices = [one.text for one in worker.slack.dms(worker.ben)]
    assert len(notices) == 3
    for told in notices:
        assert "It costs more than is left of today's budget for replies." in told
        assert "press Try again after midnight UTC" in told
        assert LINK in told, "the text is lost"

    late = states.index(ReplyState.FAILED) + 1
    worker.clock.move(timedelta(hours=12))
    worker.database.write(send_again, late, by=BEN, click="again")
    worker.deliver()
    assert worker.state_of_reply(late) == ReplyState.SENT


def test_an_author_is_looked_up_once_over_restarts(worker: Worker):
    worker.read("x")
    customers_post(worker.square, 2)
    worker.read("x")
    worker.restart()
    customers_post(worker.square, 1)
    worker.read("x")
    asked = [one for one in worker.square.requests if one.path == "/x/2/users"]
    assert len(asked) == 1
    assert worker.mention(3).author_handle == "mara"
