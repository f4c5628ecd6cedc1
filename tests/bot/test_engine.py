"""Both engines: they send at once when something is due, stop cleanly, and go on."""

import logging
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text

from bot import outbox, schema
from bot.engine import embedded, hints, procrastinated
from bot.engine.embedded import EmbeddedEngine
from bot.engine.procrastinated import ProcrastinateEngine
from bot.settings import EMBEDDED, PROCRASTINATE
from bot.store import Store
from tests.bot.worker import Worker
from tests.hang_up import no_database

AnyEngine = EmbeddedEngine | ProcrastinateEngine
Start = Callable[..., AnyEngine]
BILL, ROUTER = "@acme my bill is wrong", "@acme my router is broken"

on_each_database = pytest.mark.parametrize(
    ("database_url", "kind"),
    [("sqlite", EMBEDDED), ("postgresql", EMBEDDED), ("postgresql", PROCRASTINATE)],
    indirect=["database_url"],
)
only_procrastinate = pytest.mark.parametrize(
    ("database_url", "kind"), [("postgresql", PROCRASTINATE)], indirect=["database_url"]
)


@pytest.fixture
def start(worker: Worker, kind: str) -> Iterator[Start]:
    started: list[AnyEngine] = []
    if kind == PROCRASTINATE:
        prepare_procrastinate(worker)

    def start_one(**options: int) -> AnyEngine:
        if kind == PROCRASTINATE:
            address = worker.database.url
            engine: AnyEngine = ProcrastinateEngine(worker.drain, address, **options)
        else:
            engine = EmbeddedEngine(worker.drain, **options)
        engine.start()
        started.append(engine)
        return engine

    yield start_one
    for engine in started:
        engine.stop(timeout=5)
        engine._pool.shutdown()


def prepare_procrastinate(worker: Worker) -> None:
    schema.upgrade(worker.database, engine=PROCRASTINATE)
    for table in ("procrastinate_jobs", "procrastinate_workers", "procrastinate_periodic_defers"):
        run(worker, f"DELETE FROM {table}")
    worker.database.announce = hints.announce


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


@on_each_database
def test_what_is_due_leaves_when_the_engine_is_woken(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 60.0)
    engine = start()
    read(worker, ROUTER)
    engine.wake()
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


@on_each_database
def test_what_another_process_asked_for_leaves_without_waking(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 0.1)
    start()
    read(worker, ROUTER)
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


@on_each_database
def test_several_hands_send_at_once(worker: Worker, start: Start):
    """A channel that answers slowly keeps no other one waiting."""
    worker.slack.fail("chat.postMessage", "slow", seconds=1.0, channel="support")
    read(worker, ROUTER, BILL)
    start()
    eventually(lambda: worker.slack.messages("billing"), "the other card is posted")
    assert worker.row("card:1").state == "waiting"
    eventually(lambda: worker.row("card:1").state == "done", "the slow one arrives too")


@on_each_database
def test_stopping_finishes_what_is_in_hand_and_takes_nothing_more(worker: Worker, start: Start):
    worker.slack.fail("chat.postMessage", "slow", seconds=0.5)
    read(worker, BILL)
    read(worker, ROUTER)
    engine = start(hands=1)
    eventually(lambda: worker.slack.messages("billing"), "the first card is on its way")
    engine.stop(timeout=5)

    assert worker.row("card:1").state == "done", "what was in hand is not settled"
    left = worker.row("card:2")
    assert (left.state, left.token, left.attempts) == ("waiting", None, 0)
    assert worker.slack.messages("support") == []

    start()
    eventually(lambda: worker.slack.messages("support"), "the next engine sends what was left")


@on_each_database
def test_stopping_does_not_wait_for_ever(worker: Worker, start: Start):
    worker.slack.fail("chat.postMessage", "slow", seconds=1.0, channel="support")
    read(worker, ROUTER)
    engine = start()
    eventually(lambda: worker.row("card:1").tried_at, "the card is on its way")
    begun = time.monotonic()
    engine.stop(timeout=0.1)
    assert time.monotonic() - begun < 0.8


@on_each_database
def test_a_database_that_is_away_for_a_moment_does_not_end_it(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(embedded, "LONGEST_NAP", 0.1)
    read(worker, ROUTER)
    rename(worker, "delivery", "elsewhere")
    engine = start()
    with caplog.at_level(logging.ERROR):
        eventually(lambda: caplog.records, "the log tells of it")
    rename(worker, "elsewhere", "delivery")
    engine.wake()
    eventually(lambda: worker.slack.messages("support"), "it goes on where it was")


@pytest.mark.parametrize(
    ("database_url", "kind"),
    [("postgresql", EMBEDDED), ("postgresql", PROCRASTINATE)],
    indirect=["database_url"],
)
def test_a_database_that_hangs_up_and_lets_nobody_in_does_not_end_it(
    worker: Worker, start: Start, postgres_server: str,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
):  # fmt: skip
    monkeypatch.setattr(embedded, "LONGEST_NAP", 0.1)
    start()
    read(worker, ROUTER)
    eventually(lambda: worker.slack.messages("support"), "it is at work")
    with no_database(postgres_server, worker.database.url), caplog.at_level(logging.ERROR):
        eventually(lambda: caplog.records, "the log tells of it")
    read(worker, BILL)
    eventually(lambda: worker.slack.messages("billing"), "it goes on")


@only_procrastinate
def test_a_hint_stands_and_falls_with_what_it_is_about(worker: Worker, start: Start):
    """Both are in one transaction: nobody is sent to look for what is not there."""

    def ask_and_fail(store: Store) -> None:
        outbox.enqueue(store, "card", "card:7", lane="post:#support", payload={"card": 7})
        raise LookupError

    with pytest.raises(LookupError):
        worker.database.write(ask_and_fail)
    assert hinted(worker) == []
    read(worker, ROUTER, BILL)
    assert sorted(hinted(worker)) == ["post:#billing", "post:#support"]


@only_procrastinate
def test_what_nobody_gave_a_hint_of_is_found_by_the_sweep(worker: Worker, start: Start):
    worker.database.announce = None
    start()
    read(worker, ROUTER)
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


@only_procrastinate
def test_hints_alone_are_quick(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """PostgreSQL tells of a hint at once: neither the sweep nor a poll is needed."""
    monkeypatch.setattr(procrastinated, "EVERY_2_SECONDS", "0 0 1 1 *")
    monkeypatch.setattr(procrastinated, "POLLED_EVERY", 60.0)
    start()
    eventually(lambda: listeners(worker), "somebody listens")
    read(worker, ROUTER)
    eventually(lambda: worker.slack.messages("support"), "the card is posted")


@only_procrastinate
def test_hints_without_number_for_one_lane_send_each_row_once(worker: Worker, start: Start):
    read(worker, ROUTER)
    for _ in range(30):
        worker.database.write(outbox.enqueue, "card", "card:1", lane="x", payload={"card": 1})
    first, second = start(), start()
    eventually(lambda: worker.row("card:1").state == "done", "the card is posted")
    eventually(lambda: not hinted(worker), "every hint was looked at")
    for engine in (first, second):
        engine.stop(timeout=5)
    assert len(worker.slack.messages("support")) == 1


@only_procrastinate
def test_what_a_dead_worker_was_looking_at_is_cleared_away(
    worker: Worker, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(procrastinated, "EVERY_30_SECONDS", "* * * * * *")
    read(worker, ROUTER)
    run(worker, "UPDATE procrastinate_jobs SET status = 'doing'")
    start()
    eventually(lambda: not hinted(worker), "the dead worker's hint is gone")
    eventually(lambda: worker.slack.messages("support"), "its card is posted by another")


def hinted(worker: Worker) -> list[str]:
    """The lanes that somebody was or is to look at."""
    query = text("SELECT args->>'lane' FROM procrastinate_jobs WHERE task_name = 'look'")
    return list(worker.database.read(lambda store: store.session.scalars(query).all()))


def listeners(worker: Worker) -> int:
    """A worker is in its table before it listens, and only what is said after that is heard."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'"
    )
    return int(worker.database.read(lambda store: store.session.scalar(query)) or 0)


def rename(worker: Worker, old: str, new: str) -> None:
    """Let a table not be there: what a database under repair looks like from here."""
    run(worker, f"ALTER TABLE {old} RENAME TO {new}")


def run(worker: Worker, statement: str) -> None:
    worker.database.write(lambda store: store.session.execute(text(statement)) and None)
