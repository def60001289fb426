"""Whole random games, move by move against OpenSpiel and against a plain referee that looks at the whole board."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Any

import pyspiel  # type: ignore[import-not-found]  # it ships no types
import pytest

from gamehall.game import Options, Outcome
from gamehall_gomoku_rules import (
    FREE,
    Gomoku,
    GomokuExact,
    LineGameOf,
    LineOptions,
    LinePosition,
    Mnk,
    TicTacToe,
)
from gamehall_gomoku_rules.mnk import MnkOptions
from rig.soak import Share

pytestmark = pytest.mark.oracle


Name = Callable[[LinePosition, int], str]


def by_cell(position: LinePosition, action: int) -> str:
    """OpenSpiel numbers cells row by row from the top."""
    return position.grid.names[action]


def by_column(position: LinePosition, action: int) -> str:
    """Its stones fall, so it numbers columns."""
    column = position.board[action :: position.width]
    return position.grid.names[column.rindex(FREE) * position.width + action]


def agree(
    game: LineGameOf[Any], options: Options, state: pyspiel.State, chance: random.Random, name: Name = by_cell
) -> None:
    """Plays one random game in both; who is to act, what is legal, when it ends and who won are the same."""
    position = game.start(options)
    while not state.is_terminal():
        assert game.outcome(position) is None
        assert game.to_act(position) == state.current_player()
        legal = {name(position, action): action for action in state.legal_actions()}
        assert set(game.moves(position)) == set(legal)
        move = chance.choice(list(legal))
        assert game.refusal(position, move) is None
        state.apply_action(legal[move])
        position = game.play(position, move)
    outcome = game.outcome(position)
    assert outcome is not None
    assert list(game.moves(position)) == []
    returns = state.returns()
    assert outcome.winner == (returns.index(1.0) if 1.0 in returns else None)


def compare(games: int, game: LineGameOf[Any], options: Options, oracle: str, name: Name = by_cell) -> None:
    """Plays so many random games of `game` and of OpenSpiel's `oracle`."""
    loaded = pyspiel.load_game(oracle)
    for seed in range(games):
        agree(game, options, loaded.new_initial_state(), random.Random(seed), name)


@pytest.mark.parametrize(("size", "quick"), [(5, 150), (6, 100), (9, 60), (15, 30), (19, 10)])
def test_gomoku_is_open_spiels_gomoku(share: Share, size: int, quick: int) -> None:
    compare(share(quick, 1000), Gomoku(), LineOptions(size), f"gomoku(size={size},connect=5)")


@pytest.mark.parametrize("oracle", ["tic_tac_toe", "mnk(m=3,n=3,k=3)"])
def test_tic_tac_toe_is_open_spiels(share: Share, oracle: str) -> None:
    compare(share(300, 5000), TicTacToe(), Options(), oracle)


@pytest.mark.parametrize(("width", "height", "k"), [(3, 3, 3), (4, 3, 3), (3, 6, 4), (7, 7, 4), (9, 5, 5)])
def test_mnk_is_open_spiels(share: Share, width: int, height: int, k: int) -> None:
    compare(share(60, 1000), Mnk(), MnkOptions(width, height, k), f"mnk(m={width},n={height},k={k})")


@pytest.mark.parametrize(("width", "height", "k"), [(7, 6, 4), (5, 4, 3)])
def test_falling_stones_are_open_spiels_connect_four(share: Share, width: int, height: int, k: int) -> None:
    oracle = f"connect_four(columns={width},rows={height},x_in_row={k})"
    compare(share(120, 2500), Mnk(), MnkOptions(width, height, k, gravity=True), oracle, by_column)


@pytest.mark.parametrize(("wrap", "misere"), [(True, False), (False, True), (True, True)])
@pytest.mark.parametrize(("size", "k"), [(4, 3), (6, 4), (9, 5)])
def test_edges_that_meet_and_lines_that_lose_are_open_spiels(
    share: Share, size: int, k: int, wrap: bool, misere: bool
) -> None:
    oracle = f"gomoku(size={size},connect={k},wrap={str(wrap).lower()},anti={str(misere).lower()})"
    compare(share(40, 600), Mnk(), MnkOptions(size, size, k, wrap=wrap, misere=misere), oracle)


def run_lengths(rows: list[str], stone: str) -> set[int]:
    """The lengths of all unbroken runs of these stones anywhere on the board."""
    size = len(rows)
    columns = ["".join(column) for column in zip(*rows, strict=True)]
    slanted = [
        "".join(lines[row][slant - row] for row in range(size) if 0 <= slant - row < size)
        for lines in (rows, [row[::-1] for row in rows])
        for slant in range(2 * size - 1)
    ]
    return {len(run) for line in [*rows, *columns, *slanted] for run in re.findall(f"{stone}+", line)}


def in_own_half(free: list[tuple[int, int]], stone: str, size: int) -> list[tuple[int, int]]:
    """Free places in the half that this side fills first, so that long rows come about often; else all of them."""
    return [place for place in free if (place[0] < size // 2) == (stone == "x")] or free


@pytest.mark.parametrize(("size", "games"), [(6, 100), (7, 100), (10, 40)])
def test_exactly_five_is_what_a_plain_referee_says(size: int, games: int) -> None:
    game, longer_runs = GomokuExact(), 0
    for seed in range(games):
        chance, position = random.Random(seed), game.start(LineOptions(size))
        rows = ["." * size] * size
        while position.ending is None:
            free = [(r, c) for r, row in enumerate(rows) for c, stone in enumerate(row) if stone == "."]
            row, column = chance.choice(in_own_half(free, position.stone, size))
            stone, mover = position.stone, game.to_act(position)
            position = game.play(position, game.move_at(position, row, column))
            rows[row] = rows[row][:column] + stone + rows[row][column + 1 :]
            lengths = run_lengths(rows, stone)
            longer_runs += max(lengths) > 5 and 5 not in lengths
            won = position.ending is not None and position.ending.winner is not None
            assert won == (5 in lengths)
            assert not won or game.outcome(position) == Outcome(mover, "five")
            assert position.ending is None or won or "." not in "".join(rows)
    assert longer_runs > games // 4, "too few longer rows came about for this to say much"
