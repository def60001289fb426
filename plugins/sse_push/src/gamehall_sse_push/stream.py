"""One client's stream, from `hello` to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gamehall.asking import HttpRequest
from gamehall.declare import Host
from gamehall.events import Cursor, Event
from gamehall.feed import Feed
from gamehall.tables import now

from . import shutdown
from .audience import Audience, may_still_listen
from .frames import HEARTBEAT, Frames, frame, retry
from .settings import PushSettings

PLUGIN = "sse_push"
_CREDENTIAL_ENDED = "credential_ended"
_INTERNAL = frozenset({_CREDENTIAL_ENDED, "features_changed"})


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
    """What one connection is sent."""

    def __init__(
        self, host: Host, request: HttpRequest, audience: Audience, settings: PushSettings, frames: Frames
    ) -> None:
        self._host = host
        self._request = request
        self._audience = audience
        self._settings = settings
        self._frames = frames
        self._place = host.feed.place  # the cursor of the last event that the client was told

    async def run(self, resume: str | None) -> AsyncIterator[bytes]:
        """The bytes, behind a cursor that the client sent or from now on, until it may not listen any more."""
        feed, channels = self._host.feed, self._audience.channels
        clock = asyncio.get_running_loop().time
        following = self._host.presence.following(self._audience.user_id, self._audience.games)
        with feed.subscribe(self._audience.followed) as news, following:
            stretch = Stretch(feed.place)
            if resume is not None:
                stretch = await missed_since(feed, channels, Cursor.read(resume))
            self._place = stretch.place
            yield self._notice("hello", cursor=str(stretch.place))
            beat = clock() + self._settings.heartbeat_seconds
            while not shutdown.begun():
                for encoded in self._encode(stretch):
                    yield encoded
                arrived = await news.take(max(0.0, beat - clock()))
                stretch = Stretch(self._place, arrived)
                if news.overflowed:  # it goes on like a client that comes back
                    news.overflowed = False
                    stretch = await missed_since(feed, channels, self._place)
                elif shutdown.begun() or (arrived and clock() < beat and not _ends_credential(arrived)):
                    continue
                if (reason := await self._reason_to_end()) is not None:
                    yield self._notice("closed", reason=reason)
                    return
                yield HEARTBEAT
                beat = clock() + self._settings.heartbeat_seconds
            yield retry(self._settings.retry_ms) + self._notice("restart")

    def _encode(self, stretch: Stretch) -> Iterator[bytes]:
        self._place = stretch.place
        if stretch.lost:
            yield self._notice("resync", reason=stretch.lost)
        for event in stretch.events:
            name = self._audience.name_of(event)
            if event.cursor > self._place and name is not None and event.kind not in _INTERNAL:
                self._place = event.cursor
                yield self._frames.of(event, name)

    def _notice(self, kind: str, **data: Any) -> bytes:
        """News about the stream itself. Its id is the place that the client has reached."""
        return frame(kind, self._place, now(), None, data)

    async def _reason_to_end(self) -> str | None:
        if PLUGIN not in self._host.features:
            return "switched-off"
        if not await may_still_listen(self._host, self._request, self._audience):
            return "not-allowed"
        return None
