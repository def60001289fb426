"""What a page has hundreds of, as HTML: the cells of a board, the moves of a list, and the pieces in both.

They are made here and not in templates, which take some ten times as long for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from markupsafe import Markup, escape

from gamehall.looks import Drawn

from .assets import Assets
from .boards import Cell

if TYPE_CHECKING:
    from .gameview import GamePage, MoveEntry
    from .timesheet import SheetRow

__all__ = ["BoardHtml"]


class BoardHtml:
    """`assets` have the pieces that plugins draw."""

    def __init__(self, assets: Assets) -> None:
        self._drawing = assets.drawing

    def disc(self, drawn: Drawn, classes: str = "disc") -> Markup:
        """A piece without a picture in the style sheet: as its game's plugin draws it, or a disc."""
        if address := self._drawing(drawn.drawing):
            return _made(f'<img class="{classes} drawn" src="{_text(address)}" alt="">')
        circle = f'<circle cx="5" cy="5" r="4.7" fill="{_text(drawn.fill)}"/>'
        two = ' class="two"' if len(drawn.symbol) > 1 else ""
        symbol = f'<text x="5" y="5" fill="{_text(drawn.ink)}"{two}>{_text(drawn.symbol)}</text>'
        return _made(
            f'<svg class="{classes}" viewBox="0 0 10 10" aria-hidden="true" focusable="false">'
            f"{circle}{symbol if drawn.symbol else ''}</svg>"
        )

    def stone(self, drawn: Drawn, extra: str = "") -> Markup:
        """A piece in a text."""
        if drawn.picture:
            return _made(f'<span class="stone p-{_text(drawn.picture)} {extra}"></span>')
        return self.disc(drawn, f"disc stone {extra}")

    def cells(self, cells: Iterable[Cell], game_id: str, kept: Mapping[str, str]) -> Markup:
        """A row of a board; `kept` is what the query of a link goes on saying."""
        return _made("".join(self._cell(each, game_id, "", kept) for each in cells))

    def cell(self, cell: Cell, game_id: str, more: str = "") -> Markup:
        """One cell by itself; `more` are further attributes."""
        return _made(self._cell(cell, game_id, more, {}))

    def _cell(self, cell: Cell, game_id: str, more: str, kept: Mapping[str, str]) -> str:
        """A button that plays, a link that aims, or nothing to touch."""
        tag, does = "span", ""
        if cell.does == "play":
            tag, does = "button", f' name="move" value="{_text(cell.value)}"'
        elif cell.does == "aim":
            query = urlencode({**kept, "from": cell.value} if cell.value else kept)
            tag, does = "a", f' href="/games/{game_id}{_text(f"?{query}" if query else "")}"'
        disc = f" {self.disc(cell.disc)}" if cell.disc else ""
        return (
            f'<{tag} id="cell-{cell.name}" class="{_text(cell.classes)}"{does}{more}>{_text(cell.text)}{disc}</{tag}>'
        )

    def entries(self, view: GamePage, *, forbidden: bool) -> Markup:
        """The moves of a game, each with the way to the position after it, with or without its forbidden points."""
        return _made("".join(self._entry(each, view.link(each.ply, forbidden=forbidden)) for each in view.moves))

    def entry(self, move: MoveEntry) -> Markup:
        """A move that travels by itself: the page numbers it."""
        return _made(self._entry(move, ""))

    def _entry(self, move: MoveEntry, link: str) -> str:
        head, number = (f'<li id="move-{move.ply}"', f'<span class="n">{move.ply}.</span>') if link else ("<li", "")
        is_shown, current = (' class="is-shown"', ' aria-current="step"') if move.shown else ("", "")
        piece = self.stone(move.picture, "tiny") if move.picture else ""
        took = f' <span class="took">{_text(move.took)}</span>' if move.took else ""
        return (
            f'{head}{is_shown}><a href="{_text(link or f"?ply={move.ply}")}"{current}>{number}{piece}'
            f'<span class="visually-hidden">{_text(move.side)} </span>{_text(move.label)}{took}</a></li>'
        )

    def receipts(self, rows: Iterable[SheetRow], more: str = "") -> Markup:
        """Rows of the time sheet; `more` is said behind the title of each in place of its side."""
        return _made(
            "\n      ".join(_receipt(each, f", {_text(more)}" if more else f" {_text(each.side)}") for each in rows)
        )


def _receipt(row: SheetRow, said: str) -> str:
    amounts = " ".join(f"<td>{_text(each) or '–'}</td>" for each in (row.charged, row.lag, row.paused, row.added))
    return f'<tr><th scope="row">{_text(row.title)}<span class="visually-hidden">{said}</span></th> {amounts}</tr>'


@lru_cache(maxsize=10_000)
def _text(text: str) -> str:
    """Escaped; most of what is on one board or in one list is on others too."""
    return str(escape(text))


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - what comes from elsewhere is escaped above
