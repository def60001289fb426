"""Events as text/event-stream.

Lines end with "\\n" alone: some parsers split an event in two where a chunk ends inside "\\r\\n".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from gamehall.events import Cursor, Event
from gamehall.gamelog import timestamp
from gamehall.tables import now

from .meeting import Meetings

HEARTBEAT = b":\n"  # without an empty line: it would make some parsers report an event without data

_UNSAFE = re.compile(r"[\r\n\0]")


def frame(kind: str, cursor: Cursor, at: datetime, channel: str | None, data: Mapping[str, Any]) -> bytes:
    """One event. `channel` is the client's own name for it, None for news about the stream itself."""
    body = msgspec.json.encode({**data, "channel": channel, "at": timestamp(at)})
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (str(cursor).encode(), _UNSAFE.sub("", kind).encode(), body)


def fragment(cursor: Cursor, html: str) -> bytes:
    """A piece of a page, as a message without a name."""
    lines = b"".join(b"data: %s\n" % line.encode() for line in html.splitlines())
    return b"id: %s\n%s\n" % (str(cursor).encode(), lines) if lines else b""


def retry(milliseconds: int) -> bytes:
    """How long clients wait before they connect again; it stands in the event that follows."""
    return b"retry: %d\n" % milliseconds


class JsonVoice:
    """Tells programs."""

    besides: frozenset[str] = frozenset()

    def __init__(self, frames: Frames, meetings: Meetings, user_id: str | None) -> None:
        self._frames = frames
        self._meetings = meetings
        self._user_id = user_id

    def notice(self, kind: str, place: Cursor, **data: Any) -> bytes:
        return frame(kind, place, now(), None, data)

    async def beat(self, _: Cursor) -> bytes:
        return HEARTBEAT

    async def afresh(self, _: Cursor) -> bytes:
        return b""  # a program asks for what it needs itself

    async def tell(self, event: Event, name: str | None) -> bytes:
        return self._frames.of(event, name or "") if await self._meetings.hears(self._user_id, event) else b""


class Frames:
    """Encodes an event once for all streams that know it by the same channel name, and keeps the latest ones."""

    def __init__(self, size: int = 1_000) -> None:
        self._size = size
        self._latest: dict[tuple[Cursor, str], bytes] = {}

    def of(self, event: Event, channel: str) -> bytes:
        key = (event.cursor, channel)
        encoded = self._latest.get(key)
        if encoded is None:
            encoded = frame(event.kind, event.cursor, event.at, channel, event.values())
            if len(self._latest) >= self._size:
                del self._latest[next(iter(self._latest))]
            self._latest[key] = encoded
        return encoded
