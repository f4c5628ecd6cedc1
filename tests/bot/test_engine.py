"""The engine in our own process: it sends at once when woken, stops cleanly, and goes on."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from bot.engine import embedded
from bot.engine.embedded import EmbeddedEngine
from tests.bot.worker import Worker

Start = Callable[..., EmbeddedEngine]
BILL, ROUTER = "@acme my bill is wrong", "@acme my router is broken"


@pytest.fixture
def start(worker: Worker) -> Iterator[Start]:
    started: list[EmbeddedEngine] = []

    def start_one(**options: int) -> EmbeddedEngine:
        engine = EmbeddedEngine(worker.drain, **options)
        engine.start()
        started.append(engine)
        return engine

    yield start_one
    for engine in started:
        engine.stop(timeout=5)
        engine._pool.shutdown()


def eventually(wanted: Callable[[], object], what: str) -> None:
    """Wait for other threads; the engine goes by the time of this machine."""
    deadline = time.monotonic() + 10
    while not wanted():
        assert time.monotonic() < deadline, f"this did not happen within 10 s: {what}"
        threading.Event().wait(0.01)


def read(worker: Worker, *texts: str) -> None:
    for each in texts:
        worker.square.post("square", "mara", each)
    worker.read("square")


def test_what_is_due_leaves_when_the_engine_is_woken(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 60.0)
    engine = start()
    read(worker, ROUTER)
    engine.wake()
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


def test_what_another_process_asked_for_leaves_without_waking(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 0.1)
    start()
    read(worker, ROUTER)
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


def test_several_hands_send_at_once(worker: Worker, start: Start):
    """A channel that answers slowly keeps no other one waiting."""
    worker.slack.fail("chat.postMessage", "slow", seconds=1.0, channel="support")
    read(worker, ROUTER, BILL)
    start()
    eventually(lambda: worker.slack.messages("billing"), "the other card is posted")
    assert worker.row("card:1").state == "waiting"
    eventually(lambda: worker.row("card:1").state == "done", "the slow one arrives too")


def test_stopping_finishes_what_is_in_hand_and_takes_nothing_more(worker: Worker, start: Start):
    worker.slack.fail("chat.postMessage", "slow", seconds=0.5)
    read(worker, BILL)
    read(worker, ROUTER)
    engine = start(workers=1)
    eventually(lambda: worker.slack.messages("billing"), "the first card is on its way")
    engine.stop(timeout=5)

    assert worker.row("card:1").state == "done", "what was in hand is not settled"
    left = worker.row("card:2")
    assert (left.state, left.token, left.attempts) == ("waiting", None, 0)
    assert worker.slack.messages("support") == []

    start()
    eventually(lambda: worker.slack.messages("support"), "the next engine sends what was left")


def test_stopping_does_not_wait_for_ever(worker: Worker, start: Start):
    worker.slack.fail("chat.postMessage", "slow", seconds=1.0, channel="support")
    read(worker, ROUTER)
    engine = start()
    eventually(lambda: worker.row("card:1").tried_at, "the card is on its way")
    begun = time.monotonic()
    engine.stop(timeout=0.1)
    assert time.monotonic() - begun < 0.8


def test_a_database_that_is_away_for_a_moment_does_not_end_it(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 0.1)
    read(worker, ROUTER)
    rename(worker, "delivery", "elsewhere")
    engine = start()
    with caplog.at_level(logging.ERROR):
        eventually(lambda: "the database does not answer" in caplog.text, "the log tells of it")
    rename(worker, "elsewhere", "delivery")
    engine.wake()
    eventually(lambda: worker.slack.messages("support"), "it goes on where it was")


def rename(worker: Worker, old: str, new: str) -> None:
    """Let a table not be there: what a database under repair looks like from here."""
    statement = text(f"ALTER TABLE {old} RENAME TO {new}")
    worker.database.write(lambda store: store.session.execute(statement) and None)
