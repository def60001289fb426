"""A position as SVG."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gamehall.declare import GameRecord
from gamehall.lattice import Point
from gamehall.looks import Drawn
from gamehall.records.diagrams import scene_after

from . import palette
from .sketch import Sketch, sketch

__all__ = ["draw_svg"]

_CELL = 40  # pixels, where nobody scales the picture


def draw_svg(record: GameRecord) -> bytes:
    """The last position of the record."""
    scene = scene_after(record)
    told = f"{record.ruleset_title}: {' – '.join(record.names)}. {scene.status}"
    return "\n".join([*_document(sketch(scene), told), ""]).encode()


def _document(drawn: Sketch, told: str) -> Iterator[str]:
    margin, lattice = palette.MARGIN, drawn.lattice
    across, down = lattice.across + 2 * margin, lattice.down + 2 * margin
    size = f'width="{across * _CELL:.0f}" height="{down * _CELL:.0f}"'
    box = f'viewBox="{-margin:g} {-margin:g} {across:g} {down:g}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {box} role="img">'
    yield f"<title>{escape(told)}</title>"
    yield f"<defs>{_gradients()}</defs>"
    yield f'<rect x="{-margin:g}" y="{-margin:g}" width="{across:g}" height="{down:g}" rx=".2" fill="url(#wood)"/>'
    yield f'<path d="{lattice.path}" fill="none" stroke="{palette.LINE}" stroke-width=".035" stroke-linecap="square"/>'
    for x, y in drawn.stars:
        yield f'<circle cx="{x:g}" cy="{y:g}" r=".11" fill="{palette.LINE}"/>'
    names = f'fill="{palette.INK}" font-family="sans-serif" font-weight="600" text-anchor="middle"'
    yield f'<g {names} font-size=".34" dominant-baseline="central">'
    for (x, y), name in (*drawn.letters, *drawn.numbers):
        yield f'<text x="{x:g}" y="{y:g}">{name}</text>'
    yield "</g>"
    for at, piece in drawn.pieces:
        yield from _piece(at, piece)
    for (x, y), has_piece in drawn.line:
        radius = palette.STONE if has_piece else 0.2
        yield _ring(x, y, radius, palette.WINNING, 0.08)
    discs = {at for at, piece in drawn.pieces if not piece.picture}
    for at, has_piece in drawn.last:
        yield _last(at, has_piece=has_piece, is_disc=at in discs)
    yield "</svg>"


def _gradients() -> str:
    stones = "".join(
        f'<radialGradient id="{kind}" cx=".36" cy=".3" r=".75">'
        + "".join(
            f'<stop offset="{offset}" stop-color="{colour}"/>'
            for offset, colour in zip((0, 0.3, 0.7, 1), reversed(colours), strict=True)
        )
        + "</radialGradient>"
        for kind, colours in palette.STONES.items()
    )
    wood = (
        f'<linearGradient id="wood"><stop offset="0" stop-color="{palette.WOOD_LIGHT}"/>'
        f'<stop offset="1" stop-color="{palette.WOOD_DARK}"/></linearGradient>'
    )
    shine = (
        '<radialGradient id="shine" cx=".34" cy=".28" r=".8"><stop offset="0" stop-color="#fff" stop-opacity=".3"/>'
        '<stop offset=".6" stop-color="#fff" stop-opacity="0"/><stop offset="1" stop-opacity=".16"/></radialGradient>'
    )
    return wood + stones + shine


def _piece(at: Point, piece: Drawn) -> Iterator[str]:
    x, y = at
    if piece.picture == "cross":
        arms = "l.52 .52m0 -.52l-.52 .52"
        stroke = f'fill="none" stroke="{palette.CROSS}" stroke-width=".16" stroke-linecap="round"'
        yield f'<path d="M{x - 0.26:g} {y - 0.26:g}{arms}" {stroke}/>'
    elif piece.picture == "nought":
        yield _ring(x, y, 0.28, palette.NOUGHT, 0.15)
    elif piece.picture:
        yield f'<circle cx="{x:g}" cy="{y + 0.05:g}" r="{palette.STONE}" fill="#1e1202" fill-opacity=".35"/>'
        rim = ' stroke="#46321480" stroke-width=".02"' if piece.picture == "white" else ""
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{palette.STONE}" fill="url(#{piece.picture})"{rim}/>'
    else:
        edge = f'stroke="{palette.EDGE}" stroke-width=".04"'
        yield f'<circle cx="{x:g}" cy="{y + 0.05:g}" r="{palette.DISC}" fill="#1e1202" fill-opacity=".35"/>'
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{palette.DISC}" fill="{piece.fill}" {edge}/>'
        yield f'<circle cx="{x:g}" cy="{y:g}" r="{palette.DISC}" fill="url(#shine)"/>'
        font = f'font-family="sans-serif" font-weight="700" font-size="{_letter_size(piece.symbol)}"'
        where = f'x="{x:g}" y="{y:g}" text-anchor="middle" dominant-baseline="central"'
        yield f'<text {where} {font} fill="{piece.ink}">{escape(piece.symbol)}</text>'


def _letter_size(symbol: str) -> str:
    return ".5" if len(symbol) < 2 else ".38"


def _last(at: Point, *, has_piece: bool, is_disc: bool) -> str:
    """Around a disc, so that its letter can be read; else a dot, which is hollow where the move left nothing."""
    x, y = at
    if is_disc:
        return _ring(x, y, palette.STONE, "#ffffff", 0.13) + _ring(x, y, palette.STONE, palette.LAST, 0.07)
    if not has_piece:
        return _ring(x, y, 0.13, palette.LAST, 0.07)
    dot = f'<circle cx="{x:g}" cy="{y:g}" r=".15" fill="{palette.LAST}" '
    return dot + 'stroke="#fff" stroke-opacity=".55" stroke-width=".04"/>'


def _ring(x: float, y: float, radius: float, colour: str, width: float) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>'
