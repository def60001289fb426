"""Following somebody: their games come up among those of one's friends. Nobody is asked for it, and nobody is told."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.accounts import printable, user_by_name
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import now, user
from gamehall_friends.blocking import check_not_blocked
from gamehall_friends.relations import Named, alone_on, other_person
from gamehall_friends.tables import follow

__all__ = ["followed_ids", "follows", "follows_of", "start_following", "stop_following"]

_ = catalogue(__name__)


def follows_of(connection: sa.Connection, user_id: str, limit: int, after: str = "") -> list[Named]:
    """Whom this user follows, by their usernames, from behind one of them on."""
    query = (
        sa.select(user.c.id, user.c.username, user.c.display_name)
        .join(follow, follow.c.followed_id == user.c.id)
        .where(follow.c.follower_id == user_id, user.c.is_active, user.c.username_key > printable(after).casefold())
        .order_by(user.c.username_key)
        .limit(limit)
    )
    return [Named(*row) for row in connection.execute(query)]


def followed_ids(user_id: str | sa.BindParameter[str]) -> sa.Select[str]:
    """A query of the ids of those whom the user follows, for use in others."""
    return sa.select(follow.c.followed_id).where(follow.c.follower_id == user_id)


def follows(connection: sa.Connection, user_id: str, other_id: str) -> bool:
    return connection.execute(followed_ids(user_id).where(follow.c.followed_id == other_id)).first() is not None


def start_following(connection: sa.Connection, user_id: str, username: str) -> None:
    """Raises Problem `not-found`, `invalid` for oneself, `forbidden` for a guest or an account that a plugin plays, or
    `not-possible` for somebody whom one has blocked; that one follows them already is well."""
    other = other_person(connection, user_id, username, _("You cannot follow yourself."))
    if other.is_guest or other.played_by is not None:
        raise Problem("forbidden", _("{display_name} cannot be followed.", display_name=other.display_name))
    alone_on(connection, user_id, other.id)
    check_not_blocked(connection, user_id, other)
    if not follows(connection, user_id, other.id):
        values = {"follower_id": user_id, "followed_id": other.id, "created_at": now()}
        connection.execute(follow.insert(), values)


def stop_following(connection: sa.Connection, user_id: str, username: str) -> None:
    """Raises Problem `not-found` for an unknown user; that one did not follow them is well."""
    other = user_by_name(connection, username)
    connection.execute(follow.delete().where(follow.c.follower_id == user_id, follow.c.followed_id == other.id))
