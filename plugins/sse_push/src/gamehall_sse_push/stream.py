"""One client's stream, from `hello` to its end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gamehall import stopping
from gamehall.declare import Host
from gamehall.events import Cursor, Event
from gamehall.feed import Feed
from gamehall.logs import DEBUG
from gamehall.origins import origin

from .audience import Audience
from .frames import retry
from .settings import PushSettings

debug = logging.getLogger(DEBUG)

PLUGIN = "sse_push"
_CREDENTIAL_ENDED = "credential_ended"
_INTERNAL = frozenset({_CREDENTIAL_ENDED, "features_changed"})


class Voice(Protocol):
    """In which form a listener is told: JSON for programs, or what a page shows. Nothing is told as no bytes."""

    @property
    def besides(self) -> frozenset[str]:
        """Channels of the feed that it tells of though nobody asked for them; they may change with what it tells."""

    async def beat(self, place: Cursor) -> bytes:
        """What shows that the stream lives, sent again and again."""

    def notice(self, kind: str, place: Cursor, **data: Any) -> bytes:
        """News about the stream itself. Its id is the place that the client has reached."""

    async def afresh(self, place: Cursor) -> bytes:
        """Everything as it is now, for a client that was away."""

    async def tell(self, event: Event, name: str | None) -> bytes:
        """An event, by the client's name for its channel, None where it belongs to one of `besides`."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events behind a place in the feed. `lost` says why those before it cannot be told any more, if so."""

    place: Cursor
    events: Sequence[Event] = ()
    lost: str = ""


async def missed_since(feed: Feed, channels: frozenset[str], cursor: Cursor | None) -> Stretch:
    """What a client of these channels has missed since a cursor, None being one that is not of this feed.

    The client must have subscribed before: then nothing falls between the past and what arrives.
    """
    if cursor is not None and (events := await feed.since(cursor, channels)) is not None:
        return Stretch(cursor, events)
    return Stretch(feed.place, lost="unknown-cursor")


def _ends_credential(events: Sequence[Event]) -> bool:
    return any(event.kind == _CREDENTIAL_ENDED for event in events)


class EventStream:
    """What one connection is sent. `may_listen` tells whether its right to listen goes on; `told` is called for each
    event that is sent."""

    def __init__(
        self,
        host: Host,
        audience: Audience,
        settings: PushSettings,
        voice: Voice,
        may_listen: Callable[[Audience], Awaitable[bool]],
        told: Callable[[], None],
    ) -> None:
        self._host = host
        self._audience = audience
        self._settings = settings
        self._voice = voice
        self._may_listen = may_listen
        self._plugins = {PLUGIN, origin().plugin or PLUGIN}  # this one, and whose route it is that people listen to
        self._count = told
        self._place = host.feed.place  # the cursor of the last event that the client was told

    async def run(self, resume: str | None, *, again: bool) -> AsyncIterator[bytes]:
        """The bytes, behind a cursor that the client sent or from now on, until it may not listen any more.

        `again` says that the client was cut off and has come back.
        """
        feed, voice = self._host.feed, self._voice
        clock = asyncio.get_running_loop().time
        following = self._host.presence.following(self._audience.user_id, self._audience.games)
        with feed.subscribe(self._followed) as news, following:
            stretch = Stretch(feed.place)
            if resume is not None:
                stretch = await missed_since(feed, self._told, Cursor.read(resume))
            self._place = stretch.place
            yield self._said("hello", voice.notice("hello", self._place, cursor=str(stretch.place)))
            if again and not stretch.lost:
                yield self._said("everything", await voice.afresh(self._place))
            beat = clock() + self._settings.heartbeat_seconds
            while not stopping.begun():
                async for encoded in self._encode(stretch):
                    yield encoded
                feed.follow(news, self._followed)
                arrived = await news.take(max(0.0, beat - clock()))
                stretch = Stretch(self._place, arrived)
                if news.overflowed:  # it goes on like a client that comes back
                    news.overflowed = False
                    stretch = await missed_since(feed, self._told, self._place)
                elif stopping.begun() or (arrived and clock() < beat and not _ends_credential(arrived)):
                    continue
                if (reason := await self._reason_to_end()) is not None:
                    yield self._said(f"closed ({reason})", voice.notice("closed", self._place, reason=reason))
                    return
                yield self._said("beat", await voice.beat(self._place))
                beat = clock() + self._settings.heartbeat_seconds
            yield self._said("restart", retry(self._settings.retry_ms) + voice.notice("restart", self._place))

    @property
    def _told(self) -> frozenset[str]:
        return self._audience.channels | self._voice.besides

    @property
    def _followed(self) -> frozenset[str]:
        return self._audience.followed | self._voice.besides

    async def _encode(self, stretch: Stretch) -> AsyncIterator[bytes]:
        self._place = stretch.place
        if stretch.lost:
            yield self._said("resync", self._voice.notice("resync", self._place, reason=stretch.lost))
            yield self._said("everything", await self._voice.afresh(self._place))
        for event in stretch.events:
            name = self._audience.name_of(event)
            told = name is not None or not self._voice.besides.isdisjoint(event.channels)
            if event.cursor > self._place and told and event.kind not in _INTERNAL:
                self._place = event.cursor
                if piece := self._said(event.kind, await self._voice.tell(event, name)):
                    self._count()
                    yield piece

    def _said(self, what: str, encoded: bytes) -> bytes:
        """The same bytes, put down for whoever debugs the hall."""
        if debug.isEnabledFor(logging.DEBUG):
            listener = self._audience.user_id or "a stranger"
            told = {"stream": what, "to": listener, "cursor": str(self._place), "bytes": len(encoded)}
            words = "stream to %s: %s at %s, %d bytes"
            debug.debug(words, listener, what, self._place, len(encoded), extra={"told": told})
        return encoded

    async def _reason_to_end(self) -> str | None:
        if not all(plugin in self._host.features for plugin in self._plugins):
            return "switched-off"
        return None if await self._may_listen(self._audience) else "not-allowed"
