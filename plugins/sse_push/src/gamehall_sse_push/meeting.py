"""Who hears of what happens in the lobby: everybody but those who do not meet the people it is about."""

from __future__ import annotations

from gamehall.declare import Host
from gamehall.events import Cursor, Event, users_of

_OPENED = "challenge_opened"


class Meetings:
    """What is asked once for all streams of this worker that tell of the same event; the latest are kept."""

    def __init__(self, host: Host, size: int = 200) -> None:
        self._host = host
        self._size = size
        self._apart: dict[Cursor, frozenset[str]] = {}

    async def hears(self, user_id: str, event: Event) -> bool:
        """Whether this user is told of an event of the lobby."""
        if event.cursor not in self._apart:
            if len(self._apart) >= self._size:
                del self._apart[next(iter(self._apart))]
            self._apart[event.cursor] = await self._apart_from(event)
        return user_id not in self._apart[event.cursor]

    async def _apart_from(self, event: Event) -> frozenset[str]:
        people = users_of(event)
        if event.kind == _OPENED:
            people.append(str(event.values()["challenger_id"]))
        apart = await self._host.apart(people) if people else {}
        return frozenset().union(*apart.values())
