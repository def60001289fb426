"""What plugins declare for the desktop client. Nothing here needs DearPyGui."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a server asks for declarations too, and has no use for the client
    from gamehall.client import Client

__all__ = ["Action", "Ask", "BoardLook", "NewChallenge", "OpenGame", "Panel", "Row", "Theme"]

Colour = str
"""`#rrggbb`."""


@dataclass(frozen=True, slots=True)
class OpenGame:
    """Opens a game of the hall, to play or to watch."""

    game_id: str


@dataclass(frozen=True, slots=True)
class NewChallenge:
    """Opens the form of a new challenge, with this user as the opponent."""

    username: str


Then = str | OpenGame | NewChallenge
"""What follows: a sentence that is said to the user, nothing where it is empty, or something that is opened."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button. `act` runs in the network's thread; then the panel is loaded again.

    It may raise what `Client` raises: the user is told.
    """

    label: str
    act: Callable[[Client], Awaitable[Then]]


@dataclass(frozen=True, slots=True)
class Ask:
    """A field with a button: `act` is given what was written, without white space around it, and is like an action's.

    `hint` stands in the field while it is empty.
    """

    label: str
    hint: str
    act: Callable[[Client, str], Awaitable[Then]]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a panel with its buttons. `key` tells it from the panel's other rows, `note` is shown fainter.

    `person` is the name of the user whom it is about, who then is offered where an opponent is chosen.
    """

    key: str
    text: str
    note: str = ""
    actions: tuple[Action, ...] = ()
    person: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the hall's screen: its rows are loaded when somebody signs in and again after each of `events`.

    `load` returns None where the hall has nothing of the kind: the panel is not shown then. `empty` is said where there
    are no rows, and `ask` stands below them. The title, `empty` and the words of `ask` are marked with `N_` and said in
    the window's language; those of rows are said by `load`.
    """

    name: str
    title: str
    load: Callable[[Client], Awaitable[Sequence[Row] | None]]
    events: tuple[str, ...] = ()
    empty: str = ""
    ask: Ask | None = None


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
