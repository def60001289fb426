"""The board of a game after any of its moves, told without its ruleset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from gamehall.declare import GameRecord
from gamehall.game import CellChange, Mark, Piece, Scene
from gamehall.languages import catalogue
from gamehall.problems import Problem

__all__ = ["Diagram", "cut", "scene_after", "scenes_of"]

_ = catalogue(__name__)


def cut(record: GameRecord, ply: int | None) -> GameRecord:
    """The record as it was after so many moves, None meaning all. Raises Problem `not-found` for moves not made."""
    if ply is None or ply == len(record.moves):
        return record
    if not 0 <= ply < len(record.moves):
        raise Problem("not-found", _("The game has no ply {ply}.", ply=ply))
    return replace(
        record,
        moves=record.moves[:ply],
        final=None,
        status="active",
        winner=None,
        reason=None,
        finished_at=None,
    )


def scene_after(record: GameRecord, ply: int | None = None) -> Scene:
    """The board after so many moves, by default all of them: as the rules drew it where they ended the game."""
    if record.final is not None and ply in (None, len(record.moves)):
        return record.final
    diagram = Diagram(record.start)
    for made in record.moves[:ply]:
        diagram.change(made.changes, made.sides)
    return diagram.scene()


def scenes_of(record: GameRecord) -> Iterator[Scene]:
    """Every board of the game, from the one before the first move to the last."""
    diagram = Diagram(record.start)
    yield diagram.scene()
    for ply, made in enumerate(record.moves, start=1):
        diagram.change(made.changes, made.sides)
        yield record.final if record.final is not None and ply == len(record.moves) else diagram.scene()


class Diagram:
    """What stands on a board while the moves of a game are gone through, and where the last one left something."""

    def __init__(self, start: Scene) -> None:
        self._start = start
        self._pieces = {piece.cell: piece for piece in start.pieces}
        self._last: tuple[str, ...] = ()
        self._sides = start.sides
        self._ply = 0

    def change(self, changes: Iterable[CellChange], sides: tuple[str, ...]) -> tuple[Piece, ...]:
        """Goes on by a move that changed these cells, after which the seats have these sides; what it has placed."""
        placed = []
        for change in changes:
            before = self._pieces.pop(change.cell, None)
            if change.kind is not None:
                piece = self._pieces[change.cell] = Piece(change.cell, change.kind, change.seat)
                # A piece that only changes hands, as where sides are swapped, has not been placed.
                if before is None or before.kind != change.kind:
                    placed.append(piece)
        self._last = tuple(piece.cell for piece in placed) or self._last
        self._sides = sides
        self._ply += 1
        return tuple(placed)

    def scene(self) -> Scene:
        """The board as it is now, with the marks that can be told without rules."""
        stars = tuple(mark for mark in self._start.marks if mark.kind == "star")
        return msgspec.structs.replace(
            self._start,
            pieces=tuple(self._pieces.values()),
            marks=(*stars, *(Mark(cell, "last") for cell in self._last)),
            sides=self._sides,
            status=f"After move {self._ply}." if self._ply else "Before the first move.",
        )
