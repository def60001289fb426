"""Pieces, as they stand and as they would stand."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall.looks import Drawn
from gamehall_desktop.drawings import read_drawing
from gamehall_desktop.state.board import Layout

from . import textures
from .fonts import draw_text
from .themes import colour

_CROSS, _NOUGHT = "#26344f", "#8e2c22"
_RIM = "#2b1a05"
STONE, DISC, DRAWING = 0.94, 0.88, 0.94  # of a cell: how large each is


def draw_shadow(layer: str, cell: str, drawn: Drawn, at: Layout) -> list[int | str]:
    """What a piece throws on the board."""
    if drawn.picture in ("cross", "nought"):
        return []
    x, y = centre(at, cell)
    reach, down = at.size * 0.71, at.size * 0.055
    if drawn.drawing:
        reach, down = at.size * 0.5, at.size * 0.12
    corners = (x - reach, y - reach + down), (x + reach, y + reach + down)
    return [dpg.draw_image(textures.shadow(at.size), *corners, parent=layer)]


def draw_piece_at(layer: str, cell: str, drawn: Drawn, at: Layout, alpha: int = 255) -> list[int | str]:
    """A piece on its cell; one that does not stand there yet is drawn half through, by `alpha`."""
    x, y = centre(at, cell)
    match drawn.picture:
        case "cross":
            return _cross(layer, x, y, at.size, alpha)
        case "nought":
            thick = at.size * 0.125
            ring = colour(_NOUGHT, alpha)
            return [dpg.draw_circle((x, y), at.size * 0.27, color=ring, thickness=thick, segments=48, parent=layer)]
        case "black" | "white":
            texture = textures.stone(drawn.picture, at.size * STONE)
            items = [_image(layer, texture, x, y, at.size * STONE, alpha)]
            if drawn.picture == "white" and alpha == 255:  # white on pale wood needs a rim
                rim = (70, 50, 20, 120)
                items.append(dpg.draw_circle((x, y), at.size * STONE / 2 - 0.5, color=rim, thickness=1, parent=layer))
            return items
    if drawn.drawing:
        name = drawn.drawing
        drawing = textures.drawing(name, lambda: read_drawing(name), at.size * DRAWING)
        if drawing is not None:
            return [_image(layer, drawing, x, y, at.size * DRAWING, alpha)]
    return _disc(layer, x, y, at.size, drawn, alpha)


def centre(at: Layout, cell: str) -> tuple[float, float]:
    """The middle of a cell, in the middle of a pixel, as the lines of points are."""
    x, y = at.middle(cell)
    return (x, y) if at.hexes else (int(x) + 0.5, int(y) + 0.5)


def _image(layer: str, texture: str, x: float, y: float, size: float, alpha: int) -> int | str:
    side = max(3, round(size))
    left, top = round(x - side / 2), round(y - side / 2)
    item: int | str = dpg.draw_image(
        texture, (left, top), (left + side, top + side), color=(255, 255, 255, alpha), parent=layer
    )
    return item


def _disc(layer: str, x: float, y: float, size: float, drawn: Drawn, alpha: int) -> list[int | str]:
    """A disc in the piece's colour with its symbol."""
    radius = size * (0.4 if size < 16 else DISC / 2)
    letters = size * (0.62 if len(drawn.symbol) < 2 else 0.5)
    items: list[int | str] = [
        dpg.draw_circle(
            (x, y),
            radius,
            color=colour(_RIM, alpha),
            fill=colour(drawn.fill, alpha),
            thickness=max(1.0, size * 0.035),
            segments=64,
            parent=layer,
        ),
        _image(layer, textures.shine(), x, y, 2 * radius, alpha),
    ]
    if size >= 12:
        items.append(draw_text(layer, drawn.symbol, (x, y), letters, colour(drawn.ink, alpha)))
    return items


def _cross(layer: str, x: float, y: float, size: float, alpha: int) -> list[int | str]:
    reach, thick, ink = size * 0.25, size * 0.125, colour(_CROSS, alpha)
    items: list[int | str] = []
    for down in (reach, -reach):
        ends = (x - reach, y - down), (x + reach, y + down)
        items.append(dpg.draw_line(*ends, color=ink, thickness=thick, parent=layer))
        items += [dpg.draw_circle(end, thick / 2, color=(0, 0, 0, 0), fill=ink, parent=layer) for end in ends]
    return items
