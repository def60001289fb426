"""Sentences at the lower right that go away by themselves, and the dialog with all of them."""

from __future__ import annotations

from functools import partial
from itertools import zip_longest

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall_desktop.fontfiles import count_lines
from gamehall_desktop.state.layout import Box, stacked, within
from gamehall_desktop.state.toasts import Said

from .desk import FLOATING, Desk

_ = catalogue(__name__)

_WIDTH, _LINE, _PADDING, _BUTTON = 340, 20, 26, 42
_KINDS = {"news": "accent", "done": "accent", "fault": "danger"}
_SIGNS = {"news": "●", "done": "✓", "fault": "!"}


class ToastStack:
    """The toasts that are to be seen, the newest at the bottom. They take no focus from what one writes in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._drawn: list[int] = []

    def is_stale(self) -> bool:
        """Whether one that is drawn has been seen for long enough."""
        return bool(self._drawn) and self._drawn != [said.number for said in self._desk.model.toasts.seen()]

    def draw(self) -> None:
        desk = self._desk
        seen = desk.model.toasts.seen()
        numbers = [said.number for said in seen]
        for gone in set(self._drawn) - set(numbers):
            dpg.delete_item(f"toast:{gone}")
            desk.geometry.names -= {f"toast:{gone}:close", f"toast:{gone}:open"}
        for said in seen:
            if said.number not in self._drawn:
                self._make(said)
        self._drawn = numbers
        window = (dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
        heights = [self._height(said) for said in seen]
        boxes = stacked(heights, desk.px(_WIDTH), window, desk.px(10))
        for said, box in zip_longest(seen, boxes):
            if box is None:
                dpg.hide_item(f"toast:{said.number}")
            else:
                place = {"pos": (box.x, box.y), "width": box.width, "height": box.height}
                dpg.configure_item(f"toast:{said.number}", show=True, **place)

    def _height(self, said: Said) -> int:
        desk = self._desk
        lines = count_lines(said.toast.text, (_WIDTH - 90) / 17)
        return desk.px(_PADDING + max(_LINE * lines, 30) + (_BUTTON if said.toast.game else 0))

    def _make(self, said: Said) -> None:
        desk, name = self._desk, f"toast:{said.number}"
        with dpg.window(tag=name, **FLOATING):
            with dpg.group(horizontal=True):
                desk.write(_SIGNS[said.toast.kind], "strong", colour=_KINDS[said.toast.kind])
                desk.write(said.toast.text, wrap=desk.px(_WIDTH - 50))
                desk.button(f"{name}:close", "×", partial(self._dismiss, said.number), kind="quiet", width=desk.px(26))
            if said.toast.game is not None:
                desk.button(f"{name}:open", _("Show the game"), partial(self._open, said))
        dpg.bind_item_theme(name, "theme:dialog")
        dpg.configure_item(f"{name}:close", pos=(desk.px(_WIDTH - 38), desk.px(8)))

    def _dismiss(self, number: int) -> None:
        self._desk.model.toasts.dismiss(number)
        self._desk.changed()

    def _open(self, said: Said) -> None:
        if said.toast.game is not None:
            self._desk.do(self._desk.session.open_game, said.toast.game)
        self._dismiss(said.number)


def show_messages(desk: Desk) -> None:
    """Opens the dialog with what was said, the newest first."""
    name = "messages"
    window = Box(0, 0, dpg.get_viewport_client_width(), dpg.get_viewport_client_height())
    box = within((desk.px(460), desk.px(420)), window)
    wrap = box.width - desk.px(100)

    def close() -> None:
        dpg.delete_item(name)

    with dpg.window(
        tag=name,
        modal=True,
        pos=(box.x, box.y),
        width=box.width,
        height=box.height,
        no_resize=True,
        no_move=True,
        no_collapse=True,
        on_close=close,
    ):
        said = list(reversed(desk.model.toasts.log))
        if not said:
            desk.write(_("Nothing was said yet."), colour="faint")
        for each in said:
            with dpg.group(horizontal=True):
                desk.write(f"{each.at:%H:%M}", "small", colour="faint")
                desk.write(each.toast.text, colour="danger" if each.toast.kind == "fault" else "ink", wrap=wrap)
        desk.button("messages:close", _("Close"), close)
    dpg.set_item_label(name, desk.bind(name, _("Messages")))
    dpg.bind_item_theme(name, "theme:dialog")
