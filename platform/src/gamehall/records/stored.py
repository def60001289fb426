"""A stored game as exporters get it."""

from __future__ import annotations

from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.clocks import NoClock, Spent, Times
from gamehall.declare import GameRecord, Host, RecordedMove
from gamehall.game import Ruleset, Scene
from gamehall.gamelog import GameState, Shown, load_state
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.canonical import digest
from gamehall.tables import game, game_move

__all__ = ["load_record", "read_record"]

_ = catalogue(__name__)


_ATTEMPTS = 3


def load_record(connection: sa.Connection, state: GameState, ruleset: Ruleset[Any, Any] | None) -> GameRecord:
    """The record of a game as this state has it; `ruleset` is the installed one of its key, None where it is gone.

    Raises Problem `conflict` when the game has changed since.
    """
    found = state.game
    columns = (game_move.c.position, game_move.c.times)
    of_game = game_move.c.game_id == found.id
    made = connection.execute(sa.select(*columns).where(of_game).order_by(game_move.c.ply)).all()
    # Looked at last, so that the moves are those of this revision.
    row = connection.execute(sa.select(game.c.start_position, game.c.revision).where(game.c.id == found.id)).one()
    if row.revision != found.revision:
        raise Problem("conflict", _("The game has just changed; ask for its record again."))
    start = msgspec.json.decode(state.start_scene, type=Scene)
    timed = not isinstance(found.terms, NoClock)
    moves = tuple(
        _recorded(move, shown, spent, *stored, timed=timed)
        for move, shown, spent, stored in zip(state.moves, state.shown, state.spent, made, strict=True)
    )
    return GameRecord(
        id=found.id,
        ruleset=found.ruleset,
        ruleset_title=ruleset.title if ruleset else found.ruleset,
        ruleset_version=found.ruleset_version,
        sgf=ruleset.sgf if ruleset else None,
        options=found.options,
        start=start if len(start.sides) == len(found.seats) else msgspec.structs.replace(start, sides=found.sides),
        start_digest=digest(row.start_position),
        names=tuple(seat.display_name for seat in found.seats),
        moves=moves,
        final=msgspec.json.decode(state.final_scene, type=Scene) if state.final_scene else None,
        clock=msgspec.to_builtins(found.terms),
        status=found.status,
        winner=found.winner,
        reason=found.reason,
        started_at=found.created_at,
        finished_at=found.finished_at,
    )


def _recorded(
    move: tuple[int, str], shown: Shown, spent: Spent, position: str, times: str, *, timed: bool
) -> RecordedMove:
    return RecordedMove(
        seat=move[0],
        move=move[1],
        changes=shown.cells,
        sides=shown.sides,
        digest=digest(position),
        spent=spent.charged if spent != Spent() else None,  # moves from before there were receipts have none
        left=msgspec.json.decode(times, type=Times).seats if timed else (),
    )


async def read_record(host: Host, state: GameState) -> GameRecord:
    """The record of a game that the caller has seen, as it is now. Raises Problem `conflict` if it never rests."""
    ruleset = host.rulesets.get(state.game.ruleset)
    for _attempt in range(_ATTEMPTS):
        try:
            return await host.read(load_record, state, ruleset)
        except Problem as problem:
            if problem.slug != "conflict":
                raise
            state = await host.read(load_state, state.game.id)
    return await host.read(load_record, state, ruleset)
