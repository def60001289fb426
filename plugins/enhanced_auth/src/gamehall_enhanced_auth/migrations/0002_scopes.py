"""What a token is good for, tokens of scripts, and when the one before a token is needed no longer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_TABLE = "enhanced_auth_token"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("kind", sa.String(length=10), nullable=False, server_default="device"))
    op.add_column(_TABLE, sa.Column("scopes", sa.String(length=40), nullable=False, server_default="read play admin"))
    op.add_column(_TABLE, sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # What had fewer rights would have all of them then, and what lasts for long is no device's.
    op.execute("DELETE FROM enhanced_auth_token WHERE kind <> 'device' OR scopes <> 'read play admin'")
    for column in ("first_used_at", "scopes", "kind"):
        op.drop_column(_TABLE, column)
