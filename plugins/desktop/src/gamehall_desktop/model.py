"""What the window shows: changed by messages alone, so that it can be told without a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gamehall.answers import Challenge, Game, GameSummary, RulesetInfo


@dataclass(frozen=True, slots=True)
class SignedIn:
    username: str


@dataclass(frozen=True, slots=True)
class SignedOut:
    """`why` is empty when the user wanted it."""

    why: str = ""


@dataclass(frozen=True, slots=True)
class Lobby:
    """The user's running games, the challenges that can be accepted, and what can be played."""

    games: Sequence[GameSummary]
    challenges: Sequence[Challenge]
    rulesets: Sequence[RulesetInfo]


@dataclass(frozen=True, slots=True)
class Shown:
    game: Game


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence for the user; empty when what went wrong is over."""

    text: str


Message = SignedIn | SignedOut | Lobby | Shown | Notice


@dataclass(slots=True)
class Model:
    """The state of the window."""

    username: str | None = None
    lobby: Lobby = field(default_factory=lambda: Lobby((), (), ()))
    game: Game | None = None
    touched: tuple[str, ...] = ()
    notice: str = ""

    def take(self, message: Message) -> None:
        match message:
            case SignedIn(username):
                self.username, self.notice = username, ""
            case SignedOut(why):
                self.username, self.game, self.touched, self.notice = None, None, (), why
                self.lobby = Lobby((), (), ())
            case Lobby():
                self.lobby = message
            case Shown(game):
                older = self.game is not None and self.game.id == game.id and game.ply < self.game.ply
                if not older:  # answers can overtake each other
                    self.game, self.touched, self.notice = game, (), ""
            case Notice(text):
                self.notice = text

    @property
    def seat(self) -> int | None:
        """The user's seat in the game that is shown."""
        return self.game.seat_of(self.username) if self.game and self.username else None

    @property
    def can_resign(self) -> bool:
        return self.game is not None and self.game.status == "active" and self.seat is not None

    @property
    def headline(self) -> str:
        """How the game stands, and what the user has to do."""
        if self.game is None:
            return "Choose a game, or challenge somebody."
        return " ".join(filter(None, (self.game.scene.status, self.game.scene.prompt)))

    def game_line(self, game: GameSummary) -> str:
        """A game in one line, for the list."""
        others = [seat.user.display_name for seat in game.seats if seat.user.username != self.username]
        turn = " - your turn" if self.username and game.to_act == game.seat_of(self.username) is not None else ""
        return f"{game.ruleset}: {', '.join(others) or 'yourself'}{turn}"
