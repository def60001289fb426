"""What other plugins declare to appear on the pages. Templates lie in their package's `templates/` folder and are
named behind the plugin's own name: `friends/list.html` is `templates/list.html` of the package gamehall_friends."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import sqlalchemy as sa

from gamehall.declare import Principal
from gamehall.events import Event

__all__ = ["PLACES", "Listening", "NoticeKind", "Page", "Pusher", "Slot", "Telling"]

PLACES = ("lobby.side", "profile.side", "game.side", "settings.panels")
_PATH = re.compile(r"/[a-z][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of one of the pages in PLACES.

    `context` gets who is looking (None is a stranger) and the page's subject: a username on a profile, a game's id on
    a game's page, else empty. The template is rendered with what it returns; None leaves the piece out. It has
    one second; when it fails or is late the page goes without it.

    `events` are the kinds of events on the viewer's channel that change the piece: an open lobby shows it anew then.
    The buttons of such a piece belong to the form `acts`, which is there for whoever is signed in and holds its token.
    """

    place: str
    template: str
    context: Callable[[Principal | None, str], Awaitable[Mapping[str, Any] | None]]
    order: int = 0
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.place not in PLACES:
            raise ValueError(f"there is no place {self.place!r} on the pages; there are {', '.join(PLACES)}")

    @property
    def id(self) -> str:
        """The id of the element that holds the piece: `friends-list` for the template `friends/list.html`."""
        return self.template.removesuffix(".html").replace("/", "-")


@dataclass(frozen=True, slots=True)
class Page:
    """A page of its own, for people who are signed in.

    `path` has one segment, such as `/friends`. The template extends `web_htmx/base.html`, fills its block `content`,
    and puts `{{ form_token }}` into every form that it posts. `context` gets the caller and the query. Each of
    `actions` is posted to `<path>/<name>`: it gets the caller and the form's fields and returns the internal path to
    go on to, or, for what is shown this once, more values for the template; a Problem that it raises is shown above
    the page, with what was `typed`. `menu` is its word in the menu, empty for none, and `badge` the number beside it.
    The actions named in `confirm` are only for whoever has given their password in the last ten minutes; others are
    asked for it and come back to the page.

    `piece` is a template for what lives on the page, which its own includes in an element with the id `page-piece`. It
    is shown anew after `events` of these kinds on the caller's channel, and its buttons belong to a form outside of it.
    `visit` is for a page that strangers and guests can open too: it gets the query and returns the values for them;
    where it is None they are asked to sign in.
    """

    path: str
    title: str
    template: str
    context: Callable[[Principal, Mapping[str, str]], Awaitable[Mapping[str, Any]]]
    actions: Mapping[str, Callable[[Principal, Mapping[str, str]], Awaitable[str | Mapping[str, Any]]]] = field(
        default_factory=dict
    )
    menu: str = ""
    badge: Callable[[Principal], Awaitable[int]] | None = None
    piece: str = ""
    events: tuple[str, ...] = ()
    visit: Callable[[Mapping[str, str]], Awaitable[Mapping[str, Any]]] | None = None
    confirm: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if not _PATH.fullmatch(self.path):
            raise ValueError(f"a page's path has one segment, such as /friends; {self.path!r} has not")


class Telling(Protocol):
    """What one page is told, in pieces of HTML; the empty text is nothing."""

    @property
    def besides(self) -> frozenset[str]:
        """Channels of the feed that the page needs besides those it was opened with; they may change at any time."""

    async def afresh(self) -> str:
        """Everything on the page that lives, as it is now: after an interruption, or when events were lost."""

    async def tell(self, event: Event) -> str:
        """What has happened."""

    async def beat(self) -> str:
        """What is new though nothing happened, such as that somebody is away; asked for every few seconds."""


@dataclass(frozen=True, slots=True)
class Listening:
    """A page that wants to be told: who opened it, asked anew whenever its right to listen is checked, the channels
    `user`, `lobby` and `game-…`, and the cursor behind which it is; `again` says that it was cut off and is back."""

    identify: Callable[[], Awaitable[Principal | None]]
    channels: Sequence[str]
    cursor: str | None
    again: bool
    telling: Telling


@dataclass(frozen=True, slots=True)
class Pusher:
    """Somebody who can tell pages what happens: `stream` gives the bytes of a `text/event-stream`, whose pieces of
    pages are messages without a name. Raises Problem for channels that this person may not follow."""

    stream: Callable[[Listening], Awaitable[AsyncIterator[bytes]]]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """Events of which users are told on their page of notices: each user whose channel such an event has.

    `facts` gets the connection, the user's id and the event's data, in the transaction that puts the notice down, and
    returns what it needs to be told later, plain enough for JSON; None tells this user nothing. `sentence` makes the
    text of these facts whenever it is shown, and `link` the internal path that it leads to, empty for none. Whoever
    opens that page has read the notice. `settles` gets the event's data and gives a path: what was told of that page
    before is read by this event as well, as a challenge is by its answer.
    """

    event: str
    facts: Callable[[sa.Connection, str, Mapping[str, Any]], Mapping[str, Any] | None]
    sentence: Callable[[Mapping[str, Any]], str]
    link: Callable[[Mapping[str, Any]], str]
    settles: Callable[[Mapping[str, Any]], str] | None = None
