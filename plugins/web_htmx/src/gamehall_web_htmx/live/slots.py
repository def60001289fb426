"""Pieces of other plugins on an open page: those that events change, and those whose plugin comes or goes meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from gamehall_web_htmx.declare import Slot

if TYPE_CHECKING:
    from gamehall_web_htmx.site import Site, Visitor

__all__ = ["LiveSlots"]


class LiveSlots:
    """The pieces with events at one place of a page that this visitor has open."""

    def __init__(self, site: Site, visitor: Visitor, place: str) -> None:
        self._site = site
        self._visitor = visitor
        self._place = place
        self._shown = self._declared()

    def _declared(self) -> list[tuple[str, Slot]]:
        return [each for each in self._site.slots_at(self._place) if each[1].events]

    async def afresh(self) -> str:
        return await self._told(self._declared())

    async def tell(self, kind: str) -> str:
        """What an event of this kind on the visitor's channel changes."""
        return await self._told([each for each in self._declared() if kind in each[1].events])

    async def beat(self) -> str:
        """What has come or gone with its plugin."""
        before, self._shown = self._shown, self._declared()
        gone = [each for each in before if each not in self._shown]
        new = [each for each in self._shown if each not in before]
        return "".join(_swapped(slot.id) for _, slot in gone) + await self._told(new)

    async def _told(self, slots: Iterable[tuple[str, Slot]]) -> str:
        pieces = await self._site.pieces_of(list(slots), self._visitor)
        return "".join(_swapped(each.id, each.html) for each in pieces)


def _swapped(id_: str, html: str = "") -> str:
    return f'<div id="{id_}" hx-swap-oob="innerHTML">{html}</div>'
