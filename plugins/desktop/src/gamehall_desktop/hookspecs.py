"""The hooks of the desktop client. Whoever implements one marks it `optionalhook=True`."""

from __future__ import annotations

from collections.abc import Iterable

from gamehall import hookspec

from .declare import BoardLook, Panel, Theme


@hookspec
def desktop_panels() -> Iterable[Panel]:  # type: ignore[empty-body]
    """Panels of the hall's screen. They come from plugins installed beside the client, and ask the hall by its API."""


@hookspec
def desktop_themes() -> Iterable[Theme | BoardLook]:  # type: ignore[empty-body]
    """Colours of the window, and of its boards, to choose from in the settings."""
