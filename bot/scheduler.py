"""The clock: which job is looked at when. What is due stands in the tables, so any number of
clocks may ring, and a missed or doubled ring changes nothing.
"""  # noqa: D205 (two sentences that belong together)

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from bot import disk
from bot.database import Database
from bot.ingest import Ingest
from bot.store import Store
from bot.usecases.configure import current_config
from bot.usecases.silence import quiet_since, tell_of_silence
from bot.usecases.summary import due_summary, queue_due_summary
from bot.watch import Watcher

log = logging.getLogger(__name__)

SUMMARY_EVERY = timedelta(seconds=5)
SILENCE_EVERY = timedelta(minutes=10)
LONGEST_TICK = timedelta(seconds=15)
WATCH_TICK = timedelta(seconds=20)
"""One request a platform each time: within the limits of all of them."""


class Scheduler:
    """Reads and watches every platform in threads of its own: one that hangs stalls no other."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[Ingest],
        *,
        watchers: Sequence[Watcher] = (),
        every: timedelta,
        wake: Callable[[], None],
        label: Callable[[str], str] = str,
        summary_every: timedelta = SUMMARY_EVERY,
    ) -> None:
        self._database = database
        self._wake = wake
        self._label = label
        # APScheduler warns of every ring that comes while a slow round still runs: that is wanted.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._clock = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(len(sources) + len(watchers) + 1)},
            job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
            timezone=UTC,
        )
        tick = min(every, LONGEST_TICK)
        for source in sources:
            self._add(partial(self._read, source), every=tick)
            self._add(partial(self._listen, source.name), every=SILENCE_EVERY)
        for watcher in watchers:
            self._add(partial(self._watch, watcher), every=min(every, WATCH_TICK))
        self._add(self._summaries, every=summary_every)

    def start(self) -> None:
        self._clock.start()

    def stop(self) -> None:
        """Ring no more; rounds that run may finish."""
        self._clock.shutdown(wait=False)

    def _add(self, job: Callable[[], None], *, every: timedelta) -> None:
        seconds, now = every.total_seconds(), datetime.now(UTC)
        self._clock.add_job(_ring, "interval", [job], seconds=seconds, next_run_time=now)

    def _read(self, source: Ingest) -> None:
        recorded = source.run()
        if recorded is not None and (recorded.new or recorded.changed):
            self._wake()

    def _listen(self, platform: str) -> None:
        since = self._database.read(quiet_since, platform)
        if since is not None:
            label = self._label(platform)
            self._database.write(tell_of_silence, platform, since, label=label)
            self._wake()

    def _watch(self, watcher: Watcher) -> None:
        if watcher.run():
            self._wake()

    def _summaries(self) -> None:
        if self._database.read(_due) and self._database.write(_queue_due):
            self._wake()


def _ring(job: Callable[[], None]) -> None:
    """What cannot be written now is read again: no cursor has moved on."""
    try:
        job()
    except SQLAlchemyError as error:
        disk.log_failure(log, error)


def _due(store: Store) -> str | None:
    return due_summary(store, current_config(store))


def _queue_due(store: Store) -> str | None:
    return queue_due_summary(store, current_config(store))
