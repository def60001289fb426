"""How pieces are drawn and called, the same for every front end."""

from __future__ import annotations

import pytest

from gamehall.game import Look, Piece, Scene
from gamehall.looks import DARK, LIGHT, contrast, draw_piece, name_piece

CHESS = Scene(8, 8, "squares", sides=("white", "black"), looks={"knight": Look("N")})
DISCS = Scene(
    7, 6, "squares", sides=("red", "yellow"), looks={"red": Look("", "#c62828"), "yellow": Look("Y", "#fbc02d")}
)


def test_stones_have_pictures() -> None:
    assert draw_piece(Scene(3, 3), Piece("a1", "black", 0)) == ("black", "", "", "", "")


def test_any_other_kind_is_a_disc_of_its_owners_tone_with_a_letter() -> None:
    assert draw_piece(CHESS, Piece("a1", "rook", 0)) == ("", "R", LIGHT, "#000000", "")
    assert draw_piece(CHESS, Piece("a8", "knight", 1)) == ("", "N", DARK, "#ffffff", "")
    assert draw_piece(Scene(3, 3), Piece("a1", "stone")) == ("", "S", LIGHT, "#000000", "")


def test_a_look_brings_a_colour_and_the_ink_that_can_be_read_on_it() -> None:
    assert draw_piece(DISCS, Piece("a1", "red", 0)) == ("", "R", "#c62828", "#ffffff", "")
    assert draw_piece(DISCS, Piece("a1", "yellow", 1)) == ("", "Y", "#fbc02d", "#000000", "")


def test_a_look_names_the_drawing_of_the_owners_piece() -> None:
    scene = Scene(8, 8, sides=("white", "black"), looks={"king": Look("K", picture="chess/{side}-king")})
    drawn = [draw_piece(scene, Piece("a1", "king", seat)) for seat in (0, 1)]
    assert [each.drawing for each in drawn] == ["chess/white-king", "chess/black-king"]
    assert [each.symbol for each in drawn] == ["K", "K"]  # for whoever has no drawings


def test_what_is_no_colour_is_left_out() -> None:
    scene = Scene(1, 1, sides=("first",), looks={"rook": Look("R", "crimson")})
    assert draw_piece(scene, Piece("a1", "rook", 0)).fill == DARK


def test_every_colour_can_be_written_on() -> None:
    scene = Scene(1, 1, looks={f"k{n}": Look("K", f"#{n:06x}") for n in range(0, 0x1000000, 12_345)})
    for kind in scene.looks:
        drawn = draw_piece(scene, Piece("a1", kind))
        assert contrast(drawn.fill, drawn.ink) >= 4.5


def test_a_piece_is_called_by_its_owners_side_and_its_kind() -> None:
    assert name_piece(CHESS, Piece("a1", "knight", 0)) == "white knight"
    assert name_piece(DISCS, Piece("a1", "red", 0)) == "red"
    assert name_piece(CHESS, Piece("a1", "dark-horse")) == "dark horse"


@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#777777", 1)])
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio)
