"""The shipped games: positions, refusals, scenes, counts, and games recorded for good."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gamehall_gomoku_rules
from gamehall.game import CellChange, Input, Mark, Outcome, Piece, Refusal
from gamehall.testing import check_golden, check_ruleset, perft
from gamehall_gomoku_rules import Gomoku, GomokuExact, LineGameOf, LineOptions, LinePosition, TicTacToe
from rig.rulesets import played

GAMES = gamehall_gomoku_rules.gamehall_rulesets()


def test_the_plugin_declares_its_games() -> None:
    keys = {"gomoku", "gomoku-exact", "caro", "omok", "renju", "pente", "connect6", "tic-tac-toe", "mnk"}
    assert {game.key for game in GAMES} == keys


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.key)
def test_promises_are_kept(game: LineGameOf[Any]) -> None:
    check_ruleset(game, games=5, seed=1)


@pytest.mark.parametrize("opening", ["pro", "long_pro", "swap", "pie"])
def test_promises_are_kept_with_every_opening(opening: str) -> None:
    class Opened(Gomoku):
        presets = {opening: {"board_size": 9, "opening": opening}}

    check_ruleset(Opened(), games=2)


@pytest.mark.parametrize("game", GAMES, ids=lambda game: game.key)
def test_recorded_games_end_as_they_did(game: LineGameOf[Any]) -> None:
    check_golden(game, Path(__file__).parent / "golden")


def test_tic_tac_toe_has_as_many_games_as_known() -> None:
    # Sequences of n moves; from the fifth on, those that ended sooner are missing from 9·8·7·…
    counts = [9, 72, 504, 3024, 15120, 54720, 148176, 200448, 127872, 0]
    assert [perft(TicTacToe(), depth) for depth in range(1, 11)] == counts


@pytest.mark.parametrize(
    ("options", "depth", "count"),
    [
        ({}, 2, 225 * 224),
        ({"board_size": 9, "opening": "pro"}, 3, 1 * 80 * 56 - 1 * 56),
        ({"board_size": 5, "opening": "pie"}, 3, 25 * 2 * 24),
        ({"board_size": 5, "opening": "swap"}, 4, 25 * 24 * 23 * 2),
        ({"board_size": 5, "opening": "swap2"}, 5, 25 * 24 * 23 * (1 + 1 + 1) * 22),
    ],
)
def test_openings_have_as_many_beginnings_as_their_trees(options: dict[str, object], depth: int, count: int) -> None:
    assert perft(Gomoku(), depth, options) == count


def test_a_longer_row_wins_or_not() -> None:
    moves = "a1 a9 b1 b9 c1 c9 e1 e9 f1 f9 d1"
    row = tuple(f"{column}1" for column in "abcdef")
    position = played(Gomoku(), moves)
    assert Gomoku().outcome(position) == Outcome(0, "five")
    assert {m.cell for m in Gomoku().scene(position, None).marks if m.kind == "line"} == set(row)
    exact = played(GomokuExact(), moves)
    assert GomokuExact().outcome(exact) is None
    # d9 makes white's row six long as well, and five along another line still wins.
    assert GomokuExact().outcome(played(GomokuExact(), moves + " d9 a2 b8 a3 c7 a4 o1 a5")) == Outcome(0, "five")


def test_two_winning_rows_are_both_marked() -> None:
    position = played(TicTacToe(), "a1 b1 a2 c2 b3 b2 c3 c1 a3")
    line = {mark.cell for mark in TicTacToe().scene(position, None).marks if mark.kind == "line"}
    assert line == {"a1", "a2", "a3", "b3", "c3"}
    assert TicTacToe().outcome(position) == Outcome(0, "row")


def test_a_full_board_is_a_draw() -> None:
    position = played(TicTacToe(), "a1 b1 c1 b2 a2 c2 b3 a3 c3")
    assert TicTacToe().outcome(position) == Outcome(None, "board-full")
    assert TicTacToe().scene(position, None).status == "Draw: the board is full."


@pytest.mark.parametrize(
    ("move", "refusal"),
    [
        ("h8", Refusal("occupied", "h8 is already taken.", ("h8",))),
        ("p1", Refusal("out-of-board", "There is no point p1 on this board.")),
        ("a16", Refusal("out-of-board", "There is no point a16 on this board.")),
        ("pass", Refusal("illegal-move", "You may pass only when no free point is allowed.")),
        ("H9", Refusal("illegal-move", "A move here is the name of a point, such as a1.")),
        ("", Refusal("illegal-move", "A move here is the name of a point, such as a1.")),
    ],
)
def test_refusals_say_why(move: str, refusal: Refusal) -> None:
    assert Gomoku().refusal(played(Gomoku(), "h8"), move) == refusal


def test_nothing_may_be_played_after_the_end() -> None:
    position = played(TicTacToe(), "a1 b1 a2 b2 a3")
    for move in ("c1", "a1", "pass", "nonsense"):
        assert TicTacToe().refusal(position, move) == Refusal("game-over", "The game is over.")


def test_a_scene_of_points() -> None:
    position = played(Gomoku(), "h8 a1", board_size=9)
    scene = Gomoku().scene(position, 0)
    assert (scene.width, scene.height, scene.lattice) == (9, 9, "points")
    assert set(scene.pieces) == {Piece("h8", "black", 0), Piece("a1", "white", 1)}
    assert [mark for mark in scene.marks if mark.kind != "star"] == [Mark("a1", "last")]
    assert Mark("e5", "star") in scene.marks
    assert Input("i9", ("i9",), "i9") in scene.inputs
    assert len(scene.inputs) == 79


def test_a_scene_of_squares() -> None:
    position = played(TicTacToe(), "b2 a1")
    scene = TicTacToe().scene(position, 0)
    assert (scene.width, scene.height, scene.lattice, scene.sides) == (3, 3, "squares", ("cross", "nought"))
    assert set(scene.pieces) == {Piece("b2", "cross", 0), Piece("a1", "nought", 1)}
    assert scene.marks == (Mark("a1", "last"),)
    assert (scene.status, scene.prompt) == ("Cross to move.", "Your move as cross.")


def test_a_move_changes_one_cell() -> None:
    before = played(Gomoku(), "h8")
    after = Gomoku().play(before, "h9")
    assert Gomoku().changes(before, "h9", after) == (CellChange("h9", "white", 1),)


def test_touching_counts_rows_from_the_top() -> None:
    position = played(Gomoku(), "")
    assert [Gomoku().move_at(position, *place) for place in ((7, 7), (0, 0), (14, 14))] == ["h8", "a15", "o1"]


@pytest.mark.parametrize("chosen", [{"board_size": 4}, {"board_size": 26}, {"opening": "swap3"}])
def test_options_outside_their_bounds_are_refused(chosen: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(chosen, LineOptions)


@given(st.lists(st.integers(0, 10_000), max_size=60), st.sampled_from(["none", "pro", "swap2", "pie"]))
def test_stored_positions_are_small_and_come_back(choices: list[int], opening: str) -> None:
    game = Gomoku()
    position = game.start(LineOptions(15, opening))  # type: ignore[arg-type]
    for choice in choices:
        if position.ending is not None:
            break
        moves = game.moves(position)
        position = game.play(position, moves[choice % len(moves)])
        stored = msgspec.json.encode(position)
        assert len(stored) < 225 + 150
        assert msgspec.json.decode(stored, type=LinePosition) == position
