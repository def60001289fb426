"""What is to be seen in a position, without saying how it is drawn: pieces, signs and names, each with its place."""

from __future__ import annotations

from dataclasses import dataclass

from gamehall.game import Scene, cell_place, column_name
from gamehall.lattice import Lattice, Point, lattice_of
from gamehall.looks import Drawn, draw_piece

__all__ = ["Sketch", "sketch"]


@dataclass(frozen=True, slots=True)
class Sketch:
    """A position ready to be drawn. Places are middles of cells, as the lattice has them.

    `last` and `line` are the cells of the last move and of what won, each with whether a piece stands there; `letters`
    and `numbers` name columns and rows at the place where their name belongs, which may lie outside the board.
    """

    lattice: Lattice
    pieces: tuple[tuple[Point, Drawn], ...]
    stars: tuple[Point, ...]
    last: tuple[tuple[Point, bool], ...]
    line: tuple[tuple[Point, bool], ...]
    letters: tuple[tuple[Point, str], ...]
    numbers: tuple[tuple[Point, str], ...]


def sketch(scene: Scene) -> Sketch:
    """What a scene shows; what it says of cells off the board is left out."""
    lattice = lattice_of(scene)
    width, height = scene.width, scene.height
    standing = {piece.cell for piece in scene.pieces}

    def middle(cell: str) -> Point | None:
        place = cell_place(cell, width, height)
        return lattice.middle(*place) if place else None

    def marked(kind: str) -> tuple[tuple[Point, bool], ...]:
        cells = dict.fromkeys(mark.cell for mark in scene.marks if mark.kind == kind)
        return tuple((at, cell in standing) for cell in cells if (at := middle(cell)))

    # The lowest row of hexes stands far to the right: names of columns are above the first one.
    named_row, beside = (0, -0.4) if lattice.kind == "hexes" else (height - 1, lattice.down + 0.4)
    return Sketch(
        lattice=lattice,
        pieces=tuple((at, draw_piece(scene, piece)) for piece in scene.pieces if (at := middle(piece.cell))),
        stars=tuple(at for at, _ in marked("star")),
        last=marked("last"),
        line=marked("line"),
        letters=tuple(
            ((lattice.middle(named_row, column)[0], beside), column_name(column).upper()) for column in range(width)
        ),
        numbers=tuple(
            ((lattice.middle(row, 0)[0] - 0.9, lattice.middle(row, 0)[1]), str(height - row)) for row in range(height)
        ),
    )
