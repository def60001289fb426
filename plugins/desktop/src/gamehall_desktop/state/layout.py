"""Where the parts of the window are, in pixels. Nothing here draws."""

from __future__ import annotations

from typing import NamedTuple

LEAST_WIDTH, LEAST_HEIGHT = 480, 420

_BAR = 52
_LEAST_SIDE, _SIDE, _MOST_SIDE = 240, 340, 440
_LEAST_BELOW = 250
_GAP = 10


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


def arrange(width: int, height: int, scale: float = 1.0, banner: int = 0) -> Frame:
    """The parts of a window of this size; `scale` is that of everything in it. A banner of this height below the bar
    pushes the room down.

    The board is as large as it can be: what belongs to it stands beside it, or below where that leaves it more.
    """
    bar, gap = min(round(_BAR * scale), height // 3), round(_GAP * scale)
    above = bar + min(banner, height // 3)
    room = Box(gap, above, max(1, width - 2 * gap), max(1, height - above - gap))
    top = Box(0, 0, width, bar)
    least, wished, most = (min(round(each * scale), room.width // 2) for each in (_LEAST_SIDE, _SIDE, _MOST_SIDE))
    below = min(round(_LEAST_BELOW * scale), room.height // 2)
    tall = max(1, min(room.width, room.height - below - gap))
    if min(room.width - least - gap, room.height) >= min(room.width, tall):
        spare = room.width - room.height - gap
        side = max(least, min(most, max(spare, 0))) if spare < wished else max(wished, min(most, spare))
        board = Box(room.x, room.y, max(1, room.width - side - gap), room.height)
        return Frame(top, room, board, Box(board.x + board.width + gap, room.y, max(1, side), room.height))
    board = Box(room.x, room.y, room.width, tall)
    rest = Box(room.x, room.y + tall + gap, room.width, max(1, room.height - tall - gap))
    return Frame(top, room, board, rest)


def within(inner: tuple[int, int], outer: Box, share: float = 0.5) -> Box:
    """A box of this width and height in another, cut to fit: in its middle, or so far down of what is left over."""
    width, height = min(inner[0], outer.width), min(inner[1], outer.height)
    across, down = outer.width - width, outer.height - height
    return Box(outer.x + across // 2, outer.y + round(down * share), width, height)


def stacked(heights: list[int], width: int, window: tuple[int, int], gap: int) -> list[Box]:
    """Boxes one above the other at the bottom right, the first lowest; those for which no room is left are out."""
    boxes: list[Box] = []
    width, bottom = min(width, window[0]), window[1] - gap
    for height in heights:
        if bottom - height < 0:
            break
        boxes.append(Box(max(0, window[0] - width - gap), bottom - height, width, height))
        bottom -= height + gap
    return boxes
