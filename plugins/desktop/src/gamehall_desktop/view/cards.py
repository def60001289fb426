"""A player beside the board: a piece of theirs, their name, and their clock."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall.clockface import ClockFace
from gamehall.game import Scene
from gamehall.languages import catalogue
from gamehall.lattice import lattice_of
from gamehall_desktop.state.board import Layout
from gamehall_desktop.state.tablewords import PlayerCard

from . import themes
from .desk import Desk
from .fonts import Style, draw_text
from .pieces import draw_piece_at, draw_shadow

_ = catalogue(__name__)

HEIGHT, LOW = 68, 50  # pixels: a card, and one where there is little room
_ONE_CELL = lattice_of(Scene(1, 1, "squares"))
_DIGIT = 0.62  # of a text's size: how wide a digit is


class Card:
    """One player's card, as wide as it is told; its clock is set by itself as time goes by."""

    def __init__(
        self,
        desk: Desk,
        player: PlayerCard,
        clock: ClockFace | None,
        size: tuple[int, int],
        parent: int | str,
    ) -> None:
        self._desk = desk
        self._tag = f"player:{player.seat}"
        self._shown: ClockFace | None = None
        self._width, self._height = size
        desk.geometry.names.add(self._tag)
        dpg.add_drawlist(tag=self._tag, width=self._width, height=self._height, parent=parent)
        self._draw(player, clock)

    def _draw(self, player: PlayerCard, clock: ClockFace | None) -> None:
        desk, tag, px = self._desk, self._tag, self._desk.px
        accent, edge = desk.colour("accent"), desk.colour("accent" if player.to_act else "rule")
        far, middle = (self._width - 1, self._height - 1), self._height / 2
        dpg.draw_rectangle((0, 0), far, color=edge, fill=desk.colour("raised"), rounding=px(8), parent=tag)
        if player.to_act:
            dpg.draw_rectangle((0, px(8)), (px(4), self._height - px(8)), color=accent, fill=accent, parent=tag)
        self._piece(player, px(34), middle, min(px(19), middle - px(7)))
        name = _("{name} (you)", name=player.name) if player.is_you else player.name
        room = int((self._width - px(64 + 110 * (clock is not None))) / px(9))
        name = name if len(name) <= room else player.name[: max(1, room - 1)] + "…" * (len(player.name) > room)
        self._text(name, px(64), middle - px(21), "strong", 17, "ink")
        colour = "accent" if player.to_act or player.outcome == "won" else "faint"
        self._text(_line(player, room + 2), px(64), middle + px(3), "small", 14, colour)
        if clock is not None:
            dpg.add_draw_node(tag=f"clock:{player.seat}", parent=tag)
            self.tick(player.seat, clock)

    def tick(self, seat: int, clock: ClockFace) -> None:
        """Shows the clock as it is now."""
        if clock == self._shown:
            return
        self._shown = clock
        desk, px, node = self._desk, self._desk.px, f"clock:{seat}"
        dpg.delete_item(node, children_only=True)
        size = 28 if len(clock.digits) < 8 and self._height >= px(HEIGHT) else 20
        width = px(max(4, len(clock.digits)) * size * _DIGIT + 20)
        if clock.more:
            width = max(width, px(len(clock.more) * 6.4 + 22))
        top = px(9) if self._height >= px(HEIGHT) else px(5)
        left, height = self._width - width - px(9), self._height - 2 * top
        urgent = clock.is_low and clock.runs
        theme = desk.model.settings.theme
        fill = themes.colour(theme.danger if urgent else theme.accent if clock.runs else theme.surface)
        ink = themes.colour(theme.on_accent if clock.runs else theme.danger if clock.is_low else theme.ink)
        if urgent:
            ink = themes.colour(theme.ground)
        corner = (left + width, top + height)
        dpg.draw_rectangle((left, top), corner, color=fill, fill=fill, rounding=px(7), parent=node)
        down = (height - px(size * 1.2 + (14 if clock.more else 0))) / 2
        self._text(clock.digits, left + px(11), top + down, "clock", size, "", node, ink)
        if clock.more:
            self._text(clock.more, left + px(11), top + down + px(size * 1.2 - 2), "small", 12, "", node, ink)

    def _piece(self, player: PlayerCard, x: float, y: float, radius: float) -> None:
        """The player's piece as it stands on the board, or the first letter of their name."""
        desk, drawn = self._desk, player.picture
        theme, board = desk.model.settings.theme, desk.model.settings.board
        if drawn is None or drawn.picture in ("cross", "nought"):
            fill = themes.blend(theme.surface, theme.accent, 0.3) if drawn is None else themes.colour(board.wood)
            dpg.draw_circle((x, y), radius, color=(0, 0, 0, 0), fill=fill, segments=48, parent=self._tag)
        if drawn is None:
            draw_text(self._tag, player.name[:1].upper(), (x, y), radius * 1.1, desk.colour("ink"))
            return
        place = Layout(_ONE_CELL, x - radius, y - radius, 2 * radius)
        draw_shadow(self._tag, "a1", drawn, place)
        draw_piece_at(self._tag, "a1", drawn, place)

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        style: Style,
        size: float,
        name: str,
        parent: int | str = "",
        colour: themes.Colour | None = None,
    ) -> None:
        shade = colour or self._desk.colour(name)
        item = dpg.draw_text((x, y), text, size=self._desk.px(size), color=shade, parent=parent or self._tag)
        dpg.configure_item(item, text=self._desk.bind(item, text, style))


def _line(player: PlayerCard, room: int) -> str:
    """What is said below a player's name; the side alone where there is no room for so many characters."""
    line = player.side
    if player.outcome == "won":
        line = _("{side} · winner", side=player.side)
    elif player.outcome == "draw":
        line = _("{side} · draw", side=player.side)
    elif player.to_act:
        line = _("{side} · to move", side=player.side)
    return line if len(line) <= room else player.side
