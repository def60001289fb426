"""The examples against OpenSpiel, where it knows their game: whole random games, move by move.

OpenSpiel tells moves by numbers and by texts; each game says here how its own moves are called.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import chess
import pyspiel  # type: ignore[import-not-found]  # it ships no types
import pytest

from gamehall.game import Ruleset, cell_name, column_name, read_options
from gamehall.testing import perft
from rig.soak import Share
from rig.strangers import example_ruleset

pytestmark = pytest.mark.oracle

Name = Callable[[pyspiel.State, int], str]


def text_of(state: pyspiel.State, action: int) -> str:
    text: str = state.action_to_string(state.current_player(), action)
    return text


def by_row_from_the_top(width: int, height: int) -> Name:
    """Cells are numbered row by row from the top, as pictures are read; what comes after them is a pass."""
    return lambda _, action: cell_name(*divmod(action, width), height) if action < width * height else "pass"


def column(_: pyspiel.State, action: int) -> str:
    return "abcdefghi"[action]


def upside_down(height: int) -> Name:
    """Its first player moves down from the top, ours up from the bottom."""

    def name(state: pyspiel.State, action: int) -> str:
        text = text_of(state, action)
        return "".join(f"{cell[0]}{height + 1 - int(cell[1])}" for cell in (text[:2], text[2:4]))

    return name


def without_i(state: pyspiel.State, action: int) -> str:
    """Go players leave out the letter i; the hall does not."""
    cell = text_of(state, action).split()[1].lower()
    return "pass" if cell == "pass" else column_name("abcdefghjklmnopqrst".index(cell[0])) + cell[1:]


def taking(state: pyspiel.State, action: int) -> str:
    pile, taken = (int(part.partition(":")[2]) for part in text_of(state, action).rstrip(";").split(", "))
    return f"take-{taken}-from-heap-{'abcdefghi'[pile - 1]}"


def agree(
    game: Ruleset[Any, Any],
    options: dict[str, Any],
    state: pyspiel.State,
    chance: random.Random,
    name: Name,
    seats: tuple[int, int] = (0, 1),
) -> None:
    """Plays one random game in both: who is to act, what is legal, when it ends and who wins are the same.

    `seats` are OpenSpiel's players by our seats.
    """
    position = game.start(read_options(game, options))
    while not state.is_terminal():
        assert game.to_act(position) == state.current_player(), game.outcome(position)
        legal = {name(state, action): action for action in state.legal_actions()}
        ours = set(game.moves(position))
        # It lets a move bring an earlier board back and ends the game then, which we refuse.
        refused = {move: game.refusal(position, move) for move in set(legal) - ours}
        assert all(refusal is not None and refusal.code == "superko" for refusal in refused.values())
        assert ours == set(legal) - set(refused)
        move = chance.choice(sorted(ours))
        state.apply_action(legal[move])
        position = game.play(position, move)
    outcome = game.outcome(position)
    assert outcome is not None
    returns = state.returns()
    winner = None if returns[0] == returns[1] else returns.index(max(returns))
    assert outcome.winner == winner


@pytest.mark.parametrize(
    ("name", "options", "oracle", "called", "quick", "whole"),
    [
        ("connect_four", {}, "connect_four", column, 60, 5000),
        ("reversi", {}, "othello", by_row_from_the_top(8, 8), 8, 1000),
        (
            "hex",
            {"board_size": 5, "opening": "none"},
            "hex(board_size=5)",
            by_row_from_the_top(5, 5),
            80,
            4000,
        ),
        (
            "hex",
            {"board_size": 11, "opening": "none"},
            "hex(board_size=11)",
            by_row_from_the_top(11, 11),
            5,
            300,
        ),
        ("breakthrough", {}, "breakthrough", upside_down(8), 20, 1500),
        ("breakthrough", {"width": 5, "height": 6}, "breakthrough(rows=6,columns=5)", upside_down(6), 40, 2500),
        ("go", {"komi": 7.5}, "go(board_size=9,komi=7.5,max_game_length=5000)", without_i, 2, 100),
        ("go", {"komi": 0}, "go(board_size=9,komi=0.0,max_game_length=5000)", without_i, 1, 100),
        ("go", {"board_size": 13}, "go(board_size=13,komi=7.5,max_game_length=5000)", without_i, 1, 30),
        ("go", {"board_size": 19}, "go(board_size=19,komi=7.5,max_game_length=5000)", without_i, 1, 20),
        ("nim", {}, "nim(pile_sizes=1;3;5,is_misere=false)", taking, 60, 2000),
        ("nim", {"heaps": 4, "stones": 7, "misere": True}, "nim(pile_sizes=1;3;5;7,is_misere=true)", taking, 60, 2000),
    ],
)
def test_an_example_is_open_spiels_game(
    share: Share, name: str, options: dict[str, Any], oracle: str, called: Name, quick: int, whole: int
) -> None:
    loaded, game = pyspiel.load_game(oracle), example_ruleset(name)
    for seed in range(share(quick, whole)):
        agree(game, options, loaded.new_initial_state(), random.Random(seed), called)


def test_chess_is_open_spiels_chess(share: Share) -> None:
    """OpenSpiel's white is player 1, and it writes moves as players do, which the board of `chess` reads."""
    loaded, game = pyspiel.load_game("chess"), example_ruleset("chess")

    def written(state: pyspiel.State, action: int) -> str:
        return chess.Board(str(state)).parse_san(text_of(state, action)).uci()

    for seed in range(share(2, 100)):
        chance, state, position = random.Random(seed), loaded.new_initial_state(), game.start(game.Options())
        for _ in range(100):
            if state.is_terminal() or game.outcome(position) is not None:
                break
            legal = {written(state, action): action for action in state.legal_actions()}
            assert set(game.moves(position)) - {"claim-draw"} == set(legal)
            move = chance.choice(sorted(legal))
            state.apply_action(legal[move])
            position = game.play(position, move)


def test_chess_has_as_many_games_as_known(share: Share) -> None:
    """The numbers of python-chess's own tests, which are those of every chess program."""
    counts = [20, 400, 8902, 197281]
    depth = share(2, 4)
    assert [perft(example_ruleset("chess"), n) for n in range(1, depth + 1)] == counts[:depth]
