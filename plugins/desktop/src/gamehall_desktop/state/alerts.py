"""What is worth a sound or a notification of the system: told from the messages that the network posts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gamehall.languages import catalogue

from .account import SignedIn, SignedOut
from .table import Moved, Shown
from .toasts import Toast

_ = catalogue(__name__)

Sound = Literal["move", "turn", "end", "low"]

LOW = 10.0  # seconds left on one's clock


@dataclass(frozen=True, slots=True)
class Alert:
    """A sound, and where `text` says something, a notification for whoever does not look at the window."""

    sound: Sound
    text: str = ""


@dataclass(slots=True)
class Alerts:
    """The open game as it was told of last.

    `low_in` is in how many seconds the user's own clock will be low, None while it does not run.
    """

    username: str = ""
    game: str = ""
    seat: int | None = None
    ply: int = 0
    status: str = ""
    title: str = ""
    low_in: float | None = None

    def take(self, message: object) -> Alert | None:
        match message:
            case SignedIn(username):
                self.username = username
            case SignedOut():
                self.username, self.low_in = "", None
            case Toast(text, _, game) if game is not None and game != self.game:
                return Alert("turn", text)
            case Shown(game):
                seat = game.seat_of(self.username) if self.username and not message.local else None
                if game.id != self.game:
                    self.game, self.seat, self.ply, self.status = game.id, seat, game.ply, game.status
                    self._clock(game.clock, game.to_act)
                    return None
                self.seat = seat
                return self._went_on(game.ply, game.status, game.to_act, game.clock, game.scene.status)
            case Moved(game_id) if game_id == self.game:
                return self._went_on(message.ply, message.status, message.to_act, message.clock, "")
        return None

    def _went_on(self, ply: int, status: str, to_act: int | None, clock: dict[str, object], said: str) -> Alert | None:
        moved, ended = ply > self.ply, self.status == "active" != status
        self._clock(clock, to_act if status == "active" else None)
        self.ply, self.status = ply, status
        if ended:
            return Alert("end", said or _("The game is over."))
        if moved and self.seat is not None and to_act == self.seat:
            return Alert("turn", _("It is your turn."))
        return Alert("move") if moved else None

    def _clock(self, clock: dict[str, object], to_act: int | None) -> None:
        left = clock.get("flag_in")
        mine = self.seat is not None and to_act == self.seat and clock.get("running") == self.seat
        self.low_in = float(str(left)) / 1000 - LOW if mine and left is not None else None
