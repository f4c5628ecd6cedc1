"""what platforms bill"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('author',
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('id', sa.String(length=255), nullable=False),
    sa.Column('handle', sa.String(length=255), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('followers', sa.Integer(), nullable=True),
    sa.Column('looked_up_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'id', name=op.f('pk_author'))
    )
    with op.batch_alter_table('author', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_author_looked_up_at'), ['looked_up_at'], unique=False)

    op.create_table('receipt',
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('resource', sa.String(length=128), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'day', 'kind', 'resource', name=op.f('pk_receipt'))
    )
    op.create_table('spending',
    sa.Column('platform', sa.String(length=32), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('write', sa.Boolean(), nullable=False),
    sa.Column('units', sa.Integer(), nullable=False),
    sa.Column('shown', sa.Integer(), nullable=False),
    sa.Column('mills', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('platform', 'day', 'kind', name=op.f('pk_spending'))
    )
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.add_column(sa.Column('paused', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('silent_since', sa.DateTime(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('source', schema=None) as batch_op:
        batch_op.drop_column('silent_since')
        batch_op.drop_column('paused')

    op.drop_table('spending')
    op.drop_table('receipt')
    with op.batch_alter_table('author', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_author_looked_up_at'))

    op.drop_table('author')
