"""The game that is open: its position, what the user has touched or sent, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from gamehall.answers import Game
from gamehall.game import CellChange, Refusal, Scene

from .account import SignedIn, SignedOut


@dataclass(frozen=True, slots=True)
class Shown:
    """The game as it stands, known since `at` by `time.monotonic`; `local` says that no hall knows of it."""

    game: Game
    at: float = 0.0
    local: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """The scene of a game as it was after `ply` moves."""

    game_id: str
    ply: int
    scene: Scene


@dataclass(frozen=True, slots=True)
class Sending:
    """A move of the user's is on its way, as the one after `ply` moves; `waiting` while the hall cannot be reached."""

    game_id: str
    ply: int
    move: str
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """The hall has the move that was on its way."""

    game_id: str
    ply: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The hall does not take the move; `refusal` says why and which cells make it so."""

    game_id: str
    ply: int
    move: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Moved:
    """News of a move, before the game was looked at anew: `game_move` of the hall's events, known since `at`."""

    game_id: str
    ply: int
    move: str
    seat: int
    to_act: int | None
    status: str
    clock: dict[str, Any]
    cells: tuple[CellChange, ...]
    at: float
    revision: int = 0


@dataclass(slots=True)
class Table:
    """One open game, seen by `username`."""

    username: str | None = None
    game: Game | None = None
    at: float = 0.0
    local: bool = False
    touched: tuple[str, ...] = ()
    seen: Seen | None = None
    sending: Sending | None = None
    refused: Refused | None = None

    def take(self, message: object) -> None:
        match message:
            case SignedIn(username):
                self.username = username
            case SignedOut():
                self.username = None
                if not self.local:
                    self.game, self.touched = None, ()
            case Shown(game):
                older = self.game is not None and self.game.id == game.id and game.revision < self.game.revision
                if not older:  # answers can overtake each other
                    self.game, self.at, self.local = game, message.at, message.local
                    self.touched, self.seen = (), None
            case Sending():
                self.sending, self.refused = message, None
            case Stored():
                self.sending = None
            case Refused():
                self.sending, self.refused = None, message
            case Seen(game_id) if self.game and self.game.id == game_id:
                self.seen = message

    @property
    def seat(self) -> int | None:
        """The user's seat; at a local game, whoever is to move."""
        if self.game is None:
            return None
        if self.local:
            return self.game.to_act
        return self.game.seat_of(self.username) if self.username else None

    @property
    def scene(self) -> Scene | None:
        """What the board shows: the game as it stands, or an earlier position without inputs."""
        if self.seen is not None:
            return replace(self.seen.scene, inputs=(), prompt="")
        return self.game.scene if self.game else None

    @property
    def can_resign(self) -> bool:
        return self.game is not None and self.game.status == "active" and self.seat is not None

    @property
    def headline(self) -> str:
        """How the game stands, and what the user has to do."""
        if self.game is None:
            return "Choose a game, or challenge somebody."
        return " ".join(filter(None, (self.game.scene.status, self.game.scene.prompt)))
