"""Everything by the keyboard: Tab goes round what can be pressed, Space or Enter presses it.

DearPyGui's own way of doing so would take the arrows, which are the board's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import dearpygui.dearpygui as dpg

from gamehall_desktop.state.layout import Box
from gamehall_desktop.state.ring import following

from .desk import Desk

_BUTTON, _CHECK, _COMBO, _LINE = (f"mvAppItemType::mv{kind}" for kind in ("Button", "Checkbox", "Combo", "InputText"))
_REACHED = {_BUTTON, _CHECK, _COMBO, _LINE}
_AROUND, _THICK = 3, 2  # pixels

Call = Callable[[Callable[..., None] | None, list[Any]], None]


class Ring:
    """What Tab has reached is the model's `reached`, with a frame around it; the mouse, Escape or its end let it go.

    `call` runs a callback with what DearPyGui would give it.
    """

    def __init__(self, desk: Desk, call: Call) -> None:
        self._desk = desk
        self._call = call
        desk.model.reached = None
        if dpg.does_item_exist("ring"):  # of a window that was made anew
            dpg.delete_item("ring")
        dpg.add_viewport_drawlist(tag="ring")
        with dpg.handler_registry():
            dpg.add_key_press_handler(dpg.mvKey_Tab, callback=self._go)
            for key in (dpg.mvKey_Spacebar, dpg.mvKey_Return, dpg.mvKey_NumPadEnter):
                dpg.add_key_press_handler(key, callback=self._press)
            dpg.add_key_press_handler(dpg.mvKey_Escape, callback=self._let_go)
            dpg.add_mouse_click_handler(callback=self._let_go)

    def tick(self) -> None:
        """Keeps the frame around what was reached, wherever that is now."""
        desk = self._desk
        dpg.delete_item("ring", children_only=True)
        if desk.model.reached is None or not self._is_there(desk.model.reached):
            desk.model.reached = None
            return
        box, around = _box(desk.model.reached), desk.px(_AROUND)
        dpg.draw_rectangle(
            (box.x - around, box.y - around),
            (box.x + box.width + around, box.y + box.height + around),
            color=desk.colour("accent"),
            thickness=desk.px(_THICK),
            rounding=desk.px(8),
            parent="ring",
        )

    def _go(self) -> None:
        desk = self._desk
        if dpg.is_key_down(dpg.mvKey_LAlt) or dpg.is_key_down(dpg.mvKey_RAlt):
            return
        back = dpg.is_key_down(dpg.mvKey_LShift) or dpg.is_key_down(dpg.mvKey_RShift)
        places = {name: _box(name) for name in desk.geometry.names if self._is_there(name)}
        writing = next((name for name in places if dpg.is_item_active(name)), None) if desk.is_writing() else None
        desk.model.reached = following(places, writing or desk.model.reached, back=back)
        if desk.model.reached is not None:
            dpg.focus_item(desk.model.reached)  # a field can be written into, and what is out of sight comes into it
        desk.awake()

    def _press(self) -> None:
        name = self._desk.model.reached
        if name is None or not self._is_there(name) or not dpg.is_item_enabled(name):
            return
        value: Any = None
        match dpg.get_item_type(name):
            case kind if kind == _LINE:
                return
            case kind if kind == _CHECK:
                value = not dpg.get_value(name)
            case kind if kind == _COMBO:
                items = dpg.get_item_configuration(name)["items"]
                value = items[(items.index(dpg.get_value(name)) + 1) % len(items)]
        if value is not None:
            dpg.set_value(name, value)
        self._call(dpg.get_item_callback(name), [name, value, dpg.get_item_user_data(name)])

    def _let_go(self) -> None:
        self._desk.model.reached = None

    def _is_there(self, name: str) -> bool:
        """Whether it is to be seen, or would be after scrolling, and belongs to the dialog where there is one."""
        if not dpg.does_item_exist(name) or dpg.get_item_type(name) not in _REACHED:
            return False
        item: Any = name
        top = item
        while item:
            if not dpg.is_item_shown(item):
                return False
            top, item = item, dpg.get_item_parent(item)
        return not self._desk.is_asked() or bool(dpg.get_item_configuration(top).get("modal"))


def _box(name: str) -> Box:
    (x, y), (width, height) = dpg.get_item_rect_min(name), dpg.get_item_rect_size(name)
    return Box(int(x), int(y), int(width), int(height))
