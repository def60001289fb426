"""What plugins declare for the desktop client. Nothing here needs DearPyGui."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from gamehall.client import Client

__all__ = ["Action", "BoardLook", "Panel", "Row", "Theme"]

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
    """Colours of the window. Buttons that matter are filled with `accent` and written on in `on_accent`.

    `ink`, `faint`, `accent`, `danger` and `warning` are written on `ground`, on `surface` (cards, dialogs) and on
    `raised` (buttons, fields), so each needs a contrast of 4.5 to all three.
    """

    name: str
    title: str
    ground: Colour
    surface: Colour
    raised: Colour
    rule: Colour
    ink: Colour
    faint: Colour
    accent: Colour
    on_accent: Colour
    danger: Colour
    warning: Colour


@dataclass(frozen=True, slots=True)
class BoardLook:
    """Colours of a board, which goes from `wood` at the left to `far` at the right, with a grain if it has one.

    `ink` is for the names of rows and columns, `frame` goes around it.
    """

    name: str
    title: str
    wood: Colour
    far: Colour
    line: Colour
    ink: Colour
    frame: Colour
    grain: bool = False
