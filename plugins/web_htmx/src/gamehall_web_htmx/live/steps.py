"""What one move changes on a game's page: the cells that look different, and what stands around the board.

A page that shows the revision before a move becomes what it shows after it; any other page is given everything.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import msgspec

from gamehall.declare import Host
from gamehall.game import Scene
from gamehall.gamelog import GameState, Shown, position_text
from gamehall_web_htmx.boards import Board, Cell
from gamehall_web_htmx.gameview import GamePage, MoveEntry, game_page

__all__ = ["Step", "step_of"]


@dataclass(frozen=True, slots=True)
class Step:
    """The last move of a game. `choices` and `acts` say whether the buttons below and beside the board are others."""

    cells: tuple[Cell, ...]
    move: MoveEntry
    choices: bool
    acts: bool


async def step_of(host: Host, state: GameState, viewer: str | None, after: GamePage) -> Step | None:
    """What the last move changed on this viewer's page; None when more changed than a step tells, such as a line."""
    if not state.moves or state.ply != state.game.ply:
        return None
    before = game_page(host, await _before(host, state), viewer)
    old, new = before.board, after.board
    if _frame(old) != _frame(new):
        return None
    cells = tuple(
        cell
        for then, now in zip(old.rows, new.rows, strict=True)
        for was, cell in zip(then, now, strict=True)
        if was != cell
    )
    return Step(
        cells=cells,
        move=dataclasses.replace(after.moves[-1], shown=False),  # the page marks it itself, and unmarks the one before
        choices=_buttons(old) != _buttons(new),
        acts=(before.offers, before.endings) != (after.offers, after.endings),
    )


def _buttons(board: Board) -> tuple[object, ...]:
    return board.choices, board.asks if board.choices else "", board.aimed


def _frame(board: Board) -> tuple[object, ...]:
    return board.lattice, board.columns, board.numbers, board.stars, board.lines, board.edges


async def _before(host: Host, state: GameState) -> GameState:
    """The game as it stood before its last move, as if it still did."""
    seat, _ = state.moves[-1]
    ply = state.ply - 1
    sides = (state.shown[-2] if ply else Shown((), _start(state).sides)).sides
    game = msgspec.structs.replace(
        state.game, ply=ply, to_act=seat, status="active", winner=None, reason=None, sides=sides, offers=()
    )
    return msgspec.structs.replace(
        state,
        game=game,
        ply=ply,
        moves=state.moves[:-1],
        shown=state.shown[:-1],
        spent=state.spent[:-1],
        position=await host.read(position_text, state.game.id, ply),
        final_scene=None,
    )


def _start(state: GameState) -> Scene:
    return msgspec.json.decode(state.start_scene, type=Scene)
