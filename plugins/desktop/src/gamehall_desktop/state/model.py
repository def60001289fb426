"""Everything that the window shows: changed by messages alone, so that it can be told without a window."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gamehall.languages import catalogue

from .account import Account, SignedOut
from .challenge import NewGame, Proposing
from .here import Here
from .lobby import Lobby
from .panels import Panels
from .settings import Settings
from .signing import Signing
from .table import Opened, Shown, Table
from .toasts import Toasts

_ = catalogue(__name__)

Screen = Literal["hall", "table", "settings"]


@dataclass(slots=True)
class Model:
    """The parts, which screen is open, and what Tab has `reached`: Space and Enter are for that."""

    account: Account = field(default_factory=Account)
    signing: Signing = field(default_factory=Signing)
    lobby: Lobby = field(default_factory=Lobby)
    here: Here = field(default_factory=Here)
    panels: Panels = field(default_factory=Panels)
    new_game: NewGame = field(default_factory=NewGame)
    table: Table = field(default_factory=Table)
    toasts: Toasts = field(default_factory=Toasts)
    settings: Settings = field(default_factory=Settings)
    screen: Screen = "hall"
    reached: str | None = None

    @property
    def title(self) -> str:
        """What is to be known of the open game before the window is looked at, empty for nothing."""
        game, seat = self.table.game, self.table.seat
        if game is None or seat is None or game.status != "active" or game.to_act != seat:
            return ""
        return "● " + _("Your turn")

    def take(self, message: object) -> None:
        open_before = self.table.game.id if self.table.game is not None else None
        for part in (
            self.account,
            self.signing,
            self.lobby,
            self.here,
            self.panels,
            self.new_game,
            self.table,
            self.toasts,
            self.settings,
        ):
            part.take(message)
        match message:
            case Shown(game) if game.id != open_before:  # news of an open game leaves the user where they are
                self.screen = "table"
            case Opened(game_id) if self.table.game is not None and self.table.game.id == game_id:
                self.screen = "table"
            case Proposing():
                self.screen = "hall"
            case SignedOut() if self.table.game is None:
                self.screen = "hall"
