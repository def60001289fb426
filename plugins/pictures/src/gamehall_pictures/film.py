"""A whole game as an animated GIF. Each image but the first is only the part of the board that a move changed."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from PIL import GifImagePlugin, Image, ImageChops

from gamehall.declare import GameRecord
from gamehall.lattice import Point
from gamehall.records.diagrams import scenes_of

from .raster import Box, Painter
from .sketch import Sketch, sketch
from .stones import SIGNS

__all__ = ["draw_gif"]

_LONGEST_SIDE, _LARGEST_CELL = 560, 48
_MOST_IMAGES = 600
# How long an image is shown, in hundredths of a second: long enough to follow, short enough for a long game to end.
_FIRST, _SLOWEST, _FASTEST, _LAST = 100, 80, 20, 400
_WHOLE = 6_000
_CLEAR = 255  # the number of the colour that leaves what is there


class _Image(NamedTuple):
    """A part of the board to be laid over what is there, and how long it then stays so."""

    box: Box
    image: Image.Image
    shown_for: int


def draw_gif(record: GameRecord) -> bytes:
    """The game from its first position to its last, again and again."""
    count = len(record.moves)
    step = -(-count // _MOST_IMAGES) or 1
    sketches = _thinned((sketch(scene) for scene in scenes_of(record)), count, step)
    first = next(sketches)
    painter = Painter(first, _LONGEST_SIDE, _LARGEST_CELL)
    colours = _colours(painter, record)
    pace = max(_FASTEST, min(_SLOWEST, _WHOLE // max(1, count // step)))
    canvas = Image.new("P", painter.size, _CLEAR)
    parts = [_head(painter.size, colours)]
    parts += (_encoded(each, colours, canvas) for each in _images(painter, first, sketches, pace))
    return b"".join((*parts, b";"))


def _thinned(sketches: Iterable[Sketch], count: int, step: int) -> Iterator[Sketch]:
    """Every so manieth position, and the last one."""
    for ply, each in enumerate(sketches):
        if ply % step == 0 or ply == count:
            yield each


def _images(painter: Painter, first: Sketch, others: Iterable[Sketch], pace: int) -> Iterator[_Image]:
    """What is shown one after the other; a position that looks like the one before makes that one stay longer."""
    shown = _Image((0, 0, *painter.size), painter.paint(first), _FIRST)
    before = first
    for after in others:
        if places := _different(before, after):
            yield shown
            box = _hull(painter.around(place) for place in places)
            shown = _Image(box, painter.paint(after, box), pace)
        else:
            shown = shown._replace(shown_for=shown.shown_for + pace)
        before = after
    yield shown._replace(shown_for=_LAST)


def _different(before: Sketch, after: Sketch) -> set[Point]:
    """The cells that do not look the same."""
    pairs = ((before.pieces, after.pieces), (before.last, after.last), (before.line, after.line))
    return {place for old, new in pairs for place, _ in set(old) ^ set(new)}


def _hull(boxes: Iterable[Box]) -> Box:
    lefts, uppers, rights, lowers = zip(*boxes, strict=True)
    return min(lefts), min(uppers), max(rights), max(lowers)


def _colours(painter: Painter, record: GameRecord) -> Image.Image:
    """An image whose palette suits every position: of the empty board, and of each piece and sign on some of it."""
    shown = {piece for scene in scenes_of(record) for _, piece in sketch(scene).pieces}
    glasses = [painter.image_of(what) for what in (*sorted(shown), *SIGNS)]
    side = glasses[0].width
    tiles = Image.new("RGB", (side * (len(glasses) + 4), side))
    width, height = painter.size
    for number in range(len(glasses) + 4):
        x, y = (width - side) * (number % 3) // 2, (height - side) * (number % 4) // 3
        tiles.paste(painter.board.crop((x, y, x + side, y + side)), (number * side, 0))
    for number, glass in enumerate(glasses):
        tiles.paste(glass, (number * side, 0), glass)
    return tiles.quantize(_CLEAR, Image.Quantize.MEDIANCUT)


def _head(size: tuple[int, int], colours: Image.Image) -> bytes:
    """The beginning of the file: its size, its palette of 256 colours, and that it is shown again and again."""
    palette = bytes(islice([*(colours.getpalette() or []), *[0] * 768], 768))
    again = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"
    return b"GIF89a" + struct.pack("<HHBBB", *size, 0xF7, 0, 0) + palette + again


def _encoded(shown: _Image, colours: Image.Image, canvas: Image.Image) -> bytes:
    """The image, with what the canvas has already left clear; then the canvas has it too."""
    image = shown.image.quantize(palette=colours, dither=Image.Dither.NONE)
    before = canvas.crop(shown.box)
    canvas.paste(image, shown.box[:2])
    # Modes without a palette compare the numbers of colours.
    same = ImageChops.difference(_numbers(image), _numbers(before)).point(lambda each: 0 if each else 255)
    image.paste(_CLEAR, mask=same)
    control = b"!\xf9\x04" + struct.pack("<BHBB", 1 << 2 | 1, shown.shown_for, _CLEAR, 0)
    return control + b"".join(GifImagePlugin.getdata(image, shown.box[:2]))


def _numbers(image: Image.Image) -> Image.Image:
    return Image.frombytes("L", image.size, image.tobytes())
