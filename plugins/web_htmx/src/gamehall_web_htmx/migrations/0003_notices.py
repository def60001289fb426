"""What users are told has happened to them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "web_htmx_notice",
        sa.Column("user_id", sa.String(26), sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("tx", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plugin", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("link", sa.String(200), nullable=False),
        sa.Column("is_read", sa.Boolean, nullable=False),
    )
    op.create_index("ix_web_htmx_notice_at", "web_htmx_notice", ["at"])


def downgrade() -> None:
    op.drop_table("web_htmx_notice")
