"""The only place that begins, commits and rolls back, on SQLite and on PostgreSQL.

`write` runs one short transaction and repeats it after a lost race; `read` runs one that changes
nothing. Neither may be held over a call to the network.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeAlias, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from bot import logs, search
from bot.clock import Clock, clock_of
from bot.store import Store

log = logging.getLogger("bot.history")

P = ParamSpec("P")
T = TypeVar("T")

Announce: TypeAlias = Callable[[Connection, Sequence[str]], None]
"""Is told inside a transaction, before it commits, in which lanes it has made something due."""

TRIES = 3
BUSY_SECONDS = 2.0
LOST_RACES = (StaleDataError, IntegrityError, OperationalError)
POSTGRES_DISK_FULL = "53100"
"""https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Database:
    """The company's data. `clock` is the only time the rules know; None: the one that everybody
    shares who works on this database.
    """  # noqa: D205 (two sentences that belong together)

    def __init__(self, url: str, *, clock: Clock | None = None) -> None:
        self.url = url
        self.engine = _engine(url)
        self.announce: Announce | None = None
        self.is_full = False
        """A write found no room, and none has been tried since; see `bot/disk.py`."""
        self._clock = clock or clock_of(self.engine)
        self._reading = self.engine.execution_options(read_only=True)
        self._single = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        # One writer at a time is SQLite's own rule. Waiting here is fair and wakes at once;
        # waiting in SQLite is polling with growing naps.
        self._turn: Any = threading.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @property
    def is_missing(self) -> bool:
        """Whether SQLite has no file there yet. To look into it would make an empty one."""
        name = (self.is_sqlite and self.engine.url.database) or ""
        if not name or name.startswith((":memory:", "file:")):
            return False
        file = Path(name)
        return file.parent.is_dir() and not file.exists()

    def write(
        self, act: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run `act(store, …)` in one transaction; again, at most twice, when a race was lost.

        The repeated run meets the new state, and so raises the refusal that fits it.
        """
        return self._repeat(self.engine, lambda store: act(store, *args, **kwargs))

    def write_at_once(
        self, act: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`write` for an act that PostgreSQL is told in one statement.

        That is a transaction by itself, whose begin and commit need no message of their own.
        """
        engine = self.engine if self.is_sqlite else self._single
        return self._repeat(engine, lambda store: act(store, *args, **kwargs))

    def read(self, act: Callable[Concatenate[Store, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self._repeat(self._reading, lambda store: act(store, *args, **kwargs))

    def now(self) -> datetime:
        """The time of a transaction that would begin now."""
        return self._clock()

    def write_anew(self) -> None:
        """Have SQLite write its file anew: what is deleted otherwise stays in it until the room is
        needed. Whoever writes meanwhile waits. Raises sqlite3.OperationalError when there is no
        room for it or others are at the file all the time; again is harmless.
        """  # noqa: D205 (two sentences that belong together)
        if self.is_sqlite:
            with closing(self.engine.raw_connection()) as connection:
                cursor = connection.cursor()
                cursor.execute(search.FORGET_DELETED_WORDS)
                cursor.execute("VACUUM")
                # https://sqlite.org/pragma.html#pragma_wal_checkpoint
                is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if is_busy:
                    raise sqlite3.OperationalError("somebody reads it all the time")

    def close(self) -> None:
        self.engine.dispose()

    def _repeat(self, engine: Engine, act: Callable[[Store], T]) -> T:
        """Again after a lost race, or on a new connection where the old one was cut meanwhile."""
        for attempt in range(1, TRIES + 1):
            try:
                with self._transaction(engine) as store:
                    return act(store)
            except LOST_RACES as error:
                self.is_full = self.is_full or found_no_room(error)
                if attempt == TRIES:
                    raise
                time.sleep(0.01 * attempt)
        raise AssertionError("unreachable")

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Store]:
        now = self._clock()
        turn = nullcontext() if engine is self._reading else self._turn
        with turn, Session(engine, expire_on_commit=False) as session, session.begin():
            store = Store(session, now)
            yield store
            if self.announce is not None and store.made_due:
                self.announce(session.connection(), sorted(store.made_due))
        for mention_id, what in store.happened:
            log.info("%s", what, extra=logs.mentioning(mention_id))


def found_no_room(error: BaseException) -> bool:
    """Whether this was raised because the disk is full. What was to be written is undone."""
    cause = getattr(error, "orig", None)
    full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return full or getattr(cause, "sqlstate", None) == POSTGRES_DISK_FULL


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url,
            hide_parameters=True,  # they are what people wrote
            pool_size=16,
            max_overflow=16,
            pool_pre_ping=True,
            connect_args={"options": "-c statement_timeout=15s -c lock_timeout=3s"},
        )
    engine = create_engine(
        url, connect_args={"timeout": BUSY_SECONDS}, pool_size=16, hide_parameters=True
    )
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _set_up_sqlite(connection: Any, _record: object) -> None:
    # pysqlite's own transactions begin too late and lose updates; `_begin_sqlite` begins them.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get("read_only")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
