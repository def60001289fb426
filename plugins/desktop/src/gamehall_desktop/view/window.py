"""The window: its parts in their places, and the loop that draws them."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import dearpygui.dearpygui as dpg

from gamehall_desktop.config import Config
from gamehall_desktop.files import TokenFile
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.layout import Box, arrange
from gamehall_desktop.state.model import Screen

from .desk import Desk, Part
from .geometry import Geometry
from .lobby import LobbyScreen
from .signing import SignInForm, Whoami
from .table import BoardPart, TableSide

log = logging.getLogger(__name__)

_BUSY, _IDLE = 1 / 60, 1 / 12  # seconds a frame, for a while after something happened and otherwise
_FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/System/Library/Fonts/Supplemental/Arial.ttf",
    "C:/Windows/Fonts/segoeui.ttf",
)


def run(config: Config, path: Path, profile: str | None) -> None:
    """Opens the window and returns when it is closed."""
    logging.basicConfig(level=config.log_level.upper())
    network, tokens = Network(), TokenFile()
    session = Session(config, path, tokens, network.spawn, network.post)
    dpg.create_context()
    try:
        desk = Desk(network, session, Geometry(os.environ.get("GAMEHALL_DESKTOP_TEST_GEOMETRY")))
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
        dpg.configure_app(manual_callback_management=True)
        self._font()
        self._parts: list[Part] = []
        with dpg.window(tag="root", no_scrollbar=True):
            with dpg.child_window(tag="bar", border=False, no_scrollbar=True), dpg.group(horizontal=True):
                self._screen_button("hall", "Hall")
                self._screen_button("table", "Game")
                self._parts.append(Whoami(desk))
            with dpg.child_window(tag="hall_screen", border=False):
                dpg.add_text(tag="notice", color=(240, 190, 90))
                self._parts += [SignInForm(desk, config.base_url, username, notice), LobbyScreen(desk)]
            with dpg.child_window(tag="board_place", border=False, no_scrollbar=True):
                self._board = BoardPart(desk)
            with dpg.child_window(tag="side_place"):
                self._parts += [self._board, TableSide(desk)]
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(button=dpg.mvMouseButton_Left, callback=self._clicked)
            dpg.add_mouse_move_handler(callback=desk.awake)
        dpg.set_primary_window("root", True)

    def show(self, network: Network) -> None:
        """Draws frames until the window is closed."""
        desk = self._desk
        dpg.create_viewport(title="Gamehall", width=1120, height=780, x_pos=0, y_pos=0, min_width=480, min_height=420)
        dpg.setup_dearpygui()
        dpg.show_viewport()
        dpg.set_viewport_resize_callback(desk.changed)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dpg.stop_dearpygui())
        while dpg.is_dearpygui_running():
            for message in network.messages():
                desk.model.take(message)
                desk.changed()
            if desk.stale and not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
                desk.stale = False
                self._draw()
            dpg.render_dearpygui_frame()
            desk.geometry.write(self._board.canvas, desk.model)
            for callback, *_ in dpg.get_callback_queue() or ():
                self._call(callback)
            network.news.wait(_BUSY if time.monotonic() < desk.busy_until else _IDLE)
            network.news.clear()

    @staticmethod
    def _call(callback: Callable[[], None] | None) -> None:
        """Runs one callback; one that fails must not end the window."""
        try:
            if callback is not None:
                callback()
        except Exception:
            log.exception("a callback failed")

    @staticmethod
    def _font() -> None:
        path = next((path for path in _FONTS if Path(path).is_file()), None)
        if path:
            with dpg.font_registry():
                dpg.bind_font(dpg.add_font(path, 17))

    def _screen_button(self, screen: Screen, label: str) -> None:
        def turn_to() -> None:
            self._desk.model.screen = screen
            self._desk.changed()

        self._desk.button(f"screen:{screen}", label, turn_to)

    def _draw(self) -> None:
        desk, model = self._desk, self._desk.model
        desk.frame = arrange(dpg.get_viewport_client_width(), dpg.get_viewport_client_height(), desk.scale)
        _place("bar", desk.frame.bar, shown=True)
        _place("hall_screen", desk.frame.room, shown=model.screen == "hall")
        _place("board_place", desk.frame.board, shown=model.screen == "table")
        _place("side_place", desk.frame.side, shown=model.screen == "table")
        last = model.toasts.said[-1].text if model.toasts.said else ""
        dpg.set_value("notice", model.account.notice or last)
        for part in self._parts:
            part.draw()

    def _clicked(self) -> None:
        self._desk.changed()
        self._board.clicked()


def _place(tag: str, box: Box, *, shown: bool) -> None:
    dpg.configure_item(tag, pos=(box.x, box.y), width=box.width, height=box.height, show=shown)
