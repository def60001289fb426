"""How a line wins."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from .grid import Run
from .position import FIRST

__all__ = ["AtLeast", "EachSide", "Exactly", "Line", "OpenEnded", "winning_points"]


class Line(ABC):
    """Which runs win; no run shorter than `length` ever does. `reason` is the outcome's code."""

    def __init__(self, length: int) -> None:
        self.length = length
        self.reason = "five" if length == 5 else "row"

    @abstractmethod
    def wins(self, run: Run) -> bool:
        """Whether this run of `length` stones or more wins. Ask `run.stone` where the sides differ."""


class AtLeast(Line):
    """A run of `length` or more stones wins."""

    def wins(self, run: Run) -> bool:
        """Always: shorter runs are never asked about."""
        return True


class Exactly(Line):
    """A run of `length` stones wins; a longer one is allowed and wins nothing."""

    def wins(self, run: Run) -> bool:
        """Whether the run is no longer than it should be."""
        return run.length == self.length


class OpenEnded(Line):
    """A run of `length` stones wins unless an opposing stone stands at both its ends; a longer one wins if `longer`."""

    def __init__(self, length: int, *, longer: bool) -> None:
        super().__init__(length)
        self.longer = longer

    def wins(self, run: Run) -> bool:
        """Whether it has an end without an opposing stone, or is longer where that wins."""
        return self.longer if run.length > self.length else run.blocked < 2


class EachSide(Line):
    """The first side wins by one line, the second by another of the same length."""

    def __init__(self, first: Line, second: Line) -> None:
        super().__init__(first.length)
        self.first = first
        self.second = second

    def wins(self, run: Run) -> bool:
        """Whether it wins for the side whose stones these are."""
        return (self.first if run.stone == FIRST else self.second).wins(run)


def winning_points(line: Line, runs: Iterable[Run]) -> tuple[int, ...]:
    """The points of those runs that win, in rising order; empty when none does."""
    return tuple(sorted({p for run in runs if run.length >= line.length and line.wins(run) for p in run.points}))
