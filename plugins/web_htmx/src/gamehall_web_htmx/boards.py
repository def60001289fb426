"""A scene as a board of HTML: what each cell looks like, what it is called, and what touching it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gamehall.game import Input, Scene, cell_name, cell_place, column_name

from .assets import LARGEST_SIZE

__all__ = ["Board", "Cell", "Choice", "aimed_cells", "draw_board", "move_label"]

# Kinds of pieces with a picture of their own; any other is shown by its first letter.
DRAWN = frozenset({"black", "white", "cross", "nought"})
_MARK_WORDS = {
    "last": "last move",
    "line": "in the winning line",
    "forbidden": "forbidden",
    "offered": "offered",
    "zone": "",
    "star": "",
}


Does = Literal["nothing", "play", "aim"]
_NOTHING: tuple[Does, str] = ("nothing", "")


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `does` is what touching it means: nothing, playing the move `value`, or aiming at the path `value`."""

    name: str
    text: str
    classes: str
    letter: str
    does: Does
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A move that is a button."""

    move: str
    label: str


@dataclass(frozen=True, slots=True)
class Board:
    """A scene, ready for its template. `lines` are (column, row, column, row) of the ends of each winning line."""

    width: int
    height: int
    lattice: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    stars: tuple[tuple[int, int], ...]
    lines: tuple[tuple[int, int, int, int], ...]
    choices: tuple[Choice, ...]
    aimed: tuple[str, ...]
    ghost: str

    @property
    def size_classes(self) -> str:
        """The classes that tell the style sheet how many cells there are; a very large board scrolls."""
        sizes = (("w", self.width), ("h", self.height))
        return " ".join(f"{letter}{min(count, LARGEST_SIZE)}" for letter, count in sizes)

    @property
    def grid_path(self) -> str:
        """The lattice as an SVG path, one unit to a cell."""
        edge = 0.5 if self.lattice == "points" else 0.0
        right, bottom = self.width - edge, self.height - edge
        extra = 0 if self.lattice == "points" else 1
        across = (f"M{edge:g} {row + edge:g}H{right:g}" for row in range(self.height + extra))
        down = (f"M{column + edge:g} {edge:g}V{bottom:g}" for column in range(self.width + extra))
        return "".join((*across, *down))


def aimed_cells(text: str, scene: Scene) -> tuple[str, ...]:
    """The cells touched so far, from a query such as `e2`; none when no move begins like this."""
    cells = tuple(text.split(",")) if text else ()
    return cells if any(each.cells[: len(cells)] == cells for each in scene.inputs) else ()


def draw_board(scene: Scene, aimed: tuple[str, ...] = (), ghost: str = "") -> Board:
    """The board of a scene. `aimed` are the cells touched so far of a move that takes several; `ghost` is the kind of
    piece that the next move would place."""
    touches = _touches(scene.inputs, aimed)
    pieces = {piece.cell: piece for piece in scene.pieces}
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for mark in scene.marks:
        marks[mark.cell].append(mark.kind)

    def cell(row: int, column: int) -> Cell:
        name = cell_name(row, column, scene.height)
        piece = pieces.get(name)
        does, value = touches.get(name, _NOTHING)
        kind = piece.kind if piece else ""
        classes = ["cell", *(f"is-{each}" for each in marks[name] if each != "star")]
        if kind:
            classes.append(f"p-{kind}" if kind in DRAWN else "p-other")
        if piece and piece.seat is not None:
            classes.append(_owner_class(scene, piece.seat))
        if name in aimed:
            classes.append("is-aimed")
        words = [
            name.upper() + (f" {kind}" if kind else ""),
            *filter(None, (_MARK_WORDS[each] for each in marks[name])),
        ]
        letter = kind[:1].upper() if kind and kind not in DRAWN else ""
        return Cell(name, ", ".join(words), " ".join(classes), letter, does, value)

    return Board(
        width=scene.width,
        height=scene.height,
        lattice=scene.lattice,
        columns=tuple(column_name(column).upper() for column in range(scene.width)),
        rows=tuple(tuple(cell(row, column) for column in range(scene.width)) for row in range(scene.height)),
        stars=tuple(_places(scene, "star")),
        lines=tuple(_runs(set(_places(scene, "line")))),
        choices=_choices(scene.inputs, aimed),
        aimed=aimed,
        ghost=ghost if ghost in DRAWN else "",
    )


def _owner_class(scene: Scene, seat: int) -> str:
    """Dark or light where the side's name says it, else by the seat."""
    side = scene.sides[seat] if seat < len(scene.sides) else ""
    return f"of-{side}" if side in ("black", "white") else f"s{seat}"


def _touches(inputs: Iterable[Input], aimed: tuple[str, ...]) -> dict[str, tuple[Does, str]]:
    """What touching each cell does, by its name. The first cells of moves can be touched again to aim anew."""
    touches: dict[str, tuple[Does, str]] = {}
    ends: defaultdict[str, list[Input]] = defaultdict(list)
    for each in inputs:
        if aimed and each.cells:
            touches.setdefault(each.cells[0], ("aim", each.cells[0]))
    if aimed:
        touches[aimed[0]] = ("aim", "")
    for each in inputs:
        if len(each.cells) > len(aimed) and each.cells[: len(aimed)] == aimed:
            ends[each.cells[len(aimed)]].append(each)
    for cell, meant in ends.items():
        if len(meant) == 1 and len(meant[0].cells) == len(aimed) + 1:
            touches[cell] = ("play", meant[0].move)
        else:
            touches[cell] = ("aim", ",".join((*aimed, cell)))
    return touches


def _choices(inputs: Iterable[Input], aimed: tuple[str, ...]) -> tuple[Choice, ...]:
    """Moves without a cell to touch, and those for which every cell has been touched but more than one is meant."""
    meant = (each for each in inputs if not each.cells or (aimed and each.cells == aimed))
    return tuple(Choice(each.move, each.label or move_label(each.move)) for each in meant)


def _places(scene: Scene, kind: str) -> list[tuple[int, int]]:
    """(row, column) of each cell with such a mark; a mark off the board is nobody's."""
    places = (cell_place(mark.cell, scene.width, scene.height) for mark in scene.marks if mark.kind == kind)
    return [place for place in places if place is not None]


def _runs(points: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """The straight rows of three or more among these (row, column) places, by their ends."""
    runs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        for row, column in sorted(points):
            if (row - down, column - right) in points:
                continue
            length = 1
            while (row + length * down, column + length * right) in points:
                length += 1
            if length >= 3:
                runs.append((column, row, column + (length - 1) * right, row + (length - 1) * down))
    return runs


def move_label(move: str) -> str:
    """A move as it is written in lists: points in capitals, decisions as words."""
    is_point = move[:1].isalpha() and move[-1:].isdigit()
    return move.upper() if is_point else move.replace("_", " ").replace("-", " ").capitalize()
