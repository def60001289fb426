"""Device tokens."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "enhanced_auth_token",
        sa.Column("family_id", sa.String(length=26), nullable=False),
        sa.Column("generation", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("device_name", sa.String(length=100), nullable=False),
        sa.Column("device_info", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("family_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("superseded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rotation_nonce", sa.LargeBinary(length=16), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("family_id", "generation"),
    )
    op.create_index("ix_enhanced_auth_token_hash", "enhanced_auth_token", ["token_hash"], unique=True)
    op.create_index("ix_enhanced_auth_token_user", "enhanced_auth_token", ["user_id", "expires_at"], unique=False)
    op.create_index("ix_enhanced_auth_token_expiry", "enhanced_auth_token", ["expires_at"], unique=False)


def downgrade() -> None:
    op.drop_table("enhanced_auth_token")
