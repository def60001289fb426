"""Moves before they are made and right after: the cursor on the board, typed cells, and what news of a move changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from gamehall.answers import Game
from gamehall.game import Input, Mark, Piece, Scene, cell_name, cell_place

from .board import buttons, ghost

if TYPE_CHECKING:
    from .table import Moved

Way = Literal["left", "right", "up", "down"]

_STEPS: dict[Way, tuple[int, int]] = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
_LONGEST = 40  # characters that anybody would type for a move


def step(scene: Scene, cursor: str | None, way: Way) -> str | None:
    """The cell beside the cursor as the viewer sees the board; the cursor appears at the last move, else in the middle.

    None for a game without a board.
    """
    if not scene.width:
        return None
    place = cell_place(cursor, scene.width, scene.height) if cursor else None
    if place is None:
        return _first(scene)
    down, right = _STEPS[way]
    if scene.turned:
        down, right = -down, -right
    row = min(max(place[0] + down, 0), scene.height - 1)
    column = min(max(place[1] + right, 0), scene.width - 1)
    return cell_name(row, column, scene.height)


def _first(scene: Scene) -> str:
    last = [mark.cell for mark in scene.marks if mark.kind == "last"]
    on_board = (cell for cell in last if cell_place(cell, scene.width, scene.height))
    return next(on_board, cell_name(scene.height // 2, scene.width // 2, scene.height))


def typed_further(scene: Scene, typed: str, key: str) -> str:
    """What is typed with one more character; what could not become a cell or a move here begins anew with it."""
    for text in (typed + key, key):
        if len(text) <= _LONGEST and _begins(scene, text):
            return text
    return ""


def _begins(scene: Scene, text: str) -> bool:
    letters = text.rstrip("0123456789")
    number = text[len(letters) :]
    if letters.isalpha() and cell_place(letters + "1", scene.width, 1) and (not number or int(number) <= scene.height):
        return not number.startswith("0")
    return any(each.move.startswith(text) for each in scene.inputs)


def typed_input(scene: Scene, typed: str) -> Input | None:
    """The input whose move is written like this; what is a cell as well is for the board."""
    if cell_place(typed, scene.width, scene.height):
        return None
    return next((each for each in scene.inputs if each.move == typed), None)


def choices(scene: Scene, touched: tuple[str, ...]) -> tuple[Input, ...]:
    """The moves that are buttons and can be chosen by their number: where the board asks for nothing else."""
    offered = buttons(scene, touched)
    beside = not any(each.cells for each in scene.inputs)
    return offered if beside or any(each.cells for each in offered) else ()


def target(scene: Scene, move: str) -> str | None:
    """The cell on which a move ends, None for one that is a button."""
    return next((each.cells[-1] for each in scene.inputs if each.move == move and each.cells), None)


def pending_piece(scene: Scene, seat: int | None, move: str) -> Piece | None:
    """What a move puts down, before the hall has told: the piece that it takes up, or one of the mover's only kind."""
    cells = next((each.cells for each in scene.inputs if each.move == move), ())
    if len(cells) == 1:
        return ghost(scene, seat, cells[0])
    moving = next((piece for piece in scene.pieces if cells and piece.cell == cells[0]), None)
    return Piece(cells[-1], moving.kind, moving.seat) if moving is not None else None


def moved_on(game: Game, moved: Moved) -> Game:
    """The game after this move, as far as the news tells: nobody has inputs until the game is looked at anew."""
    waiting = tuple(each for each in game.offers if each.kind == "draw" and each.seat == moved.seat)
    return replace(
        game,
        ply=moved.ply,
        revision=moved.revision or game.revision + 1,
        moves=(*game.moves, moved.move),
        movers=(*game.movers, moved.seat),
        spent=(*game.spent, {}),
        to_act=moved.to_act,
        status=moved.status,
        clock=moved.clock,
        offers=waiting,
        declined=(),
        claim=None,
        scene=_changed(game.scene, moved),
    )


def _changed(scene: Scene, moved: Moved) -> Scene:
    cells = {each.cell for each in moved.cells}
    placed = [Piece(each.cell, each.kind, each.seat) for each in moved.cells if each.kind is not None]
    named = [piece.cell for piece in placed if moved.move.endswith(piece.cell)]
    marks = [mark for mark in scene.marks if mark.kind == "star"]
    if named:
        marks.append(Mark(max(named, key=len), "last"))
    return replace(
        scene,
        pieces=(*(piece for piece in scene.pieces if piece.cell not in cells), *placed),
        marks=tuple(marks),
        inputs=(),
        status="",
        prompt="",
    )
