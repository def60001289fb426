"""The window: its parts in their places, and the loop that draws them."""

from __future__ import annotations

import ctypes
import inspect
import locale
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from gamehall.languages import speak
from gamehall_desktop.config import Config, remember_look
from gamehall_desktop.files import TokenFile
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.layout import LEAST_HEIGHT, LEAST_WIDTH, Box, arrange
from gamehall_desktop.state.model import Screen
from gamehall_desktop.state.pace import pause
from gamehall_desktop.state.settings import system_language

from . import fonts, themes
from .desk import Desk, Part
from .geometry import Geometry
from .keys import TableKeys
from .lobby import LobbyScreen
from .side import TableSide
from .signing import SignInForm, Whoami
from .table import BoardPart

log = logging.getLogger(__name__)

# With Ctrl: everything larger, smaller, or as it was.
_STEPS = {
    dpg.mvKey_Plus: 1,
    dpg.mvKey_Add: 1,
    dpg.mvKey_Minus: -1,
    dpg.mvKey_Subtract: -1,
    dpg.mvKey_0: 0,
    dpg.mvKey_NumPad0: 0,
}


def run(config: Config, path: Path, profile: str | None) -> None:
    """Opens the window and returns when it is closed."""
    logging.basicConfig(level=config.log_level.upper())
    network, tokens = Network(), TokenFile()
    session = Session(config, path, tokens, network.spawn, network.post)
    dpg.create_context()
    try:
        desk = Desk(network, session, Geometry(os.environ.get("GAMEHALL_DESKTOP_TEST_GEOMETRY")))
        desk.keep = partial(remember_look, path)
        desk.model.settings.look = config.look
        window = Window(desk, config, tokens.notice, profile or "")
        if profile:
            desk.do(session.restore(profile))
        window.show(network)
    finally:
        network.close(session.close())  # before the context goes: a call after that ends the process
        dpg.destroy_context()


class Window:
    """Every part, and the places they have."""

    def __init__(self, desk: Desk, config: Config, notice: str, username: str) -> None:
        self._desk = desk
        self._known = (config.base_url, username, notice)
        self._parts: list[Part] = []
        self._board: BoardPart
        self._side: TableSide
        dpg.configure_app(manual_callback_management=True)

    def _make(self) -> None:
        """Makes every part, in the language, the colours and at the scale that are chosen now."""
        desk, look = self._desk, self._desk.model.settings.look
        speak(look.language or system_language(*_locales()))
        made = ("mvAppItemType::mvWindowAppItem", "mvAppItemType::mvHandlerRegistry")
        for item in dpg.get_windows():
            if dpg.get_item_type(item) in made:
                dpg.delete_item(item)
        fonts.bind_default()
        themes.bind(desk.model.settings.theme, desk.scale)
        dpg.set_global_font_scale(desk.scale)
        self._parts = []
        self._fill()
        dpg.set_primary_window("root", True)
        dpg.configure_item("root", no_scrollbar=True, no_scroll_with_mouse=True)  # being the primary one sets them anew

    def _fill(self) -> None:
        desk = self._desk
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(button=dpg.mvMouseButton_Left, callback=self._clicked)
            dpg.add_mouse_move_handler(callback=desk.awake)
            dpg.add_key_press_handler(callback=self._pressed)
        with dpg.window(tag="root", no_scrollbar=True):
            with dpg.child_window(tag="bar", border=False, no_scrollbar=True), dpg.group(horizontal=True):
                self._screen_button("hall", "Hall")
                self._screen_button("table", "Game")
                self._parts.append(Whoami(desk))
            with dpg.child_window(tag="hall_screen", border=False):
                dpg.add_text(tag="notice", color=desk.colour("warning"))
                self._parts += [SignInForm(desk, *self._known), LobbyScreen(desk)]
            with dpg.child_window(tag="board_place", border=False, no_scrollbar=True):
                self._board = BoardPart(desk)
            with dpg.child_window(tag="side_place"):
                self._side = TableSide(desk)
                self._parts += [self._board, self._side]
        TableKeys(desk, self._side)
        for place, kind in (("root", "root"), ("board_place", "plain"), ("side_place", "card")):
            dpg.bind_item_theme(place, f"theme:{kind}")

    def show(self, network: Network) -> None:
        """Draws frames until the window is closed."""
        desk = self._desk
        dpg.create_viewport(
            title="Gamehall",
            width=1120,
            height=780,
            x_pos=0,
            y_pos=0,
            min_width=LEAST_WIDTH,
            min_height=LEAST_HEIGHT,
            clear_color=desk.colour("ground"),
        )
        dpg.setup_dearpygui()
        dpg.show_viewport()
        dpg.set_viewport_resize_callback(desk.changed)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dpg.stop_dearpygui())
        while dpg.is_dearpygui_running():
            self._frame(network)
            network.news.wait(pause(desk.model, desk.busy_until, time.monotonic()))
            network.news.clear()

    def _frame(self, network: Network) -> None:
        """One frame: what is new, what of it is to be seen, and what the user did meanwhile."""
        desk = self._desk
        for message in network.messages():
            desk.model.take(message)
            desk.changed()
        if not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
            if desk.unmade:
                desk.unmade, desk.stale = False, True
                self._make()
            if desk.stale:
                desk.stale = False
                self._draw()
        self._side.tick()
        dpg.render_dearpygui_frame()
        desk.geometry.write(self._board.canvas)
        for callback, *call in dpg.get_callback_queue() or ():
            self._call(callback, call)

    @staticmethod
    def _call(callback: Callable[..., None] | None, call: list[Any]) -> None:
        """Runs one callback; one that fails must not end the window."""
        try:
            if callback is not None:
                callback(*call[: _wanted(callback)])
        except Exception:
            log.exception("a callback failed")

    def _screen_button(self, screen: Screen, label: str) -> None:
        def turn_to() -> None:
            self._desk.model.screen = screen
            self._desk.changed()

        self._desk.button(f"screen:{screen}", label, turn_to, kind="quiet")

    def _draw(self) -> None:
        desk, model = self._desk, self._desk.model
        desk.frame = arrange(dpg.get_viewport_client_width(), dpg.get_viewport_client_height(), desk.scale)
        _place("bar", desk.frame.bar, shown=True)
        _place("hall_screen", desk.frame.room, shown=model.screen == "hall")
        _place("board_place", desk.frame.board, shown=model.screen == "table")
        _place("side_place", desk.frame.side, shown=model.screen == "table")
        last = model.toasts.said[-1].text if model.toasts.said else ""
        desk.rewrite("notice", model.account.notice or last)
        for part in self._parts:
            part.draw()

    def _clicked(self) -> None:
        self._desk.changed()
        self._board.clicked()

    def _pressed(self, _: object, key: int) -> None:
        """The keys of the whole window: its size on the screen, and that of what is in it."""
        desk = self._desk
        desk.awake()
        control = dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl)
        if key == dpg.mvKey_F11:
            dpg.toggle_viewport_fullscreen()
        elif control and key in _STEPS:
            desk.choose(desk.model.settings.look.scaled(_STEPS[key]))


def _place(tag: str, box: Box, *, shown: bool) -> None:
    dpg.configure_item(tag, pos=(box.x, box.y), width=box.width, height=box.height, show=shown)


def _wanted(callback: Callable[..., None]) -> int:
    """How many of sender, value and user's data a callback takes."""
    parameters = inspect.signature(callback).parameters.values()
    return sum(each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD for each in parameters)


def _locales() -> tuple[str | None, ...]:
    """What the system says of its language, the most particular first."""
    if sys.platform == "win32":
        number = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return (locale.windows_locale.get(number),)
    return tuple(os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
