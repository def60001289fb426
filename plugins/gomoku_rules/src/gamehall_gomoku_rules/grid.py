"""The geometry of a board kept as one string, row by row from the top: names, and the lines through each point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import inf
from typing import NamedTuple

from gamehall.game import Input, Mark, board_cells, cell_name

__all__ = ["DIRECTIONS", "Axis", "Grid", "Run", "grid", "runs_through", "wrapped_runs"]

DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""The four directions of a line, as (rows down, columns to the right) of one step."""


class Axis(NamedTuple):
    """One of the lines through a point, from edge to edge; `offset` is where on it the point lies."""

    cut: slice
    start: int
    stride: int
    offset: int


class Grid(NamedTuple):
    """What is known of a board of one size; every tuple has an entry for each point, row by row from the top.

    `cuts` repeats the slices of `axes`: looking for a row of stones needs nothing else.
    """

    names: tuple[str, ...]
    points: dict[str, int]
    axes: tuple[tuple[Axis, ...], ...]
    cuts: tuple[tuple[slice, ...], ...]
    inputs: tuple[Input, ...]
    stars: tuple[Mark, ...]


class Run(NamedTuple):
    """An unbroken run of one kind of stone, and what lies just beyond its two ends: "" is the edge of the board."""

    stone: str
    points: Sequence[int]
    before: str
    after: str

    @property
    def length(self) -> int:
        """How many stones it has."""
        return len(self.points)

    @property
    def blocked(self) -> int:
        """At how many ends an opposing stone stands: 0, 1 or 2. The edge of the board does not block."""
        return (self.before not in ".") + (self.after not in ".")


def _room(at: int, size: int, direction: int) -> float:
    """How many steps remain from `at` to the edge; without end where the line does not run this way."""
    if direction == 0:
        return inf
    return size - 1 - at if direction > 0 else at


def _axis(row: int, column: int, width: int, height: int, down: int, right: int) -> Axis:
    behind = int(min(_room(row, height, -down), _room(column, width, -right)))
    ahead = int(min(_room(row, height, down), _room(column, width, right)))
    stride = down * width + right or 1
    start = row * width + column - behind * stride
    return Axis(slice(start, start + (behind + 1 + ahead) * stride, stride), start, stride, behind)


def _star_points(width: int, height: int) -> tuple[Mark, ...]:
    """The centre where there is one, from 9 lines on the corner points too, and from 19 on those of the sides."""
    smallest = min(width, height)
    odd = bool(width % 2 and height % 2)
    middle = (height // 2, width // 2)
    places = {middle} if odd else set()
    if smallest >= 9:
        inset = 3 if smallest >= 12 else 2
        rows, columns = (inset, height - 1 - inset), (inset, width - 1 - inset)
        places |= {(row, column) for row in rows for column in columns}
        if odd and smallest >= 19:
            places |= {(middle[0], column) for column in columns} | {(row, middle[1]) for row in rows}
    return tuple(Mark(cell_name(row, column, height), "star") for row, column in sorted(places))


@lru_cache(maxsize=64)
def grid(width: int, height: int) -> Grid:
    """The geometry of a board of this size, made once."""
    names = tuple(board_cells(width, height))
    axes = tuple(
        tuple(_axis(row, column, width, height, down, right) for down, right in DIRECTIONS)
        for row in range(height)
        for column in range(width)
    )
    return Grid(
        names=names,
        points={name: point for point, name in enumerate(names)},
        axes=axes,
        cuts=tuple(tuple(axis.cut for axis in through) for through in axes),
        inputs=tuple(Input(name, (name,), name) for name in names),
        stars=_star_points(width, height),
    )


def _run(board: str, axis: Axis) -> Run:
    cells = board[axis.cut]
    stone = cells[axis.offset]
    head, tail = cells[: axis.offset], cells[axis.offset + 1 :]
    first = len(head.rstrip(stone))
    end = len(cells) - len(tail.lstrip(stone))
    points = range(axis.start + first * axis.stride, axis.start + end * axis.stride, axis.stride)
    return Run(stone, points, cells[first - 1 : first], cells[end : end + 1])


def runs_through(board: str, grid: Grid, point: int) -> tuple[Run, ...]:
    """The runs along the four lines through the stone that stands on this point."""
    return tuple(_run(board, axis) for axis in grid.axes[point])


def wrapped_runs(board: str, width: int, height: int, point: int) -> tuple[Run, ...]:
    """The same on a board whose edges meet, left with right and top with bottom; no point counts twice in a run."""
    return tuple(_wrapped_run(board, width, height, point, down, right) for down, right in DIRECTIONS)


def _wrapped_run(board: str, width: int, height: int, point: int, down: int, right: int) -> Run:
    def walk(sign: int) -> Iterator[int]:
        row, column = divmod(point, width)
        while True:
            row, column = (row + sign * down) % height, (column + sign * right) % width
            yield row * width + column

    stone = board[point]
    ahead: list[int] = []
    for end in walk(+1):
        if board[end] != stone or end == point:
            break
        ahead.append(end)
    if end == point:
        return Run(stone, [point, *ahead], stone, stone)
    behind: list[int] = []
    for start in walk(-1):
        if board[start] != stone:
            break
        behind.append(start)
    return Run(stone, [*reversed(behind), point, *ahead], board[start], board[end])
