"""Brings the database to the shape that this code needs, and tells when it is not."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.database import Database
from bot.engine import tables
from bot.settings import EMBEDDED, PROCRASTINATE

MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(database: Database, *, engine: str = EMBEDDED) -> bool:
    """Apply every migration that is missing, also of the engine; False when there was none."""
    if is_current(database, engine=engine):
        return False
    config = _config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        if engine == PROCRASTINATE:
            tables.upgrade(connection)
    return True


def is_current(database: Database, *, engine: str = EMBEDDED) -> bool:
    with database.engine.connect() as connection:
        have = MigrationContext.configure(connection).get_current_revision()
        if have != ScriptDirectory.from_config(_config()).get_current_head():
            return False
        return engine != PROCRASTINATE or tables.is_current(connection)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
