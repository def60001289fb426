"""What the parts of the window share."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, ParamSpec, Protocol

import dearpygui.dearpygui as dpg

from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.layout import Frame, arrange
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.settings import Chosen, Look

from . import fonts, themes
from .geometry import Geometry

P = ParamSpec("P")

FLOATING: dict[str, Any] = {
    "no_title_bar": True,
    "no_resize": True,
    "no_move": True,
    "no_focus_on_appearing": True,
    "no_saved_settings": True,
    "no_scrollbar": True,
    "min_size": (10, 10),
}
"""What makes a window a note above the others, which takes neither focus nor room."""


class Part(Protocol):
    """A part of the window. It is made once, inside its place, and brought up to date when something has changed.

    Another language, theme or scale has every part made anew.
    """

    def draw(self) -> None: ...


class Desk:
    """The model, the session that acts for the user, and what every part needs of DearPyGui.

    Things that can be pressed or written into have names, their tags, by which `geometry` tells tests where they are.
    """

    def __init__(self, network: Network, session: Session, geometry: Geometry) -> None:
        self.session = session
        self.geometry = geometry
        self.model = Model()
        self.frame: Frame = arrange(1120, 780)
        self.stale = True
        self.busy_until = 0.0
        self._network = network
        self._fields: set[str] = set()

    def do(self, work: Callable[P, Coroutine[Any, Any, None]], *arguments: P.args, **more: P.kwargs) -> None:
        """Runs what the session does in the network's thread; what goes wrong is told to the user."""
        self._network.start(self.session.attempt(partial(work, *arguments, **more)))

    def doing(
        self, work: Callable[P, Coroutine[Any, Any, None]], *arguments: P.args, **more: P.kwargs
    ) -> Callable[[], None]:
        """A callback that does something; after signing in, where that is lacking."""
        begin = partial(work, *arguments, **more)
        return lambda: self._network.start(self.session.attempt(begin, again=True))

    def changed(self) -> None:
        """Has everything drawn anew. Never while a button is held down: a new button would not know of it."""
        self.stale = True
        self.awake()

    def awake(self) -> None:
        """Draws frames quickly for a while."""
        self.busy_until = time.monotonic() + 1

    def choose(self, look: Look) -> None:
        """Has the window look like this from now on."""
        self.model.take(Chosen(look))
        self.changed()

    @property
    def scale(self) -> float:
        """How large everything is, 1 being as designed."""
        return self.model.settings.look.scale / 100

    def px(self, length: float) -> int:
        """A length in pixels at the chosen scale."""
        return round(length * self.scale)

    def colour(self, name: str) -> themes.Colour:
        """A colour of the theme, such as `faint`."""
        return themes.colour(getattr(self.model.settings.theme, name))

    def button(
        self,
        name: str,
        label: str,
        act: Callable[[], None],
        parent: int | str = 0,
        kind: themes.Kind | None = None,
        **more: Any,
    ) -> None:
        """A button; `primary` is what one is here for, `danger` what cannot be undone, `quiet` has no frame."""
        dpg.add_button(tag=name, callback=act, parent=parent, **more)
        dpg.set_item_label(name, fonts.bind(name, label, "strong" if kind == "primary" else "body"))
        if kind is not None:
            dpg.bind_item_theme(name, f"theme:{kind}")
        self.geometry.names.add(name)

    def field(self, name: str, parent: int | str = 0, **more: Any) -> None:
        """A line to write in."""
        dpg.add_input_text(tag=name, parent=parent, **more)
        self.geometry.names.add(name)
        self._fields.add(name)

    def is_writing(self) -> bool:
        """Whether the keys are for a field."""
        return any(dpg.does_item_exist(name) and dpg.is_item_active(name) for name in self._fields)

    def is_asked(self) -> bool:
        """Whether a dialog has to be answered before anything else."""
        windows = (item for item in dpg.get_windows() if dpg.get_item_type(item) == "mvAppItemType::mvWindowAppItem")
        return any(dpg.is_item_shown(item) and dpg.get_item_configuration(item)["modal"] for item in windows)

    def write(
        self,
        text: str,
        style: fonts.Style = "body",
        *,
        colour: str = "ink",
        parent: int | str = 0,
        tag: int | str = 0,
        **more: Any,
    ) -> int | str:
        """Writes a text in a font that has its characters, in a colour of the theme. Returns the item's tag."""
        item: int | str = dpg.add_text(tag=tag, parent=parent, color=self.colour(colour), **more)
        self.rewrite(item, text, style)
        return item

    def rewrite(self, item: int | str, text: str, style: fonts.Style = "body") -> None:
        """Gives an item that was written another text."""
        shown = fonts.bind(item, text, style)
        if dpg.get_value(item) != shown:
            dpg.set_value(item, shown)

    def bind(self, item: int | str, text: str, style: fonts.Style = "body") -> str:
        """Gives any item the font for a text. Returns the text as that font can show it, for its label or value."""
        return fonts.bind(item, text, style)
