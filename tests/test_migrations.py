"""The migrations make the tables that the models describe, on both databases, and undo them."""

import ast
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, inspect, text

from bot import schema
from bot.database import Database
from bot.models import Base
from bot.search import INDEX
from tests.bot.steps import found_mention

VERSIONS = sorted((schema.MIGRATIONS / "versions").glob("*.py"))


def alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    return config


def tables(database: Database) -> set[str]:
    found = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    return {one for one in found if not one.startswith(INDEX)}


def is_modelled(name: str | None, _kind: str, _parents: object) -> bool:
    return INDEX not in (name or "")


def differences(database: Database) -> list[object]:
    """What `alembic revision --autogenerate` would write now."""
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": is_modelled}
        )
        return list(compare_metadata(context, Base.metadata))


def downgrade(database: Database, to: str) -> None:
    config = alembic()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)
        connection.commit()


def test_from_nothing_to_now_down_to_nothing_and_up_again(empty_database_url: str):
    database = Database(empty_database_url)
    assert not schema.is_current(database)
    assert schema.upgrade(database), "there was nothing, so something was to do"
    assert schema.is_current(database)
    assert differences(database) == [], (
        "models and migrations do not agree. "
        'Next: .venv/bin/alembic revision --autogenerate -m "what changes", and read what it wrote'
    )
    assert not schema.upgrade(database), "there is nothing left to do"

    downgrade(database, "base")
    assert tables(database) == set()
    schema.upgrade(database)
    assert tables(database) == set(Base.metadata.tables)
    assert found_mention(database) == 1, "what was made anew cannot be used"
    database.close()


def test_the_versions_are_one_line_without_branches():
    script = ScriptDirectory.from_config(alembic())
    heads = script.get_heads()
    assert len(heads) == 1, (
        f"There are {len(heads)} heads: {', '.join(heads)}. Two migrations were written at once. "
        "Next: let the newer one name the other as its down_revision."
    )


def test_tables_from_before_0001_was_changed_are_mended(empty_database_url: str):
    with closing(Database(empty_database_url)) as database:
        schema.migrate(database, "0001")
        with database.engine.begin() as connection:
            connection.execute(text("ALTER TABLE source DROP COLUMN gap_at"))
        schema.upgrade(database)
        assert differences(database) == []


@pytest.mark.parametrize("empty_database_url", ["postgresql"], indirect=True)
def test_a_migration_may_take_its_time(empty_database_url: str):
    """An index of a million mentions takes longer than a click may."""
    allowed: list[str] = []
    with closing(Database(empty_database_url)) as database:

        @event.listens_for(database.engine, "before_cursor_execute")
        def look(_connection: object, cursor: Any, statement: str, *_: object) -> None:
            if statement.startswith("CREATE INDEX"):
                allowed.append(cursor.connection.execute("SHOW statement_timeout").fetchone()[0])

        schema.upgrade(database)
        asked = text("SHOW statement_timeout")
        afterwards = database.read(lambda store: store.session.scalar(asked))
    assert set(allowed) == {"0"}
    assert afterwards == "15s", "what a migration may others must not"


def test_a_migration_that_breaks_a_reference_is_undone(tmp_path: Path):
    with closing(Database(f"sqlite:///{tmp_path}/broken.db")) as database:
        schema.upgrade(database)
        told = pytest.raises(schema.BrokenReferenceError, match="member")
        with told, schema._patient(database) as connection:
            connection.execute(text("INSERT INTO member VALUES (7, 7)"))
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM member")) == 0
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1


@pytest.mark.parametrize("version", VERSIONS, ids=lambda path: path.stem)
def test_a_version_imports_nothing_of_ours(version: Path):
    """It must still run in a year, when the code has moved on."""
    ours = {"app", "bot", "handlers", "platforms", "tests"}
    for node in ast.walk(ast.parse(version.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        taken = [name for name in names if name.split(".")[0] in ours]
        assert not taken, (
            f"{version.name} imports {taken[0]}. Next: write what it needs into the file itself."
        )
