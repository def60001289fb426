"""Caro, Connect6, Pente and m,n,k: what each does differently from gomoku."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from gamehall.game import CellChange, Outcome, read_options
from gamehall.testing import check_ruleset, perft
from gamehall_gomoku_rules import Caro, Connect6, LinePosition, Mnk, Omok, Pente
from rig.rulesets import played


def between(black: str, white: str) -> str:
    """Moves in turn that place black's stones, with as many of white's between them as it takes."""
    blacks, whites = black.split(), white.split()
    return " ".join([move for pair in zip(blacks, whites, strict=False) for move in pair][: 2 * len(blacks) - 1])


FAR = "a15 c15 e15 g15 i15 k15"


@pytest.mark.parametrize(
    ("white", "longer", "winner", "winner_of_exact"),
    [
        ("", "", 0, 0),
        ("c8", "", 0, 0),
        ("c8 i8", "", None, None),
        ("", "i8", 0, None),
        ("c8 j8", "i8", 0, None),
    ],
    ids=["free at both ends", "blocked at one", "blocked at both", "six", "six blocked at both ends"],
)
def test_caro_needs_an_open_end(white: str, longer: str, winner: int | None, winner_of_exact: int | None) -> None:
    moves = between(f"d8 e8 g8 h8 {longer} f8", f"{white} {FAR}")
    for exact, expected in ((False, winner), (True, winner_of_exact)):
        outcome = Caro().outcome(played(Caro(), moves, exact=exact))
        assert outcome == (None if expected is None else Outcome(expected, "five"))


def test_the_edge_blocks_nothing_in_caro() -> None:
    moves = between("a8 b8 c8 d8 e8", f"f8 {FAR}")
    assert Caro().outcome(played(Caro(), moves, exact=True)) == Outcome(0, "five")


def test_omok_is_won_by_exactly_five() -> None:
    six = played(Omok(), between("d8 e8 f8 h8 i8 g8", FAR))
    assert Omok().outcome(six) is None
    assert Omok().outcome(Omok().play(Omok().play(six, "a1"), "d1")) is None
    assert Omok().outcome(played(Omok(), between("d8 e8 f8 h8 g8", FAR))) == Outcome(0, "five")


def test_connect6_has_one_stone_and_then_two_a_turn() -> None:
    game = Connect6()
    seats, position = [], game.start(game.Options())
    for move in ("j10", "a1", "b1", "k10", "l10", "c1", "d1"):
        seats.append(game.to_act(position))
        position = game.play(position, move)
    assert seats == [0, 1, 1, 0, 0, 1, 1]
    won = played(game, "j10 a1 b1 k10 l10 c1 d1 m10 n10 s1 s2 o10")
    assert game.outcome(won) == Outcome(0, "row")
    assert game.scene(won, None).status == "Black wins with six in a row."


def test_connect6_can_be_opened_by_offering_the_first_stone() -> None:
    position = played(Connect6(), "j10 swap", opening="pie")
    assert (Connect6().to_act(position), position.left, Connect6().sides(position)) == (0, 2, ("white", "black"))


def test_pente_takes_two_stones_in_every_direction_at_once() -> None:
    """White stones stand two and two around k10, with a black one behind each pair."""
    game = Pente()
    around = [(dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0)]
    board = ["."] * 361
    for down, right in around:
        for distance, stone in ((1, "o"), (2, "o"), (3, "x")):
            board[(9 + distance * down) * 19 + 9 + distance * right] = stone
    before = game.Position(19, 19, "".join(board))
    assert isinstance(before, LinePosition)
    after = game.play(before, "j10")
    assert after.captured == (16, 0)
    assert "o" not in after.board
    assert game.outcome(after) == Outcome(0, "captures")
    changes = game.changes(before, "j10", after)
    assert len([change for change in changes if change.kind is None]) == 16
    assert CellChange("j10", "black", 0) in changes
    assert game.scene(after, None).status == "Black wins with 16 stones taken. Taken: 16 by black, 0 by white."


def test_both_are_told_how_many_stones_were_taken() -> None:
    position = played(Pente(), "e10 f10 a1 g10 h10")
    assert Pente().scene(position, None).status == "White to move. Taken: 2 by black, 0 by white."
    assert Pente().scene(position, 1).prompt == "Your move as white. Taken: 2 by black, 0 by white."


def test_moving_in_between_is_safe_and_only_two_are_taken() -> None:
    assert played(Pente(), "e10 a1 h10 f10 b1 g10").captured == (0, 0)
    assert played(Pente(), "e10 f10 a1 g10 h10").captured == (2, 0)
    assert played(Pente(), "e10 f10 g10").captured == (0, 0)
    three = "e10 f10 a1 g10 b1 h10 i10"
    assert played(Pente(), three).captured == (0, 0)
    assert played(Pente(), three, keryo=True).captured == (3, 0)


def test_a_point_that_was_taken_is_free_again() -> None:
    position = played(Pente(), "e10 f10 a1 g10 h10")
    assert Pente().refusal(position, "f10") is None
    assert {"f10", "g10"} <= set(Pente().moves(position))


def test_ten_stones_win_pente_and_fifteen_win_keryo() -> None:
    before = played(Pente(), "e10 f10 a1 g10")
    for keryo, captured, won in ((False, 8, True), (False, 6, False), (True, 8, False), (True, 13, True)):
        position = msgspec.structs.replace(before, keryo=keryo, captured=(captured, 0))
        outcome = Pente().outcome(Pente().play(position, "h10"))
        assert outcome == (Outcome(0, "captures") if won else None)


def test_a_five_wins_pente_though_it_could_be_broken() -> None:
    assert Pente().outcome(played(Pente(), between("a1 b1 c1 d1 e1", "a9 c9 e9 g9 i9"))) == Outcome(0, "five")


def test_stones_fall_where_there_is_gravity() -> None:
    game = Mnk()
    position = played(game, "a1 a2", width=3, height=4, k=3, gravity=True)
    assert game.moves(position) == ["a3", "b1", "c1"]
    refusal = game.refusal(position, "b3")
    assert refusal is not None
    assert (refusal.code, refusal.cells) == ("no-support", ("b1",))
    assert perft(game, 7, {"width": 7, "height": 6, "gravity": True}) == 7**7 - 7


def test_edges_meet_on_a_torus() -> None:
    moves = "a1 a3 e1 b3 d1"
    options = {"width": 5, "height": 5, "k": 3}
    assert Mnk().outcome(played(Mnk(), moves, **options)) is None
    won = played(Mnk(), moves, **options, wrap=True)
    assert Mnk().outcome(won) == Outcome(0, "row")
    assert {mark.cell for mark in Mnk().scene(won, None).marks if mark.kind == "line"} == {"a1", "d1", "e1"}


def test_a_row_around_the_torus_counts_each_point_once() -> None:
    position = played(Mnk(), "a1 a2 b1 b2 c1", width=3, height=5, k=5, wrap=True)
    assert Mnk().outcome(position) is None


def test_a_line_loses_misere() -> None:
    lost = played(Mnk(), "a1 a5 b1 b5 c1", width=5, height=5, k=3, misere=True)
    assert Mnk().outcome(lost) == Outcome(1, "row")
    assert Mnk().scene(lost, None).status == "White wins: the other side made three in a row."


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"width": 3, "height": 3, "k": 4}, "no line of 4 fits on a board of 3×3"),
        ({"width": 3, "height": 3, "k": 3, "opening": "swap2"}, "the opening swap2 needs"),
        ({"width": 0}, "`int` >= 1"),
        ({"height": 26}, "`int` <= 25"),
    ],
)
def test_boards_that_make_no_game_are_refused(chosen: dict[str, Any], message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        read_options(Mnk(), chosen)


@pytest.mark.parametrize(
    "chosen",
    [
        {"width": 1, "height": 1, "k": 1},
        {"width": 1, "height": 5, "k": 3, "wrap": True},
        {"width": 4, "height": 4, "gravity": True, "misere": True, "wrap": True},
        {"width": 5, "height": 5, "opening": "swap2", "gravity": True},
        {"width": 25, "height": 2, "k": 2},
    ],
)
def test_odd_boards_keep_every_promise(chosen: dict[str, Any]) -> None:
    class Odd(Mnk):
        presets = {"Odd": chosen}

    check_ruleset(Odd(), games=4)
