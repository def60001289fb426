"""Any scene becomes a board on which everything that can be done can be touched, and nothing else."""

from __future__ import annotations

from collections import Counter
from typing import Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Input, Look, Mark, Piece, Refusal, Scene, board_cells
from gamehall.looks import LIGHT, name_piece
from gamehall.naming import move_label
from gamehall_web_htmx.boards import aimed_cells, draw_board

KINDS = st.sampled_from(["black", "white", "cross", "nought", "king", "ö<", "", "p-x is-last"])


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    width, height = draw(st.integers(1, 30)), draw(st.integers(1, 30))
    cell = st.sampled_from(board_cells(width, height))
    moves = draw(st.lists(st.lists(cell, max_size=3).map(tuple), max_size=20))
    pieces = draw(st.lists(st.builds(Piece, cell, KINDS, st.sampled_from([None, 0, 1])), max_size=20))
    marks = st.builds(Mark, cell, st.sampled_from(["last", "line", "forbidden", "offered", "zone", "star"]))
    return Scene(
        width,
        height,
        draw(st.sampled_from(["points", "squares", "hexes"])),
        tuple({piece.cell: piece for piece in pieces}.values()),
        tuple(Input(f"m{number}", cells, draw(st.text(max_size=5))) for number, cells in enumerate(moves)),
        tuple(draw(st.lists(marks, max_size=20))),
    )


@given(scenes())
def test_every_cell_has_its_place_and_name(scene: Scene) -> None:
    board = draw_board(scene)
    cells = [cell for row in board.rows for cell in row]
    assert [cell.name for cell in cells] == list(board_cells(scene.width, scene.height))
    pieces = {piece.cell: name_piece(scene, piece) for piece in scene.pieces}
    for cell in cells:
        assert cell.text.startswith(f"{cell.name.upper()} {pieces.get(cell.name, '')}".rstrip())
        marked = [mark.kind for mark in scene.marks if mark.cell == cell.name]
        assert ("last move" in cell.text) == ("last" in marked)
        assert all(word.isidentifier() or "-" in word for word in cell.classes.split())


@given(scenes())
def test_every_move_can_be_made_and_no_other(scene: Scene) -> None:
    """Follows everything that can be touched, as a person could, and counts the moves that it leads to."""
    found: Counter[str] = Counter()
    waiting, seen = [""], set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        board = draw_board(scene, aimed_cells(path, scene))
        found.update({choice.move for choice in board.choices})
        for cell in (cell for row in board.rows for cell in row):
            if cell.does == "play":
                found[cell.value] += 1
            elif cell.does == "aim":
                waiting.append(cell.value)
    assert set(found) == {each.move for each in scene.inputs}


@pytest.mark.parametrize(
    ("cells", "ends"),
    [
        ("a1 b1 c1 d1 e1", {(0, 4, 4, 4)}),
        ("a1 a2 a3", {(0, 2, 0, 4)}),
        ("a1 b2 c3", {(0, 4, 2, 2)}),
        ("a3 b2 c1", {(0, 2, 2, 4)}),
        ("a1 b1 c1 b2 b3", {(0, 4, 2, 4), (1, 2, 1, 4)}),
        ("a1 b1", set()),
        ("a1 c1 e1", set()),
        ("", set()),
    ],
)
def test_winning_lines_are_drawn_from_end_to_end(cells: str, ends: set[tuple[int, int, int, int]]) -> None:
    scene = Scene(5, 5, marks=tuple(Mark(cell, "line") for cell in cells.split()))
    drawn = {frozenset([line[:2], line[2:]]) for line in draw_board(scene).lines}
    assert drawn == {frozenset([(x + 0.5, y + 0.5), (right + 0.5, low + 0.5)]) for x, y, right, low in ends}


def test_what_a_connection_of_hexes_won_by_is_no_line() -> None:
    marks = tuple(Mark(cell, "line") for cell in ("a1", "b1", "c1"))
    board = draw_board(Scene(3, 3, "hexes", marks=marks))
    assert board.lines == ()
    assert [cell.name for cell in board.rows[2] if "is-line" in cell.classes] == ["a1", "b1", "c1"]


def test_pieces_look_and_are_called_as_everywhere() -> None:
    looks = {"red": Look("", "#aa2211"), "knight": Look("Kn")}
    pieces = (Piece("a1", "red", 0), Piece("b1", "knight", 1), Piece("c1", "black", 1), Piece("d1", "rock"))
    row = draw_board(Scene(4, 1, pieces=pieces, sides=("red", "blue"), looks=looks)).rows[0]
    assert [cell.text for cell in row] == ["A1 red", "B1 blue knight", "C1 blue black", "D1 rock"]
    assert [cell.classes for cell in row] == ["cell p-disc", "cell p-disc", "cell p-black", "cell p-disc"]
    discs = [cell.disc for cell in row]
    assert [(disc.symbol, disc.fill) for disc in discs[:2] if disc] == [("R", "#aa2211"), ("Kn", "#f6efe0")]
    assert discs[2] is None


def test_the_cells_of_a_refusal_say_so() -> None:
    row = draw_board(Scene(2, 1, pieces=(Piece("a1", "black"),)), refused=("b1", Refusal("no", "No.", ("a1",)))).rows[0]
    assert [cell.text for cell in row] == ["A1 black, part of the reason", "B1"]
    assert "is-reason" in row[0].classes.split()


@pytest.mark.parametrize(
    ("touched", "cells", "above"),
    [("c5", ("c4",), True), ("c5", ("c6",), False), ("c9", ("c4",), False), ("c1", ("c6",), True), ("c5", (), False)],
)
def test_why_is_told_beside_the_point_away_from_the_reason(
    touched: str, cells: tuple[str, ...], *, above: bool
) -> None:
    note = draw_board(Scene(9, 9), refused=(touched, Refusal("no", "No.", cells))).note
    assert note is not None
    assert (note.row, note.column, note.words, note.is_above) == (9 - int(touched[1]), 2, "No.", above)
    assert draw_board(Scene(9, 9), refused=("pass", Refusal("no", "No."))).note is None


def test_moves_with_the_same_cells_are_asked_for_by_their_labels() -> None:
    ways = [Input(f"a1b1{way[0]}", ("a1", "b1"), way) for way in ("queen", "rook")]
    scene = Scene(2, 1, inputs=(*ways, Input("pass")))
    assert [(c.move, c.label) for c in draw_board(scene).choices] == [("pass", "Pass")]
    assert draw_board(scene).asks == "besides"
    board = draw_board(scene, ("a1", "b1"))
    assert [(c.move, c.label) for c in board.choices] == [("a1b1q", "queen"), ("a1b1r", "rook")]
    assert board.asks == "touched"
    assert draw_board(Scene(2, 1, inputs=(Input("black"), Input("white")))).asks == "all"


def test_whoever_sits_opposite_sees_the_board_turned() -> None:
    marks = (Mark("a1", "star"), *(Mark(cell, "line") for cell in ("a1", "a2", "a3")))
    scene = Scene(4, 3, marks=marks, inputs=(Input("b1", ("b1",)),), sides=("one", "two"), edges=(0, 1, 0, 1))
    board = draw_board(msgspec.structs.replace(scene, turned=True))
    assert [[cell.name for cell in row] for row in board.rows] == [
        ["d1", "c1", "b1", "a1"],
        ["d2", "c2", "b2", "a2"],
        ["d3", "c3", "b3", "a3"],
    ]
    assert (board.columns, board.numbers) == (("D", "C", "B", "A"), (1, 2, 3))
    assert board.stars == ((3.5, 0.5),)
    assert {frozenset([line[:2], line[2:]]) for line in board.lines} == {frozenset([(3.5, 0.5), (3.5, 2.5)])}
    assert [cell.does for cell in board.rows[0]] == ["nothing", "nothing", "play", "nothing"]


@pytest.mark.parametrize("lattice", ["points", "squares", "hexes"])
def test_edges_have_the_colour_of_whoever_they_belong_to(lattice: Literal["points", "squares", "hexes"]) -> None:
    looks = {"red": Look("", "#aa2211")}
    scene = Scene(3, 4, lattice, sides=("red", "white"), looks=looks, edges=(0, 1, 1, 0))
    there = draw_board(scene).edges
    assert [colour for _, colour in there] == ["#aa2211", LIGHT, LIGHT, "#aa2211"]
    turned = draw_board(msgspec.structs.replace(scene, turned=True)).edges
    assert turned == tuple(
        (points, colour) for (points, _), (_, colour) in zip(there, there[2:] + there[:2], strict=True)
    )
    assert draw_board(msgspec.structs.replace(scene, edges=None)).edges == ()


def test_a_move_of_which_every_cell_is_touched_only_wants_the_word() -> None:
    scene = Scene(3, 1, inputs=(Input("b1", ("b1",)), Input("c1", ("c1",)), Input("pass")))
    board = draw_board(scene, aimed_cells("b1", scene))
    assert board.is_told
    assert [choice.move for choice in board.choices] == ["b1"]
    assert [(cell.does, cell.value) for cell in board.rows[0]] == [("nothing", ""), ("aim", ""), ("aim", "c1")]
    assert not draw_board(scene).is_told


def test_passing_is_asked_again_only_where_there_is_something_else_to_do() -> None:
    beside = Scene(2, 1, inputs=(Input("a1", ("a1",)), Input("pass"), Input("swap")))
    assert {choice.move: choice.asks for choice in draw_board(beside).choices} == {"pass": True, "swap": False}
    assert [choice.asks for choice in draw_board(Scene(2, 1, inputs=(Input("pass"),))).choices] == [False]


@pytest.mark.parametrize(
    ("move", "label"),
    [
        ("h8", "H8"),
        ("e2e4", "E2E4"),
        ("pass", "Pass"),
        ("take_two", "Take two"),
        ("offer-c3", "Offer C3"),
        ("offers-10", "Offers 10"),
    ],
)
def test_moves_are_listed_as_people_write_them(move: str, label: str) -> None:
    assert move_label(move) == label
