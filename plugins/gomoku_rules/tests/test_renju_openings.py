"""Renju's own openings as their decision trees: who decides, what is asked, who has black in the end."""

from __future__ import annotations

import random
from typing import get_args, get_type_hints

import msgspec
import pytest
from renju import RenjuBoard  # type: ignore[import-untyped]

from gamehall.game import Mark, read_options
from gamehall_gomoku_rules import LinePosition, Renju
from rig.rulesets import played, refusal_code

game = Renju()

UNSWAPPED, SWAPPED = ("black", "white"), ("white", "black")
TEN = "offer-a1 offer-b1 offer-c1 offer-d1 offer-e1 offer-f1 offer-g1 offer-a3 offer-b3 offer-c3"


def opened(opening: str, moves: str, symmetry: str = "shape") -> LinePosition:
    position: LinePosition = played(game, moves, opening=opening, symmetry=symmetry)
    return position


def code(position: LinePosition, move: str) -> str:
    return refusal_code(game, position, move)


def test_every_opening_can_be_chosen() -> None:
    assert set(get_args(get_type_hints(Renju.Options)["opening"])) == set(game.openings)


@pytest.mark.parametrize(
    ("opening", "moves", "seat", "sides"),
    [
        ("rif", "", 0, UNSWAPPED),
        ("rif", "h8 i9", 0, UNSWAPPED),
        ("rif", "h8 i9 j8", 1, UNSWAPPED),
        ("rif", "h8 i9 j8 keep", 1, UNSWAPPED),
        ("rif", "h8 i9 j8 swap", 0, SWAPPED),
        ("rif", "h8 i9 j8 keep a1", 0, UNSWAPPED),
        ("rif", "h8 i9 j8 keep a1 offer-b1", 0, UNSWAPPED),
        ("rif", "h8 i9 j8 keep a1 offer-b1 offer-c1", 1, UNSWAPPED),
        ("rif", "h8 i9 j8 swap a1 offer-b1 offer-c1", 0, SWAPPED),
        ("rif", "h8 i9 j8 keep a1 offer-b1 offer-c1 b1", 1, UNSWAPPED),
        ("rif", "h8 i9 j8 keep a1 offer-b1 offer-c1 b1 o1", 0, UNSWAPPED),
        ("yamaguchi", "h8 i9 j8", 0, UNSWAPPED),
        ("yamaguchi", "h8 i9 j8 offers-3", 1, UNSWAPPED),
        ("yamaguchi", "h8 i9 j8 offers-3 swap", 0, SWAPPED),
        ("yamaguchi", "h8 i9 j8 offers-3 swap a1", 1, SWAPPED),
        ("yamaguchi", "h8 i9 j8 offers-3 swap a1 offer-b1 offer-c1", 1, SWAPPED),
        ("yamaguchi", "h8 i9 j8 offers-3 swap a1 offer-b1 offer-c1 offer-d1", 0, SWAPPED),
        ("soosyrv-8", "h8 i9 j8", 1, UNSWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap", 0, SWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap a1", 0, SWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap a1 offers-2", 1, SWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap a1 offers-2 swap", 0, UNSWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap a1 offers-2 swap offer-b1 offer-c1", 1, UNSWAPPED),
        ("soosyrv-8", "h8 i9 j8 swap a1 offers-2 swap offer-b1 offer-c1 c1", 1, UNSWAPPED),
        ("taraguchi-10", "h8", 1, UNSWAPPED),
        ("taraguchi-10", "h8 keep", 1, UNSWAPPED),
        ("taraguchi-10", "h8 swap", 0, SWAPPED),
        ("taraguchi-10", "h8 swap i9", 1, SWAPPED),
        ("taraguchi-10", "h8 swap i9 keep j8 keep", 0, SWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5", 0, UNSWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 swap", 1, SWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 keep l4", 1, UNSWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 keep l4 swap", 0, SWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 keep l4 keep", 1, UNSWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 keep l4 keep a1", 0, UNSWAPPED),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 offers-10", 0, UNSWAPPED),
        ("taraguchi-10", f"h8 keep i9 keep j8 keep k5 offers-10 {TEN}", 1, UNSWAPPED),
        ("taraguchi-10", f"h8 keep i9 keep j8 keep k5 offers-10 {TEN} g1", 1, UNSWAPPED),
        ("taraguchi-10", f"h8 keep i9 keep j8 keep k5 offers-10 {TEN} g1 o1", 0, UNSWAPPED),
    ],
)
def test_who_decides_and_who_has_which_side(opening: str, moves: str, seat: int, sides: tuple[str, str]) -> None:
    position = opened(opening, moves)
    assert game.to_act(position) == seat
    assert game.scene(position, None).sides == sides


@pytest.mark.parametrize(
    ("opening", "moves", "prompt"),
    [
        ("rif", "", "Place the first stone, a black one, on the central point."),
        ("rif", "h8", "Place the second stone, a white one, on the central 3×3 square."),
        ("rif", "h8 i9", "Place the third stone, a black one, on the central 5×5 square."),
        ("rif", "h8 i9 j8", "Choose: swap sides or keep sides."),
        ("rif", "h8 i9 j8 keep", "Place the fourth stone."),
        ("rif", "h8 i9 j8 keep a1", "Offer two points for the fifth stone, a black one."),
        ("rif", "h8 i9 j8 keep a1 offer-b1", "Offer one more point for the fifth stone, a black one."),
        (
            "rif",
            "h8 i9 j8 keep a1 offer-b1 offer-c1",
            "Pick one of the offered points for the fifth stone, a black one.",
        ),
        ("yamaguchi", "h8 i9 j8", "Choose: how many points will be offered for the fifth stone, one to ten."),
        ("soosyrv-8", "h8 i9 j8 keep a1", "Choose: how many points will be offered for the fifth stone, one to eight."),
        (
            "taraguchi-10",
            "h8 keep i9 keep j8 keep k5",
            "Choose: swap sides, keep sides or have ten points offered.",
        ),
        ("taraguchi-10", "h8 keep i9 keep j8 keep k5 keep", "Place the fifth stone, on the central 9×9 square."),
    ],
)
def test_the_prompt_says_what_is_asked(opening: str, moves: str, prompt: str) -> None:
    position = opened(opening, moves)
    assert game.scene(position, game.to_act(position)).prompt == prompt


def test_numbers_are_asked_for_with_short_buttons() -> None:
    labels = [touch.label for touch in game.scene(opened("yamaguchi", "h8 i9 j8"), 0).inputs]
    assert labels == ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    ten = game.scene(opened("taraguchi-10", "h8 keep i9 keep j8 keep k5"), 0).inputs
    assert [touch.label for touch in ten] == ["Swap sides", "Keep sides", "Have ten points offered"]


def test_the_twenty_six_openings_are_all_there() -> None:
    position = opened("rif", "")
    assert game.moves(position) == ["h8"]
    second = game.moves(opened("rif", "h8"))
    assert len(second) == 8
    third = {white: game.moves(opened("rif", f"h8 {white}")) for white in second}
    assert {len(points) for points in third.values()} == {23}


def test_zones_grow_with_the_stones() -> None:
    moves = "h8 keep i9 keep j8 keep"
    assert len(game.moves(opened("taraguchi-10", moves))) == 49 - 3
    assert code(opened("taraguchi-10", moves), "l4") == "not-in-zone"
    assert len(game.moves(opened("taraguchi-10", f"{moves} k5 keep"))) == 81 - 4


def test_offers_are_marked_and_only_one_of_them_is_placed() -> None:
    position = opened("rif", "h8 i9 j8 keep a1 offer-b1")
    assert Mark("b1", "offered") in game.scene(position, None).marks
    both = opened("rif", "h8 i9 j8 keep a1 offer-b1 offer-c1")
    assert game.moves(both) == ["b1", "c1"]
    assert code(both, "d1") == "not-offered"
    refusal = game.refusal(both, "d1")
    assert refusal is not None
    assert refusal.cells == ("b1", "c1")
    picked = opened("rif", "h8 i9 j8 keep a1 offer-b1 offer-c1 c1")
    kinds = {piece.cell: piece.kind for piece in game.scene(picked, None).pieces}
    assert kinds == {"h8": "black", "i9": "white", "j8": "black", "a1": "white", "c1": "black"}
    assert not [mark for mark in game.scene(picked, None).marks if mark.kind == "offered"]


def test_what_cannot_be_offered() -> None:
    position = opened("rif", "h8 h9 h7 keep h10 offer-g8")
    assert code(position, "offer-g8") == "already-offered"
    assert code(position, "offer-h8") == "occupied"
    assert code(position, "offer-p1") == code(position, "a1") == "illegal-move"
    mirrored = game.refusal(position, "offer-i8")
    assert mirrored is not None
    assert (mirrored.code, mirrored.cells) == ("symmetric-offer", ("i8", "g8"))
    assert "offer-i8" not in game.moves(position)


def test_touching_a_point_offers_it() -> None:
    position = opened("rif", "h8 i9 j8 keep a1")
    assert game.move_at(position, 0, 0) == "offer-a15"
    (touch,) = (touch for touch in game.scene(position, 0).inputs if touch.cells == ("a15",))
    assert (touch.move, touch.label) == ("offer-a15", "Offer a15")


def test_whether_the_place_on_the_board_counts_is_an_option() -> None:
    """The four stones are the same above and below the ninth row, which does not lie in the middle of the board."""
    moves = "h8 h9 h10 keep i9 offer-g8"
    assert code(opened("rif", moves, "shape"), "offer-g10") == "symmetric-offer"
    assert "offer-g10" in game.moves(opened("rif", moves, "board"))


def test_offers_are_the_same_exactly_when_renju_says_so() -> None:
    chance = random.Random(4)
    for _ in range(60):
        position = opened("rif", "")
        board = RenjuBoard(board_size=15, rule="freestyle")
        while len(position.board) - position.board.count(".") < 4:
            move = "keep" if position.step == 3 else chance.choice(game.moves(position))
            if move != "keep":
                point = position.grid.points[move]
                board.play_move(point % 15, point // 15)
            position = game.play(position, move)
        near = [f"{column}{row}" for column in "efghijk" for row in range(5, 12)]
        candidates = [point for point in map(position.grid.points.__getitem__, near) if position.board[point] == "."]
        _, groups = board.find_symmetric_candidates([(p % 15, p // 15) for p in candidates])
        classes = [{row * 15 + column for column, row in group} for group in groups]
        first = chance.choice(candidates)
        offered = game.play(position, f"offer-{position.grid.names[first]}")
        left = {position.grid.points[move.removeprefix("offer-")] for move in game.moves(offered)}
        (same,) = (group for group in classes if first in group)
        assert set(candidates) - left == same


@pytest.mark.parametrize("chosen", [{"board_size": 19}, {"opening": "tarannikov"}, {"foul_policy": "ignored"}])
def test_renju_has_one_size_and_known_options(chosen: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        read_options(game, chosen)
