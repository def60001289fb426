"""What blocks and people's choices mean for games."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from gamehall.accounts import find_user
from gamehall.declare import Hiding, Host, Policy, Verdict
from gamehall.gamelog import seats_of
from gamehall.languages import catalogue
from gamehall_friends.blocking import apart
from gamehall_friends.choices import choices_of, choices_of_all
from gamehall_friends.relations import friend_ids, has_blocked, relation_with

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
        return await host.read(_unwatchable, viewer, game_ids)

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


def _unwatchable(connection: sa.Connection, viewer: str, game_ids: Sequence[str]) -> set[str]:
    """Which of these games a player of them does not show to the viewer, who is no player."""
    seats = seats_of(connection, game_ids)
    players = {seat.user_id for each in seats.values() for seat in each}
    chosen = {each: choices.watching for each, choices in choices_of_all(connection, players).items()}
    hidden = {each for each, watching in chosen.items() if watching != "everyone"}
    if hidden and viewer:
        friends = set(connection.scalars(friend_ids(viewer)))
        hidden = {each for each in hidden if chosen[each] == "nobody" or each not in friends}
    return {game_id for game_id, each in seats.items() if any(seat.user_id in hidden for seat in each)}


def hidings(host: Host) -> list[Hiding]:
    """Two of whom one has blocked the other do not meet."""

    async def apart_of(user_ids: Collection[str]) -> Mapping[str, Collection[str]]:
        return await host.read(apart, user_ids)

    return [Hiding(apart_of)]
