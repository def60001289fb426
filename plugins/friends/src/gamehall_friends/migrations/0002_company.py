"""Following, what people choose, and as what their friends were told they are there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "friends_follow",
        sa.Column("follower_id", sa.String(length=26), nullable=False),
        sa.Column("followed_id", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("follower_id <> followed_id", name="ck_friends_follow_other"),
        sa.ForeignKeyConstraint(["follower_id"], ["user.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["followed_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("follower_id", "followed_id"),
    )
    op.create_index("ix_friends_follow_followed", "friends_follow", ["followed_id"], unique=False)
    op.create_table(
        "friends_choice",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("challenges", sa.String(length=10), nullable=False),
        sa.Column("watching", sa.String(length=10), nullable=False),
        sa.Column("presence", sa.String(length=10), nullable=False),
        sa.Column("link", sa.Integer(), nullable=False),
        sa.CheckConstraint("challenges IN ('everyone', 'friends', 'nobody')", name="ck_friends_choice_challenges"),
        sa.CheckConstraint("watching IN ('everyone', 'friends', 'nobody')", name="ck_friends_choice_watching"),
        sa.CheckConstraint("presence IN ('friends', 'nobody')", name="ck_friends_choice_presence"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )
    op.create_table(
        "friends_told",
        sa.Column("user_id", sa.String(length=26), nullable=False),
        sa.Column("game_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id"),
    )


def downgrade() -> None:
    op.drop_table("friends_told")
    op.drop_table("friends_choice")
    op.drop_table("friends_follow")
