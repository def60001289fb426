"""The lobby as its page shows it: whom to play, what waits for you, what is going on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast, get_args

from gamehall.challenges import Boxes, pending_challenges
from gamehall.clockfields import LIVE_KINDS, ClockFilter
from gamehall.declare import Host
from gamehall.game import Ruleset
from gamehall.gamelists import latest_running
from gamehall.gamelog import Game, load_game, watchable
from gamehall.turns import own_and_latest, running_games

from .listing import ChallengeCard, GameCard, challenge_cards, game_cards
from .thumbnails import pictures_of

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

    mine: tuple[GameCard, ...]
    received: tuple[ChallengeCard, ...]
    sent: tuple[ChallengeCard, ...]


@dataclass(frozen=True, slots=True)
class Lobby:
    """The lists of the lobby; `own` is None for a stranger, `live` are others' latest games."""

    own: Own | None
    live: tuple[GameCard, ...]
    open: tuple[ChallengeCard, ...]


@dataclass(frozen=True, slots=True)
class Live:
    """A running game as everybody sees it but those who are `apart` from one of its players."""

    card: GameCard
    apart: frozenset[str]


def two_player_games(host: Host) -> tuple[Ruleset[Any, Any], ...]:
    """The games that a challenge can be for."""
    return tuple(each for each in host.offered_rulesets.values() if len(each.seats) == 2)


async def lobby_view(host: Host, viewer: str | None, wanted: Wanted) -> Lobby:
    """The lobby as this user sees it, None being a stranger."""
    apart = await _apart(host, viewer)
    boxes = await pending_challenges(host, viewer, _OPEN, ruleset=wanted.ruleset, clock=wanted.clock, apart=apart)
    mine: list[Game] = []
    if viewer is None:
        live = await latest_running(host, (), 2 * MOST_LIVE)
    else:
        mine, live = await own_and_latest(host, viewer, _MINE, apart, 2 * MOST_LIVE)
    live = (await watchable(host, live, None))[:MOST_LIVE]
    return Lobby(
        own=None if viewer is None else await _own(host, viewer, mine, boxes),
        live=game_cards(live, host, viewer, await pictures_of(host, live)),
        open=challenge_cards([each for each in boxes.open if each.challenger_id != viewer], host),
    )


async def own_lists(host: Host, viewer: str) -> Own:
    boxes = await pending_challenges(host, viewer, apart=await _apart(host, viewer))
    return await _own(host, viewer, await running_games(host, viewer, _MINE), boxes)


async def _apart(host: Host, viewer: str | None) -> Collection[str]:
    """Whom this viewer does not meet."""
    return (await host.apart([viewer]))[viewer] if viewer else ()


async def _own(host: Host, viewer: str, mine: list[Game], boxes: Boxes) -> Own:
    return Own(
        mine=game_cards(mine, host, viewer, await pictures_of(host, mine)),
        received=challenge_cards(boxes.received, host),
        sent=challenge_cards(boxes.sent, host),
    )


async def live_games(host: Host) -> list[Live]:
    """The latest running games that everybody may watch, some more than are shown."""
    live = await watchable(host, await latest_running(host, (), 2 * MOST_LIVE), None)
    apart = await host.apart({seat.user_id for each in live for seat in each.seats})
    cards = game_cards(live, host, None, await pictures_of(host, live))
    return [
        Live(card, frozenset().union(*(apart[seat.user_id] for seat in each.seats)))
        for each, card in zip(live, cards, strict=True)
    ]


async def live_card(host: Host, game_id: str) -> GameCard:
    """One running game, as everybody may see it. Raises Problem `not-found`."""
    found = await host.read(load_game, game_id)
    return game_cards([found], host, None, await pictures_of(host, [found]))[0]
