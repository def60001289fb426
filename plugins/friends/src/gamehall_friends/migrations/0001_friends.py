"""Friendships and blocks."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "friends_relation",
        sa.Column("user_low", sa.String(length=26), nullable=False),
        sa.Column("user_high", sa.String(length=26), nullable=False),
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("requested_by", sa.String(length=26), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("user_low < user_high", name="ck_friends_relation_order"),
        sa.CheckConstraint("requested_by IN (user_low, user_high)", name="ck_friends_relation_requested_by"),
        sa.CheckConstraint("status IN ('pending', 'friends')", name="ck_friends_relation_status"),
        sa.ForeignKeyConstraint(["user_low"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_high"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_low", "user_high"),
    )
    op.create_index("ix_friends_relation_id", "friends_relation", ["id"], unique=True)
    op.create_index("ix_friends_relation_high", "friends_relation", ["user_high"], unique=False)
    op.create_table(
        "friends_block",
        sa.Column("blocker_id", sa.String(length=26), nullable=False),
        sa.Column("blocked_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name="ck_friends_block_other"),
        sa.ForeignKeyConstraint(["blocker_id"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["blocked_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id"),
    )
    op.create_index("ix_friends_block_blocked", "friends_block", ["blocked_id"], unique=False)


def downgrade() -> None:
    op.drop_table("friends_block")
    op.drop_table("friends_relation")
