"""Which free points a side may not take."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection

from gamehall.game import Refusal

from .position import FREE, LinePosition

__all__ = ["Foul", "NoFoul"]


class Foul(ABC):
    """A rule that forbids points. It is asked only about a move that somebody makes, or when moves are listed."""

    @abstractmethod
    def refusal(self, position: LinePosition, point: int) -> Refusal | None:
        """Why `position.stone` may not be placed on this free point, None when it may."""

    def forbidden(self, position: LinePosition) -> Collection[int]:
        """Every free point that is refused. Override where most points can be cleared without a close look."""
        free = (point for point, stone in enumerate(position.board) if stone == FREE)
        return {point for point in free if self.refusal(position, point) is not None}


class NoFoul(Foul):
    """Every free point may be taken."""

    def refusal(self, position: LinePosition, point: int) -> None:
        """Nothing is refused."""

    def forbidden(self, position: LinePosition) -> Collection[int]:
        """Nothing, without looking."""
        return ()
