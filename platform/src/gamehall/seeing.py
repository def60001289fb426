"""Seeing a game: who may, and what a worker remembers of its log, checked against the database each time that somebody
asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from cachetools import LRUCache

from gamehall.database import Prepared
from gamehall.declare import Host, Policy
from gamehall.gamelog import (
    STATE,
    GameState,
    check_watching,
    cursor_of,
    game_in,
    load_game,
    load_state,
    no_such_ply,
)
from gamehall.tables import game, game_move

__all__ = ["Logs", "check_known", "see_game"]

_REMEMBERED = 500  # games
_PLAYERS_REMEMBERED = 10_000  # games

_POSITION = Prepared(
    sa.select(game_move.c.position, game.c.revision)
    .join(game, game.c.id == game_move.c.game_id)
    .where(game_move.c.game_id == sa.bindparam("game_id"), game_move.c.ply == sa.bindparam("ply"))
)


class Logs:
    """The logs of the games that were looked at last in this worker.

    All that is stored of a game but the names of its players changes with its revision. So its row is read each time,
    by one look, and its moves are only where it has another revision than what is remembered.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._known: LRUCache[str, GameState] = LRUCache(_REMEMBERED)

    async def state(
        self, game_id: str, ply: int | None = None, by: Prepared = STATE, **asked: Any
    ) -> tuple[GameState, Sequence[Any]]:
        """As `gamelog.load_state` gives it, and the rows that were found `by` a statement with the columns of `STATE`,
        and perhaps more. Raises Problem `not-found`."""
        while True:
            rows = await self._host.look(by, game_id=game_id, **asked)
            found = game_in(rows)
            known = self._known.get(game_id)
            if known is None or known.game.revision != found.revision:
                state = self._known[game_id] = await self._host.read(load_state, game_id)
            else:
                state = msgspec.structs.replace(known, game=found, cursor=cursor_of(rows[0]))
            if ply is None or ply == state.game.ply:
                return state, rows
            if ply == 0:
                return msgspec.structs.replace(state, ply=0, position=rows[0].start_position), rows
            at_ply = await self._host.look(_POSITION, game_id=game_id, ply=ply)
            if not at_ply:
                raise no_such_ply(ply)
            if at_ply[0].revision == state.game.revision:  # else the game has moved on between the looks
                return msgspec.structs.replace(state, ply=ply, position=at_ply[0].position), rows


async def see_game(host: Host, game_id: str, viewer: str | None, ply: int | None = None) -> GameState:
    """The game's state, if this user (None is a stranger) may see it. Raises Problem `not-found` or `forbidden`."""
    state, _rows = await host.kept(Logs).state(game_id, ply)
    await check_watching(host, state.game, viewer)
    return state


async def check_known(host: Host, game_id: str, user_id: str) -> None:
    """Raises Problem `not-found` for a game that this user may not see; it costs nothing where all may see all."""
    players = host.kept(_Players)
    if user_id in players.of.get(game_id, ()):
        return
    policies: list[tuple[str, Policy]] = host.declared("gamehall_policies")
    if any(policy.question == "watch" for _, policy in policies):
        found = await host.read(load_game, game_id)
        players.of[game_id] = frozenset(seat.user_id for seat in found.seats)
        await check_watching(host, found, user_id)


class _Players:
    """Who plays the games that were asked for lately, by their ids. Whoever has a seat keeps it: a guest who takes an
    account is another user, of whom nothing is known here and the database is asked."""

    def __init__(self, _host: Host) -> None:
        self.of: LRUCache[str, frozenset[str]] = LRUCache(_PLAYERS_REMEMBERED)
