"""A game as somebody comes to its page: how it stands, who is there, and how many others wait for them. One look."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from gamehall.claims import Around, around_by
from gamehall.database import Prepared
from gamehall.declare import Host
from gamehall.gamelog import STATE, GameState, check_watching
from gamehall.presence import COMPANY, company_in, watched_since
from gamehall.seeing import Logs
from gamehall.tables import game_seat, presence
from gamehall.turns import NUMBER_WAITING

__all__ = ["Visit", "visit_game"]

_state = cast("sa.Select[Any]", STATE.statement).outerjoin(presence, presence.c.user_id == game_seat.c.user_id)
_VISIT = Prepared(_state.add_columns(*COMPANY, NUMBER_WAITING.label("waiting")))


class Visit(NamedTuple):
    """`waiting` is in how many other games it is the visitor's turn."""

    state: GameState
    around: Around
    waiting: int


async def visit_game(host: Host, game_id: str, visitor: str | None, ply: int | None = None) -> Visit:
    """The game, if this user (None is a stranger) may see it. Raises Problem `not-found` or `forbidden`."""
    asked = {"player": visitor or "", "besides": game_id, "since": watched_since(host.hall_time())}
    state, rows = await host.kept(Logs).state(game_id, ply, _VISIT, **asked)
    await check_watching(host, state.game, visitor)
    return Visit(state, around_by(host, state.game, company_in(rows)), int(rows[0].waiting))
