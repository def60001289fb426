"""The hall's lists: the user's games, challenges, live games, and what can be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gamehall.answers import Challenge, GameSummary, RulesetInfo

from .account import SignedOut


@dataclass(frozen=True, slots=True)
class Listed:
    """The user's running games, the challenges that can be accepted, and what can be played."""

    games: Sequence[GameSummary] = ()
    challenges: Sequence[Challenge] = ()
    rulesets: Sequence[RulesetInfo] = ()


@dataclass(slots=True)
class Lobby:
    """What the hall offers the user."""

    lists: Listed = Listed()

    def take(self, message: object) -> None:
        match message:
            case Listed():
                self.lists = message
            case SignedOut():
                self.lists = Listed()


def game_line(game: GameSummary, username: str | None) -> str:
    """A game in one line, for the list of this user."""
    others = [seat.user.display_name for seat in game.seats if seat.user.username != username]
    turn = " - your turn" if username and game.to_act == game.seat_of(username) is not None else ""
    return f"{game.ruleset}: {', '.join(others) or 'yourself'}{turn}"
