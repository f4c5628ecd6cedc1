"""Where a card went on to is found at once, however many cards there are."""

import sqlalchemy as sa
from alembic import op


revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    came = sa.text("came_from_id IS NOT NULL")
    op.create_index(
        "ix_card_came_from_id", "card", ["came_from_id"], sqlite_where=came, postgresql_where=came
    )


def downgrade() -> None:
    op.drop_index("ix_card_came_from_id", "card")
