"""Pente: five in a row, or stones taken by hemming them in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar

import msgspec
from msgspec.structs import replace

from gamehall.game import Outcome
from gamehall.languages import catalogue
from gamehall.naming import say

from . import wording
from .grid import Grid
from .linegame import LineGameOf, LineOptions
from .position import FREE, OPPOSING, LinePosition

__all__ = ["Pente", "captured"]

_ = catalogue(__name__)


def captured(board: str, lines: Grid, point: int, sizes: tuple[int, ...]) -> Iterator[int]:
    """The points of every row of so many opposing stones between the stone on `point` and another of its kind."""
    own = board[point]
    hemmed_in = tuple((size, OPPOSING[own] * size + own) for size in sizes)
    for axis in lines.axes[point]:
        cells = board[axis.cut]
        ahead, behind = cells[axis.offset + 1 :], cells[: axis.offset][::-1]
        for stride, row in ((axis.stride, ahead), (-axis.stride, behind)):
            for size, pattern in hemmed_in:
                if row.startswith(pattern):
                    yield from range(point + stride, point + (size + 1) * stride, stride)


class PenteOptions(LineOptions, frozen=True):
    board_size: Annotated[
        int, msgspec.Meta(ge=7, le=25, title="Board size", description="Lines in each direction.")
    ] = 19
    keryo: Annotated[
        bool, msgspec.Meta(title="Keryo-Pente", description="Three stones can be taken as well, and fifteen win.")
    ] = False


class PentePosition(LinePosition, frozen=True, omit_defaults=True):
    """`captured` is how many stones the first and the second side have taken."""

    keryo: bool = False
    captured: tuple[int, int] = (0, 0)


class Pente(LineGameOf[PentePosition]):
    """Five or more in a row, or ten stones taken two at a time."""

    key = "pente"
    title = "Pente"
    summary = (
        "Five or more in a row win. Two stones between two of yours are taken; whoever takes ten wins. "
        "It is safe to move in between."
    )
    Position = PentePosition
    Options = PenteOptions
    presets = {"Tournament": {"opening": "pro"}, "Standard": {}, "Keryo-Pente": {"keryo": True, "opening": "pro"}}
    sizes: ClassVar[tuple[tuple[int, ...], tuple[int, ...]]] = ((2,), (2, 3))
    """How many stones are taken at once, without and with the option `keryo`."""
    enough: ClassVar[tuple[int, int]] = (10, 15)
    """How many taken stones win, likewise."""

    def place(self, position: PentePosition, point: int, lines: Grid) -> PentePosition:
        after = super().place(position, point, lines)
        taken = frozenset(captured(after.board, lines, point, self.sizes[after.keryo]))
        if not taken:
            return after
        side = self.seats.index(self.kind(position.stone))
        counts = tuple(count + len(taken) * (n == side) for n, count in enumerate(after.captured))
        ending = after.ending if after.line else None
        if ending is None and counts[side] >= self.enough[after.keryo]:
            ending = Outcome(position.seat_of(position.stone), "captures")
        board = "".join(FREE if at in taken else stone for at, stone in enumerate(after.board))
        return replace(after, board=board, captured=counts, ending=ending)

    def winning(self, position: PentePosition, winner: str) -> str:
        if position.line:
            return super().winning(position, winner)
        taken = wording.number(max(position.captured))
        return _("{winner} wins with {number} stones taken.", winner=winner, number=taken)

    def remark(self, position: PentePosition) -> str:
        if not any(position.captured):
            return ""
        first, second = (say(self, side) for side in self.seats)
        return _(
            "Taken: {of_first} by {first}, {of_second} by {second}.",
            of_first=position.captured[0],
            first=first,
            of_second=position.captured[1],
            second=second,
        )
