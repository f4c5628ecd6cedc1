"""Presses that a check waits for."""

import sqlalchemy as sa
from alembic import op


revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "press",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pressed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_press")),
    )


def downgrade() -> None:
    op.drop_table("press")
