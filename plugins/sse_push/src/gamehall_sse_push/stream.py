"""One client's stream, from `hello` to its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from functools import partial
from typing import Any, Protocol

from gamehall import stopping
from gamehall.answering import Pour, pour
from gamehall.declare import Host
from gamehall.events import Cursor, Event
from gamehall.feed import Subscription
from gamehall.logs import DEBUG
from gamehall.origins import origin

from .audience import Audience
from .crowd import Crowd
from .frames import retry
from .settings import PushSettings

debug = logging.getLogger(DEBUG)

PLUGIN = "sse_push"
_CREDENTIAL_ENDED = "credential_ended"
_MOMENTS = 16  # of heartbeats, in the time between two of one stream
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

    def at_once(self, event: Event, name: str) -> bytes:
        """What `tell` tells; no bytes where that has to be found out first, too."""

    async def tell(self, event: Event, name: str | None) -> bytes:
        """An event, by the client's name for its channel, None where it belongs to one of `besides`."""


def _ends_credential(events: Sequence[Event]) -> bool:
    for event in events:  # noqa: SIM110 - asked for each event by each stream
        if event.kind == _CREDENTIAL_ENDED:
            return True
    return False


class EventStream:
    """What one connection is sent. `may_listen` tells whether its right to listen goes on."""

    def __init__(
        self,
        host: Host,
        audience: Audience,
        settings: PushSettings,
        voice: Voice,
        may_listen: Callable[[Audience], Awaitable[bool]],
        crowd: Crowd,
    ) -> None:
        """Raises Problem `too-many-requests` where the crowd is as large as it may be."""
        self._host = host
        self._audience = audience
        self._settings = settings
        self._voice = voice
        self._may_listen = may_listen
        self._plugins = (PLUGIN, origin().plugin or PLUGIN)  # this one, and whose route it is that people listen to
        self._crowd = crowd
        self._leave = crowd.let_in(audience.user_id, self)
        self._place = host.feed.place  # the cursor of the last event that the client was told
        self._loop = asyncio.get_running_loop()
        self._beat: asyncio.TimerHandle | None = None
        self._asks = False  # for its right to listen, before it tells anything

    async def run(self, resume: str | None, *, again: bool) -> AsyncGenerator[bytes, None]:
        """The bytes, behind a cursor that the client sent or from now on, until it may not listen any more.

        `again` says that the client was cut off and has come back.
        """
        feed, voice, besides = self._host.feed, self._voice, self._voice.besides
        following = self._host.presence.following(self._audience.user_id, self._audience.games)
        with contextlib.closing(self), following, feed.subscribe(self._followed) as news:
            self._place = feed.place
            # Words for whoever debugs the hall say of which request they are, which only the stream's task knows.
            if (way := pour()) is not None and not debug.isEnabledFor(logging.DEBUG):
                news.at_once = partial(self._tell_at_once, way)
            events, lost = await self._missed(Cursor.read(resume)) if resume is not None else ([], "")
            yield self._said("hello", voice.notice("hello", self._place, cursor=str(self._place)))
            if again and not lost:
                yield self._said("everything", await voice.afresh(self._place))
            self._beat_later(news)
            while not stopping.begun():
                if lost:
                    yield self._said("resync", voice.notice("resync", self._place, reason=lost))
                    yield self._said("everything", await voice.afresh(self._place))
                for event in events:
                    if piece := await self._piece_of(event):
                        yield piece
                if besides != voice.besides:
                    besides = voice.besides
                    feed.follow(news, self._followed)
                events, lost = await news.arrived(), ""
                if stopping.begun():
                    break
                if self._asks or not events or _ends_credential(events):
                    if (reason := await self._reason_to_end()) is not None:
                        yield self._said(f"closed ({reason})", voice.notice("closed", self._place, reason=reason))
                        return
                    yield self._said("beat", await voice.beat(self._place))
                    self._beat_later(news)
                if news.overflowed:  # it goes on like a client that comes back
                    news.overflowed = False
                    events, lost = await self._missed(self._place)
            yield self._said("restart", retry(self._settings.retry_ms) + voice.notice("restart", self._place))

    async def _missed(self, cursor: Cursor | None) -> tuple[Sequence[Event], str]:
        """What the client has missed since a cursor, None being one that is not of this feed, or why that cannot be
        told any more. It has subscribed before, so nothing falls between this and what arrives."""
        if cursor is not None and (events := await self._host.feed.since(cursor, self._told)) is not None:
            self._place = cursor
            return events, ""
        self._place = self._host.feed.place
        return [], "unknown-cursor"

    def _beat_later(self, news: Subscription) -> None:
        """Has the stream ask for its right to listen and beat when that is due. Many streams do so at the same
        moments, so that what all of them ask is asked once."""
        seconds = self._settings.heartbeat_seconds
        moments = seconds / _MOMENTS
        self._still()
        self._asks = False
        self._beat = self._loop.call_at((self._loop.time() + seconds) // moments * moments, self._beat_now, news)

    def _beat_now(self, news: Subscription) -> None:
        self._asks = True
        news.wake()

    def _still(self) -> None:
        if self._beat is not None:
            self._beat.cancel()
            self._beat = None

    def close(self) -> None:
        """Nothing is told any more."""
        self._still()
        self._leave()

    def _tell_at_once(self, way: Pour, event: Event) -> bool:
        """Tells an event while this stream waits for news, if nothing has to be asked or waited for. Whether it did."""
        if self._asks or event.kind in _INTERNAL:
            return False
        if event.cursor > self._place:
            name = self._audience.name_of(event)
            piece = self._voice.at_once(event, name) if name is not None else b""
            if not (piece and way(piece)):
                return False
            self._place = event.cursor
            self._crowd.told()
        return True

    async def _piece_of(self, event: Event) -> bytes:
        """What the client is told of an event; no bytes for one that is not for it, or that it knows."""
        if event.cursor <= self._place or event.kind in _INTERNAL:
            return b""
        name = self._audience.name_of(event)
        if name is None and self._voice.besides.isdisjoint(event.channels):
            return b""
        self._place = event.cursor
        if piece := await self._voice.tell(event, name):
            self._crowd.told()
        return self._said(event.kind, piece)

    @property
    def _told(self) -> frozenset[str]:
        return self._audience.channels | self._voice.besides

    @property
    def _followed(self) -> frozenset[str]:
        return self._audience.followed | self._voice.besides

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
