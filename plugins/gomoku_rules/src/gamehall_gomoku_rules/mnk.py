"""m,n,k: any number in a row on a board of any size, with stones that fall, edges that meet, or lines that lose."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

import msgspec

from gamehall.game import Options, Outcome, Refusal
from gamehall.languages import catalogue

from . import wording
from .grid import Grid, wrapped_runs
from .linegame import LineGameOf
from .lines import AtLeast, Line, winning_points
from .position import FREE, OPPOSING, LinePosition

__all__ = ["Mnk"]

_ = catalogue(__name__)


Size = msgspec.Meta(ge=1, le=25)
Opening = Literal["none", "pie", "swap", "swap2"]


class MnkOptions(Options, frozen=True):
    """Raises ValueError where no line of `k` fits on the board, and where an opening needs more points than it has."""

    width: Annotated[int, Size, msgspec.Meta(title="Columns", description="The m of an m,n,k game.")] = 7
    height: Annotated[int, Size, msgspec.Meta(title="Rows", description="Its n.")] = 7
    k: Annotated[int, Size, msgspec.Meta(title="In a row", description="Its k: a line of so many or more.")] = 4
    gravity: Annotated[
        bool, msgspec.Meta(title="Gravity", description="A stone needs the edge or another stone beneath it.")
    ] = False
    misere: Annotated[bool, msgspec.Meta(title="Misère", description="Whoever makes a line loses.")] = False
    wrap: Annotated[
        bool, msgspec.Meta(title="Edges meet", description="Lines go on at the opposite edge, as on a torus.")
    ] = False
    opening: Annotated[
        Opening, msgspec.Meta(title="Opening", description="How the advantage of moving first is made smaller.")
    ] = "none"

    def __post_init__(self) -> None:
        if self.k > max(self.width, self.height):
            raise ValueError(
                _("no line of {k} fits on a board of {width}×{height}", k=self.k, width=self.width, height=self.height)
            )
        needed = {"swap": 4, "swap2": 6}.get(self.opening, 1)
        if self.width * self.height < needed or (self.k < 4 and needed > 1):
            raise ValueError(
                _(
                    "the opening {opening} needs lines of at least 4 and a board of {needed} points",
                    opening=self.opening,
                    needed=needed,
                )
            )


class MnkPosition(LinePosition, frozen=True, omit_defaults=True):
    k: int = 4
    gravity: bool = False
    misere: bool = False
    wrap: bool = False


@lru_cache(maxsize=64)
def _at_least(length: int) -> Line:
    return AtLeast(length)


class Mnk(LineGameOf[MnkPosition]):
    """Any m, n and k."""

    key = "mnk"
    title = "m,n,k"
    summary = "So many in a row on a board of any size; stones may fall, edges may meet, and a line may lose."
    Position = MnkPosition
    Options = MnkOptions
    presets = {
        "Four in a row": {},
        "Falling": {"width": 7, "height": 6, "gravity": True},
        "Torus": {"width": 9, "height": 9, "k": 5, "wrap": True},
        "Misère": {"width": 5, "height": 5, "k": 3, "misere": True},
    }

    def line_of(self, position: MnkPosition) -> Line:
        return _at_least(position.k)

    def won(self, position: MnkPosition, board: str, point: int, lines: Grid) -> tuple[int, ...]:
        if not position.wrap:
            return super().won(position, board, point, lines)
        runs = wrapped_runs(board, position.width, position.height, point)
        return winning_points(self.line_of(position), runs)

    def win(self, position: MnkPosition, stone: str) -> Outcome:
        return super().win(position, OPPOSING[stone] if position.misere else stone)

    def free(self, position: MnkPosition) -> bytes:
        free = super().free(position)
        if not position.gravity:
            return free
        below = free[position.width :] + bytes(position.width)
        return bytes(is_free and not falls for is_free, falls in zip(free, below, strict=True))

    def refusal(self, position: MnkPosition, move: str) -> Refusal | None:
        refusal = super().refusal(position, move)
        point = position.grid.points.get(move)
        if refusal is None and point is not None and not self.free(position)[point]:
            column = position.board[point % position.width :: position.width]
            lowest = position.grid.names[column.rindex(FREE) * position.width + point % position.width]
            return Refusal(
                "no-support",
                _("A stone falls to the lowest free point of its column, {lowest}.", lowest=lowest),
                (lowest,),
            )
        return refusal

    def winning(self, position: MnkPosition, winner: str) -> str:
        if not position.misere or not position.line:
            return super().winning(position, winner)
        length = wording.number(position.k)
        return _("{winner} wins: the other side made {number} in a row.", winner=winner, number=length)
