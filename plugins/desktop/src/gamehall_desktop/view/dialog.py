"""A modal window in the middle of the window, and the fields in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue

from .desk import Desk

_ = catalogue(__name__)

Colour = tuple[int, int, int]

AMBER, RED, FAINT = (226, 178, 92), (240, 120, 110), (150, 156, 166)
_WIDTH, _MARGIN, _SHOW = 420, 8, 78
_LINE, _LETTER = 18, 9  # the height of a line and the width of a letter, roughly
_SUNK = 8  # texts are drawn lower than their place, to stand beside fields


class Drawn(Protocol):
    """A dialog that is open."""

    def draw(self) -> None: ...

    def delete(self) -> None: ...


class Dialog:
    """Made when it opens, deleted when it closes. Escape and its cross close it, Enter does what it is for."""

    def __init__(self, desk: Desk, title: str, enter: Callable[[], None], close: Callable[[], None]) -> None:
        self.desk = desk
        self.width = desk.px(_WIDTH)
        self._title = title
        self._enter = enter
        self._close = close
        self._placed: tuple[int, ...] = ()
        self._rooms: dict[str, int] = {}  # for what is said beside each label

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
        dpg.bind_item_theme("dialog", "dialog_theme")
        with dpg.handler_registry(tag="dialog_keys"):
            for key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self._enter)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self._close)

    def place(self) -> None:
        """Keeps it in the middle and inside the window, whatever it has come to hold."""
        room = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        width, height = map(int, dpg.get_item_rect_size("dialog"))
        if (placed := (*room, width, height)) == self._placed:
            return
        top = (room[1] - height) // 3
        if self._placed[:3] == placed[:3]:  # it has grown or shrunk: its fields stay where they are, if they can
            top = min(int(dpg.get_item_pos("dialog")[1]), room[1] - height - _MARGIN)
        self._placed = placed
        dpg.configure_item("dialog", max_size=[each - 2 * _MARGIN for each in room])
        dpg.set_item_pos("dialog", [max(_MARGIN, (room[0] - width) // 2), max(_MARGIN, top)])
        self.desk.changed()  # what has just been added has no size before the next frame

    def delete(self) -> None:
        for tag in ("dialog", "dialog_keys"):
            if dpg.does_item_exist(tag):
                dpg.delete_item(tag)

    def text(self, tag: str, text: str = "", colour: Colour = FAINT) -> None:
        """Words over the whole width, which take no room while there are none."""
        dpg.add_text(text, tag=tag, wrap=self.width, color=colour, show=bool(text))

    def field(self, name: str, label: str, changed: Callable[[], None], **more: Any) -> None:
        """A line to write in; above it is its label, and what is wrong with it."""
        with dpg.group(tag=f"{name}:all"):
            self._label(name, label)
            self.desk.field(name, width=self.width, callback=changed, **more)

    def password(self, label: str, changed: Callable[[], None]) -> None:
        """The line for a password, which can be shown."""
        with dpg.group(tag="password:all"):
            self._label("password", label)
            with dpg.group(horizontal=True):
                show = self.desk.px(_SHOW)
                self.desk.field("password", width=self.width - show - self.desk.px(8), callback=changed, password=True)
                self.desk.button("show_password", _("Show"), _turn_password, width=show)

    def _label(self, name: str, label: str) -> None:
        with dpg.child_window(tag=f"{name}:row", border=False, no_scrollbar=True, width=self.width):
            dpg.add_text(label, tag=f"{name}:label")
            self._rooms[name] = self.width - self.desk.px(_LETTER * (len(label) + 2))
            dpg.add_text(tag=f"{name}:fault", wrap=self._rooms[name], show=False)
        self.fault(name, "", FAINT)

    def fault(self, name: str, text: str, colour: Colour) -> None:
        """Says beside a field's label what is wrong with it. There is room for two lines always: what is below must
        not move away from under somebody's mouse."""
        say(f"{name}:fault", text, colour)
        line = self.desk.px(_LINE)
        size = dpg.get_text_size(text, wrap_width=self._rooms[name]) if text else None
        tall = int(size[1]) if size else line
        height = max(2 * line, tall)
        dpg.configure_item(f"{name}:row", height=height + _SUNK)
        dpg.set_item_pos(f"{name}:label", [0, height - line])
        dpg.set_item_pos(f"{name}:fault", [self.width - self._rooms[name], height - tall])


def say(tag: str, text: str, colour: Colour = FAINT) -> None:
    """Puts words into a `text` of a dialog, or takes them out."""
    dpg.set_value(tag, text)
    dpg.configure_item(tag, show=bool(text), color=colour)


def make_themes() -> None:
    """How dialogs and the buttons that matter most in them look; made once."""
    with dpg.theme(tag="dialog_theme"), dpg.theme_component(dpg.mvAll):
        for variable, size in (
            (dpg.mvStyleVar_WindowPadding, (20, 16)),
            (dpg.mvStyleVar_FramePadding, (10, 7)),
            (dpg.mvStyleVar_ItemSpacing, (8, 5)),
        ):
            dpg.add_theme_style(variable, *size, category=dpg.mvThemeCat_Core)
        for variable, radius in ((dpg.mvStyleVar_WindowRounding, 8), (dpg.mvStyleVar_FrameRounding, 5)):
            dpg.add_theme_style(variable, radius, category=dpg.mvThemeCat_Core)
        dpg.add_theme_style(dpg.mvStyleVar_FrameBorderSize, 1, category=dpg.mvThemeCat_Core)
    for tag, usual, above, pressed in (
        ("main_button", (27, 134, 84), (33, 156, 99), (22, 112, 70)),
        ("quiet_button", (0, 0, 0, 0), (255, 255, 255, 26), (255, 255, 255, 40)),
    ):
        with dpg.theme(tag=tag), dpg.theme_component(dpg.mvButton):
            for target, colour in (
                (dpg.mvThemeCol_Button, usual),
                (dpg.mvThemeCol_ButtonHovered, above),
                (dpg.mvThemeCol_ButtonActive, pressed),
            ):
                dpg.add_theme_color(target, colour, category=dpg.mvThemeCat_Core)


def _turn_password() -> None:
    shown = not dpg.get_item_configuration("password")["password"]
    dpg.configure_item("password", password=shown)
    dpg.configure_item("show_password", label=_("Show") if shown else _("Hide"))
