"""The keyboard at the table: the board by its cursor or by typed cells, and looking back."""

from __future__ import annotations

from collections.abc import Callable

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall_desktop.state.layout import within
from gamehall_desktop.state.moves import Way

from .desk import Desk
from .side import TableSide
from .table import make

_ = catalogue(__name__)

_HELP = "keys_help"
_PAGE_UP, _PAGE_DOWN = 517, 518  # DearPyGui's own names for them have numbers that never come
_ARROWS: dict[int, Way] = {
    dpg.mvKey_Left: "left",
    dpg.mvKey_Right: "right",
    dpg.mvKey_Up: "up",
    dpg.mvKey_Down: "down",
}
_CHARACTERS = {
    **{getattr(dpg, f"mvKey_{letter}"): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **{getattr(dpg, f"mvKey_{digit}"): str(digit) for digit in range(10)},
    **{getattr(dpg, f"mvKey_NumPad{digit}"): str(digit) for digit in range(10)},
}


class TableKeys:
    """Takes the keys while the table is open and nobody writes into a field or answers a dialog.

    The arrows belong to the board's cursor, and to looking back while one looks back, when the board takes no moves.
    """

    def __init__(self, desk: Desk, side: TableSide) -> None:
        self._desk = desk
        self._side = side
        with dpg.handler_registry():
            dpg.add_key_press_handler(callback=self._pressed)

    def _pressed(self, _sender: object, key: int) -> None:
        desk, control = self._desk, dpg.is_key_down(dpg.mvKey_LControl) or dpg.is_key_down(dpg.mvKey_RControl)
        alt = dpg.is_key_down(dpg.mvKey_LAlt) or dpg.is_key_down(dpg.mvKey_RAlt)
        if desk.is_writing() or control or alt:
            return
        if key == dpg.mvKey_F1 or (key == dpg.mvKey_Escape and dpg.does_item_exist(_HELP)):
            self._help()
        elif desk.model.screen == "table" and not desk.is_asked() and (act := self._meaning(key)) is not None:
            act()
            desk.changed()

    def _meaning(self, key: int) -> Callable[[], None] | None:
        """What a key does now, None for nothing."""
        table = self._desk.model.table
        looking = {
            _PAGE_UP: table.ply - 1,
            _PAGE_DOWN: table.ply + 1,
            dpg.mvKey_Home: 0,
            dpg.mvKey_End: table.game.ply if table.game is not None else 0,
        }
        if table.wanted is not None:
            looking |= {dpg.mvKey_Left: table.ply - 1, dpg.mvKey_Right: table.ply + 1}
        if key in _ARROWS or key in _CHARACTERS:
            self._desk.model.reached = None  # by Tab: the keys are for the board again
        if key in looking:
            return lambda: self._side.look_at(looking[key])
        if key in _ARROWS:
            return lambda: table.go(_ARROWS[key])
        if key in _CHARACTERS:
            return lambda: make(self._desk, table.type_key(_CHARACTERS[key]))
        if key in (dpg.mvKey_Return, dpg.mvKey_NumPadEnter, dpg.mvKey_Spacebar):
            if self._desk.model.reached is not None:
                return None  # that is pressed
            return lambda: make(self._desk, table.enter())
        if key == dpg.mvKey_Back:
            return table.rub_out
        return table.escape if key == dpg.mvKey_Escape else None

    def _help(self) -> None:
        """Shows the keys, or hides them."""
        if dpg.does_item_exist(_HELP):
            dpg.delete_item(_HELP)
            return
        desk = self._desk
        box = within((desk.px(660), desk.px(540)), desk.frame.room)
        options = {"no_collapse": True, "no_move": True, "no_resize": True, "no_title_bar": True}
        with dpg.window(tag=_HELP, pos=(box.x, box.y), width=box.width, height=box.height, **options):
            desk.write(_("Keys"), "title")
            with dpg.table(header_row=False, policy=dpg.mvTable_SizingStretchProp):
                dpg.add_table_column(width_fixed=True, init_width_or_weight=desk.px(120))
                dpg.add_table_column(init_width_or_weight=1)
                for keys, does in _words():
                    with dpg.table_row():
                        desk.write(keys, "strong", colour="accent")
                        desk.write(does, wrap=0)
            desk.button("keys_close", _("Close"), self._help)
        dpg.bind_item_theme(_HELP, "theme:dialog")
        dpg.focus_item(_HELP)


def _words() -> tuple[tuple[str, str], ...]:
    return (
        (_("Arrows"), _("move the cursor on the board")),
        (_("Enter, Space"), _("play the cell at the cursor")),
        ("h8, Enter", _("play a cell, or a move, by its name")),
        ("1 … 9", _("choose one of the ways in which a move can be meant")),
        (_("Esc"), _("take back what was touched or typed; leave an earlier position")),
        (_("PgUp, PgDn"), _("look one move back, one forth; also with the arrows while you look back")),
        (_("Home, End"), _("the beginning of the game, and the game as it stands")),
        (_("Tab, Space"), _("go round the buttons and fields, Shift Tab back; press the one in the frame")),
        (_("Ctrl + −"), _("everything larger or smaller; Ctrl 0 as it was")),
        ("F11", _("the whole screen")),
        ("F1", _("these keys")),
    )
