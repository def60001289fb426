"""What trust needs: the audit log, limits, leases, one-time links, second factors and passkeys."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.String(length=26), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("actor_id", sa.String(length=26), nullable=True),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("user_id", sa.String(length=26), nullable=True),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
    )
    op.create_index("ix_audit_kind", "audit", ["kind", "id"])
    op.create_index("ix_audit_actor", "audit", ["actor_id", "id"])
    op.create_index("ix_audit_user", "audit", ["user_id", "id"])
    op.create_table(
        "rate",
        sa.Column("key", sa.String(length=200), primary_key=True),
        sa.Column("full_at", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_rate_full", "rate", ["full_at"])
    op.create_table(
        "lease",
        sa.Column("work", sa.String(length=100), primary_key=True),
        sa.Column("holder", sa.String(length=100), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "one_time_link",
        sa.Column("code_hash", sa.LargeBinary(length=32), primary_key=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("user_id", sa.String(length=26), sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("auth_epoch", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_one_time_link_user", "one_time_link", ["user_id", "purpose"])
    op.create_index("ix_one_time_link_expiry", "one_time_link", ["expires_at"])
    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.String(length=26), sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("sealed_secret", sa.LargeBinary(length=200), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.String(length=26), sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("code_hash", sa.LargeBinary(length=32), primary_key=True),
    )
    op.add_column("mail", sa.Column("to", sa.String(length=254), nullable=False, server_default=""))
    op.add_column("mail", sa.Column("essential", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("is_deleted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("user", sa.Column("look", sa.String(length=64), nullable=True))
    op.create_index("ix_user_look", "user", ["look"])
    # As gamehall.names.look_of tells it for usernames, which are ASCII.
    op.execute(
        "UPDATE \"user\" SET look = replace(replace(replace(replace(username_key, 'm', 'rn'), '1', 'l'), 'i', 'l'), "
        "'0', 'o') WHERE is_guest = false"
    )


def downgrade() -> None:
    op.drop_index("ix_user_look", "user")
    for owner, column in (("user", "look"), ("user", "is_deleted"), ("mail", "essential"), ("mail", "to")):
        op.drop_column(owner, column)
    for table in ("recovery_code", "second_factor", "one_time_link", "lease", "rate", "audit"):
        op.drop_table(table)
