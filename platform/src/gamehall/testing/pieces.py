"""Checks that pieces can be told apart, by those too who see no colours or have the board read to them."""

from __future__ import annotations

from gamehall.game import Look, Position, Scene
from gamehall.looks import COLOUR, Drawn, contrast, draw_piece, name_piece

from .scenes import scenes_of
from .trial import Trial

__all__ = ["check_pieces"]

_MIN_CONTRAST = 3.0  # what WCAG 2 asks of graphics

Kind = tuple[str, str]
"""A kind of piece and the side of its owner, empty where nobody owns it; seats may change sides, this does not."""


def check_pieces(trial: Trial, position: Position, _moves: list[str]) -> None:
    """Checks how pieces look and are called, also beside those that stood on the board earlier in this game."""
    scenes = scenes_of(trial, position)
    for viewer, scene in scenes.items():
        same = scene.looks == scenes[None].looks
        trial.demand(same, f"looks have to be the same for every viewer; seat {viewer} is shown others")
    for kind, look in scenes[None].looks.items():
        _check_look(trial, kind, look)
    for scene in scenes.values():
        _check_kinds(trial, scene)


def _check_look(trial: Trial, kind: str, look: Look) -> None:
    symbol = look.symbol
    fits = not symbol or (len(symbol) <= 2 and symbol.isprintable() and symbol.strip() == symbol)
    trial.demand(fits, f"the look of {kind!r} has the symbol {symbol!r}; write one or two characters")
    colour = not look.colour or COLOUR.fullmatch(look.colour)
    trial.demand(colour, f"the look of {kind!r} has the colour {look.colour!r}; write it as #rrggbb")


def _check_kinds(trial: Trial, scene: Scene) -> None:
    one_of_each = {(piece.kind, piece.seat): piece for piece in scene.pieces}
    for piece in one_of_each.values():
        trial.demand(piece.kind.strip(), f"the piece on {piece.cell} has no kind")
        side = scene.sides[piece.seat] if piece.seat is not None and piece.seat < len(scene.sides) else ""
        kind = (piece.kind, side)
        shown = (name_piece(scene, piece), draw_piece(scene, piece))
        if trial.pieces.get(kind) != shown:
            for other, as_shown in trial.pieces.items():
                if other != kind:
                    _check_apart(trial, (other, *as_shown), (kind, *shown))
            trial.pieces[kind] = shown


def _check_apart(trial: Trial, one: tuple[Kind, str, Drawn], other: tuple[Kind, str, Drawn]) -> None:
    (kind, name, drawn), (other_kind, other_name, other_drawn) = one, other
    both = f"pieces {_words(kind)} and {_words(other_kind)}"
    trial.demand(name != other_name, f"{both} are both called {name!r}; name the kinds so that words tell them apart")
    if (drawn.picture, drawn.symbol) != (other_drawn.picture, other_drawn.symbol):
        return
    mend = "give each of them a symbol of its own in the scene's looks"
    trial.demand(not drawn.picture, f"{both} are both drawn as a stone {drawn.picture!r}; {mend}")
    ratio = contrast(drawn.fill, other_drawn.fill)
    trial.demand(
        ratio >= _MIN_CONTRAST,
        f"{both} both show {drawn.symbol!r}, and the contrast of their colours {drawn.fill} and {other_drawn.fill} "
        f"is {ratio:.1f}, below {_MIN_CONTRAST:.0f}; {mend}",
    )


def _words(kind: Kind) -> str:
    return f"{kind[0]!r} of {kind[1] or 'nobody'}"
