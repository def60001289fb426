"""Streams for the pages of a browser: what happens comes as pieces of HTML that the pages' own plugin makes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from gamehall.declare import Host
from gamehall.events import Cursor, Event
from gamehall.tables import now

from .audience import Audience, find_audience, may_still_listen
from .crowd import Crowd
from .frames import fragment, frame
from .settings import PushSettings
from .stream import EventStream

if TYPE_CHECKING:
    from gamehall_web_htmx.declare import Listening, Pusher, Telling

_HEARTBEAT = b"event: beat\ndata:\n\n"  # a page can hear it, unlike a comment, and so notices when it stops


class PageVoice:
    """Tells one page."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    @property
    def besides(self) -> frozenset[str]:
        return self._telling.besides

    def notice(self, kind: str, place: Cursor, **data: Any) -> bytes:
        return frame(kind, place, now(), None, data)

    async def beat(self, place: Cursor) -> bytes:
        return _HEARTBEAT + fragment(place, await self._telling.beat())

    async def afresh(self, place: Cursor) -> bytes:
        return fragment(place, await self._telling.afresh())

    def at_once(self, event: Event, name: str) -> bytes:
        return b""  # what a page shows of it is looked up

    async def tell(self, event: Event, name: str | None) -> bytes:
        return fragment(event.cursor, await self._telling.tell(event))


def pushers(host: Host) -> list[Pusher]:
    from gamehall_web_htmx.declare import Pusher  # only where there are pages

    settings = host.plugin_settings(PushSettings)
    crowd = Crowd(host, settings, "pages")

    async def open_stream(listening: Listening) -> AsyncIterator[bytes]:
        audience = await find_audience(host, await listening.identify(), listening.channels)

        async def may_listen(audience: Audience) -> bool:
            return await may_still_listen(host, audience, listening.identify)

        stream = EventStream(host, audience, settings, PageVoice(listening.telling), may_listen, crowd)
        return stream.run(listening.cursor, again=listening.again)

    return [Pusher(open_stream)]
