"""Friends, their presence and their games in words, for the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple

import sqlalchemy as sa

from gamehall.declare import Host
from gamehall.gamelog import Game
from gamehall.languages import catalogue
from gamehall.naming import title_of
from gamehall.spans import in_largest
from gamehall.tables import now
from gamehall_friends.presence import Presence, presence_of
from gamehall_friends.relations import Named, Relation, friends_of

__all__ = ["Deed", "Friend", "deeds", "presence_words", "read_friends", "ruleset_title", "shown_friends"]

_ = catalogue(__name__)


class Friend(NamedTuple):
    """A friend in a list: since when, and how they are there, in words; `game_id` is what can be watched."""

    person: Named
    since: datetime
    is_there: bool
    presence: str
    game_id: str | None


class Deed(NamedTuple):
    """A game of somebody whom one knows, in one sentence."""

    game_id: str
    sentence: str
    title: str
    is_running: bool
    at: str


def ruleset_title(host: Host, key: str) -> str:
    """The ruleset's title, its key when it is not installed any more."""
    ruleset = host.rulesets.get(key)
    return title_of(ruleset) if ruleset else key


def presence_words(presence: Presence, title: Callable[[str], str]) -> str:
    """Empty where nothing is known; `title` is what a ruleset is called."""
    if presence.status == "online":
        return _("online")
    if presence.status == "playing":
        if presence.ruleset is None:
            return _("playing")
        return _("playing {title}", title=title(presence.ruleset))
    if presence.last_seen_at is None:
        return ""
    span = int((now() - presence.last_seen_at).total_seconds() + 1) * 1_000
    return _("last seen {span} ago", span=in_largest(span))


def read_friends(
    connection: sa.Connection, user_id: str, limit: int, after: str, hall_time: int
) -> tuple[list[Relation], Mapping[str, Presence]]:
    """Friends by their names, and how each is there."""
    found = friends_of(connection, user_id, limit, after)
    return found, presence_of(connection, [each.other(user_id).id for each in found], hall_time)


def shown_friends(
    host: Host, user_id: str, found: Sequence[Relation], presence: Mapping[str, Presence]
) -> list[Friend]:
    """These friends, those who are there first."""
    friends = []
    for each in found:
        person = each.other(user_id)
        here = presence[person.id]
        is_there = here.status != "offline"
        friends.append(
            Friend(person, each.since, is_there, presence_words(here, partial(ruleset_title, host)), here.game_id)
        )
    return sorted(friends, key=lambda each: not each.is_there)


def deeds(host: Host, games: Sequence[Game]) -> list[Deed]:
    return [
        Deed(
            game_id=each.id,
            sentence=_sentence(each),
            title=ruleset_title(host, each.ruleset),
            is_running=each.status == "active",
            at=each.finished_at or each.created_at,
        )
        for each in games
    ]


def _sentence(found: Game) -> str:
    names = [seat.display_name for seat in found.seats]
    if found.is_alone:
        return _("{name} plays both sides", name=names[0])
    first, *others = names
    other = ", ".join(others)
    if found.status == "active":
        return _("{name} plays {other}", name=first, other=other)
    if found.winner is None:
        return _("{name} and {other} drew", name=first, other=other)
    winner = names.pop(found.winner)
    return _("{name} won against {other}", name=winner, other=", ".join(names))
