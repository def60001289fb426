"""A modal window in the middle of the window, and the fields in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue

from .desk import Desk

_ = catalogue(__name__)

_WIDTH, _MARGIN, _SHOW = 420, 8, 78
_EDGES = 2 * 14 + 11  # its padding, and the bar to scroll with
_LINE, _LETTER = 18, 9  # the height of a line and the width of a letter, roughly
_FRAMES = 3  # until what has been added, or has another width, has its size
_SUNK = 8  # texts are drawn lower than their place, to stand beside fields


class Drawn(Protocol):
    """A dialog that is open."""

    def draw(self) -> None: ...

    def delete(self) -> None: ...


class Dialog:
    """Made when it opens, deleted when it closes. Escape and its cross close it, Enter does what it is for."""

    def __init__(self, desk: Desk, title: str, enter: Callable[[], None], close: Callable[[], None]) -> None:
        self.desk = desk
        self.width = self._room()
        self._title = title
        self._enter = enter
        self._close = close
        self._placed: tuple[int, ...] = ()
        self._restless = 0  # frames in which its size may still change
        self._labels: dict[str, int] = {}  # how wide each is
        self._wide: dict[str, tuple[float, int]] = {}  # what is as wide as the dialog: its share, and how much less

    @contextmanager
    def made(self) -> Iterator[None]:
        """What is added in the block is inside."""
        with dpg.window(
            tag="dialog",
            label=self._title,
            modal=True,
            autosize=True,
            no_resize=True,
            no_collapse=True,
            on_close=self._close,
            pos=(self.desk.px(120), self.desk.px(40)),
        ):
            yield
        dpg.bind_item_theme("dialog", "theme:dialog")
        with dpg.handler_registry(tag="dialog_keys"):
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self._entered)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self._close)

    def _entered(self) -> None:
        """Enter is for a button that Tab has reached, else for what the dialog is for."""
        reached = self.desk.model.reached
        if reached is None or dpg.get_item_type(reached) == "mvAppItemType::mvInputText":
            self._enter()

    def place(self) -> None:
        """Keeps it in the middle and inside the window, whatever it has come to hold."""
        self._fit()
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        width, height = map(int, dpg.get_item_rect_size("dialog"))
        if (placed := (*room, width, height)) == self._placed:
            if self._restless:
                self._restless -= 1
                self.desk.changed()
            return
        top = (room[1] - height) // 3
        if self._placed[:3] == placed[:3]:  # it has grown or shrunk: its fields stay where they are, if they can
            top = min(int(dpg.get_item_pos("dialog")[1]), room[1] - height - _MARGIN)
        self._placed = placed
        dpg.configure_item("dialog", max_size=[each - 2 * _MARGIN for each in room])
        dpg.set_item_pos("dialog", [max(_MARGIN, (room[0] - width) // 2), max(_MARGIN, top)])
        self._restless = _FRAMES
        self.desk.changed()

    def delete(self) -> None:
        for tag in ("dialog", "dialog_keys"):
            if dpg.does_item_exist(tag):
                dpg.delete_item(tag)

    def _room(self) -> int:
        """How wide what it holds can be, beside its edges and a bar to scroll with."""
        room: int = dpg.get_viewport_client_width() - 2 * _MARGIN - self.desk.px(_EDGES)
        return min(self.desk.px(_WIDTH), room)

    def _fit(self) -> None:
        """Makes everything as wide as the window has room for."""
        if (width := self._room()) != self.width:
            self.width = width
            for tag in self._wide:
                self._widen(tag)
            self.desk.changed()

    def _widen(self, tag: str) -> None:
        share, less = self._wide[tag]
        length = "wrap" if dpg.get_item_type(tag) == "mvAppItemType::mvText" else "width"
        dpg.configure_item(tag, **{length: max(1, round(self.width * share) - less)})

    def spread(self, tag: str, share: float = 1.0, less: int = 0) -> None:
        """Keeps an item as wide as the dialog is inside, or this share of it, less so many pixels."""
        self._wide[tag] = (share, less)
        self._widen(tag)

    def text(self, tag: str, text: str = "", colour: str = "faint") -> None:
        """Words over the whole width, which take no room while there are none."""
        self.desk.write(text, colour=colour, tag=tag, show=bool(text))
        self.spread(tag)

    def say(self, tag: str, text: str, colour: str = "faint") -> None:
        """Puts words into a text, or takes them out."""
        self.desk.rewrite(tag, text)
        dpg.configure_item(tag, show=bool(text), color=self.desk.colour(colour))

    def field(self, name: str, label: str, changed: Callable[[], None], **more: Any) -> None:
        """A line to write in; above it is its label, and what is wrong with it."""
        with dpg.group(tag=f"{name}:all"):
            self._label(name, label)
            self.desk.field(name, callback=changed, **more)
            self.spread(name)

    def password(self, label: str, changed: Callable[[], None]) -> None:
        """The line for a password, which can be shown."""
        with dpg.group(tag="password:all"):
            self._label("password", label)
            with dpg.group(horizontal=True):
                show = self.desk.px(_SHOW)
                self.desk.field("password", callback=changed, password=True)
                self.spread("password", less=show + self.desk.px(8))
                self.desk.button("show_password", _("Show"), _turn_password, width=show)

    def _label(self, name: str, label: str) -> None:
        with dpg.child_window(tag=f"{name}:row", border=False, no_scrollbar=True):
            dpg.add_text(label, tag=f"{name}:label")
            self._labels[name] = self.desk.px(_LETTER * (len(label) + 2))
            self.desk.write("", tag=f"{name}:fault", show=False)
            self.desk.geometry.names.add(f"{name}:fault")
        self.spread(f"{name}:row")
        self.fault(name, "")

    def fault(self, name: str, text: str, colour: str = "danger") -> None:
        """Says beside a field's label what is wrong with it. There is room for two lines always: what is below must
        not move away from under somebody's mouse."""
        self.say(f"{name}:fault", text, colour)
        line = self.desk.px(_LINE)
        room = max(self.width // 3, self.width - self._labels[name])
        size = dpg.get_text_size(text, wrap_width=room) if text else None
        tall = int(size[1]) if size else line
        height = max(2 * line, tall)
        dpg.configure_item(f"{name}:fault", wrap=room)
        dpg.configure_item(f"{name}:row", height=height + self.desk.px(_SUNK))
        dpg.set_item_pos(f"{name}:label", [0, height - line])
        dpg.set_item_pos(f"{name}:fault", [self.width - room, height - tall])


def _turn_password() -> None:
    shown = not dpg.get_item_configuration("password")["password"]
    dpg.configure_item("password", password=shown)
    dpg.configure_item("show_password", label=_("Show") if shown else _("Hide"))
