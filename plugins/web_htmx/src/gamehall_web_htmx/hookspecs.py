"""The hooks of the web pages. Whoever implements one marks it `optionalhook=True`."""

from __future__ import annotations

from collections.abc import Iterable

from gamehall import hookspec
from gamehall.declare import Host

from .declare import Page, Slot


@hookspec
def web_slots(host: Host) -> Iterable[Slot]:  # type: ignore[empty-body]
    """Pieces of the lobby, of profiles and of games' pages."""


@hookspec
def web_pages(host: Host) -> Iterable[Page]:  # type: ignore[empty-body]
    """Pages of their own, with an entry in the menu."""
