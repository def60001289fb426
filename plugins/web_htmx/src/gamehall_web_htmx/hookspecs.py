"""The hooks of the web pages. Whoever implements one marks it `optionalhook=True`."""

from __future__ import annotations

from collections.abc import Iterable

from gamehall import hookspec
from gamehall.declare import Host

from .declare import NoticeKind, Page, Pusher, Slot


@hookspec
def web_slots(host: Host) -> Iterable[Slot]:  # type: ignore[empty-body]
    """Pieces of the lobby, of profiles, of games' pages and of the settings."""


@hookspec
def web_pages(host: Host) -> Iterable[Page]:  # type: ignore[empty-body]
    """Pages of their own, with an entry in the menu."""


@hookspec
def web_pushers(host: Host) -> Iterable[Pusher]:  # type: ignore[empty-body]
    """Ways to tell pages what happens. The first is taken; without any the pages are looked at again by hand."""


@hookspec
def web_notices(host: Host) -> Iterable[NoticeKind]:  # type: ignore[empty-body]
    """Events of which users are told on their page of notices."""
