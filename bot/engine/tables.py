"""Procrastinate's own tables: made and brought up to date from the files that it ships.

It keeps no book of which of its migrations were applied, so this does. Imports nothing of ours.
"""

from importlib.resources import files
from importlib.resources.abc import Traversable

from sqlalchemy import Connection, text

PREFIX = "procrastinate_"
"""What its tables and our book about them begin with."""

_BOOK = text(f"CREATE TABLE IF NOT EXISTS {PREFIX}applied (name varchar(128) PRIMARY KEY)")
_READ = text(f"SELECT name FROM {PREFIX}applied")  # noqa: S608 - nothing from outside is in it
_NOTE = text(f"INSERT INTO {PREFIX}applied (name) VALUES (:name)")  # noqa: S608 - nor in this
_THERE = text("SELECT to_regclass(:name) IS NOT NULL")
# Two who start at once would both find nothing and make everything.
_ALONE = text("SELECT pg_advisory_xact_lock(7405)")


class ForeignTablesError(Exception):
    """This database has tables of Procrastinate that Switchboard did not make. Next: give
    Switchboard a database of its own, or leave ENGINE out.
    """  # noqa: D205 (two sentences that belong together)


def is_current(connection: Connection) -> bool:
    """Whether the tables are what the installed Procrastinate needs."""
    return _is_there(connection, f"{PREFIX}applied") and not _missing(connection)


def upgrade(connection: Connection) -> bool:
    """Make the tables, or apply what is missing; False when nothing was. Commits."""
    changed = False
    while _step(connection):
        changed = True
    return changed


def _step(connection: Connection) -> bool:
    """Run the next script in a transaction of its own: one may need what another has committed."""
    connection.execute(_ALONE)
    fresh = not _is_there(connection, f"{PREFIX}jobs")
    if not fresh and not _is_there(connection, f"{PREFIX}applied"):
        raise ForeignTablesError(" ".join(str(ForeignTablesError.__doc__).split()))
    connection.execute(_BOOK)
    missing = _missing(connection)
    if fresh:
        _run(connection, _sql() / "schema.sql")
    elif missing:
        missing = missing[:1]
        _run(connection, missing[0])
    if missing:
        connection.execute(_NOTE, [{"name": one.name} for one in missing])
    connection.commit()
    return bool(missing)


def _missing(connection: Connection) -> list[Traversable]:
    """Migrations that were not applied yet, in the order in which they must be."""
    applied = set(connection.execute(_READ).scalars())
    shipped = [one for one in (_sql() / "migrations").iterdir() if one.name.endswith(".sql")]
    return sorted((one for one in shipped if one.name not in applied), key=lambda one: one.name)


def _run(connection: Connection, script: Traversable) -> None:
    # Several statements in one go, and not a placeholder in them: past SQLAlchemy.
    own = connection.connection.driver_connection
    assert own is not None
    own.execute(script.read_text(encoding="utf-8"))


def _is_there(connection: Connection, table: str) -> bool:
    return bool(connection.execute(_THERE, {"name": table}).scalar())


def _sql() -> Traversable:
    return files("procrastinate") / "sql"
