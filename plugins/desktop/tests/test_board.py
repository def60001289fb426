"""Where cells are, and what touching them means."""

from __future__ import annotations

from math import dist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Input, Look, Mark, Piece, Scene, board_cells
from gamehall_desktop.state.board import buttons, edge_colours, ghost, lay_out, touch, winning_lines


@given(
    st.sampled_from(["points", "squares", "hexes"]),
    st.integers(1, 64),
    st.integers(1, 64),
    st.integers(200, 2000),
    st.integers(200, 2000),
    st.booleans(),
)
def test_every_cell_is_found_where_it_is_drawn(
    lattice: Any, columns: int, rows: int, width: int, height: int, turned: bool
) -> None:
    layout = lay_out(Scene(columns, rows, lattice, turned=turned), width, height)
    assert layout is not None
    for cell in board_cells(columns, rows)[:: 1 + columns * rows // 50]:
        x, y = layout.middle(cell)
        assert layout.cell_at(x, y) == cell
        for corner_x, corner_y in layout.corners(cell):
            assert 0 <= corner_x <= width
            assert 0 <= corner_y <= height
            assert layout.cell_at(x + 0.8 * (corner_x - x), y + 0.8 * (corner_y - y)) == cell
    assert layout.cell_at(layout.x - layout.size, layout.y) is None
    assert layout.cell_at(0, 0) is None
    with pytest.raises(ValueError, match="z99"):
        layout.middle("z99")


def test_hexes_touch_those_that_a_scene_says_they_touch() -> None:
    layout = lay_out(Scene(3, 3, "hexes"), 300, 300)
    assert layout is not None
    x, y = layout.middle("b2")
    near = {cell for cell in board_cells(3, 3) if 0 < dist((x, y), layout.middle(cell)) < 1.1 * layout.size}
    assert near == {"a2", "c2", "b3", "c3", "a1", "b1"}


def test_a_game_without_a_board_is_its_buttons() -> None:
    scene = Scene(0, 0, inputs=(Input("1", (), "Take one"), Input("2", (), "Take two")))
    assert lay_out(scene, 300, 300) is None
    assert buttons(scene, ()) == scene.inputs


def test_one_touch_or_several_make_a_move() -> None:
    scene = Scene(
        3, 3, inputs=(Input("a1", ("a1",)), Input("b1c1", ("b1", "c1")), Input("b1c2", ("b1", "c2")), Input("pass"))
    )
    assert touch(scene, (), "a1") == ((), "a1")
    assert touch(scene, (), "b1") == (("b1",), None)
    assert touch(scene, ("b1",), "c2") == ((), "b1c2")
    assert touch(scene, ("b1",), "a1") == ((), "a1")  # thought better of it
    assert touch(scene, ("b1",), "b1") == (("b1",), None)
    assert touch(scene, (), "c3") == ((), None)


def test_moves_with_the_same_cells_become_buttons_once_these_are_touched() -> None:
    ways = (Input("a2a3q", ("a2", "a3"), "Queen"), Input("a2a3r", ("a2", "a3"), "Rook"))
    scene = Scene(3, 3, inputs=(*ways, Input("pass")))
    assert touch(scene, (), "a2") == (("a2",), None)
    assert buttons(scene, ("a2",)) == (Input("pass"),)
    assert touch(scene, ("a2",), "a3") == (("a2", "a3"), None)
    assert buttons(scene, ("a2", "a3")) == ways
    assert touch(scene, ("a2", "a3"), "c1") == ((), None)  # thought better of it


@pytest.mark.parametrize("lattice", ["points", "squares", "hexes"])
def test_a_turned_board_is_seen_from_its_far_side(lattice: Any) -> None:
    near, far = lay_out(Scene(8, 5, lattice), 600, 600), lay_out(Scene(8, 5, lattice, turned=True), 600, 600)
    assert near is not None
    assert far is not None
    assert far.middle("a1") == near.middle("h5")
    assert far.middle("b4") == near.middle("g2")
    assert near.beside("d3", 1, 0) == "e3"
    assert far.beside("d3", 1, 0) == "c3"
    assert near.beside("d3", 0, -1) == "d4"
    assert far.beside("d3", 0, -1) == "d2"


@given(st.integers(1, 64), st.integers(1, 64), st.integers(-3, 3), st.integers(-3, 3), st.booleans())
def test_arrows_never_leave_the_board(columns: int, rows: int, right: int, down: int, turned: bool) -> None:
    layout = lay_out(Scene(columns, rows, turned=turned), 600, 600)
    assert layout is not None
    start = layout.beside(None, 0, 0)
    assert layout.has(layout.beside(layout.beside(start, right, down), right, down))


def test_edges_have_the_colours_of_those_whose_they_are() -> None:
    looks = {"red": Look("R", "#aa0000"), "blue": Look("B", "#0000aa")}
    scene = Scene(3, 3, "hexes", sides=("red", "blue"), looks=looks, edges=(0, 1, 0, 0))
    assert edge_colours(scene) == ("#aa0000", "#0000aa", "#aa0000", "#aa0000")
    turned = Scene(3, 3, "hexes", sides=("red", "blue"), looks=looks, edges=(0, 1, 0, 0), turned=True)
    assert edge_colours(turned) == ("#aa0000", "#aa0000", "#aa0000", "#0000aa")
    assert edge_colours(Scene(3, 3)) == ()


def test_a_winning_line_is_drawn_from_end_to_end() -> None:
    def marks(*cells: str) -> tuple[Mark, ...]:
        return tuple(Mark(cell, "line") for cell in cells)

    assert winning_lines(Scene(9, 9, marks=marks("b2", "c3", "d4", "e5", "f6"))) == [("f6", "b2")]
    assert winning_lines(Scene(9, 9, marks=marks("b2", "c2", "e2"))) == []
    assert winning_lines(Scene(9, 9, "hexes", marks=marks("b2", "c2", "d2"))) == []


def test_the_stone_that_a_touch_would_place_is_told_where_it_is_plain() -> None:
    place = tuple(Input(cell, (cell,)) for cell in board_cells(3, 3))
    empty = Scene(3, 3, inputs=place, sides=("black", "white"))
    assert ghost(empty, 1, "b2") == Piece("b2", "white", 1)
    assert ghost(empty, None, "b2") is None
    assert ghost(Scene(3, 3, inputs=(Input("a1b2", ("a1", "b2")),), sides=("black", "white")), 0, "a1") is None
    men = (Piece("a1", "king", 0), Piece("a2", "pawn", 0))
    assert ghost(Scene(3, 3, "squares", men, place, sides=("black", "white")), 0, "b2") is None
