"""Pieces of other pages: friends in the lobby, what there is between two on a profile, and one's choices."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.declare import Host, Principal
from gamehall.gamelog import Game
from gamehall_friends.choices import choices_of
from gamehall_friends.company import HeadToHead, activity, head_to_head
from gamehall_friends.following import follows
from gamehall_friends.presence import Presence, look_who_is_there, presence_of
from gamehall_friends.relations import circle_of, has_blocked, relation_with
from gamehall_friends.showing import deeds, presence_words, ruleset_title, shown_friends
from gamehall_friends.telling import CHANGES

if TYPE_CHECKING:  # only where there are pages is this imported, by the function that they call
    from gamehall_web_htmx.declare import Slot

__all__ = ["slots"]

_LOOKED_AT = 200
_IN_LOBBY, _DEEDS = 8, 4
_BETWEEN = 5


def slots(host: Host) -> list[Slot]:
    from gamehall_web_htmx.declare import Slot

    async def lobby(viewer: Principal | None, _subject: str) -> Mapping[str, Any] | None:
        return None if viewer is None else await _lobby(host, viewer.user_id)

    async def profile(viewer: Principal | None, subject: str) -> Mapping[str, Any] | None:
        if viewer is None or viewer.username == subject:
            return None
        return await _profile(host, viewer.user_id, subject)

    async def settings(viewer: Principal | None, _subject: str) -> Mapping[str, Any] | None:
        return None if viewer is None else {"choices": await host.read(choices_of, viewer.user_id)}

    return [
        Slot("lobby.side", "friends/lobby.html", lobby, events=CHANGES),
        Slot("profile.side", "friends/profile.html", profile),
        Slot("settings.panels", "friends/settings.html", settings),
    ]


async def _lobby(host: Host, user_id: str) -> Mapping[str, Any]:
    found, waiting, follows = await circle_of(host, user_id, _LOOKED_AT)
    presence = await look_who_is_there(host, [each.other(user_id).id for each in found]) if found else {}
    games = (await activity(host, user_id, _DEEDS))[0] if found or follows else []
    return {
        "friends": tuple(shown_friends(host, user_id, found, presence)[:_IN_LOBBY]),
        "more": len(found) > _IN_LOBBY,
        "waiting": waiting,
        "deeds": tuple(deeds(host, games)),
    }


async def _profile(host: Host, user_id: str, username: str) -> Mapping[str, Any] | None:
    found = await host.read(_between, user_id, username, host.hall_time())
    if found is None:
        return None
    games: HeadToHead = found["head_to_head"]
    here: Presence | None = found["presence"]
    return found | {
        "presence": presence_words(here, partial(ruleset_title, host)) if here else "",
        "is_there": here is not None and here.status != "offline",
        "total": games.total,
        "games": [(each, _ended(each, user_id), ruleset_title(host, each.ruleset)) for each in games.games],
    }


def _between(connection: sa.Connection, user_id: str, username: str, hall_time: int) -> dict[str, Any] | None:
    """All that there is between the two; None for a guest and an account that a plugin plays."""
    person = user_by_name(connection, username)
    if person.played_by is not None or person.is_guest:
        return None
    found = relation_with(connection, user_id, person.id)
    are_friends = found is not None and found.status == "friends"
    return {
        "person": person,
        "relation": found,
        "asked_by_viewer": found is not None and found.requested_by == user_id,
        "blocked": has_blocked(connection, user_id, person.id),
        "is_followed": follows(connection, user_id, person.id),
        "presence": presence_of(connection, [person.id], hall_time)[person.id] if are_friends else None,
        "head_to_head": head_to_head(connection, user_id, username, _BETWEEN),
    }


def _ended(found: Game, user_id: str) -> str:
    if found.winner is None:
        return "drawn"
    return "won" if found.winner == found.seat_of(user_id) else "lost"
