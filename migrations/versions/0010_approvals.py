"""Who approved a reply."""

import sqlalchemy as sa
from alembic import op


revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    by = sa.ForeignKey("person.id", name="fk_reply_approved_by_id")
    # Inline, because SQLite takes a reference in no other way without a new table.
    op.add_column("reply", sa.Column("approved_by_id", sa.Integer(), by), inline_references=True)


def downgrade() -> None:
    with op.batch_alter_table("reply") as reply:
        reply.drop_column("approved_by_id")
