"""Who is friends with whom, who has asked, who has blocked and who follows whom, what each has chosen, and as what
their friends were told they are there."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.tables import ID, UtcTime, user

__all__ = ["block", "choice", "follow", "metadata", "relation", "told"]

metadata = sa.MetaData()

# One row for each two users, whoever asked: the smaller id always stands first, so the key lets two requests that
# cross become one friendship and never two.
relation = sa.Table(
    "friends_relation",
    metadata,
    sa.Column("user_low", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("user_high", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("id", ID, nullable=False),
    sa.Column("requested_by", ID, nullable=False),
    sa.Column("status", sa.String(10), nullable=False),
    sa.Column("since", UtcTime, nullable=False),  # when they asked or, of friends, accepted
    sa.CheckConstraint("user_low < user_high", name="ck_friends_relation_order"),
    sa.CheckConstraint("requested_by IN (user_low, user_high)", name="ck_friends_relation_requested_by"),
    sa.CheckConstraint("status IN ('pending', 'friends')", name="ck_friends_relation_status"),
    sa.Index("ix_friends_relation_id", "id", unique=True),
    sa.Index("ix_friends_relation_high", "user_high"),
)

block = sa.Table(
    "friends_block",
    metadata,
    sa.Column("blocker_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("blocked_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.CheckConstraint("blocker_id <> blocked_id", name="ck_friends_block_other"),
    sa.Index("ix_friends_block_blocked", "blocked_id"),
)

follow = sa.Table(
    "friends_follow",
    metadata,
    sa.Column("follower_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("followed_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.CheckConstraint("follower_id <> followed_id", name="ck_friends_follow_other"),
    sa.Index("ix_friends_follow_followed", "followed_id"),
)

# Only of those who have chosen something; of everybody else the defaults hold.
choice = sa.Table(
    "friends_choice",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("challenges", sa.String(10), nullable=False, default="everyone"),
    sa.Column("watching", sa.String(10), nullable=False, default="everyone"),
    sa.Column("presence", sa.String(10), nullable=False, default="friends"),
    sa.Column("link", sa.Integer, nullable=False, default=0),  # how often the link of invitation was renewed
    sa.CheckConstraint("challenges IN ('everyone', 'friends', 'nobody')", name="ck_friends_choice_challenges"),
    sa.CheckConstraint("watching IN ('everyone', 'friends', 'nobody')", name="ck_friends_choice_watching"),
    sa.CheckConstraint("presence IN ('friends', 'nobody')", name="ck_friends_choice_presence"),
)

# Of everybody whose friends were last told that they are there.
told = sa.Table(
    "friends_told",
    metadata,
    sa.Column("user_id", ID, sa.ForeignKey(user.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("game_id", ID),  # None for who plays nothing
)
