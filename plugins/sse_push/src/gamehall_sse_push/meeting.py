"""Who hears of an open challenge: everybody but those who do not meet its challenger."""

from __future__ import annotations

from gamehall.declare import Host
from gamehall.events import Cursor, Event

_OPENED = "challenge_opened"


class Meetings:
    """What is asked once for all streams of this worker that tell of the same challenge; the latest are kept."""

    def __init__(self, host: Host, size: int = 200) -> None:
        self._host = host
        self._size = size
        self._apart: dict[Cursor, frozenset[str]] = {}

    async def hears(self, user_id: str | None, event: Event) -> bool:
        """Whether this user, None being a stranger, is told of an event."""
        if user_id is None or event.kind != _OPENED:
            return True
        if event.cursor not in self._apart:
            challenger = str(event.values()["challenger_id"])
            apart = (await self._host.apart([challenger]))[challenger]
            if len(self._apart) >= self._size:
                del self._apart[next(iter(self._apart))]
            self._apart[event.cursor] = apart
        return user_id not in self._apart[event.cursor]
