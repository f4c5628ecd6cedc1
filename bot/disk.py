"""Is there room for the database to write? Asked by whatever tells how Switchboard does.

A full disk lets everything be read, so nothing but a write finds it.
"""

import logging
import shutil
from pathlib import Path

from sqlalchemy import delete
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from bot.database import Database, found_no_room
from bot.models import Setting
from bot.store import Store

FULL = (
    "The disk of the database is full: nothing can be written, and nothing that was is lost. "
    "Next: free space on it. Switchboard then goes on by itself."
)
LITTLE = "{left} MB are left on the disk of the database ({folder}). Next: free space there."
LEAST_BYTES = 100_000_000
_TRIAL = "trial"
_TRIAL_LENGTH = 32_000
"""More than is left in the pages that a database has already."""


def trouble(database: Database, *, surely: bool = False) -> str:
    """What is wrong with the room that is left, as a sentence with the next step; "" if nothing.

    Tries to write only after a write found no room, or to know it `surely`: whoever may ask for the
    health of a process must not make it write. Raises SQLAlchemyError when there is no answer.
    """
    if (surely or database.is_full) and not _takes_more(database):
        return FULL
    left = free_bytes(database)
    if left is None or left >= LEAST_BYTES:
        return ""
    return LITTLE.format(left=left // 1_000_000, folder=_folder(database))


def log_failure(log: logging.Logger, error: SQLAlchemyError) -> None:
    """Tell that work stopped and is tried again: the log may lie on the disk that is full."""
    if found_no_room(error):
        log.warning("the disk of the database is full; trying again")
    else:
        log.error("the database does not answer; trying again", exc_info=error)


def free_bytes(database: Database) -> int | None:
    """What is left where SQLite's file is; None for PostgreSQL, whose disk is not ours to see."""
    folder = _folder(database)
    return shutil.disk_usage(folder).free if folder is not None and folder.is_dir() else None


def _folder(database: Database) -> Path | None:
    name = database.engine.url.database if database.is_sqlite else None
    return Path(name).absolute().parent if name else None


def _takes_more(database: Database) -> bool:
    try:
        database.write(_write_and_take_back)
    except OperationalError as error:
        if not found_no_room(error):
            raise
        return False
    database.is_full = False
    return True


def _write_and_take_back(store: Store) -> None:
    store.put_setting(_TRIAL, {"room": "x" * _TRIAL_LENGTH})
    store.flush()
    store.session.execute(delete(Setting).where(Setting.key == _TRIAL))
