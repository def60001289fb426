"""A sentence at the mouse."""

from __future__ import annotations

import dearpygui.dearpygui as dpg

from gamehall_desktop.fontfiles import count_lines, text_width

from .desk import FLOATING, Desk

_TAG = "tip"
_WIDTH, _LINE, _PADDING = 260, 20, 26
_AWAY = 18  # pixels from the mouse


class Tip:
    """Says why a cell may not be taken, beside the mouse and within the window. It takes no focus and no clicks."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        with dpg.window(tag=_TAG, show=False, **FLOATING):
            desk.write("", tag="tip_text")
        dpg.bind_item_theme(_TAG, "theme:dialog")

    def say(self, text: str) -> None:
        """Shows a text at the mouse; nothing where it is empty."""
        if not text:
            if dpg.is_item_shown(_TAG):
                dpg.hide_item(_TAG)
            return
        desk = self._desk
        lines = count_lines(text, (_WIDTH - 30) / 17)
        needed = min(_WIDTH, text_width(text) * 17 + 32) if lines == 1 else _WIDTH
        width, height = desk.px(needed), desk.px(_PADDING + _LINE * lines)
        x, y = dpg.get_mouse_pos(local=False)
        most_x, most_y = dpg.get_viewport_client_width() - width, dpg.get_viewport_client_height() - height
        place = (max(0, min(int(x) + _AWAY, most_x)), max(0, min(int(y) + _AWAY, most_y)))
        desk.rewrite("tip_text", text)
        dpg.configure_item("tip_text", wrap=width - desk.px(26))
        dpg.configure_item(_TAG, show=True, pos=place, width=width, height=height)
