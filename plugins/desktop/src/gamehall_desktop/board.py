"""Where a scene's cells are on a canvas, and what touching them means. Nothing here draws."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.game import Scene, cell_name, cell_place

_REACH = 0.48  # of a cell: how far from a point a click still means it
_MARGIN = 0.9  # of a cell: room for the names of rows and columns


@dataclass(frozen=True, slots=True)
class Layout:
    """A board on a canvas: `x`, `y` is the middle of the top left cell, `size` the distance between two cells."""

    columns: int
    rows: int
    x: float
    y: float
    size: float

    def middle(self, cell: str) -> tuple[float, float]:
        """The middle of a cell. Raises ValueError for a cell that is not on the board."""
        place = cell_place(cell, self.columns, self.rows)
        if place is None:
            raise ValueError(f"{cell} is not on a board of {self.columns}×{self.rows}")
        return self.x + place[1] * self.size, self.y + place[0] * self.size

    def cell_at(self, x: float, y: float) -> str | None:
        """The cell that a point of the canvas means; None beside the board and between cells."""
        column, row = round((x - self.x) / self.size), round((y - self.y) / self.size)
        near = max(abs(x - self.x - column * self.size), abs(y - self.y - row * self.size)) <= _REACH * self.size
        inside = 0 <= column < self.columns and 0 <= row < self.rows
        return cell_name(row, column, self.rows) if near and inside else None


def lay_out(scene: Scene, width: float, height: float) -> Layout:
    """The largest board that a canvas of this size holds, in its middle."""
    size = min(width / (scene.width + 2 * _MARGIN - 1 + 0.2), height / (scene.height + 2 * _MARGIN - 1 + 0.2))
    x = (width - size * (scene.width - 1)) / 2
    y = (height - size * (scene.height - 1)) / 2
    return Layout(scene.width, scene.height, x, y, size)


def touch(scene: Scene, touched: tuple[str, ...], cell: str) -> tuple[tuple[str, ...], str | None]:
    """What touching one more cell leads to: the cells touched so far, and the move once they mean one."""
    for cells in ((*touched, cell), (cell,)):
        for offered in scene.inputs:
            if offered.cells == cells:
                return (), offered.move
        if any(offered.cells[: len(cells)] == cells for offered in scene.inputs):
            return cells, None
    return (), None
