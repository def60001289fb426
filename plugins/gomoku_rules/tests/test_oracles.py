"""Whole random games, move by move against OpenSpiel and against a plain referee that looks at the whole board."""

from __future__ import annotations

import random
import re

import pyspiel  # type: ignore[import-not-found]  # it ships no types
import pytest

from gamehall.game import Options, Outcome
from gamehall_gomoku_rules import Gomoku, GomokuExact, LineGame, LineOptions, TicTacToe


def agree(game: LineGame, options: Options, state: pyspiel.State, chance: random.Random) -> None:
    """Plays one random game in both; who is to act, what is legal, when it ends and who won are the same."""
    position = game.start(options)
    names = position.grid.names
    while not state.is_terminal():
        assert game.outcome(position) is None
        assert game.to_act(position) == state.current_player()
        assert list(game.moves(position)) == [names[action] for action in state.legal_actions()]
        action = chance.choice(state.legal_actions())
        state.apply_action(action)
        position = game.play(position, names[action])
    outcome = game.outcome(position)
    assert outcome is not None
    assert list(game.moves(position)) == []
    returns = state.returns()
    assert outcome.winner == (returns.index(1.0) if 1.0 in returns else None)


@pytest.mark.parametrize(("size", "games"), [(5, 150), (6, 100), (9, 60), (15, 40), (19, 10)])
def test_gomoku_is_open_spiels_gomoku(size: int, games: int) -> None:
    oracle = pyspiel.load_game("gomoku", {"size": size, "connect": 5})
    for seed in range(games):
        agree(Gomoku(), LineOptions(size), oracle.new_initial_state(), random.Random(seed))


@pytest.mark.parametrize("oracle", ["tic_tac_toe", "mnk(m=3,n=3,k=3)"])
def test_tic_tac_toe_is_open_spiels(oracle: str) -> None:
    game = pyspiel.load_game(oracle)
    for seed in range(300):
        agree(TicTacToe(), Options(), game.new_initial_state(), random.Random(seed))


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
