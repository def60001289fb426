"""The hall's screen: games, challenges, people, and games at this computer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import get_args

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall_desktop import lobbying, offline, panels
from gamehall_desktop.state.challenge import Proposing, Where
from gamehall_desktop.state.here import Asked
from gamehall_desktop.state.lines import Press, Section
from gamehall_desktop.state.lobby import Tab
from gamehall_desktop.state.lobbylines import known_people, sections, sought_line

from .challenge import NewGameForm
from .desk import Desk
from .lines import Lists
from .panels import PanelsPart

_ = catalogue(__name__)

_SIDE, _WIDE = 330, 860


class LobbyScreen:
    """Lists of the hall for whoever is signed in, and the games at this computer for everybody."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._shown = False
        desk.do(offline.install, desk.session)
        with dpg.group(tag="hall"):
            with dpg.child_window(tag="hall_main", auto_resize_y=True):
                self._form = NewGameForm(desk, lambda: known_people(desk.model.lobby, desk.model.panels))
                with dpg.group(tag="hall_lists"):
                    self._buttons()
                    dpg.add_spacer(height=desk.px(4))
                    self._lists = Lists(desk, "lists", self._pressed)
            with dpg.child_window(tag="hall_side", auto_resize_y=True):
                with dpg.group(tag="seeking"):
                    with dpg.group(horizontal=True):
                        desk.field(
                            "seek", hint=_("A player's name"), width=desk.px(200), on_enter=True, callback=self._seek
                        )
                        desk.button("seek_player", _("Find"), self._seek)
                    self._sought = Lists(desk, "sought_list", self._pressed)
                self._panels = PanelsPart(desk, self._pressed)
        for place in ("hall_main", "hall_side"):
            dpg.bind_item_theme(place, "theme:card")

    def _buttons(self) -> None:
        desk = self._desk
        with dpg.group(horizontal=True):
            desk.button("new_challenge", _("New challenge"), lambda: self._new("hall"), kind="primary")
            desk.button("new_here", _("Two at this computer"), lambda: self._new("here"))
        with dpg.group(horizontal=True, tag="tabs"):
            desk.button("tab:play", _("Play"), self._turning("play"), kind="quiet")
            desk.button("tab:watch", _("Watch"), self._turning("watch"), kind="quiet")
            desk.button("tab:finished", _("Finished"), self._turning("finished"), kind="quiet")
            desk.button("tab:here", _("This computer"), self._turning("here"), kind="quiet")

    def draw(self) -> None:
        desk, model = self._desk, self._desk.model
        signed_in = model.account.username is not None
        shown = model.screen == "hall"
        if shown and not self._shown:  # somebody comes back to it
            desk.do(lobbying.turn_to, desk.session, model.lobby.tab)
        self._shown = shown
        if not shown:
            return
        form = model.new_game.where is not None
        dpg.configure_item("hall_lists", show=not form)
        for tag in ("new_challenge", "tabs", "seeking"):
            dpg.configure_item(tag, show=signed_in)
        for tab in get_args(Tab):
            dpg.bind_item_theme(f"tab:{tab}", "theme:chosen" if tab == model.lobby.tab else "theme:quiet")
        self._arrange(signed_in)
        self._form.draw()
        self._lists.draw(self._sections(signed_in))
        line = sought_line(model.lobby)
        self._sought.draw([Section("sought", "", (line,))] if line else [])
        self._panels.draw()

    def _sections(self, signed_in: bool) -> list[Section]:
        model = self._desk.model
        if signed_in and model.lobby.tab != "here":
            return sections(model.lobby, time.monotonic())
        return [model.here.section()] if model.here.ready else []

    def _arrange(self, signed_in: bool) -> None:
        """Panels beside the lists where there is room, else below them."""
        width, side = self._desk.frame.room.width - self._desk.px(14), self._desk.px(_SIDE)  # the rest is for scrolling
        wide = width >= self._desk.px(_WIDE) and signed_in
        dpg.configure_item("hall", horizontal=wide)
        dpg.configure_item("hall_main", width=width - side - self._desk.px(9) if wide else width)
        dpg.configure_item("hall_side", width=side if wide else width, show=signed_in)

    def _new(self, where: Where) -> None:
        self._desk.model.take(Proposing(where))
        self._desk.changed()

    def _seek(self) -> None:
        self._desk.do(lobbying.seek, self._desk.session, dpg.get_value("seek"))

    def _turning(self, tab: Tab) -> Callable[[], None]:
        return self._desk.doing(lobbying.turn_to, self._desk.session, tab)

    def _pressed(self, press: Press) -> None:
        desk, session, about = self._desk, self._desk.session, press.about
        match press.verb:
            case "game":
                desk.do(session.open_game, about)
            case "accept" | "decline" | "cancel":
                desk.do(lobbying.respond, session, about, press.verb)
            case "copy":
                dpg.set_clipboard_text(about)
            case "more" if desk.model.lobby.rest:
                desk.do(lobbying.more_finished, session, desk.model.lobby.rest)
            case "against":
                desk.model.take(Proposing("hall", about))
            case "resume":
                desk.do(offline.resume, session, about)
            case "ask":
                desk.model.take(Asked(about))
            case "delete":
                desk.do(offline.delete, session, about)
            case "panel" if found := desk.model.panels.action(about):
                desk.do(panels.act, session, *found)
        desk.changed()
