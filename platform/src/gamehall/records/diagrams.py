"""The board of a recorded game after any of its moves, told without its ruleset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import msgspec

from gamehall.declare import GameRecord
from gamehall.game import CellChange, Mark, Piece, Scene
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
    pieces = {piece.cell: piece for piece in record.start.pieces}
    for made in record.moves[:upto]:
        _change(pieces, made.changes)
    return _scene(record, upto, pieces)


def scenes_of(record: GameRecord) -> Iterator[Scene]:
    """Every board of the game, from the one before the first move to the last."""
    pieces = {piece.cell: piece for piece in record.start.pieces}
    yield _scene(record, 0, pieces)
    for ply, made in enumerate(record.moves, start=1):
        _change(pieces, made.changes)
        yield _scene(record, ply, pieces)


def _change(pieces: dict[str, Piece], changes: Iterable[CellChange]) -> None:
    for change in changes:
        pieces.pop(change.cell, None)
        if change.kind is not None:
            pieces[change.cell] = Piece(change.cell, change.kind, change.seat)


def _scene(record: GameRecord, ply: int, pieces: dict[str, Piece]) -> Scene:
    """The scene of these pieces, put together from what the last move changed; the rules' own where they ended it."""
    if record.final is not None and ply == len(record.moves):
        return record.final
    last: tuple[CellChange, ...] = record.moves[ply - 1].changes if ply else ()
    stars = tuple(mark for mark in record.start.marks if mark.kind == "star")
    return msgspec.structs.replace(
        record.start,
        pieces=tuple(pieces.values()),
        marks=(*stars, *(Mark(change.cell, "last") for change in last if change.kind is not None)),
        sides=record.moves[ply - 1].sides if ply else record.start.sides,
        status=f"After move {ply}." if ply else "Before the first move.",
    )
