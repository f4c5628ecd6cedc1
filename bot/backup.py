"""A copy of a running SQLite database, as it was at the moment the copy began.

https://sqlite.org/backup.html
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from bot.database import Database
from bot.secrecy import SECRET_PARAMETERS
from bot.usecases.restored import doubt_all

STEP_PAGES = 500
"""Pages copied between two words about progress; 2 MB."""

Tell = Callable[[int, int], None]
"""Is told how many of how many pages are copied."""


class BackupError(Exception):
    """Nothing was written; the message says what to do next."""


def back_up(url: str, file: Path, *, tell: Tell) -> None:
    """Copy the database at `url` into `file`, which must not be there yet.

    What is written meanwhile goes on undisturbed and is not in the copy.
    """
    source = _source(url, file)
    part = file.with_name(f"{file.name}.part")
    if not file.parent.is_dir():
        raise BackupError(f"There is no folder {file.parent}. Next: make it, or name another file.")
    if file.exists() or part.exists():
        there = file if file.exists() else part
        raise BackupError(f"{there} is there already. Next: name another file, or move it away.")
    try:
        # It holds names and words of people: for whoever makes it alone.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy(source, part, tell)
        part.rename(file)
    except (OSError, sqlite3.Error, SQLAlchemyError) as error:
        raise BackupError(
            f"The copy failed ({error}). Next: look at the space and the rights in {file.parent}."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _source(url: str, file: Path) -> Path:
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        shown = address._replace(drivername="postgresql", password=None)
        shown = shown.difference_update_query(SECRET_PARAMETERS)
        raise BackupError(
            "PostgreSQL makes its own backups. "
            f"Next: pg_dump --format=custom --file={file} '{shown.render_as_string()}'. "
            "After putting it back: python app.py restored"
        )
    source = Path(address.database or "")
    if not source.is_file():
        raise BackupError(f"There is no database at {source}. Next: look at DATABASE_URL.")
    return source


def _copy(source: Path, part: Path, tell: Tell) -> None:
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as running,
        closing(sqlite3.connect(part, isolation_level=None)) as copy,
    ):
        # In a transaction of its own the copy has one moment; without, each write by another
        # process would make it begin anew, and under steady writes it would never end.
        running.execute("BEGIN")
        running.execute("SELECT count(*) FROM sqlite_master").fetchone()
        running.backup(
            copy, pages=STEP_PAGES, progress=lambda _, left, all_: tell(all_ - left, all_)
        )
        _doubt(part)
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise sqlite3.DatabaseError(str(found))


def _doubt(copy: Path) -> None:
    with closing(Database(URL.create("sqlite", database=str(copy)).render_as_string())) as database:
        database.write(doubt_all)
