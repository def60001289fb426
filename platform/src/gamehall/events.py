"""Facts that clients must learn: written in the transaction that makes them true, read by every worker."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

__all__ = ["LOBBY", "Cursor", "Event", "NewEvent", "game_channel", "user_channel", "users_of"]

LOBBY = "lobby"


def user_channel(user_id: str) -> str:
    return f"user-{user_id}"


def game_channel(game_id: str) -> str:
    return f"game-{game_id}"


class Cursor(NamedTuple):
    """A place in the feed: the writing transaction's number (0 on SQLite) and the event's. Cursors are ordered."""

    tx: int
    id: int

    def __str__(self) -> str:
        return f"{self.tx}-{self.id}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor that a client sent back; None when it is not one."""
        match = _CURSOR.fullmatch(text)
        return cls(int(match[1]), int(match[2])) if match else None


_CURSOR = re.compile(r"([0-9]{1,18})-([0-9]{1,18})", re.ASCII)


class NewEvent(msgspec.Struct, frozen=True):
    """A fact to be written: what kind, who learns of it (channels), and its data, plain enough for JSON."""

    kind: str
    channels: tuple[str, ...]
    data: dict[str, Any]


class Event(msgspec.Struct, frozen=True):
    """A fact that was committed. `data` is JSON text, kept as it was written."""

    cursor: Cursor
    at: datetime
    kind: str
    channels: tuple[str, ...]
    data: msgspec.Raw

    def values(self) -> dict[str, Any]:
        """The data, decoded."""
        values: dict[str, Any] = msgspec.json.decode(self.data)
        return values


def users_of(event: Event) -> list[str]:
    """The ids of the users who learn of an event by their own channels."""
    return [each.removeprefix(_USER) for each in event.channels if each.startswith(_USER)]


_USER = user_channel("")
