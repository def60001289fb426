"""Cards of games as HTML: a list has up to fifty, and all of them change as time goes by.

They are made here and not in templates, which take some ten times as long for each of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from gamehall.gamelog import Seat
from gamehall.languages import catalogue

if TYPE_CHECKING:
    from .listing import GameCard

__all__ = ["game_card", "versus"]

_ = catalogue(__name__)

_NO_PICTURE = '<span class="thumb" aria-hidden="true"></span>'


def versus(players: Iterable[Seat]) -> Markup:
    """The names of who plays."""
    return _made(_versus(players))


def game_card(card: GameCard, *, own: bool = False, id: str = "", more: str = "") -> Markup:  # noqa: A002 - as in HTML
    """A game in a list, among the viewer's `own` with what helps them choose; `more` are further attributes."""
    yours, turn = (" is-yours", " state-turn") if card.your_turn else ("", "")
    named = f' id="{escape(id)}"' if id else ""
    who = f"{_between()}{_name(card.opponent)}" if own and card.opponent else _versus(card.players)
    options = f" · {escape(card.options)}" if card.options else ""
    time = _behind(card.time) if own and card.time else ""
    ply = _behind(_("move {number}", number=card.ply)) if card.ply else ""
    return _made(
        f'<li class="game-card{yours}"{named}{more}>{card.picture or _NO_PICTURE}'
        f'<div class="game-card-text"><a class="stretched-link" href="/games/{card.id}">{who}</a>'
        f'<p class="meta">{escape(card.title)}{options}</p>'
        f'<p class="state{turn}">{escape(card.state)}{time}{ply}</p></div></li>\n'
    )


def _versus(players: Iterable[Seat]) -> str:
    return f" {_between()}".join(_name(each.display_name) for each in players)


def _between() -> str:
    words = _("vs")
    return f'<span class="vs">{escape(words)}</span> '


def _name(name: str) -> str:
    return f'<span class="name">{escape(name)}</span>'


def _behind(words: str) -> str:
    return f' <span class="meta">· {escape(words)}</span>'


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - what comes from elsewhere is escaped above
