"""Brings the database to the shape that this code needs, and tells when it is not."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.database import Database

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(database: Database) -> bool:
    """Apply every migration that is missing; False when there was none."""
    if is_current(database):
        return False
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return True


def is_current(database: Database) -> bool:
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
    return have == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
