"""The boards of the pages, for the desktop client where it is installed; its own is the wooden one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gamehall.languages import N_

if TYPE_CHECKING:  # only where there is a desktop client is this imported, by the function that it calls
    from gamehall_desktop.declare import BoardLook

__all__ = ["boards"]


def boards() -> list[BoardLook]:
    from gamehall_desktop.declare import BoardLook

    return [
        BoardLook(
            name="slate",
            title=N_("Slate"),
            wood="#93a3af",
            far="#8292a0",
            line="#25303a",
            ink="#17212a",
            frame="#4a5863",
        ),
        BoardLook(
            name="paper",
            title=N_("Paper"),
            wood="#fdfaf2",
            far="#f6f0e2",
            line="#766c59",
            ink="#4d4535",
            frame="#b3a68b",
        ),
        BoardLook(
            name="green",
            title=N_("Green"),
            wood="#7fae88",
            far="#659971",
            line="#183423",
            ink="#0d2316",
            frame="#2f5a3d",
        ),
    ]
