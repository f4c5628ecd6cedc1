"""watched posts"""

import sqlalchemy as sa
from alembic import op


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('watch',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('mention_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('reply_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['mention_id'], ['mention.id'], name=op.f('fk_watch_mention_id')),
    sa.ForeignKeyConstraint(['reply_id'], ['reply.id'], name=op.f('fk_watch_reply_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_watch')),
    sa.UniqueConstraint('mention_id', name=op.f('uq_watch_mention_id')),
    sa.UniqueConstraint('reply_id', name=op.f('uq_watch_reply_id'))
    )
    with op.batch_alter_table('watch', schema=None) as batch_op:
        batch_op.create_index('ix_watch_due', ['platform', 'due_at'], unique=False)

    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sa.String(length=16), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True))

    # Posts that wait already are looked at in the next round.
    op.execute(
        "INSERT INTO watch (platform, mention_id, asked_at, due_at) "
        "SELECT platform, id, found_at, CURRENT_TIMESTAMP FROM mention "
        "WHERE state IN ('waiting', 'claimed')"
    )


def downgrade() -> None:
    with op.batch_alter_table('reply', schema=None) as batch_op:
        batch_op.drop_column('removed_at')
        batch_op.drop_column('about')

    with op.batch_alter_table('watch', schema=None) as batch_op:
        batch_op.drop_index('ix_watch_due')

    op.drop_table('watch')
