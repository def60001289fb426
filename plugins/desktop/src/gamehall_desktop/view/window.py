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
from typing import Any, get_args

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue, speak
from gamehall_desktop.accounts import AuthenticationManager
from gamehall_desktop.config import remember_look
from gamehall_desktop.herald import Herald
from gamehall_desktop.network import Network
from gamehall_desktop.session import Session
from gamehall_desktop.state.layout import LEAST_HEIGHT, LEAST_WIDTH, Box, arrange, within
from gamehall_desktop.state.model import Screen
from gamehall_desktop.state.pace import pause
from gamehall_desktop.state.settings import Look, system_language
from gamehall_desktop.state.toasts import Toast

from . import fonts, themes
from .account import AccountMenu, OfflineBanner
from .desk import Desk, Part
from .geometry import Geometry
from .glfw import Glfw
from .keys import TableKeys
from .lobby import LobbyScreen
from .ring import Ring
from .settings import SettingsScreen
from .side import TableSide
from .signing import SigningDialogs
from .table import BoardPart
from .tip import Tip
from .toasts import ToastStack, show_messages

log = logging.getLogger(__name__)
_ = catalogue(__name__)

_TITLE = "Gamehall"

_KINDS = {
    "root": "root",
    "bar": "bar",
    "board_place": "plain",
    "side_place": "card",
    "settings_screen": "card",
}
# Themes come last: one keeps its tag for as long as something has it.
_MADE_ANEW = ("mvWindowAppItem", "mvHandlerRegistry", "mvItemHandlerRegistry", "mvTheme")
_EQUALS = 602  # the key of = and +, for which DearPyGui's own name has a number that never comes
# With Ctrl: everything larger, smaller, or as it was.
_STEPS = {
    _EQUALS: 1,
    dpg.mvKey_Add: 1,
    dpg.mvKey_Minus: -1,
    dpg.mvKey_Subtract: -1,
    dpg.mvKey_0: 0,
    dpg.mvKey_NumPad0: 0,
}


def run(accounts: AuthenticationManager, profile: str | None) -> None:
    """Opens the window and returns when it is closed."""
    config = accounts.config
    level = config.log_level.upper()
    logging.basicConfig(level=level, force=True)  # as a window's program, whatever the command line has set up
    logging.getLogger("gamehall_desktop").setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells of every call
    network = Network()
    herald = Herald(network.post, network.spawn, config.look)
    accounts.post = herald.post
    session = Session(accounts, network.spawn, herald.post)
    dpg.create_context()
    try:
        desk = Desk(network, session, Geometry(os.environ.get("GAMEHALL_DESKTOP_TEST_GEOMETRY")))
        desk.model.settings.look = config.look

        def keep(look: Look) -> None:
            herald.look = look
            remember_look(accounts.path, look)

        window = Window(desk, keep)
        desk.do(session.begin, profile)
        window.show(network, herald)
    finally:
        herald.wake = _nothing
        network.close(session.close())  # before the context goes: a call after that ends the process
        dpg.destroy_context()


class Window:
    """Every part, and the places they have. `keep` stores a look that was chosen."""

    def __init__(self, desk: Desk, keep: Callable[[Look], None]) -> None:
        self._desk = desk
        self._keep = keep
        self._kept = desk.model.settings.look
        self._parts: list[Part] = []
        self._board: BoardPart
        self._side: TableSide
        self._toasts: ToastStack
        self._banner: OfflineBanner
        self._made_of: object = None
        self._title = ""
        dpg.configure_app(manual_callback_management=True)

    def _make(self) -> None:
        """Makes every part, in the language, the colours and at the scale that are chosen now."""
        desk, look = self._desk, self._desk.model.settings.look
        speak(look.language or system_language(*_locales()))
        for made in _MADE_ANEW:
            for item in dpg.get_windows():
                if dpg.get_item_type(item) == f"mvAppItemType::{made}":
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
            dpg.add_mouse_release_handler(button=dpg.mvMouseButton_Left, callback=partial(desk.geometry.took, "clicks"))
            dpg.add_mouse_move_handler(callback=self._moved)
            dpg.add_key_press_handler(callback=self._pressed)
        tip = Tip(desk)
        with dpg.window(tag="root", no_scrollbar=True):
            with (
                dpg.child_window(tag="bar", border=False, no_scrollbar=True, always_use_window_padding=True),
                dpg.group(horizontal=True),
            ):
                self._screen_button("hall", _("Hall"))
                self._screen_button("table", _("Game"))
                self._screen_button("settings", _("Settings"))
                desk.button("messages_button", _("Messages"), partial(show_messages, desk), kind="quiet")
                self._parts.append(AccountMenu(desk))
            with dpg.child_window(tag="hall_screen", border=False):
                desk.write("", colour="warning", tag="notice")
                self._parts.append(LobbyScreen(desk))
            with dpg.child_window(tag="settings_screen"):
                self._parts.append(SettingsScreen(desk))
            with dpg.child_window(tag="board_place", border=False, no_scrollbar=True):
                self._board = BoardPart(desk, tip)
            with dpg.child_window(tag="side_place"):
                self._side = TableSide(desk)
                self._parts += [self._board, self._side]
        TableKeys(desk, self._side)
        self._ring = Ring(desk, self._call)
        self._toasts = ToastStack(desk)
        self._banner = OfflineBanner(desk)
        self._parts += [self._toasts, self._banner, SigningDialogs(desk)]
        for place, kind in _KINDS.items():
            dpg.bind_item_theme(place, f"theme:{kind}")

    def show(self, network: Network, herald: Herald) -> None:
        """Draws frames until the window is closed."""
        desk = self._desk
        dpg.create_viewport(
            title=_TITLE,
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
        below = Glfw()
        herald.wake = below.wake
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dpg.stop_dearpygui())
        below.wake_by_signals()
        while dpg.is_dearpygui_running():
            self._frame(network.messages())
            herald.is_watched = below.is_focused()
            below.wait(pause(desk.model, desk.busy_until, time.monotonic()), network.news)

    def _frame(self, news: list[Any]) -> None:
        """One frame: what is new, what of it is to be seen, and what the user did meanwhile."""
        desk, settings = self._desk, self._desk.model.settings
        for message in news:
            desk.model.take(message)
            desk.changed()
        if not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
            made_of = (settings.theme, settings.board, settings.look.scale, settings.look.language)
            if made_of != self._made_of:
                self._made_of, desk.stale = made_of, True
                self._make()
            if desk.stale or self._toasts.is_stale() or self._banner.is_stale():
                desk.stale = False
                self._draw()
        self._side.tick()
        self._ring.tick()
        dpg.render_dearpygui_frame()
        if settings.look != self._kept and not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
            self._kept = settings.look
            self._keep(settings.look)
        for callback, *call in dpg.get_callback_queue() or ():
            self._call(callback, call)
        desk.geometry.write(self._board.canvas, desk.model)

    def _call(self, callback: Callable[..., None] | None, call: list[Any]) -> None:
        """Runs one callback; one that fails must not end the window."""
        try:
            if callback is not None:
                callback(*call[: _wanted(callback)])
        except Exception:
            log.exception("a callback failed")
            self._desk.model.take(Toast(_("That did not work: there is a fault in the program."), "fault"))
            self._desk.changed()

    def _screen_button(self, screen: Screen, label: str) -> None:
        def turn_to() -> None:
            self._desk.model.screen = screen
            self._desk.changed()

        self._desk.button(f"screen:{screen}", label, turn_to, kind="quiet")

    def _draw(self) -> None:
        desk, model = self._desk, self._desk.model
        size = desk.geometry.drawn = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        desk.frame = arrange(*size, desk.scale, self._banner.height)
        _place("bar", desk.frame.bar, shown=True)
        _place("hall_screen", desk.frame.room, shown=model.screen == "hall")
        settings = within((desk.px(600), desk.frame.room.height), desk.frame.room)
        _place("settings_screen", settings, shown=model.screen == "settings")
        _place("board_place", desk.frame.board, shown=model.screen == "table")
        _place("side_place", desk.frame.side, shown=model.screen == "table")
        for screen in get_args(Screen):
            dpg.bind_item_theme(f"screen:{screen}", "theme:chosen" if screen == model.screen else "theme:quiet")
        desk.rewrite("notice", model.account.notice)
        dpg.configure_item("notice", show=bool(model.account.notice))
        for part in self._parts:
            try:
                part.draw()
            except Exception:  # one that fails must not end the window
                log.exception("a part of the window cannot be drawn")
                model.take(Toast(_("That did not work: there is a fault in the program."), "fault"))
        if model.title != self._title:
            self._title = model.title
            dpg.set_viewport_title(f"{model.title} – {_TITLE}" if model.title else _TITLE)

    def _clicked(self) -> None:
        self._desk.changed()
        if not self._desk.is_asked():
            self._board.clicked()

    def _moved(self) -> None:
        self._desk.awake()
        self._board.hovered()

    def _pressed(self, _: object, key: int) -> None:
        """The keys of the whole window: its size on the screen, and that of what is in it."""
        desk = self._desk
        desk.awake()
        desk.geometry.took("keys")
        control = dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl)
        if key == dpg.mvKey_F11:
            dpg.toggle_viewport_fullscreen()
        elif control and key in _STEPS:
            desk.choose(desk.model.settings.look.scaled(_STEPS[key]))


def _nothing() -> None:
    """There is no window to wake any more."""


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
