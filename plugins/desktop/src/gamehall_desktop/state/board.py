"""Where a scene's cells are on a canvas, and what touching them means. Nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from gamehall.game import STONES, Input, Piece, Scene, cell_name, cell_place
from gamehall.lattice import HEX_PITCH, Lattice, Point, lattice_of
from gamehall.looks import DARK, LIGHT, draw_piece

CORNER = 0.577  # of a cell: from the middle of a hex to its corners
_REACH = 0.48  # of a cell: how far from a point a click still means it
_SMALLEST_SHARP = 9  # pixels: from here on a cell is a whole number of them, so that its lines are sharp


@dataclass(frozen=True, slots=True)
class Layout:
    """A board on a canvas: `x`, `y` is the top left of its lattice, `size` the distance between two cells.

    `turned` shows it from its far side: cells keep their names and change their places.
    """

    lattice: Lattice
    x: float
    y: float
    size: float
    turned: bool = False

    @property
    def columns(self) -> int:
        return self.lattice.width

    @property
    def rows(self) -> int:
        return self.lattice.height

    @property
    def width(self) -> float:
        return self.lattice.across * self.size

    @property
    def height(self) -> float:
        return self.lattice.down * self.size

    @property
    def hexes(self) -> bool:
        return self.lattice.kind == "hexes"

    def at(self, point: Point) -> Point:
        """A point of the lattice, of the board as it is seen, in pixels of the canvas."""
        return self.x + point[0] * self.size, self.y + point[1] * self.size

    def middle(self, cell: str) -> Point:
        """The middle of a cell. Raises ValueError for a cell that is not on the board."""
        place = cell_place(cell, self.columns, self.rows)
        if place is None:
            raise ValueError(f"{cell} is not on a board of {self.columns}×{self.rows}")
        return self.at(self.lattice.middle(*self.seen(*place)))

    def seen(self, row: int, column: int) -> tuple[int, int]:
        """The row and column at which a cell is seen, from the top left; for what is seen there, those of the cell."""
        return (self.rows - 1 - row, self.columns - 1 - column) if self.turned else (row, column)

    def has(self, cell: str) -> bool:
        return cell_place(cell, self.columns, self.rows) is not None

    def corners(self, cell: str) -> list[Point]:
        """The corners of a cell, of a hex from its tip on, of a square from its upper left one."""
        x, y = self.middle(cell)
        side, tip = self.size / 2, CORNER * self.size
        ways: Sequence[Point]
        if self.hexes:
            ways = ((0.0, -tip), (side, -tip / 2), (side, tip / 2), (0.0, tip), (-side, tip / 2), (-side, -tip / 2))
        else:
            ways = ((-side, -side), (side, -side), (side, side), (-side, side))
        return [(x + right, y + down) for right, down in ways]

    def cell_at(self, x: float, y: float) -> str | None:
        """The cell that a point of the canvas means; None beside the board and between points or squares."""
        across, down = (x - self.x) / self.size, (y - self.y) / self.size
        if self.hexes:
            above = int((down - 2 * 0.289) // HEX_PITCH)
            near = [(row, round(across - (row + 1) / 2)) for row in (above, above + 1)]
            row, column = min(near, key=lambda each: self._away(across, down, *each))
            meant = self._away(across, down, row, column) <= CORNER
        else:
            row, column = round(down - 0.5), round(across - 0.5)
            meant = max(abs(across - 0.5 - column), abs(down - 0.5 - row)) <= _REACH
        if not meant or not (0 <= column < self.columns and 0 <= row < self.rows):
            return None
        return cell_name(*self.seen(row, column), self.rows)

    def beside(self, cell: str | None, right: int, down: int) -> str:
        """The cell that is seen so far to the right of another and below it, at the edge where there is none further.

        Without one it is the middle of the board.
        """
        place = cell_place(cell, self.columns, self.rows) if cell else None
        if place is None:
            return cell_name(self.rows // 2, self.columns // 2, self.rows)
        row, column = self.seen(*place)
        row, column = min(max(row + down, 0), self.rows - 1), min(max(column + right, 0), self.columns - 1)
        return cell_name(*self.seen(row, column), self.rows)

    def _away(self, across: float, down: float, row: int, column: int) -> float:
        middle = self.lattice.middle(row, column)
        return hypot(across - middle[0], down - middle[1])


@dataclass(frozen=True, slots=True)
class Signs:
    """What the user does at a board: the cells touched so far, where the keyboard is and where the mouse, what a click
    there would put, what is on its way to the hall, and the cells that made a move wrong."""

    touched: tuple[str, ...] = ()
    cursor: str | None = None
    hover: str | None = None
    ghost: Piece | None = None
    pending: Piece | None = None
    wrong: tuple[str, ...] = ()


def lay_out(scene: Scene, width: float, height: float, margin: float = 24) -> Layout | None:
    """The largest board that a canvas of this size holds with a margin, in its middle; None without a board."""
    if not scene.width:
        return None
    lattice = lattice_of(scene)
    size = max(1.0, min((width - 2 * margin) / lattice.across, (height - 2 * margin) / lattice.down))
    if size >= _SMALLEST_SHARP:
        size = float(int(size))
    x, y = (width - lattice.across * size) / 2, (height - lattice.down * size) / 2
    return Layout(lattice, float(int(x)), float(int(y)), size, scene.turned)


def edge_colours(scene: Scene) -> tuple[str, ...]:
    """The colours of the pieces of those whose the top, right, bottom and left edge are, as they are seen."""
    if scene.edges is None:
        return ()
    seats = (*scene.edges[2:], *scene.edges[:2]) if scene.turned else scene.edges
    looks = [draw_piece(scene, Piece("", scene.sides[seat] if seat < len(scene.sides) else "", seat)) for seat in seats]
    return tuple(look.fill or (LIGHT if look.picture == "white" else DARK) for look in looks)


def winning_lines(scene: Scene) -> list[tuple[str, str]]:
    """The ends of each straight row of three or more in the winning line. What connects hexes is no straight line."""
    if scene.lattice == "hexes":
        return []
    places = (cell_place(mark.cell, scene.width, scene.height) for mark in scene.marks if mark.kind == "line")
    points = {place for place in places if place is not None}
    found = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        for row, column in sorted(points):
            if (row - down, column - right) in points:
                continue
            steps = 0
            while (row + (steps + 1) * down, column + (steps + 1) * right) in points:
                steps += 1
            if steps >= 2:
                end = cell_name(row + steps * down, column + steps * right, scene.height)
                found.append((cell_name(row, column, scene.height), end))
    return found


def ghost(scene: Scene, seat: int | None, cell: str) -> Piece | None:
    """What touching this one cell would put there, where that is plain: a piece of the only kind that the seat has."""
    if seat is None or not any(each.cells == (cell,) for each in scene.inputs):
        return None
    side = scene.sides[seat] if seat < len(scene.sides) else ""
    own = {piece.kind for piece in scene.pieces if piece.seat == seat} or {side} & (STONES | scene.looks.keys())
    taken = any(piece.cell == cell for piece in scene.pieces)
    return Piece(cell, own.pop(), seat) if len(own) == 1 and not taken else None


def touch(scene: Scene, touched: tuple[str, ...], cell: str) -> tuple[tuple[str, ...], str | None]:
    """What touching one more cell leads to: the cells touched so far, and the move once they mean one."""
    for cells in ((*touched, cell), (cell,)):
        begun = [offered for offered in scene.inputs if offered.cells[: len(cells)] == cells]
        if len(begun) == 1 and begun[0].cells == cells:
            return (), begun[0].move
        if begun:
            return cells, None
    return (), None


def buttons(scene: Scene, touched: tuple[str, ...]) -> tuple[Input, ...]:
    """The moves that are buttons: those which the touched cells all mean, else those without cells."""
    meant = tuple(offered for offered in scene.inputs if touched and offered.cells == touched)
    return meant or tuple(offered for offered in scene.inputs if not offered.cells)
