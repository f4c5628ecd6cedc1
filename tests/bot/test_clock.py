"""Machines whose clocks differ share one time: the database server's."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

import bot.clock
from bot import outbox
from bot.clock import ASKED_EVERY, QUESTIONS, ServerClock
from bot.database import Database
from tests.bot.ledger import pace_of

FIVE_MINUTES = timedelta(minutes=5)
CLOSE = timedelta(seconds=2)

on_postgres = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite has no machine besides its own."""


@contextmanager
def on_a_machine_that_is_off(by: timedelta) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.clock, "utc_now", lambda: datetime.now(UTC) + by)
        yield


def opened(url: str, *, off: timedelta) -> Database:
    with on_a_machine_that_is_off(off):
        database = Database(url)
        database.read(lambda store: store.now)
    return database


@pytest.mark.parametrize("off", [FIVE_MINUTES, -FIVE_MINUTES])
def test_the_time_is_the_one_that_all_machines_share(database_url: str, off: timedelta):
    with on_a_machine_that_is_off(off):
        database = Database(database_url)
        now = database.read(lambda store: store.now)
    wrong = off if database.is_sqlite else timedelta(0)
    assert abs(now - datetime.now(UTC) - wrong) < CLOSE, f"{database.engine.dialect.name}: {now}"
    database.close()


@on_postgres
@pytest.mark.parametrize("off", [FIVE_MINUTES, -FIVE_MINUTES])
def test_a_worker_with_a_wrong_clock_neither_takes_a_held_row_nor_loses_its_own(
    database_url: str, off: timedelta
):
    right, wrong = opened(database_url, off=timedelta(0)), opened(database_url, off=off)
    for key in ("a", "b"):
        right.write(outbox.enqueue, "card", key, lane=key, payload={})
    (first,) = right.write(outbox.lease, limit=1, paces=pace_of)
    (second,) = wrong.write(outbox.lease, limit=5, paces=pace_of)
    assert (first.key, second.key) == ("a", "b"), "it took what another one holds"
    assert right.write(outbox.lease, limit=5, paces=pace_of) == [], "its lease counts for nobody"
    assert wrong.write(outbox.mark, second, paces=pace_of)
    assert right.write(outbox.mark, first, paces=pace_of)
    right.close()
    wrong.close()


@on_postgres
def test_a_pace_holds_between_machines_whose_clocks_differ(database_url: str):
    machines = [opened(database_url, off=off) for off in (FIVE_MINUTES, -FIVE_MINUTES)]
    for key in ("a", "b"):
        machines[0].write(outbox.enqueue, "card", key, lane="slow", payload={})
    (lease,) = machines[0].write(outbox.lease, limit=1, paces=pace_of)
    machines[0].write(outbox.settle, lease)
    moments = [one.read(outbox.next_moment, paces=pace_of) for one in machines]
    nows = [one.read(lambda store: store.now) for one in machines]
    waits = [moment - now for moment, now in zip(moments, nows, strict=True) if moment]
    assert len(waits) == 2
    assert all(timedelta(0) < wait <= timedelta(seconds=1) for wait in waits), waits
    assert machines[1].write(outbox.lease, limit=1, paces=pace_of) == []
    for one in machines:
        one.close()


# -- how it is asked


@pytest.fixture
def questions(
    database_url: str, engines: Callable[[str], Engine]
) -> Iterator[tuple[Engine, list[str]]]:
    engine, asked = engines(database_url), []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "clock_timestamp" in statement:
            asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield engine, asked
    event.remove(engine, "before_cursor_execute", note)


@on_postgres
def test_the_server_is_asked_once_a_minute_and_a_stop_watch_runs_in_between(
    questions: tuple[Engine, list[str]],
):
    engine, asked = questions
    seconds = [1000.0]
    clock = ServerClock(engine, stop_watch=lambda: seconds[0])
    begun = clock.now()
    seconds[0] += ASKED_EVERY
    assert clock.now() - begun == timedelta(seconds=ASKED_EVERY)
    assert len(asked) == 1
    seconds[0] += 0.1
    assert clock.now() - begun < timedelta(seconds=30), "it goes by the server, not by a watch"
    assert len(asked) == 2


@on_postgres
@pytest.mark.parametrize("took", [(0.03, 0.02, 0.001), (0.03, 0.02, 0.006, *[0.03] * 7)])
def test_a_busy_machine_asks_again_and_goes_by_the_quickest_answer(
    questions: tuple[Engine, list[str]], took: tuple[float, ...]
):
    engine, asked = questions
    begun = [60.0 * number for number in range(len(took))]
    moments = [moment for at, one in zip(begun, took, strict=True) for moment in (at, at + one)]
    reads = iter([*moments, moments[-1]])
    told = ServerClock(engine, stop_watch=lambda: next(reads)).now()
    assert len(asked) == len(took)
    since = moments[-1] - begun[took.index(min(took))]
    assert abs(told - timedelta(seconds=since) - datetime.now(UTC)) < CLOSE


@on_postgres
def test_many_threads_that_begin_at_once_ask_once(questions: tuple[Engine, list[str]]):
    engine, asked = questions
    clock = ServerClock(engine)
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: clock.now(), range(16)))
    assert len(asked) <= QUESTIONS
    assert max(told) - min(told) < CLOSE
