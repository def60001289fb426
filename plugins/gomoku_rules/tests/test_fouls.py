"""What renju and omok forbid: the classical cases, the reason given, and what becomes of a foul."""

from __future__ import annotations

from typing import Any

import pytest

from gamehall.game import Mark, Outcome, cell_place
from gamehall.testing import check_ruleset
from gamehall_gomoku_rules import FREE, LineGameOf, LinePosition, Omok, Renju
from rig.rulesets import refusal_code

renju = Renju()


def board_of(black: str, white: str = "", size: int = 15) -> str:
    """A board with stones on these cells."""
    stones = [FREE] * (size * size)
    for cells, stone in ((black, "x"), (white, "o")):
        for cell in cells.split():
            place = cell_place(cell, size, size)
            assert place is not None
            stones[place[0] * size + place[1]] = stone
    return "".join(stones)


def facing(black: str, white: str = "", **more: Any) -> LinePosition:
    """Black to place a stone among these."""
    return LinePosition(15, 15, board_of(black, white), **more)


def code(position: LinePosition, move: str, game: LineGameOf[Any] = renju) -> str:
    return refusal_code(game, position, move)


@pytest.mark.parametrize(
    ("black", "point", "verdict"),
    [
        ("c5 d4 d6 e6", "b6", "double-three"),
        ("g12 g6 g8 g9", "g10", "double-four"),
        ("f7 g6 g8 g9 h7 j7", "g7", "double-four"),
        ("b7 c7 d7 e7 g7", "f7", "overline"),
        ("i14 j10 j12 k12 m10", "j13", ""),
        ("c6 c8 d5 d8 e6 f6", "d7", ""),
        ("c6 c8 d5 d7 d8 e6 f6", "d6", "double-four"),
        ("g11 g5 h6 i10 i5 i6 i8 i9", "j8", ""),
        ("g11 g5 h6 i10 i5 i6 i8 i9", "i7", "overline"),
        ("b5 c3 c4 e3 e5 f2", "d4", ""),
        ("b5 c3 c4 e3 e5 f2", "e2", "double-three"),
        ("i12 i14 j11 j12 k11 k13 l13", "j13", "double-three"),
        ("i5 j4 j6 k6 l4 l5", "m4", "double-three"),
        ("c6 d10 d7 d8 d9 e7 f6 f8", "d6", ""),
        ("h5 i5 j4 j6 k5 k6 l5", "j7", ""),
        ("g4 g5 g6 g7 f8 i8 h6 h7", "h8", ""),
        ("g4 g5 g6 g7 f8 i8 h6 h7", "i7", "double-three"),
    ],
    ids=[
        "two threes",
        "two fours on one line",
        "two fours on two lines",
        "six",
        "a four and a three",
        "a three that would end in two fours",
        "where it would",
        "a three that would end in a six",
        "where that would",
        "a three that would end in two threes",
        "where those would be",
        "two threes whose ends only look like two threes",
        "two threes four deep",
        "five beats two threes",
        "a three whose end makes a five",
        "another such three",
        "two threes beside it",
    ],
)
def test_classical_cases(black: str, point: str, verdict: str) -> None:
    assert code(facing(black), point) == (f"forbidden-{verdict}" if verdict else "")


def test_a_five_beats_every_foul_and_wins() -> None:
    position = facing("c6 d10 d7 d8 d9 e7 f6 f8")
    assert renju.outcome(renju.play(position, "d6")) == Outcome(0, "five")


def test_a_row_at_the_edge_or_beside_white_is_no_three() -> None:
    assert code(facing("h6 h7 f8 g8"), "h8") == "forbidden-double-three"
    assert code(facing("h6 h7 f8 g8", "d8"), "h8") == "forbidden-double-three", "there is room on the other side"
    assert code(facing("h6 h7 f8 g8", "e8"), "h8") == ""
    assert code(facing("h6 h7 f8 g8", "d8 j8"), "h8") == "", "no room on either side"
    assert code(facing("b1 c1 d2 d3"), "d1") == "", "one of them lies at the edge"


def test_white_may_do_everything() -> None:
    position = LinePosition(15, 15, board_of("", "c5 d4 d6 e6 b8 c8 d8 e8 g8"), stone="o")
    assert renju.refusal(position, "b6") is None
    assert renju.forbidden(position) == {}
    assert renju.outcome(renju.play(position, "f8")) == Outcome(1, "five")


@pytest.mark.parametrize(
    ("black", "point", "detail", "cells"),
    [
        ("c5 d4 d6 e6", "b6", "two open threes at once (b6 d6 e6 and b6 c5 d4)", "b6 d6 e6 c5 d4"),
        ("g12 g6 g8 g9", "g10", "two fours at once (g12 g10 g9 g8 and g10 g9 g8 g6)", "g10 g12 g9 g8 g6"),
        ("b7 c7 d7 e7 g7", "f7", "a row of more than five (b7 c7 d7 e7 f7 g7)", "f7 b7 c7 d7 e7 g7"),
    ],
)
def test_the_reason_names_the_stones_that_make_the_foul(black: str, point: str, detail: str, cells: str) -> None:
    refusal = renju.refusal(facing(black), point)
    assert refusal is not None
    assert refusal.detail == f"{point} would make {detail}, which is forbidden."
    assert refusal.cells == tuple(cells.split())


def test_forbidden_points_are_told_to_whoever_asks() -> None:
    position = facing("b5 c3 c4 e3 e5 f2")
    forbidden = renju.forbidden(position)
    assert set(forbidden) == {"c5", "d3", "e2"}
    assert all(refusal == renju.refusal(position, cell) for cell, refusal in forbidden.items())
    marks = [mark.cell for mark in renju.scene(position, 0).marks if mark.kind == "forbidden"]
    assert sorted(marks) == ["c5", "d3", "e2"]
    assert not [mark for mark in renju.scene(position, 1).marks if mark.kind == "forbidden"]
    assert not set(forbidden) & set(renju.moves(position))


def test_a_foul_loses_where_that_was_chosen() -> None:
    position = facing("c5 d4 d6 e6", "a1 a15 o1 o15", foul_policy="loses")
    assert "b6" in renju.moves(position)
    assert renju.refusal(position, "b6") is None
    assert set(renju.forbidden(position)) == {"b6"}
    assert not [mark for mark in renju.scene(position, 0).marks if mark.kind == "forbidden"], "only who asks is told"
    after = renju.play(position, "b6")
    assert renju.outcome(after) == Outcome(1, "forbidden-double-three")
    scene = renju.scene(after, None)
    assert scene.status == "White wins: black made two open threes at once, which is forbidden."
    assert Mark("b6", "forbidden") in scene.marks
    assert renju.moves(after) == []


def test_black_may_pass_and_two_passes_are_a_draw() -> None:
    position = renju.play(facing("h8"), "pass")
    assert renju.to_act(position) == 1
    assert renju.scene(position, 1).inputs[-1].label == "Pass"
    both = renju.play(position, "pass")
    assert renju.outcome(both) == Outcome(None, "both-passed")
    assert renju.scene(both, None).status == "Draw: both sides passed."


def test_omok_forbids_two_threes_to_both_sides_and_nothing_else() -> None:
    omok = Omok()
    for stone, stones in (("x", ("c5 d4 d6 e6", "")), ("o", ("", "c5 d4 d6 e6"))):
        position = LinePosition(15, 15, board_of(*stones), stone=stone)
        assert code(position, "b6", omok) == "forbidden-double-three"
    for black, point in (("g12 g6 g8 g9", "g10"), ("b7 c7 d7 e7 g7", "f7")):
        position = facing(black)
        assert code(position, point, omok) == ""
        assert omok.outcome(omok.play(position, point)) is None


def test_omoks_fouls_can_lose_as_well() -> None:
    omok = Omok()
    position = LinePosition(15, 15, board_of("", "c5 d4 d6 e6"), stone="o", foul_policy="loses")
    assert omok.outcome(omok.play(position, "b6")) == Outcome(0, "forbidden-double-three")


@pytest.mark.parametrize("game", [Renju, Omok])
def test_promises_are_kept_where_fouls_lose(game: type[LineGameOf[Any]]) -> None:
    class Losing(game):  # type: ignore[valid-type, misc]
        presets = {"Loses": {"foul_policy": "loses"}}

    check_ruleset(Losing(), games=4)
