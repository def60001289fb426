"""The board of a recorded game after any of its moves, told without its ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from gamehall.declare import GameRecord, RecordedMove
from gamehall.game import Mark, Piece, Scene
from gamehall.problems import Problem

__all__ = ["cut", "scene_after", "scenes_of"]


def cut(record: GameRecord, ply: int | None) -> GameRecord:
    """The record as it was after so many moves, None meaning all. Raises Problem `not-found` for moves not made."""
    if ply is None or ply == len(record.moves):
        return record
    if not 0 <= ply < len(record.moves):
        raise Problem("not-found", f"The game has no ply {ply}.")
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
    """The board after so many moves, by default all of them."""
    upto = len(record.moves) if ply is None else ply
    board = _Board(record)
    for made in record.moves[:upto]:
        board.change(made)
    return board.scene()


def scenes_of(record: GameRecord) -> Iterator[Scene]:
    """Every board of the game, from the one before the first move to the last."""
    board = _Board(record)
    yield board.scene()
    for made in record.moves:
        board.change(made)
        yield board.scene()


class _Board:
    """What stands on the board while the moves of a record are gone through, and where the last one left something."""

    def __init__(self, record: GameRecord) -> None:
        self._record = record
        self._pieces = {piece.cell: piece for piece in record.start.pieces}
        self._last: tuple[str, ...] = ()
        self._sides = record.start.sides
        self._ply = 0

    def change(self, made: RecordedMove) -> None:
        placed = []
        for change in made.changes:
            before = self._pieces.pop(change.cell, None)
            if change.kind is not None:
                self._pieces[change.cell] = Piece(change.cell, change.kind, change.seat)
                # A piece that only changes hands, as where sides are swapped, has not been placed.
                if before is None or before.kind != change.kind:
                    placed.append(change.cell)
        self._last = tuple(placed) or self._last
        self._sides = made.sides
        self._ply += 1

    def scene(self) -> Scene:
        """The rules' own scene where they ended the game, else one put together from what the moves changed."""
        record = self._record
        if record.final is not None and self._ply == len(record.moves):
            return record.final
        stars = tuple(mark for mark in record.start.marks if mark.kind == "star")
        return msgspec.structs.replace(
            record.start,
            pieces=tuple(self._pieces.values()),
            marks=(*stars, *(Mark(cell, "last") for cell in self._last)),
            sides=self._sides,
            status=f"After move {self._ply}." if self._ply else "Before the first move.",
        )
