"""Boards as SGF has them: points in two letters, and what readers make of a stone that is placed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

__all__ = ["AFTER_MOVE", "BLACK", "LARGEST", "PASSES", "WHITE", "Board", "Place", "colour_of", "place_of", "point_name"]

BLACK, WHITE = "B", "W"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
LARGEST = len(_LETTERS)

Place = tuple[int, int]
"""(row, column) from the top left, both from 0."""
Board = dict[Place, str]
"""The colour of every stone."""


def point_name(place: Place) -> str:
    """The two letters of a place, the column first."""
    row, column = place
    return _LETTERS[column] + _LETTERS[row]


def place_of(point: str, width: int, height: int) -> Place | None:
    """The place that two letters name, None where the board has no such point."""
    if len(point) != 2 or not set(point) <= set(_LETTERS):
        return None
    column, row = map(_LETTERS.index, point)
    return (row, column) if row < height and column < width else None


def colour_of(sides: Sequence[str], side: str) -> str:
    """The colour of a side, given both as they are at the start: as it is called, else black for the first."""
    black = "black" if "black" in sides else next(each for each in sides if each != "white")
    return BLACK if side == black else WHITE


def _stays(before: Board, place: Place, colour: str, width: int, height: int) -> Board:
    return before | {place: colour}


def _takes(before: Board, place: Place, colour: str, width: int, height: int) -> Board:
    """Chains of the other colour that have lost their last free neighbour are taken, then the stone's own."""
    board = before | {place: colour}
    for start in (*_beside(place, width, height), place):
        if start in board and (start == place or board[start] != colour):
            chain = _chain_without_liberty(board, start, width, height)
            board = {at: stone for at, stone in board.items() if at not in chain}
    return board


def _chain_without_liberty(board: Board, start: Place, width: int, height: int) -> set[Place]:
    chain, new = {start}, [start]
    while new:
        for beside in _beside(new.pop(), width, height):
            if beside not in board:
                return set()
            if board[beside] == board[start] and beside not in chain:
                chain.add(beside)
                new.append(beside)
    return chain


def _beside(place: Place, width: int, height: int) -> list[Place]:
    row, column = place
    around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
    return [(down, right) for down, right in around if 0 <= down < height and 0 <= right < width]


def _turns(before: Board, place: Place, colour: str, width: int, height: int) -> Board:
    """Stones of the other colour between the new one and another of its colour are turned, in every direction."""
    board = before | {place: colour}
    for down, right in ((d, r) for d in (-1, 0, 1) for r in (-1, 0, 1) if d or r):
        between: list[Place] = []
        at = (place[0] + down, place[1] + right)
        while before.get(at, colour) != colour:
            between.append(at)
            at = (at[0] + down, at[1] + right)
        if at in before:
            board |= dict.fromkeys(between, colour)
    return board


AFTER_MOVE: Mapping[int, Callable[[Board, Place, str, int, int], Board]] = {1: _takes, 2: _turns, 4: _stays}
"""By the number of the game, what stands on the board of a reader after a stone was placed. Files of other numbers
have moves of other kinds, which are not written."""
PASSES = frozenset({1})
"""The numbers of games in which a move without a point is a pass."""
