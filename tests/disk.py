"""A disk that is full, for a database that runs: it refuses by itself, with its own error.

While it is full, every row that is written brings ballast along for which there is no room. SQLite
may not make its file longer; PostgreSQL keeps the ballast in /dev/full, which refuses each byte as
a full disk does. What is there can be read as ever.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from bot.database import Database
from bot.models import Base

DEV_FULL = Path("/dev/full")
WRITES = ("INSERT", "UPDATE")


@contextmanager
def full_disk(database: Database) -> Iterator[None]:
    disk = SQLiteDisk(database) if database.is_sqlite else PostgresDisk(database)
    disk.fill()
    try:
        yield
    finally:
        disk.free()


class SQLiteDisk:
    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def fill(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("CREATE TABLE ballast (weight BLOB)"))
            for table, write in _every_write():
                connection.execute(text(
                    f"CREATE TRIGGER ballast_{table}_{write} AFTER {write} ON {table}"
                    " BEGIN INSERT INTO ballast VALUES (zeroblob(1000000)); END"
                ))  # fmt: skip
        # It stays: another thread may be going through the listeners when it would be taken away.
        self._is_full = True
        event.listen(self._engine, "checkout", self._may_not_grow)

    def free(self) -> None:
        self._is_full = False
        self._engine.dispose()
        with self._engine.begin() as connection:
            for table, write in _every_write():
                connection.execute(text(f"DROP TRIGGER ballast_{table}_{write}"))
            connection.execute(text("DROP TABLE ballast"))

    def _may_not_grow(self, connection: Any, *_: object) -> None:
        if self._is_full:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite makes of it what there is


class PostgresDisk:
    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def fill(self) -> None:
        with self._engine.begin() as connection:
            connection.execute(text("CREATE TABLE ballast (weight int)"))
            connection.execute(text(
                "CREATE FUNCTION load_ballast() RETURNS trigger LANGUAGE plpgsql AS"
                " 'BEGIN INSERT INTO ballast VALUES (1); RETURN NULL; END'"
            ))  # fmt: skip
            for table in Base.metadata.tables:
                connection.execute(text(
                    f"CREATE TRIGGER ballast AFTER {' OR '.join(WRITES)} ON {table}"
                    " FOR EACH ROW EXECUTE FUNCTION load_ballast()"
                ))  # fmt: skip
            where = "current_setting('data_directory') || '/' || pg_relation_filepath('ballast')"
            self._file = Path(str(connection.scalar(text(f"SELECT {where}"))))
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("CHECKPOINT"))  # later it would wait for what is not there
        self._engine.dispose()  # who made the file has it open
        self._kept = self._file.with_suffix(".kept")
        self._file.rename(self._kept)
        self._file.symlink_to(DEV_FULL)

    def free(self) -> None:
        self._kept.replace(self._file)
        with self._engine.begin() as connection:
            connection.execute(text("DROP FUNCTION load_ballast CASCADE"))
            connection.execute(text("DROP TABLE ballast"))


def _every_write() -> Iterator[tuple[str, str]]:
    return ((table, write) for table in Base.metadata.tables for write in WRITES)
