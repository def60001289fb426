"""Blocks. Whoever is blocked cannot tell: the other seems to want no friends and no games at the moment, and is not
met in lists any more, as if they were not there."""

from __future__ import annotations

import contextlib
from collections.abc import Collection

import sqlalchemy as sa

from gamehall import lobby
from gamehall.accounts import User, printable, user_by_name
from gamehall.challenges import Challenge, list_challenges
from gamehall.database import Prepared, is_one_of
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import now, user
from gamehall_friends.relations import Named, alone_on, has_blocked, is_heard, other_person, relation_with
from gamehall_friends.tables import block, follow, relation
from gamehall_friends.telling import tell_answer

__all__ = ["apart", "block_user", "blocks_of", "check_not_blocked", "remove_block"]

_ = catalogue(__name__)

_MOST_CHALLENGES = 100


def blocks_of(connection: sa.Connection, user_id: str, limit: int, after: str = "") -> list[Named]:
    """Whom this user has blocked, by their usernames, from behind one of them on."""
    query = (
        sa.select(user.c.id, user.c.username, user.c.display_name)
        .join(block, block.c.blocked_id == user.c.id)
        .where(block.c.blocker_id == user_id, user.c.is_active, user.c.username_key > printable(after).casefold())
        .order_by(user.c.username_key)
        .limit(limit)
    )
    return [Named(*row) for row in connection.execute(query)]


def check_not_blocked(connection: sa.Connection, user_id: str, other: User) -> None:
    """Raises Problem `not-possible` where this user has blocked the other, which they know."""
    if has_blocked(connection, user_id, other.id):
        raise Problem(
            "not-possible",
            _("You have blocked {display_name}. Take that back first.", display_name=other.display_name),
        )


_EITHER = Prepared(
    sa.select(block.c.blocker_id, block.c.blocked_id).where(
        sa.or_(is_one_of(block.c.blocker_id, "user_ids"), is_one_of(block.c.blocked_id, "user_ids"))
    )
)


async def apart(host: Host, user_ids: Collection[str]) -> dict[str, set[str]]:
    """For each of these users those whom they have blocked, and those who have blocked them."""
    found: dict[str, set[str]] = {}
    for row in await host.look(_EITHER, user_ids=user_ids):
        for one, other in ((row.blocker_id, row.blocked_id), (row.blocked_id, row.blocker_id)):
            if one in user_ids:
                found.setdefault(one, set()).add(other)
    return found


async def block_user(host: Host, user_id: str, username: str) -> None:
    """Blocks somebody. That ends a friendship and whatever was asked, and following them; challenges between the two
    are withdrawn and declined. Of all this the other sees only what anybody might have done for any reason.

    Raises Problem `not-found`, or `invalid` for oneself.
    """
    other = await host.write(_block, user_id, username)
    for each in await host.read(_challenges_between, user_id, other.id):
        with contextlib.suppress(Problem):  # somebody has just answered it
            await lobby.respond(host, each.id, user_id, "cancel" if each.challenger_id == user_id else "decline")


def _challenges_between(connection: sa.Connection, user_id: str, other_id: str) -> list[Challenge]:
    sent = list_challenges(connection, "sent", user_id, _MOST_CHALLENGES)
    received = list_challenges(connection, "received", user_id, _MOST_CHALLENGES)
    return [each for each in (*sent, *received) if other_id in (each.opponent_id, each.challenger_id)]


def _block(connection: sa.Connection, user_id: str, username: str) -> User:
    other = other_person(connection, user_id, username, _("You cannot block yourself."))
    alone_on(connection, user_id, other.id)
    found = relation_with(connection, user_id, other.id)
    heard = found is not None and is_heard(connection, found)
    if not has_blocked(connection, user_id, other.id):
        connection.execute(block.insert(), {"blocker_id": user_id, "blocked_id": other.id, "created_at": now()})
    connection.execute(follow.delete().where(follow.c.follower_id == user_id, follow.c.followed_id == other.id))
    if found is not None:
        connection.execute(relation.delete().where(relation.c.id == found.id))
        unanswered = "cancelled" if found.requested_by == user_id else "declined"
        tell_answer(connection, found, "ended" if found.status == "friends" else unanswered, heard=heard)
    return other


def remove_block(connection: sa.Connection, user_id: str, username: str) -> None:
    """What the other has asked meanwhile is seen from now on. Raises Problem `not-found` for an unknown user; that
    there was no block is well."""
    other = user_by_name(connection, username)
    alone_on(connection, user_id, other.id)
    connection.execute(block.delete().where(block.c.blocker_id == user_id, block.c.blocked_id == other.id))
