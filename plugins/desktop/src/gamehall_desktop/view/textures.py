"""Wood, stones and shadows as textures, computed when they are first needed and kept.

Stones come in a few sizes, so that none is drawn much smaller than it was made: DearPyGui has no smaller copies of a
texture, and a stone that is shrunk to a quarter has a ragged edge.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import dearpygui.dearpygui as dpg

from gamehall_desktop.declare import BoardLook

_SIZES = (10, 14, 20, 28, 36, 44, 52, 64, 84, 112, 160)
_WOOD = (512, 64)
_SLOPE = 0.05  # of the grain, against the vertical

# From where a stone shines to its rim, as on the pages: (share of the way, grey).
_BLACK = ((0.0, 0x96), (0.12, 0x72), (0.3, 0x43), (0.6, 0x1E), (1.0, 0x08))
_WHITE = ((0.0, 0xFF), (0.35, 0xF9), (0.6, 0xE9), (0.8, 0xC8), (1.0, 0xB0))
_WARM = (1.0, 0.985, 0.95)  # white stones are shell

Paint = Callable[[float, float], tuple[float, float, float, float]]


def stone(kind: str, diameter: float) -> str:
    """The texture of a black or white stone for this diameter in pixels."""
    stops, tint = (_BLACK, (1.0, 1.0, 1.02)) if kind == "black" else (_WHITE, _WARM)
    size = _size(diameter)

    def paint(x: float, y: float) -> tuple[float, float, float, float]:
        grey = _between(stops, math.hypot(x - 0.34, y - 0.28) / 0.977)
        inside = (0.5 - math.hypot(x - 0.5, y - 0.5)) * size + 0.5
        return grey * tint[0], grey * tint[1], min(1.0, grey * tint[2]), max(0.0, min(1.0, inside))

    return _made(f"texture:{kind}:{size}", size, size, paint)


def shadow(diameter: float) -> str:
    """The soft shadow of a stone; it is drawn 1.5 times as large as the stone."""
    size = _size(diameter)

    def paint(x: float, y: float) -> tuple[float, float, float, float]:
        away = math.hypot(x - 0.5, y - 0.5) * 3  # 1 is the stone's rim
        return 0.11, 0.07, 0.01, 0.62 * max(0.0, min(1.0, (1.32 - away) / 0.55)) ** 1.5

    return _made(f"texture:shadow:{size}", size, size, paint)


def shine() -> str:
    """The light on a disc from the upper left, and the shade at its rim, to be drawn over its colour."""

    def paint(x: float, y: float) -> tuple[float, float, float, float]:
        light, rim = math.hypot(x - 0.32, y - 0.26), math.hypot(x - 0.5, y - 0.5)
        edge = max(0.0, min(1.0, (0.49 - rim) * 40))
        bright, dark = max(0.0, 0.34 * (1 - light / 0.5)), max(0.0, 0.3 * (light - 0.5))
        return (1.0, 1.0, 1.0, bright * edge) if bright else (0.0, 0.0, 0.0, dark * edge)

    return _made("texture:shine", 64, 64, paint)


def hexagon(width: float) -> str:
    """A white hex with its tips above and below, to be drawn in a colour, so wide in pixels and 1.155 times as high."""
    size = _size(width)

    def paint(x: float, y: float) -> tuple[float, float, float, float]:
        across, down = abs(x - 0.5), abs(y - 0.5) * 1.1547
        inside = min(0.5 - across, 0.5774 - down - across * 0.5774) * size + 0.5
        return 1.0, 1.0, 1.0, max(0.0, min(1.0, inside))

    return _made(f"texture:hexagon:{size}", size, size, paint)


def wood(look: BoardLook) -> str:
    """The ground of a board: from one colour to the other, lit from the upper left, with a grain where it has one."""
    tag = f"texture:wood:{look.name}:{look.wood}{look.far}"
    if not _exists(tag):
        width, height = _WOOD
        dpg.add_static_texture(width, height, _wood(look), tag=tag, parent=_registry())
    return tag


def _wood(look: BoardLook) -> array[float]:
    """The pixels. The grain is almost upright: each row is cut out of one strip, a little further along."""
    width, height = _WOOD
    near, far = _parts(look.wood), _parts(look.far)
    strip = []
    for x in range(width + _SPARE):
        dark = _grain(x) if look.grain else 0.0
        share = max(0.0, min(1.0, x / width + dark * 0.3))
        strip.append([(1 - dark * 0.045) * (a + (b - a) * share) for a, b in zip(near, far, strict=True)])
    pixels = array("f")
    for y in range(height):
        slid = int(max(0.0, min(_SPARE, y * width / height * _SLOPE + 5 * math.sin(y / 17) + 6))) if look.grain else 0
        for start in range(0, width, _BLOCK):
            keep, (red, green, blue) = _light((start + _BLOCK / 2) / width, y / height) if look.grain else _NO_LIGHT
            for r, g, b in strip[start + slid : start + slid + _BLOCK]:
                pixels.extend((min(1.0, r * keep + red), min(1.0, g * keep + green), min(1.0, b * keep + blue), 1.0))
    return pixels


_SPARE, _BLOCK = 64, 8
_NO_LIGHT = (1.0, (0.0, 0.0, 0.0))


def _light(x: float, y: float) -> tuple[float, tuple[float, float, float]]:
    """(what is kept of the wood, what is added to it): a shine at the upper left and a shade at the lower right."""
    shine = max(0.0, 1 - math.hypot((x - 0.12) / 1.2, y / 0.9) / 0.75) * 0.3
    shade = max(0.0, 1 - math.hypot((x - 0.7) / 1.2, (y - 1.05) / 0.8) / 0.75) * 0.2
    red, green, blue = (shine * a + shade * b for a, b in ((1.0, 0.43), (0.957, 0.26), (0.84, 0.055)))
    return 1 - shine - shade, (red, green, blue)


def drawing(name: str, svg: Callable[[], bytes | None], size: float) -> str | None:
    """The texture of a drawing that a plugin brings, for this size in pixels; None where it cannot be drawn."""
    side = _size(size)
    tag = f"texture:drawing:{name}:{side}"
    if tag in _LACKING:
        return None
    if not _exists(tag):
        image = _rasterised(svg(), side)
        if image is None:
            _LACKING.add(tag)
            return None
        width, height, pixels = image
        dpg.add_static_texture(width, height, pixels, tag=tag, parent=_registry())
    return tag


_LACKING: set[str] = set()


def _rasterised(svg: bytes | None, side: int) -> tuple[int, int, object] | None:
    """(width, height, pixels) of a drawing, None where there is none or it is broken."""
    import resvg_py  # half a second that a window without drawings need not wait for

    if svg is None:
        return None
    try:
        png = bytes(resvg_py.svg_to_bytes(svg_string=svg.decode(), width=side, height=side, skip_system_fonts=True))
    except ValueError:
        return None
    with TemporaryDirectory() as folder:  # DearPyGui reads pictures from files only
        path = Path(folder, "drawing.png")
        path.write_bytes(png)
        loaded = dpg.load_image(str(path))
    return None if loaded is None else (loaded[0], loaded[1], loaded[3])


def _size(diameter: float) -> int:
    """The size in which something is made that is drawn so large."""
    return next((size for size in _SIZES if size >= diameter), _SIZES[-1])


def _made(tag: str, width: int, height: int, paint: Paint) -> str:
    if not _exists(tag):
        pixels = array("f")
        for y in range(height):
            for x in range(width):
                pixels.extend(paint((x + 0.5) / width, (y + 0.5) / height))
        dpg.add_static_texture(width, height, pixels, tag=tag, parent=_registry())
    return tag


def _exists(tag: str) -> bool:
    return bool(dpg.does_item_exist(tag))


def _registry() -> str:
    if not _exists("textures"):
        dpg.add_texture_registry(tag="textures")
    return "textures"


def _between(stops: tuple[tuple[float, int], ...], share: float) -> float:
    """The grey at a share of the way, from 0 to 1."""
    for (start, one), (end, other) in pairwise(stops):
        if share <= end:
            return (one + (other - one) * (share - start) / (end - start)) / 255
    return stops[-1][1] / 255


def _grain(x: float) -> float:
    """How dark the wood is at a place, from -1 to 1, in waves of several lengths."""
    waves = 0.5 * math.sin(x / 19 + 1.7 * math.sin(x / 57)) + 0.3 * math.sin(x / 4.3 + 2 * math.sin(x / 25))
    return waves + 0.25 * math.sin(x * 1.9 + 3 * math.sin(x / 11))


def _parts(colour: str) -> tuple[float, float, float]:
    return (int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255)
