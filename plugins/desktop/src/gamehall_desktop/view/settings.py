"""The screen of settings: how the window looks and sounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import dearpygui.dearpygui as dpg
from msgspec.structs import replace

from gamehall.languages import catalogue
from gamehall_desktop.fontfiles import text_width
from gamehall_desktop.state.settings import SCALES, Look

from .desk import Desk
from .themes import Kind

_ = catalogue(__name__)

_FIELD = 230


class SettingsScreen:
    """Everything that can be chosen; a choice is in force at once and kept."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._drawn: object = None
        dpg.add_group(tag="settings")

    def draw(self) -> None:
        """Makes the fields anew when there is more to choose from, or when something was chosen elsewhere."""
        desk, settings = self._desk, self._desk.model.settings
        shown = (settings.look, settings.themes, settings.boards, dpg.get_item_width("settings_screen"))
        if shown != self._drawn:
            self._drawn = shown
            dpg.delete_item("settings", children_only=True)
            desk.geometry.names -= {name for name in desk.geometry.names if name.startswith("settings:")}
            dpg.push_container_stack("settings")
            self._fill(settings.look)
            dpg.pop_container_stack()

    def _fill(self, look: Look) -> None:
        settings = self._desk.model.settings
        self._title(_("Look"))
        self._choice("theme", _("Colours"), settings.themes, look.theme)
        self._choice("board", _("Board"), settings.boards, look.board)
        scales = {str(scale): f"{scale} %" for scale in sorted({*SCALES, look.scale})}
        self._choice("scale", _("Size of everything"), scales, str(look.scale), int)
        self._choice("language", _("Language"), settings.languages, look.language)
        self._tick("coordinates", _("Names of rows and columns"), ticked=look.coordinates)
        self._tick("move_list", _("List of moves beside the board"), ticked=look.move_list)
        self._title(_("Being told"))
        self._tick("sound", _("Sounds"), ticked=look.sound)
        self._volume(look)
        self._tick("notifications", _("Notifications while another window is in front"), ticked=look.notifications)
        self._desk.write(
            _("Sounds and notifications need parts of the program that can be left out; without them it is silent."),
            "small",
            colour="faint",
            wrap=self._desk.px(430),
        )

    def _title(self, text: str) -> None:
        dpg.add_spacer(height=self._desk.px(4))
        self._desk.write(text, "title")

    def _choice(
        self, field: str, label: str, choices: Mapping[str, str], chosen: str, read: Callable[[str], Any] = str
    ) -> None:
        """A button for each choice, in as many rows as they need."""
        desk = self._desk
        desk.write(label, colour="faint")
        row: int | str = 0
        left = 0.0
        for key, title in choices.items():
            text = f"✓ {title}" if key == chosen else title
            needed = (text_width(text) * 17 + 31) * desk.scale
            if needed > left:
                row, left = dpg.add_group(horizontal=True), dpg.get_item_width("settings_screen") - desk.px(28)
            left -= needed
            look = replace(desk.model.settings.look, **{field: read(key)})
            kind: Kind | None = "chosen" if key == chosen else None
            desk.button(f"settings:{field}:{key}", text, partial(desk.choose, look), row, kind)

    def _tick(self, field: str, label: str, *, ticked: bool) -> None:
        desk, name = self._desk, f"settings:{field}"

        def choose(_sender: object, value: bool) -> None:
            desk.choose(replace(desk.model.settings.look, **{field: value}))

        dpg.add_checkbox(tag=name, default_value=ticked, callback=choose)
        dpg.set_item_label(name, desk.bind(name, label))
        desk.geometry.names.add(name)

    def _volume(self, look: Look) -> None:
        desk, name = self._desk, "settings:volume"

        def choose(_sender: object, value: int) -> None:
            desk.choose(replace(desk.model.settings.look, volume=max(0, min(100, value))))

        with dpg.group(horizontal=True):
            dpg.add_slider_int(
                tag=name,
                default_value=look.volume,
                max_value=100,
                format="",
                width=desk.px(_FIELD),
                callback=choose,
                enabled=look.sound,
                clamped=True,
            )
            desk.write(f"{_('Volume')}: {look.volume} %")
        desk.geometry.names.add(name)
