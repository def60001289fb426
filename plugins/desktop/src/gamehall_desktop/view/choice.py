"""One of several words, chosen from a list that opens below a button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import dearpygui.dearpygui as dpg

from .desk import Desk

T = TypeVar("T")

_TALLEST, _ENTRY, _ROUND = 320, 28, 26  # of a list, of each entry, and around them


def add_choice(
    desk: Desk, name: str, choices: Sequence[tuple[T, str]], chosen: T, choose: Callable[[T], None], width: int
) -> None:
    """A button that says what is chosen and opens the list, whose entries are called `name=value`."""
    word = next((word for value, word in choices if value == chosen), "")

    def pick(value: T) -> None:
        dpg.delete_item(f"{name}:list")
        choose(value)

    def entry(value: T, word: str) -> None:
        tag = f"{name}={value}"
        dpg.add_selectable(tag=tag, default_value=value == chosen, callback=lambda: pick(value))
        dpg.set_item_label(tag, desk.bind(tag, word))
        desk.geometry.names.add(tag)

    def unfold() -> None:
        if dpg.does_item_exist(f"{name}:list"):
            dpg.delete_item(f"{name}:list")
        x, y = dpg.get_item_rect_min(name)
        height = dpg.get_item_rect_size(name)[1]
        tall = desk.px(min(_TALLEST, len(choices) * _ENTRY + _ROUND))
        room = desk.frame.room
        fits = y + height + tall <= room.y + room.height
        top = y + height if fits else max(0, y - tall)  # never over the button, which is still being pressed
        with dpg.window(
            tag=f"{name}:list",
            popup=True,
            show=False,
            no_move=True,
            pos=(round(x), round(top)),
            min_size=(width, desk.px(20)),
            max_size=(max(width, desk.px(320)), desk.px(_TALLEST)),
        ):
            for value, word in choices:
                entry(value, word)
        dpg.configure_item(f"{name}:list", show=True)
        desk.awake()

    with dpg.group(horizontal=True, horizontal_spacing=0):
        desk.button(name, word, unfold, width=width - desk.px(30))
        dpg.bind_item_theme(name, _theme())
        dpg.add_button(arrow=True, direction=dpg.mvDir_Down, callback=unfold)


def _theme() -> str:
    """What is chosen begins at the left, like what is written."""
    if not dpg.does_item_exist("theme:unfolding"):
        with dpg.theme(tag="theme:unfolding"), dpg.theme_component(dpg.mvButton):
            dpg.add_theme_style(dpg.mvStyleVar_ButtonTextAlign, 0.0, 0.5)
    return "theme:unfolding"
