"""The lobby as its page shows it: whom to play, what waits for you, what is going on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast, get_args

import sqlalchemy as sa

from gamehall.challenges import Challenge, list_challenges
from gamehall.clockfields import LIVE_KINDS, ClockFilter
from gamehall.declare import Host
from gamehall.game import Ruleset
from gamehall.gamelog import Game, list_games, load_game, watchable
from gamehall.turns import games_by_turn

from .listing import ChallengeCard, GameCard, Thumbnail, challenge_cards, game_cards, thumbnails

__all__ = [
    "MOST_LIVE",
    "Live",
    "Lobby",
    "Own",
    "Wanted",
    "live_card",
    "live_games",
    "lobby_view",
    "own_lists",
    "two_player_games",
    "wanted_challenges",
]

_MINE, _OPEN = 50, 50
MOST_LIVE = 6
"""How many running games the lobby shows."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which open challenges somebody wants to see: of this ruleset, by its key, with such a clock; empty is any."""

    ruleset: str = ""
    clock: ClockFilter | None = None

    def takes(self, ruleset: str, clock_kind: str) -> bool:
        kinds = LIVE_KINDS if self.clock == "live" else (self.clock,)
        return self.ruleset in ("", ruleset) and (self.clock is None or clock_kind in kinds)


def wanted_challenges(ruleset: str, clock: str) -> Wanted:
    """What a query says; a clock that is no kind of clock is any."""
    return Wanted(ruleset.replace("\0", ""), cast(ClockFilter, clock) if clock in get_args(ClockFilter) else None)


@dataclass(frozen=True, slots=True)
class Own:
    """What is one user's own: their running games, their turn first, and the challenges to and from them."""

    mine: list[GameCard]
    received: list[ChallengeCard]
    sent: list[ChallengeCard]


@dataclass(frozen=True, slots=True)
class Lobby:
    """The lists of the lobby; `own` is None for a stranger, `live` are others' latest games."""

    own: Own | None
    live: list[GameCard]
    open: list[ChallengeCard]


@dataclass(frozen=True, slots=True)
class Live:
    """A running game as everybody sees it but those who are `apart` from one of its players."""

    card: GameCard
    apart: frozenset[str]


def two_player_games(host: Host) -> list[Ruleset[Any, Any]]:
    """The games that a challenge can be for."""
    return [each for each in host.offered_rulesets.values() if len(each.seats) == 2]


async def lobby_view(host: Host, viewer: str | None, wanted: Wanted) -> Lobby:
    """The lobby as this user sees it, None being a stranger."""
    own = None if viewer is None else await own_lists(host, viewer)
    besides = [each.id for each in own.mine] if own else []
    apart = (await host.apart([viewer]))[viewer] if viewer else ()
    games = await host.read(list_games, status=["active"], besides=besides, apart=apart, limit=2 * MOST_LIVE)
    live = (await watchable(host, games, None))[:MOST_LIVE]
    pictures = await host.read(thumbnails, [each.id for each in live])
    found = await host.read(
        list_challenges, "open", viewer, _OPEN, ruleset=wanted.ruleset or None, clock=wanted.clock, apart=apart
    )
    return Lobby(
        own=own,
        live=game_cards(live, host, viewer, pictures),
        open=challenge_cards([each for each in found if each.challenger_id != viewer], host),
    )


async def own_lists(host: Host, viewer: str) -> Own:
    apart = (await host.apart([viewer]))[viewer]
    mine, received, sent, pictures = await host.read(_read_own, viewer, apart)
    return Own(
        mine=game_cards(mine, host, viewer, pictures),
        received=challenge_cards(received, host),
        sent=challenge_cards(sent, host),
    )


def _read_own(
    connection: sa.Connection, viewer: str, apart: Collection[str]
) -> tuple[list[Game], list[Challenge], list[Challenge], dict[str, Thumbnail]]:
    mine = games_by_turn(connection, viewer, limit=_MINE)
    received = list_challenges(connection, "received", viewer, apart=apart)
    sent = list_challenges(connection, "sent", viewer)
    return mine, received, sent, thumbnails(connection, [each.id for each in mine])


async def live_games(host: Host) -> list[Live]:
    """The latest running games that everybody may watch, some more than are shown."""
    games = await host.read(list_games, status=["active"], limit=2 * MOST_LIVE)
    live = await watchable(host, games, None)
    apart = await host.apart({seat.user_id for each in live for seat in each.seats})
    pictures = await host.read(thumbnails, [each.id for each in live])
    return [
        Live(card, frozenset().union(*(apart[seat.user_id] for seat in each.seats)))
        for each, card in zip(live, game_cards(live, host, None, pictures), strict=True)
    ]


async def live_card(host: Host, game_id: str) -> GameCard:
    """One running game, as everybody may see it. Raises Problem `not-found`."""
    found, pictures = await host.read(
        lambda connection: (load_game(connection, game_id), thumbnails(connection, [game_id]))
    )
    return game_cards([found], host, None, pictures)[0]
