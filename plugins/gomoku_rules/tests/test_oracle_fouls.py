"""Renju's fouls on random positions, point by point against two implementations by others."""

from __future__ import annotations

import random

import numpy as np
import pytest
from omok.renju import is_forbidden as forbidden_by_omok  # type: ignore[import-untyped]
from renju.check_forbid import get_foul_type  # type: ignore[import-untyped]

from gamehall_gomoku_rules import FIRST, FREE, LinePosition, Renju, ShapeFoul
from rig.soak import Share

pytestmark = pytest.mark.oracle

RENJU = Renju()
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


class OmoksReading(Renju):
    """Renju in which a three counts though its fourth stone makes a five elsewhere."""

    foul = ShapeFoul(FIRST, overline=True, fours=True, threes=True, fives_count=True)


def fouls(position: LinePosition, game: Renju = RENJU) -> dict[int, str]:
    """The codes of the foul points."""
    points = position.grid.points
    return {points[cell]: refusal.code for cell, refusal in game.forbidden(position).items()}


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


def test_every_point_is_what_omok_says_but_for_threes_whose_fourth_stone_makes_a_five(share: Share) -> None:
    """The one known difference: the RIF says that such a row is no three, omok 0.2 counts it as one.

    Read like that, the rule agrees with omok everywhere, whatever follows from it deeper down.
    """
    chance, like_omok, others = random.Random(2), OmoksReading(), 0
    for _ in range(share(120, 5_000)):
        position = random_position(15, chance)
        state = np.array([NUMBERS[stone] for stone in position.board], np.uint8).reshape(15, 15)
        free = [point for point, stone in enumerate(position.board) if stone == FREE]
        theirs = {point for point in free if forbidden_by_omok(state, point)}
        assert set(fouls(position, like_omok)) == theirs, position.board
        others += set(fouls(position)) != theirs
    assert others < share(120, 5_000) / 4, "the difference is rare"
