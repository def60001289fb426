"""What plugins declare for the desktop client. Nothing here needs DearPyGui."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gamehall.client import Client

__all__ = ["Action", "Panel", "Row", "Theme"]

Colour = str
"""`#rrggbb`."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `act` runs in the network's thread; what it returns is said to the user, nothing where it is empty.

    It may raise what `Client` raises: the user is told.
    """

    label: str
    act: Callable[[Client], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a panel with its buttons; `note` is shown fainter."""

    text: str
    note: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the hall's screen: its rows are loaded when somebody signs in and again after each of `events`.

    `load` returns None where the hall has nothing of the kind: the panel is not shown then.
    """

    name: str
    title: str
    load: Callable[[Client], Awaitable[Sequence[Row] | None]]
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of the window and of its boards."""

    name: str
    title: str
    ground: Colour
    surface: Colour
    ink: Colour
    faint: Colour
    accent: Colour
    wood: Colour
    line: Colour
