"""Procrastinate's tables: made and brought up to date by `migrate`, and not mixed with ours."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, inspect, text

from bot import schema
from bot.database import Database
from bot.engine import tables
from bot.models import Base
from bot.settings import PROCRASTINATE
from tests.command import Typed
from tests.test_migrations import alembic

pytestmark = pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Database]:
    with closing(Database(empty_database_url)) as database:
        yield database


def description(connection: Connection) -> dict[str, Any]:
    """Columns and indexes of all tables, and the bodies of all functions."""
    found = inspect(connection)
    functions = text("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'procrastinate%'")
    columns = {
        name: sorted((one["name"], str(one["type"])) for one in found.get_columns(name))
        for name in found.get_table_names()
    }
    indexes = {
        name: sorted(str(one["name"]) for one in found.get_indexes(name)) for name in columns
    }
    bodies = {name: " ".join(body.split()) for name, body in connection.execute(functions)}
    return {"columns": columns, "indexes": indexes, "functions": bodies}


def test_they_are_made_once_and_known_to_be_there(empty: Database):
    schema.upgrade(empty)
    assert not schema.is_current(empty, engine=PROCRASTINATE)
    assert schema.upgrade(empty, engine=PROCRASTINATE)
    assert schema.is_current(empty, engine=PROCRASTINATE)
    assert not schema.upgrade(empty, engine=PROCRASTINATE), "there is nothing left to do"
    assert schema.is_current(empty), "the default engine minds them"


def test_an_old_procrastinate_is_brought_up_to_date(empty: Database, empty_database_url: str):
    """From its very first tables, step by step, to those that a new database gets at once."""
    first = min(one.name for one in (tables._sql() / "migrations").iterdir() if "sql" in one.name)
    with empty.engine.connect() as connection:
        connection.execute(tables._BOOK)
        tables._run(connection, tables._sql() / "migrations" / first)
        connection.execute(tables._NOTE, {"name": first})
        connection.commit()
        assert not tables.is_current(connection)
        assert tables.upgrade(connection)
        assert tables.is_current(connection)
        grown = description(connection)
        connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.commit()
        assert tables.upgrade(connection)
        made = description(connection)
    assert grown["columns"] == made["columns"]
    assert set(made["indexes"]) == set(grown["indexes"])
    for name, body in made["functions"].items():
        assert grown["functions"][name] == body, name


def test_our_migrations_leave_them_alone(empty: Database):
    schema.upgrade(empty, engine=PROCRASTINATE)
    config = alembic()
    with empty.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)
        assert set(inspect(connection).get_table_names()) > set(Base.metadata.tables)


def test_tables_that_somebody_else_made_are_left_alone(typed: Typed, empty: Database):
    with empty.engine.connect() as connection:
        connection.begin()
        tables._run(connection, tables._sql() / "schema.sql")
        connection.commit()
    env = {"DATABASE_URL": empty.url, "ENGINE": "procrastinate"}
    code, out, err = typed(env, "migrate")
    assert (code, out) == (2, "")
    assert "that Switchboard did not make. Next: give" in err
