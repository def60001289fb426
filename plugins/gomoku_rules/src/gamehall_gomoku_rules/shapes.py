"""What a stone would make on one line: a five, a longer row, fours, and what may become a straight four.

All that matters lies within five points of the stone, so each line is looked at through a window of eleven points,
and what was found in a window is kept: there are at most 3^10 different ones.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from .grid import grid
from .position import FREE

__all__ = ["PLAIN", "REACH", "Shape", "Shapes", "Three", "windows"]

REACH = 5


class Three(NamedTuple):
    """Three stones of a line that a fourth on `fill` makes a straight four. All are distances along the line."""

    fill: int
    stones: tuple[int, ...]


class Shape(NamedTuple):
    """What the stone at distance 0 makes on its line; `run` is the unbroken run through it, stones are distances.

    A four is four stones that one more makes exactly five; a straight four can be completed at both its ends.
    """

    run: tuple[int, ...]
    fours: tuple[tuple[int, ...], ...]
    threes: tuple[Three, ...]


PLAIN = Shape((), (), ())
"""Every shape that makes nothing of note, run included: it can be told by identity."""


class Shapes(dict[str, Shape]):
    """Shapes by the text of their window, in which the free point `centre` is where the stone `own` would be."""

    def __init__(self, own: str, centre: int) -> None:
        super().__init__()
        self.own = own
        self.centre = centre

    def __missing__(self, window: str) -> Shape:
        line = window[: self.centre] + self.own + window[self.centre + 1 :]
        shape = self[window] = self._shape(line)
        return shape

    def _shape(self, line: str) -> Shape:
        first, end = self._run(line, self.centre)
        fours, threes = set(), []
        free = [at for at, stone in enumerate(line) if stone == FREE]
        for fill in free:
            with_fill = line[:fill] + self.own + line[fill + 1 :]
            start, stop = self._run(with_fill, fill)
            if not start <= self.centre < stop:
                continue
            stones = tuple(at - self.centre for at in range(start, stop) if at != fill)
            if stop - start == 5:
                fours.add(stones)
            elif stop - start == 4 and self._is_five(with_fill, start - 1) and self._is_five(with_fill, stop):
                threes.append(Three(fill - self.centre, stones))
        if end - first < 5 and not fours and not threes:
            return PLAIN
        return Shape(tuple(at - self.centre for at in range(first, end)), tuple(sorted(fours)), tuple(threes))

    def _run(self, line: str, at: int) -> tuple[int, int]:
        """The first point of the run through `at`, and the one behind its last."""
        first = len(line[:at].rstrip(self.own))
        return first, len(line) - len(line[at + 1 :].lstrip(self.own))

    def _is_five(self, line: str, at: int) -> bool:
        """Whether a stone there would be one of exactly five."""
        if not 0 <= at < len(line) or line[at] != FREE:
            return False
        start, stop = self._run(line[:at] + self.own + line[at + 1 :], at)
        return stop - start == 5


@lru_cache(maxsize=64)
def windows(width: int, height: int) -> tuple[tuple[tuple[slice, int, int], ...], ...]:
    """For each point its four windows: (where on the board, the point's place in it, the line's stride)."""

    def window(start: int, stride: int, offset: int, length: int) -> tuple[slice, int, int]:
        first, end = max(0, offset - REACH), min(length, offset + REACH + 1)
        return slice(start + first * stride, start + end * stride, stride), offset - first, stride

    return tuple(
        tuple(
            window(axis.start, axis.stride, axis.offset, (axis.cut.stop - axis.start) // axis.stride) for axis in axes
        )
        for axes in grid(width, height).axes
    )
