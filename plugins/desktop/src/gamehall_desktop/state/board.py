"""Where a scene's cells are on a canvas, and what touching them means. Nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from gamehall.game import Input, Scene, cell_name, cell_place

PITCH = 0.866  # of a cell: from one row of hexes to the next, the height of an equilateral triangle
CORNER = 0.577  # of a cell: from the middle of a hex to its corners
_REACH = 0.48  # of a cell: how far from a point a click still means it
_MARGIN = 1.0  # of a cell: room for the names of rows and columns


@dataclass(frozen=True, slots=True)
class Layout:
    """A board on a canvas: `x`, `y` is the middle of the top left cell, `size` the distance between two cells.

    Each row of hexes lies half a cell to the right of the one above.
    """

    columns: int
    rows: int
    x: float
    y: float
    size: float
    hexes: bool = False

    def middle(self, cell: str) -> tuple[float, float]:
        """The middle of a cell. Raises ValueError for a cell that is not on the board."""
        place = cell_place(cell, self.columns, self.rows)
        if place is None:
            raise ValueError(f"{cell} is not on a board of {self.columns}×{self.rows}")
        return self.place(*place)

    def place(self, row: int, column: int) -> tuple[float, float]:
        if self.hexes:
            return self.x + (column + row / 2) * self.size, self.y + row * PITCH * self.size
        return self.x + column * self.size, self.y + row * self.size

    def corners(self, cell: str) -> list[tuple[float, float]]:
        """The corners of a cell, of a hex from its tip on, of a square from its upper left one."""
        x, y = self.middle(cell)
        side, tip = self.size / 2, CORNER * self.size
        ways: Sequence[tuple[float, float]]
        if self.hexes:
            ways = ((0.0, -tip), (side, -tip / 2), (side, tip / 2), (0.0, tip), (-side, tip / 2), (-side, -tip / 2))
        else:
            ways = ((-side, -side), (side, -side), (side, side), (-side, side))
        return [(x + right, y + down) for right, down in ways]

    def cell_at(self, x: float, y: float) -> str | None:
        """The cell that a point of the canvas means; None beside the board and between points or squares."""
        if self.hexes:
            above = int((y - self.y) // (PITCH * self.size))
            near = [(row, round((x - self.x) / self.size - row / 2)) for row in (above, above + 1)]
            row, column = min(near, key=lambda each: self._away(x, y, *each))
            meant = self._away(x, y, row, column) <= CORNER * self.size
        else:
            column, row = round((x - self.x) / self.size), round((y - self.y) / self.size)
            at = self.place(row, column)
            meant = max(abs(x - at[0]), abs(y - at[1])) <= _REACH * self.size
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return cell_name(row, column, self.rows) if meant and inside else None

    def _away(self, x: float, y: float, row: int, column: int) -> float:
        at = self.place(row, column)
        return hypot(x - at[0], y - at[1])


def lay_out(scene: Scene, width: float, height: float) -> Layout | None:
    """The largest board that a canvas of this size holds, in its middle; None for a game without a board."""
    if not scene.width:
        return None
    hexes = scene.lattice == "hexes"
    right = scene.width - 1 + ((scene.height - 1) / 2 if hexes else 0)
    down = (scene.height - 1) * (PITCH if hexes else 1)
    size = min(width / (right + 2 * _MARGIN), height / (down + 2 * _MARGIN))
    return Layout(scene.width, scene.height, (width - size * right) / 2, (height - size * down) / 2, size, hexes)


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
