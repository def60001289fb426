"""The window. Only its thread calls DearPyGui; everything else reaches it as messages."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import dearpygui.dearpygui as dpg

from .board import buttons, touch
from .canvas import Canvas
from .config import Config
from .files import TokenFile
from .geometry import Geometry
from .model import Model
from .network import Network
from .session import Session

log = logging.getLogger(__name__)

_SIDE = 340  # pixels
_HEAD = 130  # for the headline and a row of buttons
_ROW, _IN_A_ROW = 30, 7  # of buttons: how high each row is, and how many are in it
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
        window = Window(network, session, config, tokens.notice, profile or "")
        if profile:
            window.do(session.restore(profile))
        window.show()
    finally:
        network.close(session.close())  # before the context goes: a call after that ends the process
        dpg.destroy_context()


class Window:
    """Draws the model and turns clicks into what the session does."""

    def __init__(self, network: Network, session: Session, config: Config, notice: str, username: str) -> None:
        self._network = network
        self._session = session
        self._model = Model()
        self._geometry = Geometry(os.environ.get("GAMEHALL_DESKTOP_TEST_GEOMETRY"))
        self._stale = True
        self._busy_until = 0.0
        dpg.configure_app(manual_callback_management=True)
        self._font()
        with dpg.window(tag="root"), dpg.group(horizontal=True):
            with dpg.child_window(width=_SIDE, tag="side"):
                self._sign_in_form(config.base_url, username, notice)
                self._hall()
                dpg.add_text(tag="notice", wrap=_SIDE - 20, color=(240, 190, 90))
            with dpg.group(tag="table"):
                dpg.add_text(tag="headline")
                dpg.add_group(tag="buttons")
                self._canvas = Canvas("board")
        with dpg.handler_registry():
            dpg.add_mouse_click_handler(button=dpg.mvMouseButton_Left, callback=self._clicked)
            dpg.add_mouse_move_handler(callback=self._awake)
        dpg.set_primary_window("root", True)

    def show(self) -> None:
        dpg.create_viewport(title="Gamehall", width=1120, height=780, x_pos=0, y_pos=0)
        dpg.setup_dearpygui()
        dpg.show_viewport()
        dpg.set_viewport_resize_callback(self._changed)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: dpg.stop_dearpygui())
        while dpg.is_dearpygui_running():
            for message in self._network.messages():
                self._model.take(message)
                self._changed()
            if self._stale and not dpg.is_mouse_button_down(dpg.mvMouseButton_Left):
                self._stale = False
                self._draw()
            dpg.render_dearpygui_frame()
            self._geometry.write(self._canvas)
            for callback, *_ in dpg.get_callback_queue() or ():
                self._call(callback)
            self._network.news.wait(_BUSY if time.monotonic() < self._busy_until else _IDLE)
            self._network.news.clear()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Lets the session do something."""
        self._network.start(self._session.attempt(work))

    def _awake(self) -> None:
        self._busy_until = time.monotonic() + 1

    def _changed(self) -> None:
        """Draws anew. Never while a button is held down: a new button would not know of it."""
        self._stale = True
        self._awake()

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

    def _sign_in_form(self, base_url: str, username: str, notice: str) -> None:
        with dpg.group(tag="sign_in_form"):
            for tag, label, value in (("base_url", "Hall", base_url), ("username", "Name", username)):
                dpg.add_input_text(tag=tag, label=label, default_value=value, width=240)
            dpg.add_input_text(tag="password", label="Password", password=True, width=240)
            dpg.add_input_text(tag="code", label="Code", hint="with two-step sign-in", width=240)
            dpg.add_input_text(tag="email", label="E-mail", hint="to register", width=240)
            with dpg.group(horizontal=True):
                self._button("sign_in", "Sign in", lambda: self.do(self._session.sign_in(*_values(*_ACCOUNT))))
                self._button("register", "Register", lambda: self.do(self._session.register(*_values(*_NEW_ACCOUNT))))
            dpg.add_text(notice, wrap=_SIDE - 20, color=(150, 150, 150))

    def _hall(self) -> None:
        with dpg.group(tag="hall", show=False):
            with dpg.group(horizontal=True):
                dpg.add_text(tag="whoami")
                self._button("sign_out", "Sign out", lambda: self.do(self._session.sign_out()))
            dpg.add_separator(label="New challenge")
            dpg.add_combo(tag="ruleset", label="Game", width=220)
            dpg.add_input_text(tag="opponent", label="Opponent", hint="empty: everybody", width=220)
            self._button("challenge", "Challenge", self._challenge)
            dpg.add_separator(label="Challenges")
            dpg.add_group(tag="challenges")
            dpg.add_separator(label="Your games")
            dpg.add_group(tag="games")
            dpg.add_spacer(height=8)

    def _button(self, name: str, label: str, act: Callable[[], None], parent: int | str = 0) -> None:
        dpg.add_button(tag=name, label=label, callback=act, parent=parent)
        self._geometry.names.add(name)

    def _challenge(self) -> None:
        chosen = dpg.get_value("ruleset")
        key = next((each.key for each in self._model.lobby.rulesets if each.title == chosen), None)
        if key:
            self.do(self._session.challenge(key, dpg.get_value("opponent")))

    def _draw(self) -> None:
        model = self._model
        dpg.configure_item("sign_in_form", show=model.username is None)
        dpg.configure_item("hall", show=model.username is not None)
        dpg.set_value("whoami", f"Signed in as {model.username}")
        dpg.set_value("notice", model.notice)
        dpg.set_value("headline", model.headline if model.username else "Sign in, or register to begin.")
        titles = [ruleset.title for ruleset in model.lobby.rulesets]
        dpg.configure_item("ruleset", items=titles)
        if titles and dpg.get_value("ruleset") not in titles:
            dpg.set_value("ruleset", titles[0])
        rows = self._draw_lists()
        width = max(200, dpg.get_viewport_client_width() - _SIDE - 40)
        height = max(200, dpg.get_viewport_client_height() - _HEAD - _ROW * max(0, rows - 1))
        dpg.configure_item("headline", wrap=width)
        self._canvas.draw(model.game.scene if model.game else None, model.touched, width, height)

    def _draw_lists(self) -> int:
        """Draws everything that can be pressed; the number of rows of the game's own buttons."""
        model, session = self._model, self._session
        for group in ("challenges", "games", "buttons"):
            dpg.delete_item(group, children_only=True)
        for each in model.lobby.challenges:
            label = f"Accept {each.challenger.display_name}: {each.ruleset}"
            self._button(f"accept:{each.id}", label, self._doing(session.respond, each.id, "accept"), "challenges")
        for each_game in model.lobby.games:
            label = model.game_line(each_game)
            self._button(f"game:{each_game.id}", label, self._doing(session.show, each_game.id), "games")
        game = model.game
        if game is None:
            return 0
        found = [
            (f"move:{each.move}", each.label or each.move, self._doing(session.play, game.id, each.move, game.ply))
            for each in buttons(game.scene, model.touched)
        ]
        if model.can_resign:
            found.append(("resign", "Resign", self._doing(session.resign, game.id)))
        starts = range(0, len(found), _IN_A_ROW)
        for start in starts:
            row = dpg.add_group(parent="buttons", horizontal=True)
            for name, label, act in found[start : start + _IN_A_ROW]:
                self._button(name, label, act, row)
        return len(starts)

    def _doing(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> Callable[[], None]:
        return lambda: self.do(work(*arguments))

    def _clicked(self) -> None:
        self._changed()
        game = self._model.game
        cell = self._canvas.cell_under_mouse()
        if game is None or cell is None:
            return
        self._model.touched, move = touch(game.scene, self._model.touched, cell)
        if move is not None:
            self.do(self._session.play(game.id, move, game.ply))


_ACCOUNT = ("base_url", "username", "password", "code")
_NEW_ACCOUNT = ("base_url", "username", "email", "password")


def _values(*names: str) -> list[str]:
    return [dpg.get_value(name) for name in names]
