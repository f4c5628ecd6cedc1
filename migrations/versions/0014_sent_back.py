"""That a reply was sent back; and those that wait for approval are found at once."""

import sqlalchemy as sa
from alembic import op


revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reply", sa.Column("sent_back_at", sa.DateTime(timezone=True)))
    held = sa.text("state = 'held'")
    op.create_index(
        "ix_reply_held", "reply", ["mention_id"], sqlite_where=held, postgresql_where=held
    )


def downgrade() -> None:
    op.drop_index("ix_reply_held", "reply")
    op.drop_column("reply", "sent_back_at")
