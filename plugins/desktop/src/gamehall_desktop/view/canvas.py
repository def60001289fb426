"""Draws any scene: a board of points, squares or hexes, what stands on it, and the signs on its cells.

What is drawn lies in layers. A change of size, of the board or of how it looks draws all of them anew; a move changes
the pieces of the cells that it changes, and the mouse only the uppermost layers.
"""

from __future__ import annotations

from collections.abc import Hashable

import dearpygui.dearpygui as dpg

from gamehall.game import Scene
from gamehall.looks import Drawn, draw_piece
from gamehall_desktop.state.board import Layout, Signs, lay_out
from gamehall_desktop.state.settings import Settings

from .ground import draw_grid, draw_ground, draw_names
from .marks import draw_above, draw_below, draw_cursor, draw_hover
from .pieces import draw_piece_at, draw_shadow

_LAYERS = ("ground", "grid", "below", "shadows", "stones", "above", "hover", "cursor")


class Canvas:
    """The drawing area with this tag, and where the cells of what it shows are."""

    def __init__(self, tag: str, settings: Settings) -> None:
        self.tag = tag
        self.layout: Layout | None = None
        self._settings = settings
        self._drawn: dict[str, Hashable] = {}
        self._standing: object = None
        self._pieces: dict[str, Drawn] = {}
        self._items: dict[str, list[int | str]] = {}
        with dpg.drawlist(width=200, height=200, tag=tag):
            for layer in _LAYERS:
                dpg.add_draw_layer(tag=self._layer(layer))

    def cell_under_mouse(self) -> str | None:
        """The cell that the mouse is at. DearPyGui's own place within an item is wrong before the first click."""
        if self.layout is None or not dpg.is_item_visible(self.tag):
            return None
        (x, y), (left, top) = dpg.get_mouse_pos(local=False), dpg.get_item_rect_min(self.tag)
        return self.layout.cell_at(x - left, y - top)

    def draw(self, scene: Scene | None, signs: Signs, width: float, height: float) -> None:
        """Brings the area up to date, at this size in pixels."""
        look, board = self._settings.look, self._settings.board
        scale = look.scale / 100
        margin = round((26 if look.coordinates else 12) * scale)
        self.layout = at = lay_out(scene, width, height, margin + 8) if scene else None
        ground: Hashable = None
        if scene is not None and at is not None:
            stars = tuple(mark.cell for mark in scene.marks if mark.kind == "star")
            pictured = any(each.picture for each in scene.looks.values())
            ground = (width, height, at, board, margin, scene.edges, scene.sides, stars, pictured)
        if self._is_new("ground", ground):
            dpg.configure_item(self.tag, width=int(width), height=int(height))
            for layer in _LAYERS:
                dpg.delete_item(self._layer(layer), children_only=True)
            self._drawn = {"ground": ground}
            self._standing, self._pieces, self._items = None, {}, {}
            if scene is not None and at is not None:
                draw_ground(self._layer("ground"), scene, at, board, margin)
                draw_grid(self._layer("grid"), scene, at, board)
                if look.coordinates:
                    draw_names(self._layer("grid"), at, board, margin, scale)
        if scene is not None and at is not None:
            self._draw_pieces(scene, at)
            self._draw_signs(scene, at, signs)

    def _draw_pieces(self, scene: Scene, at: Layout) -> None:
        """Puts up what has come and takes away what has gone."""
        if self._standing == (standing := (scene.pieces, scene.looks, scene.sides)):
            return
        self._standing = standing
        wanted = {piece.cell: draw_piece(scene, piece) for piece in scene.pieces if at.has(piece.cell)}
        for cell in [cell for cell, drawn in self._pieces.items() if wanted.get(cell) != drawn]:
            for item in self._items.pop(cell):
                dpg.delete_item(item)
        for cell, drawn in wanted.items():
            if cell not in self._items:
                shadow = draw_shadow(self._layer("shadows"), cell, drawn, at)
                self._items[cell] = shadow + draw_piece_at(self._layer("stones"), cell, drawn, at)
        self._pieces = wanted

    def _draw_signs(self, scene: Scene, at: Layout, signs: Signs) -> None:
        marks = (scene.marks, tuple(self._pieces.items()), signs.touched, signs.wrong, signs.pending)
        if self._is_new("marks", marks):
            for layer, draw in (("below", draw_below), ("above", draw_above)):
                dpg.delete_item(self._layer(layer), children_only=True)
                draw(self._layer(layer), scene, at, self._pieces, signs)
        if self._is_new("hover", (signs.hover, signs.ghost)):
            dpg.delete_item(self._layer("hover"), children_only=True)
            if signs.hover is not None and at.has(signs.hover):
                ghost = draw_piece(scene, signs.ghost) if signs.ghost else None
                draw_hover(self._layer("hover"), signs.hover, at, ghost)
        if self._is_new("cursor", signs.cursor):
            dpg.delete_item(self._layer("cursor"), children_only=True)
            if signs.cursor is not None and at.has(signs.cursor):
                draw_cursor(self._layer("cursor"), signs.cursor, at)

    def _is_new(self, what: str, state: Hashable) -> bool:
        """Whether this has to be drawn anew; it is then taken for drawn."""
        if what in self._drawn and self._drawn[what] == state:
            return False
        self._drawn[what] = state
        return True

    def _layer(self, name: str) -> str:
        return f"{self.tag}:{name}"
