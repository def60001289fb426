"""The list of moves: a column for each seat, each move a way back to its position."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from gamehall_desktop.state import tablewords
from gamehall_desktop.state.table import Table
from gamehall_desktop.state.tablewords import Entry

from .desk import Desk

_NUMBER, _MOVE = 34, 62  # pixels: a row's number; a move, before the time that it took


class MoveList:
    """The moves in a place of its own, which scrolls; `look` is called with the ply to be looked at."""

    def __init__(self, desk: Desk, look: Callable[[int], None]) -> None:
        self._desk = desk
        self._look = look
        self._scroll_to: float | None = None
        self._frames = 0

    def make(self, table: Table, parent: int | str) -> None:
        """Builds the list inside its parent, which it fills."""
        desk = self._desk
        rows = tablewords.rows(table)
        options = {"borders_innerH": True, "row_background": True, "policy": dpg.mvTable_SizingStretchProp}
        dpg.add_table(tag="moves", parent=parent, scrollY=True, freeze_rows=1, height=-1, **options)
        dpg.add_table_column(parent="moves", width_fixed=True, init_width_or_weight=desk.px(_NUMBER), label="#")
        for title in tablewords.columns(table):
            column = dpg.add_table_column(parent="moves", init_width_or_weight=1)
            dpg.configure_item(column, label=desk.bind(column, title))
        for number, row in enumerate(rows, start=1):
            with dpg.table_row(parent="moves"):
                desk.write(str(number), "small", colour="faint")
                for entry in row:
                    self._entry(entry)
        shown = next((at for at, row in enumerate(rows) if any(each and each.is_shown for each in row)), 0)
        self._scroll_to, self._frames = shown / max(1, len(rows) - 1), 3

    def tick(self) -> None:
        """Brings the move that is shown into view, which can be done once the list has been drawn."""
        if self._scroll_to is None or not dpg.does_item_exist("moves"):
            return
        self._frames -= 1
        if self._frames <= 0:
            dpg.set_y_scroll("moves", self._scroll_to * dpg.get_y_scroll_max("moves"))
            self._scroll_to = None
        else:
            self._desk.awake()

    def _entry(self, entry: Entry | None) -> None:
        desk = self._desk
        if entry is None:
            dpg.add_text("")
            return
        name = f"ply:{entry.ply}"
        desk.geometry.names.add(name)
        with dpg.group(horizontal=True):
            item = dpg.add_selectable(
                tag=name,
                default_value=entry.is_shown,
                width=desk.px(max(_MOVE, 9 * len(entry.label))),
                callback=self._looking(entry.ply),
            )
            dpg.set_item_label(name, desk.bind(item, entry.label))
            if entry.took:
                desk.write(entry.took, "small", colour="faint")

    def _looking(self, ply: int) -> Callable[[], None]:
        return lambda: self._look(ply)
