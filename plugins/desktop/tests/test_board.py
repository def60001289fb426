"""Where cells are, and what touching them means."""

from __future__ import annotations

from math import dist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.game import Input, Scene, board_cells
from gamehall_desktop.state.board import buttons, lay_out, touch


@given(
    st.sampled_from(["points", "squares", "hexes"]),
    st.integers(1, 25),
    st.integers(1, 25),
    st.integers(200, 2000),
    st.integers(200, 2000),
)
def test_every_cell_is_found_where_it_is_drawn(lattice: Any, columns: int, rows: int, width: int, height: int) -> None:
    layout = lay_out(Scene(columns, rows, lattice), width, height)
    assert layout is not None
    for cell in board_cells(columns, rows):
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
