"""Which free points a side may not take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Literal

from gamehall.game import Refusal
from gamehall.languages import N_, catalogue

from .position import FIRST, FREE, SECOND, LinePosition
from .shapes import PLAIN, REACH, Shape, Shapes, Three, windows

__all__ = ["Foul", "NoFoul", "ShapeFoul"]

_ = catalogue(__name__)


class Foul(ABC):
    """A rule that forbids points. It is asked only about a move that somebody makes, or when moves are listed."""

    @abstractmethod
    def refusal(self, position: LinePosition, point: int) -> Refusal | None:
        """Why `position.stone` may not be placed on this free point, None when it may."""

    def forbidden(self, position: LinePosition) -> Mapping[int, Refusal]:
        """Every free point that is refused, and why. Override where most can be cleared without a close look."""
        free = (point for point, stone in enumerate(position.board) if stone == FREE)
        found = ((point, self.refusal(position, point)) for point in free)
        return {point: refusal for point, refusal in found if refusal is not None}


class NoFoul(Foul):
    """Every free point may be taken."""

    def refusal(self, position: LinePosition, point: int) -> None:
        """Nothing is refused."""

    def forbidden(self, position: LinePosition) -> Mapping[int, Refusal]:
        """Nothing, without looking."""
        return {}


Verdict = Literal["", "five", "overline", "double-four", "double-three"]
"""What keeps a stone from a point: nothing, not even a foul because it wins, or one of the three fouls."""


class _Look:
    """A board as the fouls of one kind of stone see it."""

    def __init__(self, position: LinePosition, shapes: Sequence[Shapes]) -> None:
        self.own = position.stone
        self.board = position.board
        self.names = position.grid.names
        self._windows = windows(position.width, position.height)
        self._shapes = shapes

    def lines(self, board: str, point: int) -> list[tuple[int, Shape]]:
        """(stride, shape) of each line on which a stone on this free point makes something of note."""
        found = []
        for cut, centre, stride in self._windows[point]:
            shape = self._shapes[centre][board[cut]]
            if shape is not PLAIN:
                found.append((stride, shape))
        return found


class ShapeFoul(Foul):
    """Forbids what one stone must not make at once: a row of more than five, two fours, two threes.

    This is the reading of the Renju International Federation. A five beats every foul. Two fours may lie on one line.
    A three counts only if a fourth stone can make it a straight four by a move that is itself allowed and that makes
    no five; whether that move is allowed may depend on threes in its turn, to whatever depth.

    `stones` are the kinds of stones that are held to it. Some read the rule so that a three also counts if its fourth
    stone makes a five elsewhere, since a five beats every foul; `fives_count` does so.
    """

    def __init__(
        self,
        stones: str = FIRST + SECOND,
        *,
        overline: bool = False,
        fours: bool = False,
        threes: bool = False,
        fives_count: bool = False,
    ) -> None:
        self.stones = stones
        self.overline = overline
        self.fours = fours
        self.threes = threes
        self._completes = ("", "five") if fives_count else ("",)
        self._shapes = {own: [Shapes(own, centre) for centre in range(REACH + 1)] for own in stones}

    def refusal(self, position: LinePosition, point: int) -> Refusal | None:
        if position.stone not in self.stones:
            return None
        look = _Look(position, self._shapes[position.stone])
        verdict = self._verdict(look, look.board, point)
        return self._explained(look, point, verdict) if verdict in _WORDS else None

    def forbidden(self, position: LinePosition) -> Mapping[int, Refusal]:
        if position.stone not in self.stones:
            return {}
        look = _Look(position, self._shapes[position.stone])
        free = [point for point, stone in enumerate(look.board) if stone == FREE]
        verdicts = ((point, self._verdict(look, look.board, point)) for point in free)
        return {point: self._explained(look, point, verdict) for point, verdict in verdicts if verdict in _WORDS}

    def _verdict(self, look: _Look, board: str, point: int) -> Verdict:
        lines = look.lines(board, point)
        if not lines:
            return ""
        lengths = [len(shape.run) for _, shape in lines]
        if 5 in lengths:
            return "five"
        if self.overline and max(lengths) > 5:
            return "overline"
        if self.fours and sum(len(shape.fours) for _, shape in lines) > 1:
            return "double-four"
        if self.threes and len(lines) > 1 and len(self._threes(look, board, point, lines)) > 1:
            return "double-three"
        return ""

    def _threes(
        self, look: _Look, board: str, point: int, lines: Sequence[tuple[int, Shape]]
    ) -> list[tuple[int, Three]]:
        """(stride, three) of each line on which the fourth stone may be placed: no line has two of them."""
        made = [(stride, shape.threes) for stride, shape in lines if shape.threes]
        if len(made) < 2:
            return []
        after, done = board[:point] + look.own + board[point + 1 :], self._completes
        allowed = (
            next(((stride, t) for t in threes if self._verdict(look, after, point + t.fill * stride) in done), None)
            for stride, threes in made
        )
        return [three for three in allowed if three is not None]

    def _explained(self, look: _Look, point: int, verdict: Verdict) -> Refusal:
        """The refusal, with the stones of what must not be made, the new one first."""
        rows = sorted({tuple(point + at * stride for at in row) for stride, row in self._rows(look, point, verdict)})
        named = [[look.names[each] for each in row] for row in rows]
        at = look.names[point]
        words = _(_WORDS[verdict], at=at, rows=_(" and ").join(" ".join(row) for row in named))
        return Refusal(
            f"forbidden-{verdict}", words, tuple(dict.fromkeys([at, *(cell for row in named for cell in row)]))
        )

    def _rows(self, look: _Look, point: int, verdict: Verdict) -> list[tuple[int, tuple[int, ...]]]:
        """(stride, distances of its stones) of each row that is part of the foul."""
        lines = look.lines(look.board, point)
        match verdict:
            case "double-three":
                return [(stride, three.stones) for stride, three in self._threes(look, look.board, point, lines)]
            case "double-four":
                return [(stride, four) for stride, shape in lines for four in shape.fours]
            case _:
                return [(stride, shape.run) for stride, shape in lines if len(shape.run) > 5]


_WORDS = {
    "overline": N_("{at} would make a row of more than five ({rows}), which is forbidden."),
    "double-four": N_("{at} would make two fours at once ({rows}), which is forbidden."),
    "double-three": N_("{at} would make two open threes at once ({rows}), which is forbidden."),
}
