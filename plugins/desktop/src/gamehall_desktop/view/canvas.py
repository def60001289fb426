"""Draws any scene: a wooden board of points or squares, what stands on it, and the signs on its cells."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall.game import Mark, Scene, board_cells, column_name
from gamehall.looks import DARK, LIGHT, Drawn, draw_piece
from gamehall_desktop.state.board import CORNER, Layout, lay_out

Color = tuple[int, int, int, int]

_WOOD, _LINE, _NAME = (219, 177, 110, 255), (92, 64, 28, 255), (200, 200, 200, 255)
_HEX = (233, 201, 147, 255)
_STONES = {"black": DARK, "white": LIGHT, "cross": "#26344f", "nought": "#8e2c22"}
_MARKS: dict[str, Color] = {
    "last": (220, 60, 50, 255),
    "line": (40, 170, 80, 255),
    "forbidden": (180, 20, 30, 255),
    "offered": (20, 80, 190, 255),
    "ghost": (255, 255, 255, 110),
    "zone": (60, 120, 220, 60),
}


class Canvas:
    """The drawing area with this tag, and where the cells of what it shows are."""

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self.layout: Layout | None = None
        dpg.add_drawlist(width=200, height=200, tag=tag)

    def cell_under_mouse(self) -> str | None:
        if self.layout is None:
            return None
        (x, y), (left, top) = dpg.get_mouse_pos(local=False), dpg.get_item_rect_min(self.tag)
        return self.layout.cell_at(x - left, y - top)

    def draw(self, scene: Scene | None, touched: tuple[str, ...], width: float, height: float) -> None:
        """Draws anew, in an area of this size in pixels."""
        dpg.configure_item(self.tag, width=int(width), height=int(height))
        dpg.delete_item(self.tag, children_only=True)
        self.layout = lay_out(scene, width, height) if scene else None
        if scene is None or self.layout is None:
            return
        self._board(scene, self.layout)
        for mark in scene.marks:
            if mark.kind in ("star", "zone"):
                self._mark(mark, self.layout, {})
        drawn = {piece.cell: draw_piece(scene, piece) for piece in scene.pieces}
        for cell, piece in drawn.items():
            self._piece(cell, piece, self.layout)
        for mark in scene.marks:
            if mark.kind not in ("star", "zone"):
                self._mark(mark, self.layout, drawn)
        for cell in touched:
            dpg.draw_circle(
                self.layout.middle(cell), self.layout.size * 0.47, color=_MARKS["offered"], thickness=3, parent=self.tag
            )

    def _board(self, scene: Scene, at: Layout) -> None:
        edge = at.size * CORNER if at.hexes else at.size / 2
        right, bottom = at.place(at.rows - 1, at.columns - 1)
        corner, far = (at.x - at.size / 2, at.y - edge), (right + at.size / 2, bottom + edge)
        dpg.draw_rectangle(corner, far, color=_LINE, fill=_WOOD, rounding=4, parent=self.tag)
        if at.hexes:
            for cell in board_cells(at.columns, at.rows):
                around = [list(point) for point in at.corners(cell)]
                dpg.draw_polygon([*around, around[0]], color=_LINE, fill=_HEX, parent=self.tag)
        else:
            self._lines(at, 0.0 if scene.lattice == "points" else edge)
        size = max(10, at.size * 0.32)
        names = at.y - edge - size * 0.7 if at.hexes else bottom + edge + size * 0.7  # columns of hexes lean
        for column in range(at.columns):
            self._text(column_name(column), at.x + column * at.size, names, size, _NAME)
        for row in range(at.rows):
            left, y = at.place(row, 0)
            color = _LINE if at.hexes and row else _NAME  # beside leaning rows there is wood
            self._text(str(at.rows - row), left - at.size / 2 - size * 0.8, y, size, color)

    def _lines(self, at: Layout, over: float) -> None:
        """The crossing lines of points, or those between squares, which reach over their middles."""
        right, bottom = at.place(at.rows - 1, at.columns - 1)
        for step in range(at.columns + (over > 0)):
            x = at.x + step * at.size - over
            dpg.draw_line((x, at.y - over), (x, bottom + over), color=_LINE, parent=self.tag)
        for step in range(at.rows + (over > 0)):
            y = at.y + step * at.size - over
            dpg.draw_line((at.x - over, y), (right + over, y), color=_LINE, parent=self.tag)

    def _piece(self, cell: str, drawn: Drawn, at: Layout) -> None:
        (x, y), radius = at.middle(cell), at.size * 0.44
        color = _color(_STONES.get(drawn.picture, drawn.fill))
        if drawn.picture == "cross":
            self._cross(x, y, radius * 0.7, color, 6)
        elif drawn.picture == "nought":
            dpg.draw_circle((x, y), radius * 0.75, color=color, thickness=6, parent=self.tag)
        else:
            self._stone(x, y, radius, color)
            if not drawn.picture:
                dpg.draw_circle((x, y), radius, color=_LINE, thickness=1.5, parent=self.tag)
                self._text(drawn.symbol, x, y, radius * (1.2 if len(drawn.symbol) < 2 else 0.95), _color(drawn.ink))

    def _stone(self, x: float, y: float, radius: float, color: Color) -> None:
        """A round stone, lit from the upper left."""
        shadow = (x + radius * 0.1, y + radius * 0.14)
        dpg.draw_circle(shadow, radius, color=(0, 0, 0, 0), fill=(0, 0, 0, 70), parent=self.tag)
        for step in range(8):
            light = step * (9 if sum(color) < 500 else 2)
            shade = (*(max(0, min(255, part - 12 + light)) for part in color[:3]), 255)
            away = radius * 0.045 * step
            middle = (x - away, y - away)
            dpg.draw_circle(middle, radius * (1 - step * 0.115), color=(0, 0, 0, 0), fill=shade, parent=self.tag)

    def _mark(self, mark: Mark, at: Layout, pieces: dict[str, Drawn]) -> None:
        (x, y), size = at.middle(mark.cell), at.size
        match mark.kind:
            case "star":
                dpg.draw_circle((x, y), size * 0.09, color=_LINE, fill=_LINE, parent=self.tag)
            case "last" if (piece := pieces.get(mark.cell)) and not piece.picture:  # a dot would hide the symbol
                dpg.draw_circle((x, y), size * 0.46, color=_MARKS["last"], thickness=3, parent=self.tag)
            case "last":
                dpg.draw_circle((x, y), size * 0.1, color=_MARKS["last"], fill=_MARKS["last"], parent=self.tag)
            case "line":
                dpg.draw_circle((x, y), size * 0.46, color=_MARKS["line"], thickness=3, parent=self.tag)
            case "zone":
                around = [list(point) for point in at.corners(mark.cell)]
                nothing = (0, 0, 0, 0)
                dpg.draw_polygon([*around, around[0]], color=nothing, fill=_MARKS["zone"], parent=self.tag)
                for step in (-0.25, 0, 0.25):  # hatched, for those who see no tint
                    low, high = (x + (step - 0.15) * size, y + 0.15 * size), (x + (step + 0.15) * size, y - 0.15 * size)
                    dpg.draw_line(low, high, color=_MARKS["offered"], parent=self.tag)
            case "forbidden" if mark.cell not in pieces:
                self._cross(x, y, size * 0.22, _MARKS["forbidden"], 4)
            case "offered" if mark.cell not in pieces:
                ring, ghost = _MARKS["offered"], _MARKS["ghost"]
                dpg.draw_circle((x, y), size * 0.34, color=ring, fill=ghost, thickness=3, parent=self.tag)

    def _cross(self, x: float, y: float, reach: float, color: Color, thickness: float) -> None:
        for down in (reach, -reach):
            start, end = (x - reach, y - down), (x + reach, y + down)
            dpg.draw_line(start, end, color=color, thickness=thickness, parent=self.tag)

    def _text(self, text: str, x: float, y: float, size: float, color: Color) -> None:
        """A text whose middle is about here."""
        corner = (x - size * 0.28 * len(text), y - size * 0.5)
        dpg.draw_text(corner, text, color=color, size=size, parent=self.tag)


def _color(text: str) -> Color:
    """A colour written `#rrggbb`."""
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16), 255)
