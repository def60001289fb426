"""Which points are the same for a position: turned, mirrored and, if one likes, shifted."""

from __future__ import annotations

from collections.abc import Iterator

from .position import FREE, LinePosition

__all__ = ["twins"]

Place = tuple[int, int]
Turn = tuple[tuple[int, int], tuple[int, int]]

_TURNS: tuple[Turn, ...] = tuple(
    turn for a in (1, -1) for b in (1, -1) for turn in (((a, 0), (0, b)), ((0, a), (b, 0)))
)
"""The eight turns and reflections of a square, as matrices."""


def twins(position: LinePosition, point: int) -> frozenset[int]:
    """The free points where the next stone would make the same position as on `point`, that one included.

    `position.symmetry` says what has to match.
    """
    width, height = position.width, position.height
    stones = {divmod(at, width): stone for at, stone in enumerate(position.board) if stone != FREE}
    made = stones | {divmod(point, width): position.stone}
    found = {point}
    for turn, shift in _motions(position, stones):
        image = {_moved(place, turn, shift): stone for place, stone in made.items()}
        added = image.items() - stones.items()
        if len(added) == 1 and stones.items() <= image.items():
            ((row, column), _) = added.pop()
            if 0 <= row < height and 0 <= column < width:
                found.add(row * width + column)
    return frozenset(found)


def _motions(position: LinePosition, stones: dict[Place, str]) -> Iterator[tuple[Turn, Place]]:
    """(turn, shift) of every motion that could take the position with one more stone into another such position."""
    # The other side's stones stay the same, so one of them goes to the place of one of them.
    fixed = [place for place, stone in stones.items() if stone != position.stone]
    for turn in _TURNS:
        if position.symmetry == "shape" and fixed:
            row, column = _moved(fixed[0], turn, (0, 0))
            yield from ((turn, (place[0] - row, place[1] - column)) for place in fixed)
        elif position.width == position.height or turn[0][0]:
            row, column = _moved((position.height - 1, position.width - 1), turn, (0, 0))
            yield turn, ((position.height - 1 - row) // 2, (position.width - 1 - column) // 2)


def _moved(place: Place, turn: Turn, shift: Place) -> Place:
    row, column = place
    return (
        turn[0][0] * row + turn[0][1] * column + shift[0],
        turn[1][0] * row + turn[1][1] * column + shift[1],
    )
