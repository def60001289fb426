"""Signs on cells. Each has a shape of its own, so that none is told by its colour alone."""

from __future__ import annotations

from collections.abc import Mapping

import dearpygui.dearpygui as dpg

from gamehall.game import Scene
from gamehall.looks import Drawn, draw_piece
from gamehall_desktop.state.board import Layout, Signs, winning_lines

from . import textures
from .ground import hex_box
from .pieces import STONE, centre, draw_piece_at
from .themes import Colour, colour

_NONE: Colour = (0, 0, 0, 0)
_WHITE: Colour = (255, 255, 255, 255)
_CREAM = colour("#fff3e0")
_LAST, _LAST_ON_BOARD = colour("#f0382c"), colour("#c3281f")
_GOLD, _GOLD_RIM = colour("#ffd54a"), colour("#6b4a10", 190)
_GOLD_TINT = colour("#ffe078", 140)
_RED_LINE = colour("#b4371f", 215)
_GREEN, _GREEN_TINT, _GREEN_RIM = colour("#0d4436"), colour("#1c6b57", 95), colour("#145243")
_ZONE = colour("#145243", 110)
_FORBIDDEN = colour("#9c0f18")
_WRONG, _WRONG_TINT = colour("#a3161e"), colour("#a3161e", 46)
_BLUE = colour("#0b4f8a")
_BROWN = colour("#5a3c0a", 62)


def draw_below(layer: str, scene: Scene, at: Layout, pieces: Mapping[str, Drawn], signs: Signs) -> None:
    """What tints cells, below the pieces."""
    for mark in scene.marks:
        if not at.has(mark.cell):
            continue
        piece = pieces.get(mark.cell)
        match mark.kind:
            case "zone":
                _zone(layer, mark.cell, at)
            case "line" if at.hexes:
                _fill(layer, mark.cell, at, _GOLD)
            case "line" if at.lattice.kind == "squares":
                _fill(layer, mark.cell, at, _GOLD_TINT)
            case "last" if piece is not None and piece.drawing and at.lattice.kind == "squares":
                _fill(layer, mark.cell, at, _GOLD_TINT)
                _frame(layer, mark.cell, at, _LAST_ON_BOARD, max(2.0, at.size * 0.05), 0.0)
            case "offered" if piece is not None and piece.picture not in ("black", "white"):
                _frame(layer, mark.cell, at, _GREEN, max(2.0, at.size * 0.07), 0.04)
    for cell in filter(at.has, signs.touched):
        _fill(layer, cell, at, _GREEN_TINT)
    for cell in filter(at.has, signs.wrong):
        _fill(layer, cell, at, _WRONG_TINT)


def draw_above(layer: str, scene: Scene, at: Layout, pieces: Mapping[str, Drawn], signs: Signs) -> None:
    """What is seen on the pieces, or where none stands."""
    for mark in scene.marks:
        if not at.has(mark.cell):
            continue
        piece, (x, y) = pieces.get(mark.cell), centre(at, mark.cell)
        match mark.kind:
            case "forbidden":
                _crossed(layer, x, y, at.size * 0.2)
            case "offered" if piece is None:
                reach = at.size * 0.31
                corners = (x - reach, y - reach), (x + reach, y + reach)
                thick = max(2.0, at.size * 0.07)
                dpg.draw_rectangle(*corners, color=_GREEN, fill=(255, 252, 240, 120), thickness=thick, parent=layer)
            case "offered" if piece is not None and piece.picture in ("black", "white"):
                _ring(layer, x, y, at.size * 0.5, _GREEN, at.size * 0.06)
            case "line" if piece is not None and at.lattice.kind == "points":
                _ring(layer, x, y, at.size * STONE / 2, _GOLD, at.size * 0.075)
            case "line" if at.lattice.kind == "points":
                _ring(layer, x, y, at.size * 0.2, _GOLD, at.size * 0.075)
    _winning(layer, scene, at)
    for mark in scene.marks:  # above a winning line
        if mark.kind == "last" and at.has(mark.cell):
            _last(layer, mark.cell, pieces.get(mark.cell), at)
    for cell in filter(at.has, signs.touched):
        _frame(layer, cell, at, _CREAM, max(3.5, at.size * 0.09), 0.02)
        _frame(layer, cell, at, _GREEN_RIM, max(2.0, at.size * 0.05), 0.03)
    for cell in filter(at.has, signs.wrong):
        _cornered(layer, cell, at)
    if signs.pending is not None and at.has(signs.pending.cell):
        drawn = draw_piece(scene, signs.pending) if signs.pending.kind else None
        _pending(layer, signs.pending.cell, at, drawn)


def draw_cursor(layer: str, cell: str, at: Layout) -> None:
    """Where the keyboard is."""
    inset = 0.02 if at.hexes else -0.02
    _frame(layer, cell, at, _WHITE, max(4.5, at.size * 0.13), inset)
    _frame(layer, cell, at, _BLUE, max(2.5, at.size * 0.07), inset)


def draw_hover(layer: str, cell: str, at: Layout, ghost: Drawn | None) -> None:
    """The cell below the mouse: what would stand there, or a shade where that is not known."""
    if ghost is not None:
        draw_piece_at(layer, cell, ghost, at, 128)
    elif at.lattice.kind == "points":
        dpg.draw_circle(centre(at, cell), at.size * 0.42, color=_NONE, fill=_BROWN, parent=layer)
    else:
        _fill(layer, cell, at, _BROWN)


def _last(layer: str, cell: str, piece: Drawn | None, at: Layout) -> None:
    (x, y), size = centre(at, cell), at.size
    if piece is None:
        _ring(layer, x, y, size * 0.14, _LAST_ON_BOARD, size * 0.06)
    elif piece.picture in ("cross", "nought"):
        dpg.draw_circle(
            (x + size * 0.36, y + size * 0.36), max(2.0, size * 0.06), color=_WHITE, fill=_LAST, parent=layer
        )
    elif piece.picture:
        radius, rim = max(2.0, size * 0.14), max(1.2, size * 0.045)
        dpg.draw_circle((x, y), radius + rim, color=_NONE, fill=_WHITE, segments=32, parent=layer)
        dpg.draw_circle((x, y), radius, color=_NONE, fill=_LAST, segments=32, parent=layer)
    elif not (piece.drawing and at.lattice.kind == "squares"):  # those are told by their square
        _ring(layer, x, y, size * 0.47, _CREAM, size * 0.1)
        _ring(layer, x, y, size * 0.47, _LAST, size * 0.055)


def _winning(layer: str, scene: Scene, at: Layout) -> None:
    for start, end in winning_lines(scene):
        ends, size = (centre(at, start), centre(at, end)), at.size
        on_points = [(_GOLD_RIM, size * 0.15), (_GOLD, size * 0.09)]
        strokes = [(_RED_LINE, size * 0.08)] if at.lattice.kind == "squares" else on_points
        for ink, thick in strokes:
            dpg.draw_line(*ends, color=ink, thickness=max(2.0, thick), parent=layer)


def _pending(layer: str, cell: str, at: Layout, drawn: Drawn | None) -> None:
    """A move that is on its way: half through, with three dots."""
    (x, y), radius = centre(at, cell), max(1.5, at.size * 0.055)
    if drawn is not None:
        draw_piece_at(layer, cell, drawn, at, 150)
    else:
        _frame(layer, cell, at, _BLUE, max(2.0, at.size * 0.05), 0.05)
    for step in (-1, 0, 1):
        middle = (x + step * radius * 3.4, y)
        dpg.draw_circle(middle, radius + 1, color=_NONE, fill=_WHITE, parent=layer)
        dpg.draw_circle(middle, radius, color=_NONE, fill=_BLUE, parent=layer)


def _fill(layer: str, cell: str, at: Layout, tint: Colour) -> None:
    if at.hexes:
        dpg.draw_image(textures.hexagon(at.size), *hex_box(at, cell), color=tint, parent=layer)
    else:
        low, _, high, _ = at.corners(cell)
        dpg.draw_rectangle(low, high, color=_NONE, fill=tint, parent=layer)


def _frame(layer: str, cell: str, at: Layout, ink: Colour, thick: float, inset: float) -> None:
    """The outline of a cell, moved inwards by a share of its size."""
    x, y = at.middle(cell)
    share = 1 - 2 * inset - thick / at.size
    points = [[x + (left - x) * share, y + (top - y) * share] for left, top in at.corners(cell)]
    dpg.draw_polyline(points, color=ink, thickness=thick, closed=True, parent=layer)


def _ring(layer: str, x: float, y: float, radius: float, ink: Colour, thick: float) -> None:
    dpg.draw_circle((x, y), radius, color=ink, thickness=max(1.8, thick), segments=64, parent=layer)


def _zone(layer: str, cell: str, at: Layout) -> None:
    """Hatched, for those who see no tint."""
    (x, y), size = at.middle(cell), at.size
    _fill(layer, cell, at, (255, 250, 225, 70))
    reach = 0.24 if at.hexes else 0.5
    for step in (-0.5, 0.0, 0.5) if at.hexes else (-2 / 3, -1 / 3, 0.0, 1 / 3, 2 / 3):
        # The piece within the cell of the diagonal that lies so far from its middle.
        low, high = max(-reach, step * 2 * reach - reach), min(reach, step * 2 * reach + reach)
        start = (x + low * size, y - (step * 2 * reach - low) * size)
        end = (x + high * size, y - (step * 2 * reach - high) * size)
        dpg.draw_line(start, end, color=_ZONE, thickness=max(1.5, size * 0.06), parent=layer)


def _crossed(layer: str, x: float, y: float, reach: float) -> None:
    for ink, thick in ((_CREAM, reach * 0.95), (_FORBIDDEN, reach * 0.55)):
        for down in (reach, -reach):
            ends = (x - reach, y - down), (x + reach, y + down)
            dpg.draw_line(*ends, color=ink, thickness=max(1.5, thick), parent=layer)


def _cornered(layer: str, cell: str, at: Layout) -> None:
    """The corners of a frame, around a cell that makes a move wrong."""
    (x, y), half, arm = centre(at, cell), at.size * 0.43, at.size * 0.2
    for ink, thick in ((_CREAM, at.size * 0.13), (_WRONG, at.size * 0.08)):
        for right, down in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            corner_x, corner_y = x + right * half, y + down * half
            points = [[corner_x - right * arm, corner_y], [corner_x, corner_y], [corner_x, corner_y - down * arm]]
            dpg.draw_polyline(points, color=ink, thickness=max(1.5, thick), parent=layer)
