"""Renju's fouls on random positions, point by point against two implementations by others."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
import pytest
from omok.renju import is_forbidden as forbidden_by_omok  # type: ignore[import-untyped]
from renju.check_forbid import get_foul_type  # type: ignore[import-untyped]

from gamehall_gomoku_rules import FIRST, FREE, LinePosition, Renju

Share = Callable[[int, int], int]

pytestmark = pytest.mark.soak

CODES = {1: "forbidden-double-three", 2: "forbidden-double-four", 3: "forbidden-overline"}
NUMBERS = {FREE: 0, "x": 1, "o": 2}


def random_position(size: int, chance: random.Random) -> LinePosition:
    """Black to place a stone on a board of scattered stones, more of them black, all over it or in a part of it."""
    density, black = chance.uniform(0.05, 0.85), chance.uniform(0.4, 0.95)
    reach = chance.choice([size, size, 7])
    first = chance.randrange(size - reach + 1)

    def stone(row: int, column: int) -> str:
        inside = first <= row < first + reach and first <= column < first + reach
        if not inside or chance.random() >= density:
            return FREE
        return "x" if chance.random() < black else "o"

    return LinePosition(size, size, "".join(stone(row, column) for row in range(size) for column in range(size)))


def fouls(position: LinePosition) -> dict[int, str]:
    """The codes of the foul points."""
    points = position.grid.points
    return {points[cell]: refusal.code for cell, refusal in Renju().forbidden(position).items()}


def fouls_by_renju(position: LinePosition) -> dict[int, str]:
    width = position.width
    columns = [[NUMBERS[stone] for stone in position.board[column::width]] for column in range(width)]
    found = {
        point: get_foul_type(columns, point % width, point // width)
        for point, stone in enumerate(position.board)
        if stone == FREE
    }
    return {point: CODES[kind] for point, kind in found.items() if kind}


@pytest.mark.parametrize("size", range(9, 20))
def test_every_point_is_what_renju_says(share: Share, size: int) -> None:
    chance, seen = random.Random(size), set[str]()
    for _ in range(share(20, 9_100)):
        position = random_position(size, chance)
        ours = fouls(position)
        assert ours == fouls_by_renju(position), position.board
        seen |= set(ours.values())
    assert seen == set(CODES.values()), "too few fouls came about for this to say much"


def makes_five(position: LinePosition, point: int) -> bool:
    """Whether some place that would complete a three of this point makes a five as well."""
    after = LinePosition(
        position.width, position.height, f"{position.board[:point]}{FIRST}{position.board[point + 1 :]}"
    )
    free = [at for at, stone in enumerate(after.board) if stone == FREE]
    return any(run.length == 5 for at in free for run in after.runs(at))


def test_every_point_is_what_omok_says_but_for_threes_whose_fourth_stone_makes_a_five(share: Share) -> None:
    """The RIF says that such a row is no three; omok 0.2 counts it as one, since a five beats every foul."""
    chance, others = random.Random(2), 0
    for _ in range(share(120, 5_000)):
        position = random_position(15, chance)
        state = np.array([NUMBERS[stone] for stone in position.board], np.uint8).reshape(15, 15)
        theirs = {
            point for point, stone in enumerate(position.board) if stone == FREE and forbidden_by_omok(state, point)
        }
        ours = set(fouls(position))
        assert ours <= theirs, position.board
        for point in theirs - ours:
            assert makes_five(position, point), (position.board, position.grid.names[point])
            others += 1
    assert others < share(120, 5_000) / 4, "the one known difference is rare"
