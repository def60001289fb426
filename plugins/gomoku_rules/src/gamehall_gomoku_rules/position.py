"""What is stored of a line game after every move."""

from __future__ import annotations

from typing import Literal

from gamehall.game import Outcome, Position

from .grid import Grid, Run, grid, runs_through

__all__ = ["FIRST", "FREE", "OPPOSING", "PASS", "SECOND", "FoulPolicy", "LinePosition", "Symmetry"]

FREE = "."
FIRST = "x"
SECOND = "o"
OPPOSING = {FIRST: SECOND, SECOND: FIRST}
"""The opposing kind of each kind of stone."""
PASS = "pass"  # noqa: S105 - a move, not a password

FoulPolicy = Literal["refused", "loses"]
"""What becomes of a foul: it cannot be played, or whoever plays it has lost."""

Symmetry = Literal["shape", "board"]
"""What matches in two positions that count as the same: the shape of the stones, or their places on the board too."""


class LinePosition(Position, frozen=True, omit_defaults=True):
    """`board` holds a `.`, `x` (first side) or `o` (second side) for every point, row by row from the top left.

    `stone` is the kind placed next and `left` how many of it this turn still asks for. Seat 0 has the first side
    unless `swapped`. `step` is the index of the opening's present step, None once the opening is over; `offers` is
    how many points are to be offered in it, `offered` those that are. `last` (the stones of the last turn so far),
    `line` (those that won) and `offered` are points: indexes into `board`. `foul_policy` says what becomes of a foul,
    `symmetry` which offered points count as the same.
    """

    width: int
    height: int
    board: str
    stone: str = FIRST
    left: int = 1
    swapped: bool = False
    opening: str = "none"
    step: int | None = None
    last: tuple[int, ...] = ()
    line: tuple[int, ...] = ()
    passed: bool = False
    ending: Outcome | None = None
    offers: int = 0
    offered: tuple[int, ...] = ()
    foul_policy: FoulPolicy = "refused"
    symmetry: Symmetry = "shape"

    @property
    def grid(self) -> Grid:
        """The geometry of this board."""
        return grid(self.width, self.height)

    def seat_of(self, stone: str) -> int:
        """The seat that has this kind of stone now."""
        return int((stone == SECOND) != self.swapped)

    def runs(self, point: int) -> tuple[Run, ...]:
        """The four runs that the stone placed next would belong to on this free point."""
        board = self.board[:point] + self.stone + self.board[point + 1 :]
        return runs_through(board, self.grid, point)
