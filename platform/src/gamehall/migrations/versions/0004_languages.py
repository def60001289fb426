"""The language in which mails speak to a user."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("user", sa.Column("language", sa.String(length=12), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("user", "language")
