"""What the hall's API answers: the shapes that the server writes and its clients read."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

import msgspec

from gamehall.game import Scene
from gamehall.problems import FieldError

__all__ = [
    "AccountData",
    "Challenge",
    "Checked",
    "Claim",
    "ClockPreset",
    "Device",
    "Event",
    "Forbidden",
    "Game",
    "GameSummary",
    "Grant",
    "Health",
    "ListedGame",
    "Me",
    "Offered",
    "Page",
    "Person",
    "Played",
    "ProblemError",
    "Profile",
    "RecordFormat",
    "Replayed",
    "Responded",
    "Result",
    "RulesetInfo",
    "Seat",
    "SignedIn",
    "page_of",
]

T = TypeVar("T")


class ProblemError(Exception):
    """The hall refused. `slug` is what programs rely on, `errors` say which fields are wrong.

    `members` is the whole problem document, empty when something else than the hall answered; `retry_after` is in
    seconds.
    """

    def __init__(self, status: int, members: Mapping[str, Any], retry_after: float = 0.0) -> None:
        self.status = status
        self.members = dict(members)
        self.slug = str(members.get("type", "")).rpartition("/")[2] or f"http-{status}"
        self.detail = str(members.get("detail") or members.get("title") or f"HTTP {status}")
        self.errors: tuple[FieldError, ...] = ()
        with contextlib.suppress(msgspec.ValidationError):  # of something in between, of which the status is enough
            self.errors = msgspec.convert(members.get("errors", ()), tuple[FieldError, ...])
        self.retry_after = retry_after
        super().__init__(f"{status} {self.slug}: {self.detail}")


class Person(msgspec.Struct, frozen=True):
    """What everybody may know of a user."""

    username: str
    display_name: str


class Profile(Person, frozen=True):
    """A user, for whoever looks one up."""

    id: str


class Me(Profile, frozen=True):
    """What users may know of themselves."""

    email: str
    is_admin: bool = False
    mail_notices: bool = True


class AccountData(Me, frozen=True, kw_only=True):
    """What the hall has stored of an account. `pending_email` is an address that its reader has not confirmed, empty
    when there is none; `games` are ids."""

    pending_email: str
    language: str
    created_at: datetime
    games: list[str]


class Grant(msgspec.Struct, frozen=True):
    """A token; it is told this once. `expires_in` is in seconds."""

    token: str
    token_id: str
    expires_at: datetime
    expires_in: int


class SignedIn(Grant, frozen=True):
    user: Me


class Device(msgspec.Struct, frozen=True):
    """A device that is signed in, or a script that has a token; `current` is the one that asks. `scopes` is what it may
    do: `read`, `play`, `admin`."""

    token_id: str
    device_name: str
    device_info: dict[str, Any]
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool
    kind: Literal["device", "script"] = "device"
    scopes: tuple[str, ...] = ()


class Checked(msgspec.Struct, frozen=True):
    """What one check says."""

    ok: bool
    detail: str


class Health(msgspec.Struct, frozen=True):
    """`status` is ok or failing; `version` is that of the hall, empty before it was told."""

    status: str
    checks: dict[str, Checked]
    version: str = ""


class RulesetInfo(msgspec.Struct, frozen=True):
    """A kind of game; `options` is a JSON Schema, `presets` are named sets of options."""

    key: str
    title: str
    summary: str
    plugin: str
    version: int
    seats: tuple[str, ...]
    options: dict[str, Any]
    presets: dict[str, dict[str, Any]]


class Challenge(msgspec.Struct, frozen=True):
    """A proposed game; `seat` is the challenger's, null when it will be drawn, `opponent` null while it is open.

    `pair` says that the next challenge that fits takes it. It waits until `expires_at`, longer if the hall was down
    meanwhile; null once it is closed.
    """

    id: str
    status: str
    ruleset: str
    options: dict[str, Any]
    clock: dict[str, Any]
    challenger: Person
    opponent: Person | None
    seat: int | None
    link: bool
    pair: bool
    game_id: str | None
    created_at: str
    expires_at: str | None
    invite_url: str | msgspec.UnsetType = msgspec.UNSET


class ClockPreset(msgspec.Struct, frozen=True):
    """A clock that is offered by name, its terms, and the same in a few words."""

    name: str
    clock: dict[str, Any]
    words: str


class Responded(msgspec.Struct, frozen=True):
    """What became of a challenge; `game_id` once it was accepted."""

    id: str
    status: str
    game_id: str | None


class Seat(msgspec.Struct, frozen=True):
    """Who sits in a seat and the side it plays now."""

    seat: int
    side: str
    user: Person


class Result(msgspec.Struct, frozen=True):
    """The winner's seat, null for a draw or an aborted game, and why."""

    winner: int | None
    reason: str | None


class GameSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A game as lists and short answers show it. Every change raises `revision`: of two answers, the one with the
    higher is the later, whatever their plies. Halls before it had one do not tell it: 0."""

    id: str
    ruleset: str
    ruleset_version: int
    options: dict[str, Any]
    status: str
    seats: tuple[Seat, ...]
    to_act: int | None
    ply: int
    revision: int = 0
    clock: dict[str, Any]
    offers: tuple[Offered, ...]
    rematch: str | None
    result: Result | None
    note: str
    created_at: str
    finished_at: str | None

    def seat_of(self, username: str) -> int | None:
        """Where this user sits; who sits in both seats acts for the one that is to act."""
        own = [seat.seat for seat in self.seats if seat.user.username == username]
        return self.to_act if self.to_act in own else next(iter(own), None)


class ListedGame(GameSummary, frozen=True):
    """A game in a list; `spectators` is how many streams by others than its players follow it."""

    spectators: int


class Claim(msgspec.Struct, frozen=True, rename={"in_": "in"}):
    """The seat that may claim the game because the other player has left, and in how many milliseconds."""

    seat: int
    in_: int


class Game(ListedGame, frozen=True):
    """A game with its moves, the receipt of each, and the scene as the caller may see it; follow it in the events
    from `cursor`. `claim` is null while nobody can come to claim it.

    `movers` are the seats that made the moves, `declined` offers that were declined since the last one.
    """

    claim: Claim | None
    moves: tuple[str, ...]
    spent: tuple[dict[str, int], ...]
    scene: Scene
    cursor: str
    movers: tuple[int, ...] = ()
    declined: tuple[Offered, ...] = ()


class Forbidden(msgspec.Struct, frozen=True):
    """A cell that looks free and may not be taken by whoever is to act: why, and the cells that make it so."""

    cell: str
    code: str
    detail: str
    cells: tuple[str, ...]


class RecordFormat(msgspec.Struct, frozen=True):
    """A format in which games can be taken home; `suffix` is that of its files, without a dot."""

    format: str
    suffix: str
    media_type: str


class Offered(msgspec.Struct, frozen=True):
    """An offer that waits for an answer: `draw`, `takeback`, `pause` or `rematch`, and the seat that made it."""

    kind: str
    seat: int


class Played(msgspec.Struct, frozen=True):
    """The state right after a move. `to_act` null says that it ended the game; `spent` is the move's receipt, in ms:
    `elapsed` without pauses, of that `lag` credited and the rest `charged`, `paused`, and `added` for its turn."""

    game_id: str
    ply: int
    move: str
    seat: int
    status: str
    to_act: int | None
    result: Result | None
    clock: dict[str, Any]
    spent: dict[str, int]
    cursor: str


class Replayed(msgspec.Struct, frozen=True):
    """A game from a file, played through by the installed rules: who played, by seat, and the scene after `ply` moves.

    `result` is by the rules or else as the file says, null for neither.
    """

    ruleset: str
    options: dict[str, Any]
    players: tuple[str, ...]
    moves: tuple[str, ...]
    result: Result | None
    ply: int
    scene: Scene


class Event(msgspec.Struct, frozen=True):
    """Something that happened. `channel` is None for news about the stream itself: hello, resync, closed."""

    kind: str
    cursor: str
    channel: str | None
    at: str
    data: dict[str, Any]


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list; `next` is the cursor of the part behind it, null at the end."""

    items: list[T]
    next: str | None


def page_of(items: list[T], limit: int, cursors: list[str]) -> Page[T]:
    """The first `limit` of items that were read with one more; `cursors` name each item's place."""
    return Page(items[:limit], cursors[limit - 1] if len(items) > limit else None)
