"""The empty board: wood with its grain, the lines, and the names of columns and rows."""

from __future__ import annotations

import math

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from . import palette
from .sketch import Sketch

__all__ = ["draw_board"]

_FINE = 4
_SLOPE = 0.035  # of the grain, against the vertical


def draw_board(drawn: Sketch, cell: int, margin: int, size: tuple[int, int]) -> Image.Image:
    """The board without pieces, for cells of so many pixels within a margin."""
    image = _wood(size)
    line = Image.new("RGB", size, palette.LINE)
    image.paste(line, mask=_lines(drawn, cell, margin, size))
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(max(9, cell * 0.33))
    for (x, y), name in (*drawn.letters, *drawn.numbers):
        pen.text((margin + x * cell, margin + y * cell), name, palette.INK, font, anchor="mm")
    return image


def _wood(size: tuple[int, int]) -> Image.Image:
    """Bands of lighter and darker wood, a shine at the upper left and a shade at the lower right."""
    width, height = size
    long = width + math.ceil(height * _SLOPE) + 1
    light, dark = Image.new("RGB", (1, 1), palette.WOOD_LIGHT), Image.new("RGB", (1, 1), palette.WOOD_DARK)
    strip = Image.new("L", (long, 1))
    strip.putdata([_grain(x, long) for x in range(long)])
    slanted = strip.transform(size, Image.Transform.AFFINE, (1, _SLOPE, 0, 0, 0, 0.5))
    image = Image.composite(dark.resize(size), light.resize(size), slanted)
    glow = ImageOps.invert(Image.radial_gradient("L")).resize((2 * width, 2 * height))
    shine = glow.crop((width - width // 8, height, 2 * width - width // 8, 2 * height)).point(lambda each: each * 0.4)
    shade = glow.crop((width // 4, 0, width // 4 + width, height)).point(lambda each: each * 0.22)
    image.paste((255, 244, 214), mask=shine)
    image.paste((110, 66, 14), mask=shade)
    return image


def _grain(x: int, long: int) -> float:
    """How dark the wood is at a place, from 0 to 255: darker to the right, in waves of several lengths."""
    waves = 0.5 * math.sin(x / 23 + 1.7 * math.sin(x / 71)) + 0.3 * math.sin(x / 5.3 + 2 * math.sin(x / 31))
    fine = 0.25 * math.sin(x * 1.9 + 3 * math.sin(x / 13))
    return max(0.0, min(255.0, 150 * x / long + 55 + 42 * (waves + fine)))


def _lines(drawn: Sketch, cell: int, margin: int, size: tuple[int, int]) -> Image.Image:
    """Where lines and star points are. Straight ones are sharp; those that are not are drawn large and made small."""
    thick = max(1, round(cell / 28))
    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    aslant = Image.new("L", (size[0] * _FINE, size[1] * _FINE)) if drawn.lattice.kind == "hexes" else None
    for stroke in drawn.lattice.strokes:
        points = [(margin + x * cell, margin + y * cell) for x, y in stroke]
        if aslant is None:
            pen.line([(round(x), round(y)) for x, y in points], 225, thick)
        else:
            fine = [(x * _FINE, y * _FINE) for x, y in points]
            ImageDraw.Draw(aslant).line(fine, 210, thick * _FINE, joint="curve")
    if aslant is not None:
        mask = ImageChops.lighter(mask, aslant.reduce(_FINE))
    for x, y in drawn.stars:
        _dot(mask, (round(margin + x * cell), round(margin + y * cell)), max(2.0, cell * 0.1))
    return mask


def _dot(mask: Image.Image, middle: tuple[int, int], radius: float) -> None:
    half = math.ceil(radius) + 1
    fine = Image.new("L", (2 * half * _FINE + _FINE, 2 * half * _FINE + _FINE))
    centre, reach = fine.width / 2, radius * _FINE
    ImageDraw.Draw(fine).ellipse((centre - reach, centre - reach, centre + reach, centre + reach), 230)
    dot = fine.reduce(_FINE)
    mask.paste(dot, (middle[0] - half, middle[1] - half), dot)
