"""Panels of plugins, each a list with a field below it."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall_desktop import panels
from gamehall_desktop.state.panels import PanelLoaded

from .desk import Desk
from .lines import Lists, Pressed


class PanelsPart:
    """Every panel that there is something to show of."""

    def __init__(self, desk: Desk, pressed: Pressed) -> None:
        self._desk = desk
        self._pressed = pressed
        self._made: dict[str, Lists] = {}
        dpg.add_group(tag="panels")

    def draw(self) -> None:
        shown = self._desk.model.panels.shown
        for name in [name for name in self._made if name not in shown]:
            dpg.delete_item(f"panel_place:{name}")
            del self._made[name]
        sections = {each.name: each for each in self._desk.model.panels.sections()}
        for name, loaded in shown.items():
            if name not in self._made:
                self._make(loaded)
            self._made[name].draw([sections[name]])

    def _make(self, loaded: PanelLoaded) -> None:
        panel = loaded.panel
        with dpg.group(tag=f"panel_place:{panel.name}", parent="panels"):
            self._made[panel.name] = Lists(self._desk, f"panel_lists:{panel.name}", self._pressed)
            if panel.ask is not None:
                self._field(loaded)

    def _field(self, loaded: PanelLoaded) -> None:
        panel, ask = loaded.panel, loaded.panel.ask
        assert ask is not None  # noqa: S101 - asked just before
        name, desk = f"ask:{panel.name}", self._desk

        def send() -> None:
            desk.do(panels.ask, desk.session, panel, ask, dpg.get_value(name))
            dpg.set_value(name, "")

        with dpg.group(horizontal=True):
            desk.field(name, hint=loaded.say(ask.hint), width=desk.px(180), on_enter=True, callback=send)
            desk.button(f"send:{panel.name}", loaded.say(ask.label), send)
        dpg.add_spacer(height=desk.px(8))
