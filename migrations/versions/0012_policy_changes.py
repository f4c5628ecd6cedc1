"""Who changed who may reply, and when."""

import sqlalchemy as sa
from alembic import op


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "policy_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer()),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("submission", sa.String(128)),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["person.id"], name=op.f("fk_policy_change_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_change")),
        sa.UniqueConstraint("submission", name=op.f("uq_policy_change_submission")),
    )


def downgrade() -> None:
    op.drop_table("policy_change")
