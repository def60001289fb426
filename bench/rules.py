"""What rules cost through the public interface of a ruleset, beside others that do the same in the same run.

First what a move costs by each ruleset that is installed, with all that the hall asks of it for one, beside a call of a
function that does nothing. Then four things of the games of five in a row, beside others: replaying whole random games
(is the move legal, make it, is the game over), listing the legal moves of a position in the middle of a game, asking
whether one point is a foul in renju, and finding every foul point. The others are OpenSpiel (C++), PyPI's renju, and a
plain list that is changed in place. The best of several rounds counts, since anything else on the machine only slows.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from time import perf_counter
from typing import Any

import msgspec
import pyspiel  # type: ignore[import-not-found]  # it ships no types
from bench._history import keep
from bench._measuring import Table
from bench._sizes import sized
from renju import RenjuBoard  # type: ignore[import-untyped]
from renju.check_forbid import get_foul_type  # type: ignore[import-untyped]

from gamehall.game import Ruleset, board_cells, read_options
from gamehall.plugins import load_plugins
from gamehall.settings import load_settings
from gamehall_gomoku_rules import FREE, Gomoku, LineOptions, LinePosition, Renju

GAMES = sized(40, least=2)
WHOLE_GAMES = sized(6, least=1)  # of each ruleset
CALLS = 100_000
ROUNDS = 5
SIZE = 15
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))

Cells = list[int]
"""Indexes of cells, row by row from the top: a game's moves, or the points of a board."""
Work = Callable[[], object]


def main() -> None:
    every_ruleset()
    print(f"{'':24} {'':12} {'a second':>12} {'µs each':>9} {'ours ÷ it':>11}")
    for size in (9, SIZE, 19):
        games = random_games(size)
        work = {
            "gamehall": ruleset_replays(size, games),
            "OpenSpiel": open_spiel_replays(size, games),
            "renju": renju_replays(size, games),
            "plain list": list_replays(size, games),
        }
        compare(f"move of a {size}×{size} game", sum(len(game) for game in games), work)
    positions = middle_positions()
    compare("legal moves", len(positions), legal_moves(positions))
    points = [(position, point) for position in positions for point in free_points(position)]
    compare("one foul check", len(points), foul_checks(points))
    compare("all foul points", len(positions), foul_scans(positions))


def every_ruleset() -> None:
    """What a move costs by each ruleset that is installed."""
    table = Table("rules", "µs", "a call")
    call = fastest(lambda: [_nothing(number) for number in range(CALLS)]) / CALLS * 1e6
    for key, (_, ruleset) in sorted(load_plugins(load_settings()).rulesets.items()):
        games = whole_games(ruleset)
        moves = sum(map(len, games))
        took = fastest(partial(ask_everything, ruleset, games)) / moves * 1e6
        table.add(key, "gamehall", {"µs": took, "moves a game": moves / len(games)}, call)


def _nothing(number: int) -> int:
    return number


def whole_games(ruleset: Ruleset[Any, Any]) -> list[list[str]]:
    """Games at random, to their ends."""
    chance, games = random.Random(1), []
    for _ in range(WHOLE_GAMES):
        position, moves = ruleset.start(read_options(ruleset, {})), list[str]()
        while ruleset.to_act(position) is not None:
            moves.append(chance.choice(list(ruleset.moves(position))))
            position = ruleset.play(position, moves[-1])
        games.append(moves)
    return games


def ask_everything(ruleset: Ruleset[Any, Any], games: list[list[str]]) -> None:
    """What is asked for each move, the position read and written included."""
    for moves in games:
        after = ruleset.start(read_options(ruleset, {}))
        for move in moves:
            before = msgspec.json.decode(msgspec.json.encode(after), type=ruleset.Position)
            assert ruleset.refusal(before, move) is None
            after = ruleset.play(before, move)
            ruleset.outcome(after)
            ruleset.to_act(after)
            ruleset.changes(before, move, after)


def compare(task: str, times: int, work: dict[str, Work]) -> None:
    """Prints how often a second each does the task, which its work repeats so many times."""
    seconds = {name: fastest(run) for name, run in work.items()}
    for name, taken in seconds.items():
        ratio = seconds["gamehall"] / taken
        told = f"{ratio:.2f}" if name != "gamehall" else ""
        print(f"{task:24} {name:12} {times / taken:>12,.0f} {taken / times * 1e6:>9.2f} {told:>11}")
        if told:
            keep(f"rules.{task}.{name}.ratio", ratio)


def fastest(run: Work) -> float:
    """Seconds of the fastest round."""
    times = []
    for _ in range(ROUNDS):
        started = perf_counter()
        run()
        times.append(perf_counter() - started)
    return min(times)


def random_games(size: int) -> list[Cells]:
    """Games that are each played until somebody wins or the board is full."""
    oracle, chance = pyspiel.load_game("gomoku", {"size": size, "connect": 5}), random.Random(size)
    games = []
    for _ in range(GAMES):
        state = oracle.new_initial_state()
        while not state.is_terminal():
            state.apply_action(chance.choice(state.legal_actions()))
        games.append(state.history())
    return games


def ruleset_replays(size: int, games: list[Cells]) -> Work:
    """Through `refusal`, `play` and `outcome`."""
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


def open_spiel_replays(size: int, games: list[Cells]) -> Work:
    """Through `apply_action_with_legality_check` and `is_terminal`."""
    oracle = pyspiel.load_game("gomoku", {"size": size, "connect": 5})

    def replay() -> None:
        for moves in games:
            state = oracle.new_initial_state()
            for move in moves:
                state.apply_action_with_legality_check(move)
                over = state.is_terminal()
            assert over

    return replay


def renju_replays(size: int, games: list[Cells]) -> Work:
    """Through `play_move`, which refuses a point that is taken and finds out who won."""

    def replay() -> None:
        for moves in games:
            board = RenjuBoard(board_size=size, rule="freestyle")
            for move in moves:
                board.play_move(move % size, move // size)

    return replay


def list_replays(size: int, games: list[Cells]) -> Work:
    """On a list that is changed in place, walking along the four lines through each new stone."""

    def reach(board: Cells, move: int, down: int, right: int) -> int:
        own, row, column, count = board[move], move // size + down, move % size + right, 0
        while 0 <= row < size and 0 <= column < size and board[row * size + column] == own:
            row, column, count = row + down, column + right, count + 1
        return count

    def replay() -> None:
        for moves in games:
            board = [0] * (size * size)
            for ply, move in enumerate(moves):
                assert board[move] == 0
                board[move] = 1 + ply % 2
                over = any(
                    reach(board, move, down, right) + reach(board, move, -down, -right) >= 4
                    for down, right in DIRECTIONS
                )
            assert over or 0 not in board

    return replay


def middle_positions() -> list[LinePosition]:
    """Black to move among forty stones in the middle of the board, where no side has five in a row yet."""
    gomoku, chance = Gomoku(), random.Random(1)
    near = [f"{column}{row}" for column in "defghijkl" for row in range(4, 13)]
    positions: list[LinePosition] = []
    while len(positions) < GAMES:
        position = gomoku.start(LineOptions(SIZE))
        for move in chance.sample(near, 40):
            position = gomoku.play(position, move) if position.ending is None else position
        if position.ending is None:
            positions.append(position)
    return positions


def free_points(position: LinePosition) -> Cells:
    return [point for point, stone in enumerate(position.board) if stone == FREE]


def legal_moves(positions: list[LinePosition]) -> dict[str, Work]:
    """The moves of each position in gomoku."""
    gomoku, oracle = Gomoku(), pyspiel.load_game("gomoku", {"size": SIZE, "connect": 5})
    states, boards = [], []
    for position in positions:
        black, white = ([at for at, stone in enumerate(position.board) if stone == own] for own in "xo")
        state = oracle.new_initial_state()
        for pair in zip(black, white, strict=True):
            for action in pair:
                state.apply_action(action)
        states.append(state)
        boards.append([".xo".index(stone) for stone in position.board])

    def by_list() -> None:
        for board in boards:
            [point for point, stone in enumerate(board) if stone == 0]

    return {
        "gamehall": lambda: [gomoku.moves(position) for position in positions],
        "OpenSpiel": lambda: [state.legal_actions() for state in states],
        "plain list": by_list,
    }


def columns_of(position: LinePosition) -> list[Cells]:
    """The board as PyPI's renju has it: 0 free, 1 black, 2 white, by column and row."""
    return [[".xo".index(stone) for stone in position.board[column::SIZE]] for column in range(SIZE)]


def foul_checks(points: list[tuple[LinePosition, int]]) -> dict[str, Work]:
    """One point after another, the fouls explained as players are told them."""
    renju, names = Renju(), board_cells(SIZE, SIZE)
    ours = [(position, names[point]) for position, point in points]
    theirs = [(columns_of(position), point % SIZE, point // SIZE) for position, point in points]

    def by_ruleset() -> None:
        for position, move in ours:
            renju.refusal(position, move)

    def by_renju() -> None:
        for columns, x, y in theirs:
            get_foul_type(columns, x, y)

    return {"gamehall": by_ruleset, "renju": by_renju}


def foul_scans(positions: list[LinePosition]) -> dict[str, Work]:
    """Every foul point of each position."""
    renju = Renju()
    theirs = [(columns_of(position), free_points(position)) for position in positions]

    def by_ruleset() -> None:
        for position in positions:
            renju.forbidden(position)

    def by_renju() -> None:
        for columns, points in theirs:
            for point in points:
                get_foul_type(columns, point % SIZE, point // SIZE)

    return {"gamehall": by_ruleset, "renju": by_renju}
