"""Pieces and signs as small images, drawn large and made small so that their edges are soft."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gamehall.looks import Drawn

from . import palette

__all__ = ["REACH", "SIGNS", "Sign", "draw_sign", "draw_stone"]

_FINE = 4
REACH = 0.65
"""How far from the middle of its cell anything of a piece or a sign can be, in cells."""

Sign = Literal["dot", "hollow", "ring", "corner", "winning"]
SIGNS: tuple[Sign, ...] = ("dot", "hollow", "ring", "corner", "winning")
Colour = tuple[int, int, int]


class _Sheet:
    """A square of glass, `_FINE` times as large as it will be; lengths are in cells, from the middle."""

    def __init__(self, cell: int) -> None:
        self._unit = cell * _FINE
        self._half = int(cell * REACH) * _FINE
        self.image = Image.new("RGBA", (2 * self._half, 2 * self._half))
        self.pen = ImageDraw.Draw(self.image)

    def disc(self, radius: float, fill: Colour | str, x: float = 0, y: float = 0, opacity: int = 255) -> None:
        self.pen.ellipse(self._around(radius, x, y), fill=(*_rgb(fill), opacity))

    def ring(self, radius: float, width: float, colour: str, opacity: int = 255) -> None:
        thick = max(1, round(width * self._unit))
        self.pen.ellipse(self._around(radius + width / 2), outline=(*_rgb(colour), opacity), width=thick)

    def stroke(self, ends: Sequence[tuple[float, float]], width: float, colour: str) -> None:
        """A straight line with round ends."""
        points = [(self._half + x * self._unit, self._half + y * self._unit) for x, y in ends]
        self.pen.line(points, fill=_rgb(colour), width=round(width * self._unit))
        for x, y in ends:
            self.disc(width / 2, colour, x, y)

    def letters(self, text: str, height: float, colour: str) -> None:
        font = ImageFont.load_default(height * self._unit)
        fill = _rgb(colour)
        # The font has one weight; an outline of the same colour makes it bold.
        bold = self._unit // 60
        self.pen.text((self._half, self._half), text, fill, font, anchor="mm", stroke_width=bold, stroke_fill=fill)

    def blur(self, radius: float) -> None:
        self.image = self.image.filter(ImageFilter.GaussianBlur(radius * self._unit))
        self.pen = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        return self.image.reduce(_FINE)

    def _around(self, radius: float, x: float = 0, y: float = 0) -> tuple[float, float, float, float]:
        left, upper, reach = self._half + x * self._unit, self._half + y * self._unit, radius * self._unit
        return left - reach, upper - reach, left + reach, upper + reach


def _rgb(colour: Colour | str) -> Colour:
    if isinstance(colour, str):
        return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
    return colour


def draw_stone(piece: Drawn, cell: int) -> Image.Image:
    """The piece on glass, for cells of so many pixels."""
    sheet = _Sheet(cell)
    match piece.picture:
        case "cross":
            for slope in (1, -1):
                sheet.stroke(((-0.26, -0.26 * slope), (0.26, 0.26 * slope)), 0.16, palette.CROSS)
        case "nought":
            sheet.ring(0.28, 0.15, palette.NOUGHT)
        case "":
            _shadow(sheet, palette.DISC)
            _round(sheet, palette.DISC, _shades(piece.fill))
            sheet.ring(palette.DISC - 0.02, 0.04, palette.EDGE)
            sheet.letters(piece.symbol, 0.52 if len(piece.symbol) < 2 else 0.4, piece.ink)
        case kind:
            _shadow(sheet, palette.STONE)
            _round(sheet, palette.STONE, palette.STONES[kind])
            if kind == "white":
                sheet.ring(palette.STONE - 0.01, 0.02, "#463214", 120)
    return sheet.finished()


def _shadow(sheet: _Sheet, radius: float) -> None:
    sheet.disc(radius, "#1e1202", y=0.06, opacity=130)
    sheet.blur(0.05)


def _round(sheet: _Sheet, radius: float, shades: Sequence[str]) -> None:
    """A ball, from its rim to where it shines: circles, each a little smaller, lighter and nearer to the light."""
    steps = 48
    for step in range(steps):
        inward = step / (steps - 1)
        sheet.disc(radius * (1 - inward), _between(shades, inward), x=-0.14 * inward, y=-0.17 * inward)


def _between(shades: Sequence[str], part: float) -> Colour:
    """The colour at this part of the way from the first shade to the last."""
    at = part * (len(shades) - 1)
    first = min(int(at), len(shades) - 2)
    one, other = _rgb(shades[first]), _rgb(shades[first + 1])
    red, green, blue = (round(a + (b - a) * (at - first)) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _shades(fill: str) -> tuple[str, ...]:
    """A disc's own colour, a little darker at the rim and lighter where it shines."""

    def towards(target: int, part: float) -> str:
        return "#" + "".join(f"{round(each + (target - each) * part):02x}" for each in _rgb(fill))

    return towards(0, 0.16), fill, fill, towards(255, 0.22)


def draw_sign(sign: Sign, cell: int) -> Image.Image:
    """A sign on glass: the last move on a stone, on nothing, around a disc, in a corner; or what won."""
    sheet = _Sheet(cell)
    match sign:
        case "dot":
            sheet.disc(0.17, "#ffffff", opacity=150)
            sheet.disc(0.14, palette.LAST)
        case "hollow":
            sheet.ring(0.13, 0.07, palette.LAST)
        case "ring":
            sheet.ring(0.44, 0.13, "#ffffff")  # so that it can be told from a red disc
            sheet.ring(0.46, 0.07, palette.LAST)
        case "corner":
            sheet.disc(0.07, palette.LAST, x=0.37, y=0.37)
        case "winning":
            sheet.ring(0.48, 0.08, palette.WINNING)
    return sheet.finished()
