"""A position as an image of pixels, and as PNG."""

from __future__ import annotations

import math
from io import BytesIO

from PIL import Image

from gamehall.declare import GameRecord
from gamehall.lattice import Point
from gamehall.looks import Drawn
from gamehall.records.diagrams import scene_after

from . import palette
from .sketch import Sketch, sketch
from .stones import REACH, Sign, draw_sign, draw_stone
from .wood import draw_board

__all__ = ["Box", "Painter", "draw_png"]

_LONGEST_SIDE, _LARGEST_CELL, _SMALLEST_CELL = 1_000, 64, 8

Box = tuple[int, int, int, int]
"""(left, upper, right, lower) in pixels, the last two being the first outside."""


def draw_png(record: GameRecord) -> bytes:
    """The last position of the record."""
    drawn = sketch(scene_after(record))
    file = BytesIO()
    Painter(drawn, _LONGEST_SIDE, _LARGEST_CELL).paint(drawn).save(file, "PNG", optimize=True)
    return file.getvalue()


class Painter:
    """Paints positions on the board of one of them. No side of the image is longer than `longest` pixels unless the
    board is very large, and no side of a cell longer than `largest`."""

    def __init__(self, drawn: Sketch, longest: int, largest: int) -> None:
        lattice = drawn.lattice
        across = max(lattice.across, lattice.down) + 2 * palette.MARGIN
        # An even number, so that the middle of every cell is at a whole pixel.
        self.cell = max(_SMALLEST_CELL, min(largest, int(longest / across)) // 2 * 2)
        self.margin = round(self.cell * palette.MARGIN)
        width, height = round(lattice.across * self.cell), round(lattice.down * self.cell)
        self.size = (width + 2 * self.margin, height + 2 * self.margin)
        self.board = draw_board(drawn, self.cell, self.margin, self.size)
        self._images: dict[Drawn | Sign, Image.Image] = {}

    def at(self, place: Point) -> tuple[int, int]:
        """A place of the lattice in pixels."""
        return self.margin + round(place[0] * self.cell), self.margin + round(place[1] * self.cell)

    def around(self, place: Point) -> Box:
        """All that a piece or a sign at a place can cover."""
        x, y = self.at(place)
        reach = math.ceil(self.cell * REACH) + 1
        width, height = self.size
        return max(0, x - reach), max(0, y - reach), min(width, x + reach), min(height, y + reach)

    def paint(self, drawn: Sketch, box: Box | None = None) -> Image.Image:
        """The position, or the part of it in a box."""
        left, upper, right, lower = box or (0, 0, *self.size)
        image = self.board.crop((left, upper, right, lower))
        for place, what in self._layers(drawn):
            x, y = self.at(place)
            glass = self.image_of(what)
            half = glass.width // 2
            if left - half < x < right + half and upper - half < y < lower + half:
                image.paste(glass, (x - half - left, y - half - upper), glass)
        return image

    def image_of(self, what: Drawn | Sign) -> Image.Image:
        """A piece or a sign on glass."""
        if what not in self._images:
            draw = draw_sign(what, self.cell) if isinstance(what, str) else draw_stone(what, self.cell)
            self._images[what] = draw
        return self._images[what]

    def _layers(self, drawn: Sketch) -> list[tuple[Point, Drawn | Sign]]:
        """Everything that stands or lies on the board, from below."""
        layers: list[tuple[Point, Drawn | Sign]] = [*drawn.pieces]
        layers += [(place, "winning" if has_piece else "hollow") for place, has_piece in drawn.line]
        standing = dict(drawn.pieces)
        return layers + [(place, _sign_of_last(standing.get(place))) for place, _ in drawn.last]


def _sign_of_last(piece: Drawn | None) -> Sign:
    """Where it hides nothing: on a stone, around a disc, beside a cross or a nought, alone where nothing stands."""
    if piece is None:
        return "hollow"
    if not piece.picture:
        return "ring"
    return "corner" if piece.picture in ("cross", "nought") else "dot"
