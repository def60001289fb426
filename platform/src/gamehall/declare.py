"""What hooks return: frozen declarations. What runs later is an `async` callable in a field of one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, Protocol, TypeVar, get_args

import sqlalchemy as sa

from gamehall.clocks import SeatTime
from gamehall.events import Event, NewEvent
from gamehall.game import CellChange, Outcome, Ruleset, Scene
from gamehall.installed import InstalledPlugin
from gamehall.tables import Retention

if TYPE_CHECKING:
    from litestar import Request, Response
    from litestar.connection import ASGIConnection

    from gamehall.database import Prepared
    from gamehall.feed import Feed
    from gamehall.passwords import Passwords
    from gamehall.presence import Presence
    from gamehall.problems import Problem
    from gamehall.rates import Rates
    from gamehall.settings import Settings

__all__ = [
    "ALL_SCOPES",
    "SCOPES",
    "Authenticator",
    "Check",
    "CheckResult",
    "ErrorPage",
    "Exporter",
    "Features",
    "GameRecord",
    "Hiding",
    "Host",
    "ImportedGame",
    "Importer",
    "InstalledPlugin",
    "Lifespan",
    "Listener",
    "Opponent",
    "Policy",
    "Principal",
    "RecordedMove",
    "Retention",
    "Scope",
    "Tables",
    "Verdict",
]

P = ParamSpec("P")
T = TypeVar("T")
S = TypeVar("S")


Scope = Literal["read", "play", "admin"]
SCOPES: tuple[Scope, ...] = get_args(Scope)
"""What a credential can be good for: to look, to act as its user, to look after the hall as its user may."""
ALL_SCOPES: frozenset[str] = frozenset(SCOPES)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, and by which credential: the authenticator's name and the credential's id in it.

    A guest has no account; they can play in the games in which they have a seat, and look at everything. `scopes` is
    what the credential is good for, whatever its user may do.
    """

    user_id: str
    username: str
    display_name: str
    is_admin: bool
    authenticator: str
    credential: str
    is_guest: bool = False
    scopes: frozenset[str] = ALL_SCOPES


class Features(Protocol):
    """The switches, as this worker has taken them up."""

    def __contains__(self, key: object) -> bool: ...


class Host(Protocol):
    """What a plugin may use of the hall."""

    @property
    def settings(self) -> Settings: ...

    @property
    def features(self) -> Features: ...

    @property
    def rulesets(self) -> Mapping[str, Ruleset[Any, Any]]:
        """Every installed ruleset by key: running games go on with it even when it is switched off."""

    @property
    def offered_rulesets(self) -> Mapping[str, Ruleset[Any, Any]]:
        """The rulesets that are on, by key."""

    @property
    def installed_plugins(self) -> list[InstalledPlugin]:
        """Every plugin that was found, by name, working or not."""

    def plugin_of(self, ruleset: str) -> str:
        """The name of the plugin that brings a ruleset."""

    @property
    def feed(self) -> Feed: ...

    @property
    def presence(self) -> Presence:
        """Who is here; whoever keeps a stream open says so with its `following`."""

    @property
    def secret(self) -> bytes:
        """The hall's secret key; derive from it, never show it."""

    @property
    def passwords(self) -> Passwords: ...

    @property
    def rates(self) -> Rates:
        """Limits on how often somebody may do something, shared by all workers."""

    @property
    def opponents(self) -> Mapping[str, Opponent]:
        """Who is always there, of plugins that are on: by the id of the account, under the name that it has."""

    def plugin_settings(self, shape: type[S]) -> S:
        """The plugin's own section of the settings, in the shape it declared."""

    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a transaction that only reads."""

    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a transaction and wakes the feed after its commit."""

    async def look(self, statement: Prepared, **values: Any) -> list[Any]:
        """The rows of a statement that finds few of them by an index, as it was committed last, by the quickest way."""

    async def together(
        self, fn: Callable[Concatenate[sa.Connection, P], tuple[T, list[Event]]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """As `write`, for one function that does the work of many who wait; it gives the events that it has written
        besides its result."""

    def kept(self, kind: Callable[[Host], T]) -> T:
        """This worker's one object of a kind, which is made when it is first asked for."""

    def emit(self, connection: sa.Connection, *events: NewEvent) -> None:
        """Writes events in the transaction of a function that `write` runs."""

    def hall_time(self) -> int:
        """Milliseconds of the hall's own count, which never goes back and stands still while the hall is down."""

    async def identify(self, connection: ASGIConnection[Any, Any, Any, Any], area: str) -> Principal | None:
        """Who is asking, by the authenticators of this area (`api` or `pages`) in their order."""

    def declared(self, hook: str) -> list[tuple[str, Any]]:
        """What plugins that are on declared for a hook that the caller owns, with each plugin's name."""

    def fault(self, plugin: str, what: str, error: BaseException) -> None:
        """Puts down that something of a plugin failed at run time."""

    async def ask(self, question: Question, *subjects: str) -> Verdict:
        """The answer of every policy on a question: `challenge` and `play` with the ids of both users, who asks first,
        or `watch` with the id of a user, empty for a stranger, and that of a game."""

    async def unwatchable(self, user_id: str, game_ids: Sequence[str]) -> frozenset[str]:
        """Which of these games this user, empty for a stranger, may not watch: `watch` asked of many at once."""

    async def apart(self, user_ids: Collection[str]) -> Mapping[str, frozenset[str]]:
        """For each of these users the ids of those whom they do not meet in lists, by every hiding."""


@dataclass(frozen=True, slots=True)
class Tables:
    """The plugin's tables, each named `<plugin>_…`, and the folder of their Alembic revisions."""

    metadata: sa.MetaData
    migrations: Path


@dataclass(frozen=True, slots=True)
class Listener:
    """Runs in every worker for each event of this kind, after its commit and in the feed's order."""

    kind: str
    run: Callable[[Event], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Authenticator:
    """A way to tell who is asking: None when this request carries nothing of its kind.

    Raises Problem when what it carries is not valid. Authenticators of one area are asked by (order, name).
    """

    name: str
    area: Literal["api", "pages"]
    identify: Callable[[ASGIConnection[Any, Any, Any, Any]], Awaitable[Principal | None]]
    order: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Yes, or no with the sentence that the person who asked is told."""

    allowed: bool
    why: str = ""


Question = Literal["challenge", "play", "watch"]


@dataclass(frozen=True, slots=True)
class Policy:
    """An answer to one of the hall's questions, given the ids of its subjects. One no is a no.

    `challenge`: may the first ask the second for a game? `play`: may the first play the second, who has asked or is
    open to everybody? `watch`: may a user, empty for a stranger, see a game in which they do not play?
    `refuses` answers `watch` for a list: it is given the user and the ids of games, and returns those that it refuses.
    Without it `answer` is asked for each.
    """

    question: Question
    answer: Callable[..., Awaitable[Verdict]]
    refuses: Callable[[str, Sequence[str]], Awaitable[Collection[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Hiding:
    """Users who do not meet in the hall's lists. `apart` is given the ids of some users and returns for each of them
    the ids of those whom they do not meet; whoever does not meet another is not met by them either. It is asked once
    for a list, however long that is."""

    apart: Callable[[Collection[str]], Awaitable[Mapping[str, Collection[str]]]]


@dataclass(frozen=True, slots=True)
class GameRecord:
    """A game as its players know it: who sat where, what was played, how it ended.

    What is given for each move is in their order. Everything can be told without the game's ruleset; `sgf` and
    `ruleset_title` are what it says of itself, None and its key where it is gone.
    """

    id: str
    ruleset: str
    ruleset_title: str
    ruleset_version: int
    sgf: int | None
    options: Mapping[str, Any]
    start: Scene
    """The board before the first move, as a stranger sees it."""
    start_digest: str
    """The SHA-256 of the first position; see `gamehall.records.canonical.digest`."""
    names: tuple[str, ...]
    """The players' display names by seat."""
    moves: tuple[RecordedMove, ...]
    final: Scene | None
    """The last board as the rules drew it, where they ended the game."""
    clock: Mapping[str, Any]
    """The terms of its clock; `kind` is `none` where there was none."""
    status: str
    winner: int | None
    reason: str | None
    started_at: str
    finished_at: str | None

    @property
    def width(self) -> int:
        return self.start.width

    @property
    def height(self) -> int:
        return self.start.height

    @property
    def sides(self) -> tuple[str, ...]:
        """The side of each seat at the end."""
        return self.moves[-1].sides if self.moves else self.start.sides


@dataclass(frozen=True, slots=True)
class RecordedMove:
    """A move, who made it, and what came of it.

    `changes` are the cells that look different after it, `sides` those of the seats, `digest` the SHA-256 of the
    position. `spent` are the milliseconds that it was charged and `left` is what each seat had on its clock then;
    None and nothing where that is not known.
    """

    seat: int
    move: str
    changes: tuple[CellChange, ...]
    sides: tuple[str, ...]
    digest: str
    spent: int | None = None
    left: tuple[SeatTime, ...] = ()


@dataclass(frozen=True, slots=True)
class Exporter:
    """A format that games can be downloaded in.

    `write` raises Problem `unknown-format` for a game that the format cannot tell. It runs in a thread.
    """

    format: str
    media_type: str
    suffix: str
    write: Callable[[GameRecord], bytes]


@dataclass(frozen=True, slots=True)
class ImportedGame:
    """What a file says of a game: moves to be made by the rules of a ruleset, and the players' names by seat.

    `names` is empty where the file names nobody. `result` is how it says that the game ended, None where it does not.
    """

    ruleset: str
    options: Mapping[str, Any]
    moves: tuple[str, ...]
    names: tuple[str, ...] = ()
    result: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Importer:
    """A format that games can be read from. Its files are told by what they begin with, white space left out.

    `read` is given the file and the rulesets that may be chosen where the file names none, the likelier first. It
    raises Problem `malformed` with what is wrong and in which line. It runs in a thread.
    """

    format: str
    begins: bytes
    read: Callable[[bytes, Mapping[str, Ruleset[Any, Any]]], ImportedGame]


@dataclass(frozen=True, slots=True)
class Lifespan:
    """Entered when a worker starts and left when it stops."""

    enter: Callable[[], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class Opponent:
    """Somebody who is always there: an account that the plugin plays. The hall accepts every challenge to it at once.

    `key` tells it from others of the plugin and never changes; `username` is the name that it gets where that is free,
    `summary` a sentence for people who look for an opponent. `enter` is entered with the account's id when a worker
    starts and left when it stops, whether the plugin is on or off: what runs in it moves, while the id is among
    `host.opponents`.
    """

    key: str
    username: str
    display_name: str
    summary: str
    enter: Callable[[str], AbstractAsyncContextManager[None]]


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Whether something is well; if not, what is wrong and what to do about it."""

    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """A question about the plugin's health, asked by `/health/ready` and `gamehall doctor`."""

    name: str
    run: Callable[[], Awaitable[CheckResult]]


@dataclass(frozen=True, slots=True)
class ErrorPage:
    """How people see a problem in a browser. The first that answers is shown; None leaves it to the next.

    It must not wait for anything: what failed may be the database.
    """

    render: Callable[[Request[Any, Any, Any], Problem], Response[Any] | None]
