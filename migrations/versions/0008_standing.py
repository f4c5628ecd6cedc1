"""What people are to the company: colleagues, guests, partners, bots."""

import sqlalchemy as sa
from alembic import op


revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # It takes the place of `guest`, which no release has had.
    with op.batch_alter_table("person") as person:
        person.add_column(sa.Column("standing", sa.String(32)))
        person.drop_column("guest")


def downgrade() -> None:
    with op.batch_alter_table("person") as person:
        person.add_column(
            sa.Column("guest", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        person.drop_column("standing")
