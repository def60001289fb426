"""When the person at a browser last proved who they are, what they were when the session began, and passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("web_htmx_session", sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("web_htmx_session", sa.Column("is_admin", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "web_htmx_passkey",
        sa.Column("id", sa.String(26), primary_key=True),
        sa.Column("user_id", sa.String(26), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("credential", sa.LargeBinary(1023), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(2000), nullable=False),
        sa.Column("sign_count", sa.BigInteger, nullable=False),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_web_htmx_passkey_user", "web_htmx_passkey", ["user_id"])
    op.create_table(
        "web_htmx_answered",
        sa.Column("challenge", sa.LargeBinary(32), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_web_htmx_answered_at", "web_htmx_answered", ["at"])


def downgrade() -> None:
    op.drop_table("web_htmx_answered")
    op.drop_table("web_htmx_passkey")
    op.drop_column("web_htmx_session", "is_admin")
    op.drop_column("web_htmx_session", "confirmed_at")
