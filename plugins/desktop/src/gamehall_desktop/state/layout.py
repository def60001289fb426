"""Where the parts of the window are, in pixels."""

from __future__ import annotations

from typing import NamedTuple

_BAR = 44
_SIDE, _LEAST_SIDE = 340, 280
_GAP = 8


class Box(NamedTuple):
    """A rectangle of the window, from its top left."""

    x: int
    y: int
    width: int
    height: int


class Frame(NamedTuple):
    """The bar at the top, the room below it, and how a table shares that: the board, and the rest beside or below."""

    bar: Box
    room: Box
    board: Box
    side: Box


def arrange(width: int, height: int, scale: float = 1.0) -> Frame:
    """The parts of a window of this size; `scale` is that of everything in it."""
    bar, gap = round(_BAR * scale), round(_GAP * scale)
    room = Box(gap, bar + gap, max(1, width - 2 * gap), max(1, height - bar - 2 * gap))
    least, wished = round(_LEAST_SIDE * scale), round(_SIDE * scale)
    if room.width - least >= 0.8 * room.height:
        side = max(least, min(wished, room.width - room.height))
        board = Box(room.x, room.y, room.width - side - gap, room.height)
        return Frame(Box(0, 0, width, bar), room, board, Box(board.x + board.width + gap, room.y, side, room.height))
    tall = min(room.width, round(room.height * 0.65))
    board = Box(room.x, room.y, room.width, tall)
    below = Box(room.x, room.y + tall + gap, room.width, max(1, room.height - tall - gap))
    return Frame(Box(0, 0, width, bar), room, board, below)
