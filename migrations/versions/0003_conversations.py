"""Conversations: what an author writes after our reply, and what a post answers."""

import sqlalchemy as sa
from alembic import op


revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    follows = sa.Column("follows_id", BIG, sa.ForeignKey("mention.id", name="fk_mention_follows_id"))
    # Inline, because SQLite takes a reference in no other way without a new table.
    op.add_column("mention", follows, inline_references=True)
    for name, type_ in (
        ("parent_handle", sa.String(255)),
        ("parent_text", sa.Text()),
        ("parent_url", sa.Text()),
    ):
        column = sa.Column(name, type_, nullable=False, server_default="")
        op.add_column("mention", column)
    # Few follow another one; an index of all the others would be no help in finding them.
    few = sa.text("follows_id IS NOT NULL")
    op.create_index(
        "ix_mention_follows_id", "mention", ["follows_id"], sqlite_where=few, postgresql_where=few
    )
    op.create_index("ix_reply_external_id", "reply", ["external_id"])
    op.create_index("ix_mention_root_id", "mention", ["root_id"])
    answers = sa.Column("answers_id", BIG, sa.ForeignKey("mention.id", name="fk_reply_answers_id"))
    op.add_column("reply", answers, inline_references=True)
    op.add_column("person", sa.Column("left_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_index("ix_mention_root_id", "mention")
    op.drop_index("ix_reply_external_id", "reply")
    op.drop_index("ix_mention_follows_id", "mention")
    with op.batch_alter_table("person") as person:
        person.drop_column("left_at")
    with op.batch_alter_table("reply") as reply:
        reply.drop_column("answers_id")
    with op.batch_alter_table("mention") as mention:
        for name in ("parent_url", "parent_text", "parent_handle", "follows_id"):
            mention.drop_column(name)
