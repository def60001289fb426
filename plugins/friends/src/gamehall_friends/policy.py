"""What blocks and people's choices mean for games."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from gamehall.accounts import find_user
from gamehall.database import Prepared, is_one_of
from gamehall.declare import Hiding, Host, Policy, Verdict
from gamehall.languages import catalogue
from gamehall.tables import game_seat
from gamehall_friends.blocking import apart
from gamehall_friends.choices import choices_of
from gamehall_friends.relations import friend_ids, has_blocked, relation_with
from gamehall_friends.tables import choice

__all__ = ["hidings", "policies"]

_ = catalogue(__name__)


def policies(host: Host) -> list[Policy]:
    """Nobody is challenged or played by whom they have blocked, nor by whom they do not want to be challenged, in the
    same words, so that it is not said which of the two it is; and who may watch games is up to those who play them."""

    async def challenge(asker: str, other: str) -> Verdict:
        return await host.read(_may_challenge, asker, other)

    async def play(asker: str, other: str) -> Verdict:
        return await host.read(_may_play, asker, other)

    async def watch(viewer: str, game_id: str) -> Verdict:
        return Verdict(not await refuses(viewer, [game_id]))

    async def refuses(viewer: str, game_ids: Sequence[str]) -> set[str]:
        return await _unwatchable(host, viewer, game_ids)

    return [Policy("challenge", challenge), Policy("play", play), Policy("watch", watch, refuses)]


def _may_play(connection: sa.Connection, asker: str, other: str) -> Verdict:
    if has_blocked(connection, asker, other):
        name = _name_of(connection, other)
        return Verdict(False, _("You have blocked {display_name}. Take that back first.", display_name=name))
    return _unwilling(connection, other) if has_blocked(connection, other, asker) else Verdict(True)


def _may_challenge(connection: sa.Connection, asker: str, other: str) -> Verdict:
    verdict = _may_play(connection, asker, other)
    wanted = choices_of(connection, other).challenges
    if not verdict.allowed or wanted == "everyone":
        return verdict
    found = relation_with(connection, asker, other) if wanted == "friends" else None
    return verdict if found is not None and found.status == "friends" else _unwilling(connection, other)


def _unwilling(connection: sa.Connection, other: str) -> Verdict:
    name = _name_of(connection, other)
    return Verdict(False, _("{name} takes no challenges from you at the moment.", name=name))


def _name_of(connection: sa.Connection, user_id: str) -> str:
    found = find_user(connection, user_id)
    return found.display_name if found else ""


_NOT_FOR_ALL = Prepared(
    sa.select(game_seat.c.game_id, choice.c.user_id, choice.c.watching)
    .join(choice, choice.c.user_id == game_seat.c.user_id)
    .where(is_one_of(game_seat.c.game_id, "game_ids"), choice.c.watching != "everyone")
)


async def _unwatchable(host: Host, viewer: str, game_ids: Sequence[str]) -> set[str]:
    """Which of these games a player of them does not show to the viewer, who is no player."""
    hidden = await host.look(_NOT_FOR_ALL, game_ids=game_ids)
    shown_to_friends = any(row.watching == "friends" for row in hidden)
    friends = set(await host.read(_friends_of, viewer)) if viewer and shown_to_friends else set()
    return {row.game_id for row in hidden if row.watching == "nobody" or row.user_id not in friends}


def _friends_of(connection: sa.Connection, user_id: str) -> list[str]:
    return list(connection.scalars(friend_ids(user_id)))


def hidings(host: Host) -> list[Hiding]:
    """Two of whom one has blocked the other do not meet."""

    async def apart_of(user_ids: Collection[str]) -> Mapping[str, Collection[str]]:
        return await apart(host, user_ids)

    return [Hiding(apart_of)]
