"""Events as text/event-stream.

Lines end with "\\n" alone: some parsers split an event in two where a chunk ends inside "\\r\\n".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from gamehall.events import LOBBY, Cursor, Event
from gamehall.gamelog import timestamp
from gamehall.tables import now

from .meeting import Meetings

HEARTBEAT = b":\n"  # without an empty line: it would make some parsers report an event without data

_LINE_END = re.compile(r"\r\n|\r|\n")
_NOT_IN_A_LINE = re.compile(r"[\r\n\0]")


def encode_event(place: Cursor, data: str, kind: str = "") -> bytes:
    """One event, the only way in which text gets into a stream: whatever it is, it stays within its field."""
    lines = [f"id: {place}"]
    if kind := _NOT_IN_A_LINE.sub("", kind):
        lines.append(f"event: {kind}")
    lines += [f"data: {line}" for line in _LINE_END.split(data)]
    return ("\n".join(lines) + "\n\n").encode(errors="replace")  # a stream must not end for half a character


def frame(kind: str, cursor: Cursor, at: datetime, channel: str | None, data: Mapping[str, Any]) -> bytes:
    """An event for programs. `channel` is the client's own name for it, None for news about the stream itself."""
    body = msgspec.json.encode({**data, "channel": channel, "at": timestamp(at)})
    return encode_event(cursor, body.decode(), kind)


@lru_cache(64)  # so that it is the same for all whose page changes alike
def fragment(cursor: Cursor, html: str) -> bytes:
    """A piece of a page, as a message without a name; no bytes for none."""
    return encode_event(cursor, html.rstrip("\r\n")) if html else b""


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

    def at_once(self, event: Event, name: str) -> bytes:
        return b"" if name == LOBBY and self._user_id is not None else self._frames.of(event, name)

    async def tell(self, event: Event, name: str | None) -> bytes:
        if name == LOBBY and self._user_id is not None and not await self._meetings.hears(self._user_id, event):
            return b""
        return self._frames.of(event, name or "")


class Frames:
    """Encodes an event once for all streams that know it by the same channel name, and keeps the latest ones."""

    def __init__(self, size: int = 1_000) -> None:
        self._size = size
        self._latest: dict[tuple[Cursor, str], bytes] = {}

    def of(self, event: Event, channel: str) -> bytes:
        key = (event.cursor, channel)
        encoded = self._latest.get(key)
        if encoded is None:
            values = _values.decode(event.data)
            encoded = frame(event.kind, event.cursor, event.at, channel, values)
            if len(self._latest) >= self._size:
                del self._latest[next(iter(self._latest))]
            self._latest[key] = encoded
        return encoded


_values = msgspec.json.Decoder(dict[str, msgspec.Raw])  # which stay the text that they are
