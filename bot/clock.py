"""Which time it is: this machine's own, or the database server's, which all machines share.

Leases and paces are written by one machine and compared on another. Clocks of machines differ by
minutes at times, so on PostgreSQL only the server's counts; SQLite is one machine by itself.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError

ASKED_EVERY = 60.0
"""Seconds between two questions to the server: till then a stop-watch is off by milliseconds."""
PROMPT = 0.005
"""Seconds. After an answer that took no longer nothing more is asked …"""
QUESTIONS = 10
"""… else so often, as when this machine is busy; the quickest answer counts."""

Clock = Callable[[], datetime]
"""Tells the time in aware UTC."""


def utc_now() -> datetime:
    """This machine's time."""
    return datetime.now(UTC)


def clock_of(engine: Engine) -> Clock:
    """The clock that everybody shares who works on this database."""
    return utc_now if engine.dialect.name == "sqlite" else ServerClock(engine).now


def _stop_watch() -> float:
    """Seconds since some moment; nobody sets it, and it runs while the machine sleeps, too."""
    # macOS has a monotonic clock alone.
    number = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return time.clock_gettime(number)


class ServerClock:
    """The server's time, off by at most half the time that the quickest of its answers took.

    Raises SQLAlchemyError when it has to ask and the server does not answer.
    """

    def __init__(self, engine: Engine, *, stop_watch: Callable[[], float] = _stop_watch) -> None:
        self._engine = engine
        self._stop_watch = stop_watch
        self._asking = threading.Lock()
        self._known: tuple[datetime, float] | None = None

    def now(self) -> datetime:
        known = self._known
        if known is None or self._stop_watch() - known[1] > ASKED_EVERY:
            known = self._ask_once()
        told, at = known
        return told + timedelta(seconds=self._stop_watch() - at)

    def _ask_once(self) -> tuple[datetime, float]:
        """Ask, unless another thread is at it and an older answer will do till it is done."""
        known = self._known
        if not self._asking.acquire(blocking=known is None):
            assert known is not None
            return known
        try:
            if self._known is known:
                self._known = self._ask_again()
            assert self._known is not None
            return self._known
        finally:
            self._asking.release()

    def _ask_again(self) -> tuple[datetime, float]:
        try:
            return self._ask()
        except OperationalError:
            # The pool had a connection that was cut meanwhile; the next one is new.
            return self._ask()

    def _ask(self) -> tuple[datetime, float]:
        answers = []
        with self._engine.connect() as connection:
            for _ in range(QUESTIONS):
                asked = self._stop_watch()
                told = connection.execute(select(func.clock_timestamp())).scalar_one()
                took = self._stop_watch() - asked
                answers.append((took, told.astimezone(UTC), asked + took / 2))
                if took <= PROMPT:
                    break
        _, told, at = min(answers)
        return told, at
