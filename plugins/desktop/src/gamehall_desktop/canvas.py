"""Draws any scene: a wooden board of points or squares, what stands on it, and the signs on its cells."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall.game import Mark, Piece, Scene, cell_name

from .board import Layout, lay_out

Color = tuple[int, int, int, int]

_WOOD, _LINE, _NAME = (219, 177, 110, 255), (92, 64, 28, 255), (200, 200, 200, 255)
_SEATS: tuple[Color, ...] = ((30, 30, 34, 255), (240, 238, 230, 255), (190, 60, 50, 255), (60, 110, 190, 255))
_MARKS: dict[str, Color] = {
    "last": (220, 60, 50, 255),
    "line": (40, 170, 80, 255),
    "forbidden": (200, 40, 40, 255),
    "offered": (60, 120, 220, 255),
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
        stones = {piece.cell: piece for piece in scene.pieces}
        for piece in scene.pieces:
            self._piece(piece, self.layout)
        for mark in scene.marks:
            if mark.kind not in ("star", "zone"):
                self._mark(mark, self.layout, stones)
        for cell in touched:
            dpg.draw_circle(
                self.layout.middle(cell), self.layout.size * 0.47, color=_MARKS["offered"], thickness=3, parent=self.tag
            )

    def _board(self, scene: Scene, at: Layout) -> None:
        points = scene.lattice == "points"
        edge = at.size / 2
        right, bottom = at.x + at.size * (at.columns - 1), at.y + at.size * (at.rows - 1)
        corner, far = (at.x - edge, at.y - edge), (right + edge, bottom + edge)
        dpg.draw_rectangle(corner, far, color=_LINE, fill=_WOOD, rounding=4, parent=self.tag)
        over = 0.0 if points else edge
        for step in range(at.columns if points else at.columns + 1):
            x = at.x + step * at.size - over
            dpg.draw_line((x, at.y - over), (x, bottom + over), color=_LINE, parent=self.tag)
        for step in range(at.rows if points else at.rows + 1):
            y = at.y + step * at.size - over
            dpg.draw_line((at.x - over, y), (right + over, y), color=_LINE, parent=self.tag)
        size = max(10, at.size * 0.32)
        for column in range(at.columns):
            name = cell_name(at.rows - 1, column, at.rows)[:-1]
            self._text(name, at.x + column * at.size, bottom + edge + size * 0.7, size, _NAME)
        for row in range(at.rows):
            name = cell_name(row, 0, at.rows)[1:]
            self._text(name, at.x - edge - size * 0.8, at.y + row * at.size, size, _NAME)

    def _piece(self, piece: Piece, at: Layout) -> None:
        (x, y), radius = at.middle(piece.cell), at.size * 0.44
        color = _SEATS[(piece.seat or 0) % len(_SEATS)]
        if piece.kind == "cross":
            reach = radius * 0.7
            for down in (reach, -reach):
                dpg.draw_line((x - reach, y - down), (x + reach, y + down), color=color, thickness=6, parent=self.tag)
        elif piece.kind == "nought":
            dpg.draw_circle((x, y), radius * 0.75, color=color, thickness=6, parent=self.tag)
        else:
            self._stone(x, y, radius, color)
            if piece.kind not in ("black", "white", "stone"):
                self._text(piece.kind[:2], x, y, radius, _SEATS[1 - (piece.seat or 0) % 2])

    def _stone(self, x: float, y: float, radius: float, color: Color) -> None:
        """A round stone, lit from the upper left."""
        shadow = (x + radius * 0.1, y + radius * 0.14)
        dpg.draw_circle(shadow, radius, color=(0, 0, 0, 0), fill=(0, 0, 0, 70), parent=self.tag)
        for step in range(8):
            light = step * (9 if sum(color) < 500 else 2)
            shade = (*(min(255, part - 12 + light) for part in color[:3]), 255)
            away = radius * 0.045 * step
            middle = (x - away, y - away)
            dpg.draw_circle(middle, radius * (1 - step * 0.115), color=(0, 0, 0, 0), fill=shade, parent=self.tag)

    def _mark(self, mark: Mark, at: Layout, stones: dict[str, Piece]) -> None:
        (x, y), size = at.middle(mark.cell), at.size
        match mark.kind:
            case "star":
                dpg.draw_circle((x, y), size * 0.09, color=_LINE, fill=_LINE, parent=self.tag)
            case "last":
                dpg.draw_circle((x, y), size * 0.1, color=_MARKS["last"], fill=_MARKS["last"], parent=self.tag)
            case "line":
                dpg.draw_circle((x, y), size * 0.46, color=_MARKS["line"], thickness=3, parent=self.tag)
            case "zone":
                corner, far = (x - size / 2, y - size / 2), (x + size / 2, y + size / 2)
                dpg.draw_rectangle(corner, far, color=(0, 0, 0, 0), fill=_MARKS["zone"], parent=self.tag)
            case "forbidden" if mark.cell not in stones:
                self._text("x", x, y, size * 0.5, _MARKS["forbidden"])
            case "offered" if mark.cell not in stones:
                dpg.draw_circle((x, y), size * 0.2, color=_MARKS["offered"], thickness=2, parent=self.tag)

    def _text(self, text: str, x: float, y: float, size: float, color: Color) -> None:
        """A text whose middle is about here."""
        corner = (x - size * 0.28 * len(text), y - size * 0.5)
        dpg.draw_text(corner, text, color=color, size=size, parent=self.tag)
