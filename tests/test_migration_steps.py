"""Add, deploy, remove: whatever code of one release does still works on the next one's tables.

So a release is rolled out while the one before it runs, and can be taken back. Each migration, also
of years to come, is run over tables with rows in them, and then what was there before it is used as
code does that has never heard of it. `tests/rigs/upgrade.py` does so with a whole release.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import BatchOperations, Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Table

from bot import schema
from bot.database import Database
from bot.models import Base
from bot.search import INDEX
from bot.store import Store
from tests.test_migrations import alembic

# What a step takes away all the same, and why nobody misses it.
EXCEPTIONS = {
    "0008": {"person.guest": "no release had it: 0006, which brought it, came out together with it"}
}
STEPS = [one.revision for one in ScriptDirectory.from_config(alembic()).walk_revisions()][::-1]
WHEN = datetime(2049, 11, 15, 9, 30, tzinfo=UTC)
UNIQUE = (sa.PrimaryKeyConstraint, sa.UniqueConstraint)
KINDS: dict[type, Callable[[int], Any]] = {
    str: str,
    int: int,
    bool: bool,
    object: lambda _: [],  # JSON
    datetime: lambda number: WHEN + timedelta(seconds=number),
    date: lambda number: WHEN.date() + timedelta(days=number),
}
_number = count(1)


class Before:
    """What code knows before a step: its tables, each with three rows more.

    Two of them differ only in what must be unique by then; the third has nothing that it need not.
    """

    def __init__(self, connection: Connection, *, without: frozenset[str] = frozenset()) -> None:
        known = sa.MetaData()
        known.reflect(connection, only=lambda name, _: not name.startswith((INDEX, "alembic_")))
        self._tables = {
            table: [
                one for one in table.columns if one.computed is None and str(one) not in without
            ]
            for table in known.sorted_tables
        }
        self._unique = {one.name: _unique_columns(one) for one in self._tables}
        self._newest: dict[str, Any] = {}
        for bare in (False, False, True):
            for table in self._tables:
                self._insert(connection, table, bare=bare)
        self._rows = {table: self._read(connection, table) for table in self._tables}

    def complaints(self, connection: Connection) -> list[str]:
        """What its code can do no more, in the database's words."""
        found = []
        for table in self._tables:
            found += _complaint(f"SELECT from {table}", connection, self._look, table)
            found += _complaint(f"UPDATE {table}", connection, self._update, table)
        for bare in (False, False, True):
            for table in self._tables:
                found += _complaint(f"INSERT {table}", connection, self._insert, table, bare=bare)
        return found

    def _look(self, connection: Connection, table: Table) -> None:
        have = self._read(connection, table)
        assert all(one in have for one in self._rows[table]), "rows are gone, or read differently"

    def _read(self, connection: Connection, table: Table) -> list[Any]:
        return list(connection.execute(sa.select(*self._tables[table])))

    def _update(self, connection: Connection, table: Table) -> None:
        connection.execute(table.update().values({one: one for one in self._tables[table]}))

    def _insert(self, connection: Connection, table: Table, *, bare: bool) -> None:
        wanted = [
            one
            for one in self._tables[table]
            if one is not table.autoincrement_column and not (bare and one.nullable)
        ]
        values = {one.name: self._value(one) for one in wanted}
        made = connection.execute(table.insert().values(values))
        assert made.inserted_primary_key is not None
        self._newest[table.name] = made.inserted_primary_key[0]

    def _value(self, column: Column[Any]) -> Any:
        """Long where that may be; and what waits, because migrations may do something about it."""
        for reference in column.foreign_keys:
            return self._newest.get(reference.column.table.name)
        if column.name in self._unique[column.table.name]:
            return KINDS[column.type.python_type](next(_number))
        if column.name == "state":
            return "waiting"
        if isinstance(column.type, sa.String):
            return "x" * (column.type.length or 1)
        return KINDS[column.type.python_type](1)


def _unique_columns(table: Table) -> set[str]:
    indexes = [one for one in table.indexes if one.unique]
    constraints = [one for one in table.constraints if isinstance(one, UNIQUE)]
    return {column.name for one in (*indexes, *constraints) for column in one.columns}


def _complaint(
    what: str, connection: Connection, use: Callable[..., None], *args: Any, **more: Any
) -> list[str]:
    try:
        with connection.begin_nested():
            use(connection, *args, **more)
    except (sa.exc.SQLAlchemyError, AssertionError) as error:
        return [f"{what}: {str(getattr(error, 'orig', error)).splitlines()[0]}"]
    return []


def test_code_of_each_step_works_on_after_the_next_one(empty_database_url: str):
    with closing(Database(empty_database_url)) as database:
        schema.migrate(database, STEPS[0])
        for step in STEPS[1:]:
            with database.engine.begin() as connection:
                before = Before(connection, without=frozenset(EXCEPTIONS.get(step, ())))
            schema.migrate(database, step)
            with database.engine.connect() as connection:
                complaints = before.complaints(connection)
            assert not complaints, (
                f"After migration {step} code that runs already can do no more:\n"
                f"{chr(10).join(complaints)}\n"
                "Next: only add, with a server_default where it is NOT NULL, and remove in a later "
                "release; CONTRIBUTING.md tells how."
            )
        with database.engine.begin() as connection:
            Before(connection)
        for mapper in Base.registry.mappers:
            rows = database.read(_all_of, mapper.class_)
            assert len(rows) >= 3, f"today's code does not read {mapper.class_.__name__}"


def _all_of(store: Store, model: type[Base]) -> Sequence[Base]:
    return store.session.scalars(sa.select(model)).all()


def new_without_default(press: BatchOperations) -> None:
    press.add_column(Column("whom", sa.Text(), nullable=False, server_default=""))
    press.alter_column("whom", server_default=None)


BREAKS: dict[str, Callable[[BatchOperations], object]] = {
    "removed": lambda press: press.drop_column("pressed_at"),
    "renamed": lambda press: press.alter_column("pressed_at", new_column_name="came_at"),
    "asked for": lambda press: press.alter_column("pressed_at", nullable=False),
    "unique": lambda press: press.create_unique_constraint("uq_press_asked_at", ["asked_at"]),
    "new without default": new_without_default,
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_step_that_breaks_running_code_is_noticed(database: Database, broken: str):
    with database.engine.connect() as connection:
        before = Before(connection)
        assert before.complaints(connection) == []
        connection.execute(sa.text("DELETE FROM press"))
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("press") as press:
            BREAKS[broken](press)
        assert any(one.startswith("INSERT press") for one in before.complaints(connection))
