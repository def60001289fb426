"""What the parts of the window share."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any, Protocol

import dearpygui.dearpygui as dpg

from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.layout import Frame, arrange
from gamehall_desktop.state.model import Model

from .geometry import Geometry


class Part(Protocol):
    """A part of the window. It is made once, inside its place, and brought up to date when something has changed."""

    def draw(self) -> None: ...


class Desk:
    """The model, the session that acts for the user, and what every part needs of DearPyGui.

    Things that can be pressed or written into have names, their tags, by which `geometry` tells tests where they are.
    """

    def __init__(self, network: Network, session: Session, geometry: Geometry) -> None:
        self.session = session
        self.geometry = geometry
        self.model = Model()
        self.scale = 1.0
        self.frame: Frame = arrange(1120, 780)
        self.stale = True
        self.busy_until = 0.0
        self._network = network

    def do(self, work: Coroutine[Any, Any, None], again: Callable[[], Coroutine[Any, Any, None]] | None = None) -> None:
        """Runs what the session does in the network's thread; what goes wrong is told to the user.

        `again` makes the same once more, for whoever has to sign in first.
        """
        self._network.start(self.session.attempt(work, again))

    def doing(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> Callable[[], None]:
        """A callback that does something."""
        return lambda: self.do(work(*arguments), lambda: work(*arguments))

    def changed(self) -> None:
        """Has everything drawn anew. Never while a button is held down: a new button would not know of it."""
        self.stale = True
        self.awake()

    def awake(self) -> None:
        """Draws frames quickly for a while."""
        self.busy_until = time.monotonic() + 1

    def px(self, length: float) -> int:
        """A length in pixels at the chosen scale."""
        return round(length * self.scale)

    def button(self, name: str, label: str, act: Callable[[], None], parent: int | str = 0, **more: Any) -> None:
        dpg.add_button(tag=name, label=label, callback=act, parent=parent, **more)
        self.geometry.names.add(name)

    def field(self, name: str, parent: int | str = 0, **more: Any) -> None:
        """A line to write in."""
        dpg.add_input_text(tag=name, parent=parent, **more)
        self.geometry.names.add(name)
