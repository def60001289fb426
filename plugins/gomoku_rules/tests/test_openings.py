"""Each opening as its decision tree: who decides, what may be done, who has which side afterwards."""

from __future__ import annotations

from typing import get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Outcome, cell_place, read_options
from gamehall_gomoku_rules import OPENINGS, Gomoku, LineOptions, LinePosition
from rig.rulesets import played, refusal_code

game = Gomoku()

UNSWAPPED, SWAPPED = ("black", "white"), ("white", "black")


def opened(opening: str, moves: str, size: int = 15) -> LinePosition:
    position: LinePosition = played(game, moves, board_size=size, opening=opening)
    return position


def code(position: LinePosition, move: str) -> str:
    return refusal_code(game, position, move)


def test_every_opening_can_be_chosen() -> None:
    assert set(get_args(get_type_hints(LineOptions)["opening"])) == set(OPENINGS)


@pytest.mark.parametrize(
    ("opening", "moves", "seat", "sides"),
    [
        ("none", "", 0, UNSWAPPED),
        ("none", "a1", 1, UNSWAPPED),
        ("pro", "", 0, UNSWAPPED),
        ("pro", "h8", 1, UNSWAPPED),
        ("pro", "h8 h9", 0, UNSWAPPED),
        ("pro", "h8 h9 a1", 1, UNSWAPPED),
        ("pie", "", 0, UNSWAPPED),
        ("pie", "h8", 1, UNSWAPPED),
        ("pie", "h8 keep", 1, UNSWAPPED),
        ("pie", "h8 swap", 0, SWAPPED),
        ("pie", "h8 swap a1", 1, SWAPPED),
        ("swap", "", 0, UNSWAPPED),
        ("swap", "h8", 0, UNSWAPPED),
        ("swap", "h8 h9", 0, UNSWAPPED),
        ("swap", "h8 h9 a1", 1, UNSWAPPED),
        ("swap", "h8 h9 a1 white", 1, UNSWAPPED),
        ("swap", "h8 h9 a1 black", 0, SWAPPED),
        ("swap", "h8 h9 a1 black b1", 1, SWAPPED),
        ("swap2", "h8 h9", 0, UNSWAPPED),
        ("swap2", "h8 h9 a1", 1, UNSWAPPED),
        ("swap2", "h8 h9 a1 white", 1, UNSWAPPED),
        ("swap2", "h8 h9 a1 black", 0, SWAPPED),
        ("swap2", "h8 h9 a1 more", 1, UNSWAPPED),
        ("swap2", "h8 h9 a1 more b1", 1, UNSWAPPED),
        ("swap2", "h8 h9 a1 more b1 c1", 0, UNSWAPPED),
        ("swap2", "h8 h9 a1 more b1 c1 black", 1, UNSWAPPED),
        ("swap2", "h8 h9 a1 more b1 c1 white", 0, SWAPPED),
        ("swap2", "h8 h9 a1 more b1 c1 white d1", 1, SWAPPED),
    ],
)
def test_who_decides_and_who_has_which_side(opening: str, moves: str, seat: int, sides: tuple[str, str]) -> None:
    position = opened(opening, moves)
    assert game.to_act(position) == seat
    assert game.sides(position) == sides
    assert game.scene(position, None).sides == sides


@pytest.mark.parametrize(
    ("opening", "moves", "choices"),
    [
        ("pie", "h8", {"swap": "Swap sides", "keep": "Keep sides"}),
        ("swap", "h8 h9 a1", {"black": "Take black", "white": "Stay white"}),
        (
            "swap2",
            "h8 h9 a1",
            {"black": "Take black", "white": "Stay white", "more": "Place two more stones"},
        ),
        ("swap2", "h8 h9 a1 more b1 c1", {"black": "Stay black", "white": "Take white"}),
    ],
)
def test_decisions_are_moves_with_labelled_buttons(opening: str, moves: str, choices: dict[str, str]) -> None:
    position = opened(opening, moves)
    assert list(game.moves(position)) == list(choices)
    inputs = game.scene(position, game.to_act(position)).inputs
    assert {touch.move: touch.label for touch in inputs if not touch.cells} == choices
    assert code(position, "a15") == "illegal-move"
    assert code(position, "pass") == "illegal-move"


@pytest.mark.parametrize("moves", ["", "h8 h9 a1 white", "h8 h9 a1 more", "h8 h9 a1 more b1 c1 black"])
def test_decisions_are_refused_when_they_are_not_due(moves: str) -> None:
    position = opened("swap2", moves)
    assert {code(position, choice) for choice in ("swap", "keep", "black", "white", "more")} == {"illegal-move"}


@pytest.mark.parametrize("opening", ["pie", "swap", "swap2"])
def test_stones_keep_their_colour_and_change_their_seat(opening: str) -> None:
    before = opened(opening, "h8" if opening == "pie" else "h8 h9 a1")
    choice = "swap" if opening == "pie" else "black"
    after = game.play(before, choice)
    assert after.board == before.board
    old = {piece.cell: piece for piece in game.scene(before, None).pieces}
    new = {piece.cell: piece for piece in game.scene(after, None).pieces}
    assert {cell: piece.kind for cell, piece in new.items()} == {cell: p.kind for cell, p in old.items()}
    assert all(new[cell].seat == 1 - (old[cell].seat or 0) for cell in old)
    assert {change.cell for change in game.changes(before, choice, after)} == set(old)


def test_who_swapped_wins_with_the_stones_of_the_other() -> None:
    position = opened("pie", "a1 swap a5 b1 b5 c1 c5 d1 d5 e1")
    assert game.outcome(position) == Outcome(1, "five")
    assert game.scene(position, None).status == "Black wins with five in a row."


@given(st.integers(5, 25), st.integers(0, 24), st.integers(0, 24), st.sampled_from(["pro", "long_pro"]))
def test_pro_keeps_the_third_stone_away_from_the_first(size: int, row: int, column: int, opening: str) -> None:
    apart = 3 if opening == "pro" else 4
    if size < 2 * apart + 1:
        with pytest.raises(ValueError, match=f"needs a board of at least {2 * apart + 1}×{2 * apart + 1}"):
            LineOptions(size, opening)  # type: ignore[arg-type]
        return
    position = game.start(LineOptions(size, opening))  # type: ignore[arg-type]
    firsts = list(game.moves(position))
    assert len(firsts) == (1 if size % 2 else 4)
    first = firsts[row % len(firsts)]
    centre = cell_place(first, size, size)
    assert centre is not None
    position = game.play(position, first)
    second = game.move_at(position, *((0, 0) if (row, column) != (0, 0) else (0, 1)))
    assert game.refusal(position, second) is None
    position = game.play(position, second)
    place = (row % size, column % size)
    third = game.move_at(position, *place)
    refusal = game.refusal(position, third)
    near = max(abs(place[0] - centre[0]), abs(place[1] - centre[1])) < apart
    if size % 2:
        assert (refusal is None) == (not near and third != second)
    elif near:
        assert refusal is not None
    if refusal is not None and third not in (first, second):
        assert (refusal.code, refusal.cells) == ("not-in-zone", (third,))


def test_the_first_stone_of_pro_goes_to_the_centre() -> None:
    position = opened("pro", "")
    assert list(game.moves(position)) == ["h8"]
    assert code(position, "h9") == "not-in-zone"
    assert {mark.cell for mark in game.scene(position, 0).marks if mark.kind == "zone"} == {"h8"}


def test_the_zone_is_shown_while_it_holds() -> None:
    zones = [
        sum(mark.kind == "zone" for mark in game.scene(opened("pro", moves), None).marks)
        for moves in ("", "h8", "h8 h9", "h8 h9 a1")
    ]
    assert zones == [1, 0, 225 - 25, 0]


def test_a_board_too_small_for_its_opening_is_refused_with_the_reason() -> None:
    with pytest.raises(msgspec.ValidationError, match="the opening Long pro needs a board of at least 9×9"):
        read_options(game, {"board_size": 8, "opening": "long_pro"})


@pytest.mark.parametrize(
    ("opening", "moves", "status", "prompt"),
    [
        ("none", "", "Black to move.", "Your move as black."),
        ("none", "h8", "White to move.", "Your move as white."),
        (
            "pro",
            "",
            "Black to place the first stone, on the central point.",
            "Place the first stone, on the central point.",
        ),
        (
            "pro",
            "h8 h9",
            "Black to place the third stone, outside the central 5×5 square.",
            "Place the third stone, outside the central 5×5 square.",
        ),
        (
            "swap",
            "",
            "Black to place the first stone, a black one.",
            "Place the first stone, a black one.",
        ),
        (
            "swap",
            "h8",
            "Black to place the second stone, a white one.",
            "Place the second stone, a white one.",
        ),
        (
            "swap2",
            "h8 h9 a1",
            "White to choose: take black, stay white or place two more stones.",
            "Choose: take black, stay white or place two more stones.",
        ),
        (
            "swap2",
            "h8 h9 a1 more b1",
            "White to place the fifth stone, a black one.",
            "Place the fifth stone, a black one.",
        ),
        ("pie", "h8", "White to choose: swap sides or keep sides.", "Choose: swap sides or keep sides."),
        ("pie", "h8 swap", "White to move.", "Your move as white."),
    ],
)
def test_sentences_say_what_is_asked(opening: str, moves: str, status: str, prompt: str) -> None:
    position = opened(opening, moves)
    seat = game.to_act(position)
    assert seat is not None
    assert game.scene(position, None).status == status
    assert game.scene(position, seat).prompt == prompt
    assert game.scene(position, 1 - seat).prompt == ""
