"""Accounts that plugins play, so that there is always an opponent."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("user", sa.Column("played_by", sa.String(length=80)))
    op.create_index("ix_user_played_by", "user", ["played_by"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_user_played_by", table_name="user")
    op.drop_column("user", "played_by")
