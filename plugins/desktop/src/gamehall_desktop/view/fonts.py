"""The fonts of items and of what is drawn: DearPyGui takes one for each, and looks nowhere else for a character."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import dearpygui.dearpygui as dpg

from gamehall_desktop.fontfiles import BODY, STRONG, file_for, font_file, shown_in

from .themes import Colour

Style = Literal["body", "strong", "small", "title", "clock"]

_STYLES: dict[Style, tuple[Path, int]] = {
    "body": (BODY, 17),
    "strong": (STRONG, 17),
    "small": (BODY, 14),
    "title": (STRONG, 23),
    "clock": (STRONG, 30),
}


def bind_default() -> None:
    """Everything without a font of its own is written in the body's."""
    if not dpg.does_item_exist("fonts"):
        dpg.add_font_registry(tag="fonts")
    dpg.bind_font(_font(*_STYLES["body"]))


def bind(item: int | str, text: str, style: Style = "body") -> str:
    """Gives an item the font for a text. Returns the text as that font can show it."""
    wanted, size = _STYLES[style]
    path = file_for(text, wanted)
    dpg.bind_item_font(item, _font(path, size))
    return shown_in(text, path)


def draw_text(
    layer: int | str, text: str, middle: tuple[float, float], size: float, colour: Colour, wanted: Path = STRONG
) -> int | str:
    """Draws a text around a point, its line so many pixels high. Returns the item's tag."""
    path = file_for(text, wanted)
    font, shown = font_file(path), shown_in(text, path)
    width = font.width(shown) * size if font else size
    corner = (round(middle[0] - width / 2), round(middle[1] - size / 2))
    item: int | str = dpg.draw_text(corner, shown, size=size, color=colour, parent=layer)
    dpg.bind_item_font(item, _font(path, _STYLES["body"][1]))
    return item


def _font(path: Path, size: int) -> str:
    tag = f"font:{path}:{size}"
    if not dpg.does_item_exist(tag):
        dpg.add_font(str(path), size, tag=tag, parent="fonts")
    return tag
