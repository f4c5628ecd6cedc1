"""Brings the database to the shape that this code needs, and tells when it is not."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.database import Database
from bot.engine import tables
from bot.settings import EMBEDDED, PROCRASTINATE

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent.parent / "migrations"


class BrokenReferenceError(Exception):
    """A migration, now undone, would have left rows that refer to nothing."""


def upgrade(database: Database, *, engine: str = EMBEDDED) -> bool:
    """Apply every migration that is missing, also of the engine; False when there was none."""
    if is_current(database, engine=engine):
        return False
    if not is_current(database):
        migrate(database)
    if engine == PROCRASTINATE:
        with database.engine.connect() as connection:
            tables.upgrade(connection)
    return True


def migrate(database: Database, to: str = "head") -> None:
    """Apply the migrations of our own tables, up to one of them."""
    config = _config()
    with _patient(database) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def is_current(database: Database, *, engine: str = EMBEDDED) -> bool:
    """Whether this code can work on it, also when a newer release has migrated it already.

    What a newer release adds is not our business, and what we need it leaves for one release more.
    """
    if database.is_missing:
        return False
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
        if have is None or not _is_enough(have):
            return False
        return engine != PROCRASTINATE or tables.is_current(connection)


def is_new(database: Database) -> bool:
    """Whether nothing was ever migrated there."""
    if database.is_missing:
        return True
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() is None


def _is_enough(have: str) -> bool:
    script = ScriptDirectory.from_config(_config())
    head = script.get_current_head()
    if have in {one.revision for one in script.walk_revisions()}:
        return have == head
    log.warning("The database is of a newer release (%s) than this code (%s).", have, head)
    return True


@contextmanager
def _patient(database: Database) -> Iterator[Connection]:
    """A connection that may take its time, and on SQLite may put a new table in an old one's place.

    SQLite looks at references afterwards then: https://sqlite.org/lang_altertable.html#otheralter
    """
    with database.engine.connect() as connection:
        own: Any = connection.connection.driver_connection
        connection.detach()  # what is set here must not come back to others
        if database.is_sqlite:
            own.execute("PRAGMA foreign_keys=OFF")  # heeded only outside of a transaction
        else:
            own.execute("SET statement_timeout = 0")
            own.commit()
        yield connection
        if database.is_sqlite and (broken := own.execute("PRAGMA foreign_key_check").fetchall()):
            raise BrokenReferenceError(", ".join(sorted({str(row[0]) for row in broken})))
        connection.commit()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
