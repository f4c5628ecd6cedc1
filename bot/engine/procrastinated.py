"""The engine for many machines: Procrastinate on PostgreSQL tells every worker where to look.

Any number of processes may run it; none leads. Hints come with the transactions that made something
due (`bot/engine/hints.py`); lanes whose hint was lost, or in which something becomes due by itself,
are found by a sweep. Leases, order and pace are the ledger's: no hint decides anything.
"""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from psycopg import Error as PostgresError
from sqlalchemy import make_url

from bot import outbox
from bot.delivery.drain import Drain
from bot.engine.hints import LOOK, QUEUE
from bot.lanes import pace_of

T = TypeVar("T")

log = logging.getLogger(__name__)

HANDS = 16
"""Threads that use the database and the network; the database's pool holds more connections."""
LOOKS = 200
"""Lanes that are looked at by one process at a time; nearly all of them wait for their pace."""
LONGEST_WAIT = 5.0
"""Seconds. What is due later than that is left to the sweep."""
TURN = 10.0
"""Seconds after which a lane is handed on, so that machines that were added get their share."""
POLLED_EVERY = 2.0
"""Seconds: how late a hint is found at worst when PostgreSQL's word of it was lost."""
EVERY_2_SECONDS = "* * * * * */2"
EVERY_30_SECONDS = "* * * * * */30"


class ProcrastinateEngine:
    """One worker of Procrastinate, in a thread of its own."""

    def __init__(self, drain: Drain, database_url: str, *, hands: int = HANDS) -> None:
        # It tells of every job; each of ours is but a hint.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        self._drain = drain
        self._app = make_app(database_url)
        self._pool = ThreadPoolExecutor(hands, thread_name_prefix="deliver")
        self._looking: set[str] = set()
        self._again: set[str] = set()
        self._over = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._add_tasks()

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """The transaction that made something due has left a hint."""

    def stop(self, *, timeout: float) -> None:
        self._over.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has just ended by itself
                self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while not self._over.is_set():
            try:
                asyncio.run(self._work())
            except (ConnectorException, PostgresError):
                log.exception("the database does not answer; trying again")
            self._over.wait(1.0)

    async def _work(self) -> None:
        """Work till we are told to stop, or till Procrastinate gives up."""
        self._stopping, self._loop = asyncio.Event(), asyncio.get_running_loop()
        self._looking.clear()
        async with self._app.open_async():
            worker = asyncio.create_task(
                self._app.run_worker_async(
                    queues=[QUEUE], concurrency=LOOKS, delete_jobs="always",
                    fetch_job_polling_interval=POLLED_EVERY, install_signal_handlers=False,
                )
            )  # fmt: skip
            told = asyncio.create_task(self._told_to_stop())
            await asyncio.wait([worker, told], return_when=asyncio.FIRST_COMPLETED)
            self._stopping.set()
            worker.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await worker

    async def _told_to_stop(self) -> None:
        # Whoever called `stop` before this loop was there could only set the other flag. When
        # Procrastinate gave up `_stopping` is set, too: to wait for it then takes no time, and what
        # takes none cannot be cancelled by `asyncio.run` on Python 3.11.
        while not (self._over.is_set() or self._stopping.is_set()):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)

    def _add_tasks(self) -> None:
        app = self._app
        app.task(name=LOOK, queue=QUEUE)(self._look)
        sweep = app.task(name="sweep", queue=QUEUE, queueing_lock="sweep")(self._sweep)
        app.periodic(cron=EVERY_2_SECONDS)(sweep)
        clear = app.task(name="clear_stalled", queue=QUEUE, queueing_lock="clear")(self._clear)
        app.periodic(cron=EVERY_30_SECONDS)(clear)

    async def _look(self, lane: str) -> None:
        """Send what is due in a lane. A second hint makes whoever is at it look once more."""
        self._again.add(lane)
        if lane in self._looking:
            return
        self._looking.add(lane)
        try:
            more = await self._work_off(lane)
        finally:
            self._looking.discard(lane)
        if more:
            await self._hint(lane)

    async def _work_off(self, lane: str) -> bool:
        """One after the other, as long as nothing but the lane's pace is waited for.

        True: somebody should go on there. Who finds the lane taken twice leaves it to the other.
        """
        clock = asyncio.get_running_loop().time
        begun, in_vain = clock(), 0
        while in_vain < 2:
            self._again.discard(lane)
            sent = await self._in_thread(lambda: self._send_next(lane))
            in_vain = 0 if sent else in_vain + 1
            wait = _next_place(lane) if sent else await self._seconds_until_due(lane)
            if wait is None or wait > LONGEST_WAIT:
                if lane not in self._again:
                    return False
                in_vain = 0
                continue
            if self._stopping.is_set() or clock() - begun > TURN:
                return True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)
        return False

    async def _seconds_until_due(self, lane: str) -> float | None:
        return await self._in_thread(
            lambda: self._drain.seconds_until_due(lane, ahead=outbox.AHEAD)
        )

    def _send_next(self, lane: str) -> bool:
        lease = None if self._over.is_set() else self._drain.lease_in(lane, ahead=outbox.AHEAD)
        if lease is not None:
            self._drain.deliver(lease)
        return lease is not None

    async def _sweep(self, timestamp: int) -> None:
        """Look where something is due and nobody was told, or whoever was told has died."""
        for lane in await self._in_thread(self._drain.due_lanes):
            await self._hint(lane)

    async def _hint(self, lane: str) -> None:
        """Have a lane looked at by whoever is free, at most one such hint waiting."""
        task = self._app.configure_task(LOOK, queue=QUEUE, queueing_lock=f"{LOOK} {lane}")
        with contextlib.suppress(AlreadyEnqueued):
            await task.defer_async(lane=lane)

    async def _clear(self, timestamp: int) -> None:
        """Throw away what dead workers were at: the sweep looks at those lanes anyway.

        Procrastinate would have such jobs tried again, and stops at one whose hint waits already.
        """
        jobs = self._app.job_manager
        for job in await jobs.get_stalled_jobs(queue=QUEUE):
            with contextlib.suppress(ConnectorException):  # another worker was quicker
                await jobs.finish_job(job, status=Status.ABORTED, delete_job=True)

    async def _in_thread(self, act: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, act)


def _next_place(lane: str) -> float:
    """Seconds until a lane in which something was just sent is worth another look."""
    pace = pace_of(lane)
    return max(0.0, (pace.interval - outbox.AHEAD).total_seconds()) if pace.burst == 1 else 0.0


def make_app(database_url: str) -> App:
    """Procrastinate on our own database."""
    address = make_url(database_url).set(drivername="postgresql")
    conninfo = address.render_as_string(hide_password=False)
    return App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))
