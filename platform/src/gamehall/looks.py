"""How a piece looks and what it is called: one answer for every front end, and for the kit that checks it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from gamehall.game import STONES, Look, Piece, Scene

__all__ = ["COLOUR", "DARK", "LIGHT", "Drawn", "contrast", "draw_piece", "draw_side", "name_piece"]

DARK = "#26262a"
LIGHT = "#f6efe0"
COLOUR = re.compile("#[0-9a-f]{6}", re.IGNORECASE)
_INKS = ("#000000", "#ffffff")  # one of them has a contrast of 4.5 or more to any colour


class Drawn(NamedTuple):
    """A piece as it is drawn: `picture` is the kind of stone, or empty for a disc of `fill` with `symbol` in `ink`.

    `drawing` names what the game's plugin draws instead, such as `chess/white-king`, where a front end can have it.
    """

    picture: str
    symbol: str
    fill: str
    ink: str
    drawing: str = ""


def draw_piece(scene: Scene, piece: Piece) -> Drawn:
    """The piece's picture, or its disc with the ink that can be read on it."""
    look = scene.looks.get(piece.kind, Look())
    if piece.kind in STONES and look == Look():
        return Drawn(piece.kind, "", "", "")
    # What is no colour must not keep a page from being shown; the kit tells its author.
    fill = look.colour if COLOUR.fullmatch(look.colour) else _tone(scene, piece.seat)
    ink = max(_INKS, key=lambda each: contrast(each, fill))
    drawing = look.picture.replace("{side}", _side(scene, piece.seat))
    return Drawn("", look.symbol or piece.kind[:1].upper(), fill, ink, drawing)


def draw_side(scene: Scene, seat: int) -> Drawn | None:
    """The piece that stands for a seat's side: the one that is called as it, or the only kind that it has on the
    board."""
    side = _side(scene, seat)
    if side in STONES or side in scene.looks:
        return draw_piece(scene, Piece("", side, seat))
    own = {piece.kind: piece for piece in scene.pieces if piece.seat == seat}
    return draw_piece(scene, next(iter(own.values()))) if len(own) == 1 else None


def name_piece(scene: Scene, piece: Piece) -> str:
    """The piece in words, its owner's side first: "white knight"; "black" for a kind that is called as its side."""
    side = _side(scene, piece.seat)
    kind = piece.kind.replace("-", " ").replace("_", " ")
    return kind if side in ("", piece.kind) else f"{side} {kind}"


@lru_cache(maxsize=1_000)
def contrast(one: str, other: str) -> float:
    """The contrast of two colours written `#rrggbb`, from 1 to 21, as WCAG 2 computes it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _side(scene: Scene, seat: int | None) -> str:
    """The side of a seat, empty for nobody's."""
    return scene.sides[seat] if seat is not None and seat < len(scene.sides) else ""


def _tone(scene: Scene, seat: int | None) -> str:
    """Dark or light where the side's name says it, else by the seat; light where nobody owns the piece."""
    side = _side(scene, seat)
    if side in ("black", "white"):
        return DARK if side == "black" else LIGHT
    return DARK if seat is not None and seat % 2 == 0 else LIGHT


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
