"""The lobby as its page shows it: whom to play, what waits for you, what is going on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast, get_args

import sqlalchemy as sa

from gamehall.challenges import Challenge, list_challenges, load_challenge
from gamehall.clockfields import LIVE_KINDS, ClockFilter
from gamehall.declare import Host
from gamehall.gamelog import Game, list_games, load_game
from gamehall.turns import games_by_turn

from .listing import ChallengeCard, GameCard, Thumbnail, challenge_cards, game_cards, thumbnails

__all__ = ["Lobby", "Wanted", "live_card", "live_games", "lobby_view", "open_card", "wanted_challenges"]

_MINE, _OPEN, _LIVE = 50, 50, 6


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
class Lobby:
    """The lists of the lobby; `mine` are the viewer's running games, their turn first, `live` others' latest."""

    mine: list[GameCard]
    live: list[GameCard]
    received: list[ChallengeCard]
    sent: list[ChallengeCard]
    open: list[ChallengeCard]


@dataclass(frozen=True, slots=True)
class _Rows:
    mine: list[Game]
    live: list[Game]
    received: list[Challenge]
    sent: list[Challenge]
    open: list[Challenge]
    pictures: dict[str, Thumbnail]


async def lobby_view(host: Host, viewer: str | None, wanted: Wanted) -> Lobby:
    """The lobby as this user sees it, None being a stranger."""
    rows = await host.read(_read, viewer, wanted)
    return Lobby(
        mine=game_cards(rows.mine, host, viewer, rows.pictures),
        live=game_cards(rows.live, host, viewer, rows.pictures),
        received=challenge_cards(rows.received, host),
        sent=challenge_cards(rows.sent, host),
        open=challenge_cards(rows.open, host),
    )


def _read(connection: sa.Connection, viewer: str | None, wanted: Wanted) -> _Rows:
    mine = games_by_turn(connection, viewer, limit=_MINE) if viewer else []
    live = _latest(connection, {each.id for each in mine})
    open_ones = list_challenges(connection, "open", viewer, _OPEN, ruleset=wanted.ruleset or None, clock=wanted.clock)
    return _Rows(
        mine=mine,
        live=live,
        received=list_challenges(connection, "received", viewer) if viewer else [],
        sent=list_challenges(connection, "sent", viewer) if viewer else [],
        open=[each for each in open_ones if each.challenger_id != viewer],
        pictures=thumbnails(connection, [game.id for game in (*mine, *live)]),
    )


def _latest(connection: sa.Connection, besides: set[str]) -> list[Game]:
    found = list_games(connection, status=["active"], limit=_LIVE + len(besides))
    return [each for each in found if each.id not in besides][:_LIVE]


async def live_games(host: Host) -> list[GameCard]:
    """The latest running games, as everybody may see them."""
    games, pictures = await host.read(_read_live)
    return game_cards(games, host, None, pictures)


def _read_live(connection: sa.Connection) -> tuple[list[Game], dict[str, Thumbnail]]:
    games = _latest(connection, set())
    return games, thumbnails(connection, [each.id for each in games])


async def live_card(host: Host, game_id: str) -> GameCard:
    """One running game, as everybody may see it. Raises Problem `not-found`."""
    found, pictures = await host.read(
        lambda connection: (load_game(connection, game_id), thumbnails(connection, [game_id]))
    )
    return game_cards([found], host, None, pictures)[0]


async def open_card(host: Host, challenge_id: str) -> ChallengeCard:
    """One open challenge. Raises Problem `not-found`."""
    return challenge_cards([await host.read(load_challenge, challenge_id)], host)[0]
