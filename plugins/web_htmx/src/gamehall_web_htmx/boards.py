"""A scene as a board of HTML: what each cell looks like, what it is called, and what touching it does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

from gamehall.game import Input, Piece, Refusal, Scene, board_cells, cell_name, cell_place, column_name
from gamehall.languages import N_, catalogue
from gamehall.lattice import Lattice, Point, lattice_of
from gamehall.looks import DARK, LIGHT, Drawn, draw_piece, name_piece
from gamehall.naming import AnyRuleset, move_label, say

from .assets import LARGEST_SIZE

__all__ = ["Board", "Cell", "Choice", "aimed_cells", "draw_board", "takes_free_cells"]

_ = catalogue(__name__)

_MARK_WORDS = {
    "last": N_("last move"),
    "line": N_("in the winning line"),
    "forbidden": N_("forbidden"),
    "offered": N_("offered"),
    "zone": "",
    "star": "",
}


_FINE = 18  # columns with room for their letters between the edge and the board of a phone

Does = Literal["nothing", "play", "aim"]
Asks = Literal["touched", "all", "besides"]
_NOTHING: tuple[Does, str] = ("nothing", "")


class Cell(NamedTuple):
    """One cell. `does` is what touching it means: nothing, playing the move `value`, or aiming at the path `value`.

    `disc` is the piece on it where that has no picture in the style sheet.
    """

    name: str
    text: str
    classes: str
    disc: Drawn | None
    does: Does
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A move that is a button; `asks` says that it is easily regretted and therefore asked again."""

    move: str
    label: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Note:
    """Why a move was refused, to be read at its cell: the row and column as they are seen, from the top left.

    `is_above` says on which side of the cell there is room, away from the cells that are the reason.
    """

    row: int
    column: int
    words: str
    is_above: bool


@dataclass(frozen=True, slots=True)
class Board:
    """A scene, ready for its template; without a board it has no rows, and only `choices`.

    `rows` are as they are seen, and `columns` and `numbers` their names. `lines` are (x, y, x, y) of the ends of each
    winning line, `stars` the middles of star points and `edges` (points, colour) of each border that is somebody's,
    all as in the lattice. `asks` says what the choices are for: a move whose cells have all been touched, the whole
    decision, or one that can be made on the board instead.
    """

    lattice: Lattice
    columns: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    stars: tuple[tuple[float, float], ...]
    lines: tuple[tuple[float, float, float, float], ...]
    edges: tuple[tuple[str, str], ...]
    choices: tuple[Choice, ...]
    asks: Asks
    aimed: tuple[str, ...]
    ghost: str
    waits: bool
    note: Note | None

    @property
    def is_told(self) -> bool:
        """Every cell of one move has been touched: only the word is missing."""
        return self.asks == "touched" and len(self.choices) == 1

    @property
    def size_classes(self) -> str:
        """The classes that tell the style sheet how many cells there are, and that they are small on a phone; a very
        large board scrolls."""
        sizes = (("w", self.lattice.width), ("h", self.lattice.height))
        classes = [f"{letter}{min(count, LARGEST_SIZE)}" for letter, count in sizes]
        return " ".join(classes + ["is-fine"] * (self.lattice.width > _FINE))


def aimed_cells(text: str, scene: Scene) -> tuple[str, ...]:
    """The cells touched so far, from a query such as `e2`; none when no move begins like this."""
    cells = tuple(text.split(",")) if text else ()
    return cells if any(each.cells[: len(cells)] == cells for each in scene.inputs) else ()


def draw_board(
    scene: Scene,
    aimed: tuple[str, ...] = (),
    ghost: str = "",
    *,
    ruleset: AnyRuleset | None = None,
    waits: bool = False,
    refused: tuple[str, Refusal] | None = None,
) -> Board:
    """The board of a scene. `aimed` are the cells touched so far of a move that takes several, `ghost` is the picture
    of what the next move would place, and `refused` a cell that was touched with why that was no move. The `ruleset`
    says what pieces are called in the present language.

    With `waits` its viewer is to play on free cells as soon as the other has: they are the same as on their turn
    already, so that a move changes two cells and not the board.
    """
    lattice = lattice_of(scene)
    touches = _touches(scene.inputs, aimed)
    if waits:
        taken = {piece.cell for piece in scene.pieces}
        touches |= {name: ("play", name) for name in board_cells(scene.width, scene.height) if name not in taken}
    cells = _cells(scene, ruleset, touches, aimed, refused[1].cells if refused else ())
    down, right = _reading(scene.height, scene), _reading(scene.width, scene)

    def middle(place: tuple[int, int]) -> Point:
        return lattice.middle(down[place[0]], right[place[1]])

    rows = tuple(tuple(cells[cell_name(row, column, scene.height)] for column in right) for row in down)
    choices, asks = _choices(scene.inputs, aimed)
    return Board(
        lattice=lattice,
        columns=tuple(column_name(column).upper() for column in right),
        numbers=tuple(scene.height - row for row in down),
        rows=rows if scene.width else (),
        stars=tuple(middle(place) for place in _places(scene, "star")),
        lines=tuple((*middle(one), *middle(other)) for one, other in _winning_lines(scene)),
        edges=_edges(scene, lattice),
        choices=choices,
        asks=asks,
        aimed=aimed,
        ghost=ghost,
        waits=waits,
        note=_note(*refused, rows) if refused else None,
    )


def _cells(
    scene: Scene,
    ruleset: AnyRuleset | None,
    touches: Mapping[str, tuple[Does, str]],
    aimed: tuple[str, ...],
    reason: Collection[str],
) -> dict[str, Cell]:
    """Every cell by its name."""
    pieces = {piece.cell: piece for piece in scene.pieces}
    marks: defaultdict[str, list[str]] = defaultdict(list)
    for mark in scene.marks:
        marks[mark.cell].append(mark.kind)
    special = {*pieces, *marks, *reason, *aimed}

    @cache
    def seen(kind: str, seat: int | None) -> tuple[Drawn, str]:
        """What a piece looks like, and what it is called: there are few kinds."""
        piece = Piece("", kind, seat)
        return draw_piece(scene, piece), say(ruleset, name_piece(scene, piece))

    def cell(name: str) -> Cell:
        if name not in special:
            return Cell(name, name.upper(), "cell", None, *touches.get(name, _NOTHING))
        piece = pieces.get(name)
        drawn, called = seen(piece.kind, piece.seat) if piece else (None, "")
        does, value = touches.get(name, _NOTHING)
        classes = ["cell", *(f"is-{each}" for each in marks[name] if each != "star")]
        words = [f"{name.upper()} {called}" if piece else name.upper()]
        words += (_(said) for each in marks[name] if (said := _MARK_WORDS[each]))
        if drawn:
            classes.append(f"p-{drawn.picture or 'disc'}")
        if name in reason:
            classes.append("is-reason")
            words.append(_("part of the reason"))
        if name in aimed:
            classes.append("is-aimed")
            words.append(_("touched"))
        disc = None if drawn is None or drawn.picture else drawn
        return Cell(name, ", ".join(words), " ".join(classes), disc, does, value)

    return {name: cell(name) for name in board_cells(scene.width, scene.height)}


def _reading(count: int, scene: Scene) -> range:
    """The order in which rows or columns are seen; it is its own inverse."""
    return range(count - 1, -1, -1) if scene.turned else range(count)


def _note(touched: str, why: Refusal, rows: Sequence[Sequence[Cell]]) -> Note | None:
    places = {cell.name: (row, column) for row, cells in enumerate(rows) for column, cell in enumerate(cells)}
    if touched not in places:
        return None
    row, column = places[touched]
    lower = sum((places[cell][0] > row) - (places[cell][0] < row) for cell in why.cells if cell in places)
    in_the_middle = len(rows) // 4 < row < len(rows) - len(rows) // 4
    return Note(row, column, why.detail, lower > 0 if in_the_middle and lower else row * 2 > len(rows))


def _edges(scene: Scene, lattice: Lattice) -> tuple[tuple[str, str], ...]:
    """(points, colour) of each border, in the colour of the pieces of whoever it belongs to."""
    if scene.edges is None or not scene.width:
        return ()
    seats = (*scene.edges[2:], *scene.edges[:2]) if scene.turned else scene.edges
    drawn = []
    for seat, stroke in zip(seats, lattice.edges, strict=True):
        side = scene.sides[seat] if seat < len(scene.sides) else ""
        points = " ".join(f"{x:g},{y:g}" for x, y in stroke)
        look = draw_piece(scene, Piece("", side, seat))
        drawn.append((points, look.fill or (LIGHT if look.picture == "white" else DARK)))
    return tuple(drawn)


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


def _choices(inputs: Iterable[Input], aimed: tuple[str, ...]) -> tuple[tuple[Choice, ...], Asks]:
    """(moves that are buttons, what they are for): those for which every cell has been touched but more than one is
    meant, else those without a cell to touch."""
    touched = [each for each in inputs if aimed and each.cells == aimed]
    meant = touched or [each for each in inputs if not each.cells]
    asks: Asks = "touched" if touched else "besides" if any(each.cells for each in inputs) else "all"
    choices = (
        Choice(each.move, each.label or move_label(each.move), asks == "besides" and each.move == "pass")
        for each in meant
    )
    return tuple(choices), asks


def takes_free_cells(scene: Scene) -> bool:
    """Whether touching one cell is a move on most of those that are free, as where stones are placed."""
    free = scene.width * scene.height - len(scene.pieces)
    return sum(len(each.cells) == 1 for each in scene.inputs) * 2 > free


def _places(scene: Scene, kind: str) -> list[tuple[int, int]]:
    """(row, column) of each cell with such a mark; a mark off the board is nobody's."""
    places = (cell_place(mark.cell, scene.width, scene.height) for mark in scene.marks if mark.kind == kind)
    return [place for place in places if place is not None]


def _winning_lines(scene: Scene) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """The straight rows of three or more in the winning line, by the (row, column) of their ends. What connects hexes
    is no straight line, and is told by its cells alone."""
    points = set(_places(scene, "line")) if scene.lattice != "hexes" else set()
    runs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        for row, column in sorted(points):
            if (row - down, column - right) in points:
                continue
            length = 1
            while (row + length * down, column + length * right) in points:
                length += 1
            if length >= 3:
                runs.append(((row, column), (row + (length - 1) * down, column + (length - 1) * right)))
    return runs
