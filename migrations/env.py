"""How Alembic reaches the database: through the connection that `bot/schema.py` hands over, or,
for `alembic revision` on the command line, through DATABASE_URL.
"""  # noqa: D205, INP001 (two sentences that belong together; Alembic loads this file by its path)

import os
from typing import Any

import sqlalchemy as sa
from alembic import context

from bot.database import Database
from bot.engine import tables
from bot.models import Base, UTCDateTime
from bot.search import INDEX
from bot.settings import DatabaseSettings


def render_item(kind: str, item: Any, _autogen: Any) -> str | bool:
    """Keep version files free of our own types: they must run after the code has moved on."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def is_ours(name: str | None, _kind: str, _parents: Any) -> bool:
    """Leave Procrastinate's tables to `bot/engine/tables.py`, and the index of words, which models
    cannot say, to its migration.
    """  # noqa: D205 (one sentence that is longer than a line)
    return not (name or "").removeprefix("ix_").startswith((tables.PREFIX, INDEX))


def migrate(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        include_name=is_ours,
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
