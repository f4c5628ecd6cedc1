"""How Alembic reaches the database: through the connection that `bot/schema.py` hands over, or,
for `alembic revision` on the command line, through DATABASE_URL.
"""  # noqa: D205, INP001 (two sentences that belong together; Alembic loads this file by its path)

import os
from typing import Any

import sqlalchemy as sa
from alembic import context

from bot.database import Database
from bot.models import Base, UTCDateTime
from bot.settings import DatabaseSettings


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Keep version files free of our own types: they must run after the code has moved on."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    migrate(handed_over)
else:
    with Database(DatabaseSettings.read(os.environ).database_url).engine.connect() as opened:
        migrate(opened)
