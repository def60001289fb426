"""How a line wins."""

from __future__ import annotations

from abc import ABC, abstractmethod

from .grid import Run, grid, runs_through

__all__ = ["AtLeast", "Exactly", "Line", "winning_points"]


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


def winning_points(line: Line, board: str, width: int, height: int, point: int) -> tuple[int, ...]:
    """The points of every winning run through the stone on `point`, in rising order; empty when there is none."""
    row = board[point] * line.length
    for cut in grid(width, height).cuts[point]:
        if row in board[cut]:
            break
    else:
        return ()
    runs = runs_through(board, width, height, point)
    won = {p for run in runs if run.length >= line.length and line.wins(run) for p in run.points}
    return tuple(sorted(won))
