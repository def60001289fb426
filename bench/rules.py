"""Moves a second through the public interface of a ruleset, against OpenSpiel playing the same games in C++.

Each replays whole random games and at every move asks whether it is legal, makes it, and asks whether the game is
over: what a server has to do. The best of several rounds counts, since anything else on the machine only slows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from time import perf_counter

import pyspiel  # type: ignore[import-not-found]  # it ships no types

from gamehall.game import board_cells
from gamehall_gomoku_rules import Gomoku, LineOptions

GAMES = 60
ROUNDS = 5

Game = list[int]


def random_games(size: int) -> list[Game]:
    """Games as indexes of cells, row by row from the top, each played until somebody wins or the board is full."""
    oracle, chance = pyspiel.load_game("gomoku", {"size": size, "connect": 5}), random.Random(size)
    games = []
    for _ in range(GAMES):
        state = oracle.new_initial_state()
        while not state.is_terminal():
            state.apply_action(chance.choice(state.legal_actions()))
        games.append(state.history())
    return games


def ruleset_replays(size: int, games: list[Game]) -> Callable[[], None]:
    """Replays through `refusal`, `play` and `outcome`."""
    ruleset, options, names = Gomoku(), LineOptions(size), board_cells(size, size)
    named = [[names[cell] for cell in game] for game in games]

    def replay() -> None:
        for moves in named:
            position = ruleset.start(options)
            for move in moves:
                assert ruleset.refusal(position, move) is None
                position = ruleset.play(position, move)
                over = ruleset.outcome(position)
            assert over is not None

    return replay


def oracle_replays(size: int, games: list[Game]) -> Callable[[], None]:
    """Replays through `apply_action_with_legality_check` and `is_terminal`."""
    oracle = pyspiel.load_game("gomoku", {"size": size, "connect": 5})

    def replay() -> None:
        for moves in games:
            state = oracle.new_initial_state()
            for move in moves:
                state.apply_action_with_legality_check(move)
                over = state.is_terminal()
            assert over

    return replay


def fastest(replay: Callable[[], None]) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        started = perf_counter()
        replay()
        times.append(perf_counter() - started)
    return min(times)


def main() -> None:
    print(f"{'board':>7} {'moves':>7} {'ours, moves/s':>15} {'µs a move':>10} {'OpenSpiel, moves/s':>19} {'ratio':>6}")
    for size in (9, 15, 19):
        games = random_games(size)
        moves = sum(len(game) for game in games)
        ours, theirs = fastest(ruleset_replays(size, games)), fastest(oracle_replays(size, games))
        board = f"{size}×{size}"
        print(
            f"{board:>7} {moves:>7,} {moves / ours:>15,.0f} {ours / moves * 1e6:>10.2f}"
            f" {moves / theirs:>19,.0f} {theirs / ours:>6.2f}"
        )


if __name__ == "__main__":
    main()
