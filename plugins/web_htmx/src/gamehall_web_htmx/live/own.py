"""What every page of an account is told: how many notices wait for it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from gamehall.declare import Host
from gamehall.events import Event
from gamehall_web_htmx.notices import notice_kinds, unread_links

from .pieces import Pieces

__all__ = ["NoticeCount", "OwnTelling", "PageTelling"]


class NoticeCount:
    """The number on the bell of a page at this path; `account` is whose it is, None where there is no bell."""

    def __init__(self, host: Host, pieces: Pieces, account: str | None, path: str) -> None:
        self._host = host
        self._pieces = pieces
        self._account = account
        self._path = path
        self._told: int | None = None

    async def news(self) -> str:
        """The bell, if it shows another number than the page was told last."""
        if self._account is None:
            return ""
        links = await self._host.read(unread_links, self._account, notice_kinds(self._host))
        unread = sum(link != self._path for link in links)  # what leads here is before one's eyes
        if unread == self._told:
            return ""
        self._told = unread
        return self._pieces.render("notice_count_now.html", {"unread": unread})


class OwnTelling:
    """A page on which nothing else lives."""

    besides: frozenset[str] = frozenset()

    def __init__(self, count: NoticeCount) -> None:
        self._count = count

    async def afresh(self) -> str:
        return await self._count.news()

    async def tell(self, event: Event) -> str:
        return ""  # a notice is put down a moment later, and then the stream is woken

    async def beat(self) -> str:
        return await self._count.news()


class PageTelling:
    """The page of another plugin; `show` gives what lives on it, after events of these kinds and when the plugin comes
    or goes."""

    besides: frozenset[str] = frozenset()

    def __init__(
        self,
        count: NoticeCount,
        kinds: Collection[str],
        show: Callable[[], Awaitable[str]],
        is_on: Callable[[], bool],
    ) -> None:
        self._count = count
        self._kinds = kinds
        self._show = show
        self._is_on = is_on
        self._was_on = True

    async def afresh(self) -> str:
        return await self._count.news() + await self._show()

    async def tell(self, event: Event) -> str:
        return await self._show() if event.kind in self._kinds else ""

    async def beat(self) -> str:
        was, self._was_on = self._was_on, self._is_on()
        return await self._count.news() + (await self._show() if was != self._was_on else "")
