"""When a gap was noticed: missing where 0001 was applied before it said so."""

import sqlalchemy as sa
from alembic import op


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    there = {one["name"] for one in sa.inspect(op.get_bind()).get_columns("source")}
    if "gap_at" not in there:
        op.add_column("source", sa.Column("gap_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """It belongs to 0001."""
