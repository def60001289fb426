"""Lists under headings, of which only what has changed is made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import dearpygui.dearpygui as dpg

from gamehall_desktop.state.lines import Line, Press, Section

from .desk import Desk
from .themes import Kind

Pressed = Callable[[Press], None]


class Lists:
    """Sections in a place, in their order. `pressed` is told which button of a line was pressed."""

    def __init__(self, desk: Desk, place: str, pressed: Pressed) -> None:
        self._desk = desk
        self._place = place
        self._pressed = pressed
        self._drawn: dict[str, Section] = {}
        dpg.add_group(tag=place)

    def draw(self, sections: Sequence[Section]) -> None:
        wanted = {each.name: each for each in sections}
        for name in [name for name in self._drawn if name not in wanted]:
            dpg.delete_item(self._tag(name))
            del self._drawn[name]
        for section in sections:  # gone first: a line that has moved keeps the names of its buttons
            self._take_out(section)
        for section in sections:
            self._put_in(section)
            self._drawn[section.name] = section
        if sections:
            dpg.reorder_items(self._place, 1, [dpg.get_alias_id(self._tag(each.name)) for each in sections])

    def _tag(self, name: str) -> str:
        return f"{self._place}:{name}"

    def _take_out(self, section: Section) -> None:
        before = self._drawn.get(section.name)
        kept = set(section.lines)
        for line in before.lines if before else ():
            if line not in kept:
                dpg.delete_item(f"line:{line.key}")

    def _put_in(self, section: Section) -> None:
        tag, before = self._tag(section.name), self._drawn.get(section.name)
        if before is None:
            self._begin(tag, section)
        if before == section:
            return
        there = set(before.lines) if before else set()
        for line in section.lines:
            if line not in there:
                self._add(line, f"{tag}:table")
        if section.lines:
            dpg.reorder_items(f"{tag}:table", 1, [dpg.get_alias_id(f"line:{line.key}") for line in section.lines])
        dpg.configure_item(f"{tag}:table", show=bool(section.lines))
        if section.title:
            self._desk.rewrite(f"{tag}:title", section.title, "strong")
        self._desk.rewrite(f"{tag}:empty", section.empty)
        dpg.configure_item(f"{tag}:empty", show=not section.lines and bool(section.empty))
        dpg.delete_item(f"{tag}:more", children_only=True)
        if section.more is not None:
            self._button(section.more, f"{tag}:more")

    def _begin(self, tag: str, section: Section) -> None:
        with dpg.group(tag=tag, parent=self._place):
            if section.title:
                self._desk.write("", "strong", colour="accent", tag=f"{tag}:title")
            with dpg.table(
                tag=f"{tag}:table",
                header_row=False,
                borders_innerH=True,
                borders_outerH=True,
                policy=dpg.mvTable_SizingStretchProp,
            ):
                dpg.add_table_column(width_stretch=True, init_width_or_weight=1)
                dpg.add_table_column(width_fixed=True)
            self._desk.write("", colour="faint", tag=f"{tag}:empty", wrap=0)
            dpg.add_group(tag=f"{tag}:more")
            dpg.add_spacer(height=self._desk.px(8))

    def _add(self, line: Line, table: str) -> None:
        with dpg.table_row(tag=f"line:{line.key}", parent=table):
            with dpg.group() as words:
                dpg.bind_item_theme(words, _close())
                self._desk.write(line.title, "strong" if line.strong else "body", wrap=0)
                if line.note:
                    self._desk.write(line.note, "small", colour="faint", wrap=0)
            with dpg.group(horizontal=True) as buttons:
                for press in line.presses:
                    self._button(press, buttons)

    def _button(self, press: Press, parent: int | str) -> None:
        kind: Kind | None = "primary" if press.strong else "danger" if press.verb == "delete" else None
        self._desk.button(press.name, press.label, lambda: self._pressed(press), parent, kind)


def _close() -> str:
    """A line's note belongs to its title."""
    if not dpg.does_item_exist("theme:line_words"):
        with dpg.theme(tag="theme:line_words"), dpg.theme_component(dpg.mvAll):
            dpg.add_theme_style(dpg.mvStyleVar_ItemSpacing, 0, 1)
    return "theme:line_words"
