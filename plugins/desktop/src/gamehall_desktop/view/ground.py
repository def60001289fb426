"""The board without anything on it: what it is made of, its lines, whose its edges are, and the names of its rows."""

from __future__ import annotations

import math

import dearpygui.dearpygui as dpg

from gamehall.game import Scene, board_cells, cell_place, column_name
from gamehall_desktop.declare import BoardLook
from gamehall_desktop.state.board import Layout, edge_colours

from . import textures
from .fonts import draw_text
from .themes import blend, colour

_CREAM = (255, 246, 222, 88)


def draw_ground(layer: str, scene: Scene, at: Layout, look: BoardLook, margin: float) -> None:
    """The wood in its frame, with a shadow that lifts it from the window."""
    left, top = at.x - margin, at.y - margin
    right, bottom = at.x + at.width + margin, at.y + at.height + margin
    for step in range(1, 8):  # outlines, since what is filled is paid for pixel by pixel in every frame
        dpg.draw_rectangle(
            (left - step / 2, top - step / 3),
            (right + step / 2, bottom + step),
            color=(0, 0, 0, 84 - 12 * step),
            rounding=8 + step,
            thickness=2,
            parent=layer,
        )
    dpg.draw_image(textures.wood(look), (left + 2, top + 2), (right - 2, bottom - 2), parent=layer)
    # A stroke of four pixels, whose outer side is round, covers the corners of the picture, which are not.
    dpg.draw_rectangle(
        (left + 1, top + 1), (right - 1, bottom - 1), color=colour(look.frame), rounding=6, thickness=4, parent=layer
    )
    light = blend(look.wood, "#ffffff", 0.5, 120)
    dpg.draw_line((left + 6, top + 3), (right - 6, top + 3), color=light, thickness=1, parent=layer)
    if at.hexes:
        _hexes(layer, at)
    elif scene.lattice == "squares" and any(each.picture for each in scene.looks.values()):
        _chequers(layer, at, look)


def _hexes(layer: str, at: Layout) -> None:
    texture = textures.hexagon(at.size)
    for cell in board_cells(at.columns, at.rows):
        low, high = hex_box(at, cell)
        dpg.draw_image(texture, low, high, color=_CREAM, parent=layer)


def hex_box(at: Layout, cell: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """The corners of the rectangle around a hex."""
    (x, y), tip = at.middle(cell), at.size * 0.5774
    return (x - at.size / 2, y - tip), (x + at.size / 2, y + tip)


def _chequers(layer: str, at: Layout, look: BoardLook) -> None:
    """Every other square darker, for pieces that are drawn as those of boards that have it so."""
    shade = colour(look.frame, 150)
    for cell in board_cells(at.columns, at.rows):
        row, column = cell_place(cell, at.columns, at.rows) or (0, 0)
        if (at.rows - row + column) % 2:
            low, _, high, _ = at.corners(cell)
            dpg.draw_rectangle(low, high, color=(0, 0, 0, 0), fill=shade, parent=layer)


def draw_grid(layer: str, scene: Scene, at: Layout, look: BoardLook) -> None:
    """The lines and the star points."""
    line = colour(look.line, 205 if at.lattice.kind == "points" else 165)
    thick = max(1, round(at.size / 34)) if at.lattice.kind == "points" else max(1, round(at.size / 28))
    for stroke in at.lattice.strokes:
        points = [at.at(point) for point in stroke]
        if at.hexes:
            dpg.draw_polyline([list(point) for point in points], color=line, thickness=max(1.2, thick), parent=layer)
        else:
            start, end = ((int(x), int(y)) for x, y in (points[0], points[-1]))
            dpg.draw_line(start, end, color=line, thickness=thick, parent=layer)
    if at.lattice.kind == "points" and min(at.rows, at.columns) > 1:
        (left, top), (right, bottom) = at.at((0.5, 0.5)), at.at((at.columns - 0.5, at.rows - 0.5))
        corners = (int(left), int(top)), (int(right) + 1, int(bottom) + 1)
        dpg.draw_rectangle(*corners, color=colour(look.line), thickness=thick + 1, parent=layer)
    for mark in scene.marks:
        if mark.kind == "star" and at.has(mark.cell):
            x, y = at.middle(mark.cell)
            middle, radius = (int(x) + 0.5, int(y) + 0.5), max(2.0, at.size * 0.1)
            dpg.draw_circle(middle, radius, color=(0, 0, 0, 0), fill=colour(look.line), parent=layer)
    _edges(layer, scene, at, look)


def _edges(layer: str, scene: Scene, at: Layout, look: BoardLook) -> None:
    """Each border in the colour of the pieces of whoever it belongs to."""
    thick = max(4.0, at.size * 0.15)
    colours = edge_colours(scene)
    for wide, shades in ((2.5, (look.line,) * len(colours)), (0.0, colours)):
        for shade, stroke in zip(shades, at.lattice.edges, strict=False):
            points = [list(at.at(point)) for point in stroke]
            dpg.draw_polyline(points, color=colour(shade), thickness=thick + wide, parent=layer)
            for point in (points[0], points[-1]):
                radius = (thick + wide) / 2
                dpg.draw_circle(point, radius, color=(0, 0, 0, 0), fill=colour(shade), parent=layer)


def draw_names(layer: str, at: Layout, look: BoardLook, margin: float, scale: float) -> None:
    """The names of columns and rows; where they would run into each other, only some of them."""
    ink, size = colour(look.ink), min(14.0 * scale, max(9.0 * scale, at.size * 0.36))
    between = at.size * (0.866 if at.hexes else 1)
    every_row = math.ceil(size * 0.95 / between)
    every_column = math.ceil(size * (1.6 if at.columns > 26 else 0.95) / at.size)
    gap = margin * 0.52
    for step in range(at.columns):
        _, column = at.seen(0, step)
        if column % every_column == 0:
            x, y = at.at(at.lattice.middle(0 if at.hexes else at.rows - 1, step))
            y = y - at.size * 0.577 - gap if at.hexes else at.y + at.height + gap
            draw_text(layer, column_name(column).upper(), (x + 0.5, y), size, ink)
    for step in range(at.rows):
        row, _ = at.seen(step, 0)
        if (at.rows - 1 - row) % every_row == 0:
            x, y = at.at(at.lattice.middle(step, 0))
            draw_text(layer, str(at.rows - row), (x - at.size / 2 - gap, y), size, ink)
