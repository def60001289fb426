"""The hall's lists: the user's games, challenges, live games, and what can be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gamehall.answers import Challenge, ClockPreset, ListedGame, Person, RulesetInfo

from .account import SignedIn, SignedOut

Tab = Literal["play", "watch", "finished", "here"]
GamesOf = Literal["own", "live", "finished"]
Box = Literal["received", "sent", "open"]


@dataclass(frozen=True, slots=True)
class Games:
    """One of the lists of games, known since `at` by `time.monotonic`; `following` says that these come after those
    that were listed, and `rest` is the cursor of what comes after them."""

    which: GamesOf
    items: Sequence[ListedGame]
    at: float = 0.0
    rest: str | None = None
    following: bool = False


@dataclass(frozen=True, slots=True)
class Challenges:
    """One of the boxes of challenges that wait."""

    box: Box
    items: Sequence[Challenge]


@dataclass(frozen=True, slots=True)
class Offered:
    """What can be played in the hall, and by which clocks."""

    rulesets: Sequence[RulesetInfo]
    clocks: Sequence[ClockPreset]


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom the user has looked for; None where there is nobody of the name."""

    name: str
    person: Person | None


@dataclass(frozen=True, slots=True)
class Turned:
    """The user looks at another list."""

    tab: Tab


class Lobby:
    """What the hall offers the user. A list is None until it was looked at."""

    def __init__(self) -> None:
        self.tab: Tab = "play"
        self._empty()

    def _empty(self) -> None:
        self.username = ""
        self.games: dict[GamesOf, Sequence[ListedGame] | None] = {"own": None, "live": None, "finished": None}
        self.challenges: dict[Box, Sequence[Challenge] | None] = {"received": None, "sent": None, "open": None}
        self.at = 0.0
        self.rest: str | None = None
        self.rulesets: dict[str, RulesetInfo] = {}
        self.clocks: Sequence[ClockPreset] = ()
        self.sought: Sought | None = None

    def take(self, message: object) -> None:
        match message:
            case SignedIn(username):
                self._empty()
                self.username = username
            case SignedOut():
                self._empty()
            case Games():
                self._list(message)
            case Challenges(box, items):
                self.challenges[box] = items
            case Offered(rulesets, clocks):
                self.rulesets, self.clocks = {each.key: each for each in rulesets}, clocks
            case Sought():
                self.sought = message if message.name else None
            case Turned(tab):
                self.tab = tab

    def _list(self, found: Games) -> None:
        listed = self.games[found.which] or ()
        fresh = {each.id for each in found.items}
        if found.which == "own":
            self.at = found.at
        elif found.which == "finished":  # a list that only grows: those before stay
            others = [each for each in listed if each.id not in fresh]
            if found.following or not listed:
                self.rest = found.rest
            found_items = [*others, *found.items] if found.following else [*found.items, *others]
            self.games["finished"] = found_items
            return
        self.games[found.which] = found.items

    def title(self, key: str) -> str:
        """What a ruleset is called; its key where the hall does not offer it any more."""
        return self.rulesets[key].title if key in self.rulesets else key
