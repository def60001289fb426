"""Any scene becomes a board on which everything that can be done can be touched, and nothing else."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Input, Mark, Piece, Scene, board_cells
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
        draw(st.sampled_from(["points", "squares"])),
        tuple({piece.cell: piece for piece in pieces}.values()),
        tuple(Input(f"m{number}", cells, draw(st.text(max_size=5))) for number, cells in enumerate(moves)),
        tuple(draw(st.lists(marks, max_size=20))),
    )


@given(scenes())
def test_every_cell_has_its_place_and_name(scene: Scene) -> None:
    board = draw_board(scene)
    cells = [cell for row in board.rows for cell in row]
    assert [cell.name for cell in cells] == list(board_cells(scene.width, scene.height))
    pieces = {piece.cell: piece.kind for piece in scene.pieces}
    for cell in cells:
        assert cell.text.startswith(f"{cell.name.upper()} {pieces.get(cell.name, '')}".rstrip())
        marked = [mark.kind for mark in scene.marks if mark.cell == cell.name]
        assert ("last move" in cell.text) == ("last" in marked)
        assert len(cell.letter) <= 1


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
    drawn = {tuple(sorted([line[:2], line[2:]])) for line in draw_board(scene).lines}
    assert drawn == {tuple(sorted([line[:2], line[2:]])) for line in ends}


def test_the_lattice_has_every_line() -> None:
    for lattice, (width, height) in product(("points", "squares"), ((3, 3), (9, 10))):
        path = draw_board(Scene(width, height, lattice)).grid_path  # type: ignore[arg-type]
        extra = lattice == "squares"
        assert (path.count("H"), path.count("V")) == (height + extra, width + extra)
