"""Sessions of people who signed in with a browser."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "web_htmx_session",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("cookie_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("user_id", sa.String(26), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("auth_epoch", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_agent", sa.String(200), nullable=False),
    )
    op.create_index("ix_web_htmx_session_user", "web_htmx_session", ["user_id"])
    op.create_index("ix_web_htmx_session_seen", "web_htmx_session", ["last_seen_at"])


def downgrade() -> None:
    op.drop_table("web_htmx_session")
