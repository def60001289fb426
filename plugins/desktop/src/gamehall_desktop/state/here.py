"""Games at this computer, which no hall knows of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gamehall.languages import catalogue

from .challenge import Playable
from .lines import Line, Press, Section
from .lobbylines import DOT

_ = catalogue(__name__)


@dataclass(frozen=True, slots=True)
class LocalGame:
    """A stored game; `changed_at` is ISO 8601 in UTC, `broken` says why it cannot be played on."""

    id: str
    title: str
    moves: int
    changed_at: str
    ended: bool
    broken: str = ""


@dataclass(frozen=True, slots=True)
class LocalGames:
    """The stored games, the one played last first, and sentences about files that could not be read."""

    items: Sequence[LocalGame]
    faults: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """The user is asked whether a game shall really be deleted."""

    game_id: str


@dataclass(slots=True)
class Here:
    """What is stored; `ready` once it is known what is installed to play with."""

    ready: bool = False
    games: Sequence[LocalGame] = ()
    faults: Sequence[str] = ()
    asked: str = ""

    def take(self, message: object) -> None:
        match message:
            case Playable():
                self.ready = True
            case LocalGames(items, faults):
                self.games, self.faults, self.asked = items, (*self.faults, *faults), ""
            case Asked(game_id):
                self.asked = game_id

    def section(self) -> Section:
        lines = tuple(Line(f"fault:{number}", each) for number, each in enumerate(self.faults))
        games = tuple(map(self._line, self.games))
        empty = _("None yet. Two can play at one board here, without a hall and without a network.")
        return Section("here", _("Games at this computer"), (*lines, *games), empty)

    def _line(self, game: LocalGame) -> Line:
        moves = _.ngettext("{count} move", "{count} moves", game.moves)
        date, _t, time = game.changed_at.removesuffix("Z").partition("T")
        facts = (game.broken or (_("over") if game.ended else ""), moves, f"{date} {time[:5]} UTC")
        resume = Press("resume", game.id, _("Look") if game.ended else _("Play on"), strong=not game.ended)
        is_asked = self.asked == game.id
        delete = Press("delete", game.id, _("Delete for good")) if is_asked else Press("ask", game.id, _("Delete"))
        presses = (delete,) if game.broken else (resume, delete)
        return Line(f"here:{game.id}", game.title, DOT.join(filter(None, facts)), presses=presses)
