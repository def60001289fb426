"""Beside the board: who plays, how the game stands, its moves, and what can be done."""

from __future__ import annotations

import time
from collections.abc import Callable

import dearpygui.dearpygui as dpg

from gamehall.answers import RecordFormat
from gamehall.languages import catalogue
from gamehall.proposals import Button
from gamehall_desktop import tabling
from gamehall_desktop.state import acting, tablewords
from gamehall_desktop.state.table import Table
from gamehall_desktop.state.toasts import Toast

from . import themes
from .cards import HEIGHT, LOW, Card
from .desk import Desk
from .flow import Flow, Pressable
from .movelist import MoveList
from .table import make

_ = catalogue(__name__)

_STANDING, _STRIP, _LEAST_MOVES = 110, 95, 112  # pixels: about how high these are
_COLOURS = {"turn": "accent", "won": "accent", "lost": "danger", "replay": "warning"}


class TableSide:
    """The panel beside the board, or below it; it is built anew when something in it has changed."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._drawn: object = None
        self._cards: dict[int, Card] = {}
        self._moves = MoveList(desk, self.look_at)
        desk.geometry.names.update(("headline", "said"))
        dpg.add_group(tag="side")

    def draw(self) -> None:
        desk, table = self._desk, self._desk.model.table
        if table.lacks_reasons and desk.session.play is not None and table.game is not None:
            table.barred_at = table.game.ply
            desk.do(desk.session.play.look_for_reasons, table.game.ply)
        drawn = self._what(table)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        dpg.delete_item("side", children_only=True)
        self._cards = {}
        if desk.frame.side.width > 1.5 * desk.frame.side.height:
            self._beside(table)
        else:
            self._stacked(table)

    def tick(self) -> None:
        """Goes on with the clocks, and with what waits for a moment; called before each frame."""
        table = self._desk.model.table
        if self._desk.model.screen != "table":
            return
        now = time.monotonic()
        for seat, clock in tablewords.clocks(table, now).items():
            if seat in self._cards:
                self._cards[seat].tick(seat, clock)
        self._moves.tick()
        if self._drawn is not None and self._said(table) != self._drawn[0]:  # type: ignore[index]
            self._desk.changed()

    def _said(self, table: Table) -> tuple[object, ...]:
        """What a moment changes by itself: what waits, and for how long."""
        now = time.monotonic()
        return acting.strips(table, now), acting.acts(table, now), tablewords.notice(table)

    def _what(self, table: Table) -> tuple[object, ...]:
        """Everything that the panel shows but its clocks."""
        desk = self._desk
        return (
            self._said(table),
            table.game,
            table.seat,
            table.scene,
            table.touched,
            table.wanted,
            tablewords.headline(table),
            table.asking,
            table.formats,
            table.bars,
            desk.frame.side,
            desk.scale,
            desk.model.account.base_url,
        )

    def _stacked(self, table: Table) -> None:
        """Everything in one column; the user's card is at its end, or above the rest where not all has room."""
        desk = self._desk
        width, room = desk.frame.side.width - desk.px(30), desk.frame.side.height - desk.px(26)
        players, below = tablewords.cards(table), self._actions(table, width)
        told = desk.px(_STANDING + _STRIP * len(acting.strips(table, time.monotonic())))
        high = room < below.height + told + desk.px((HEIGHT + 9) * len(players) + _LEAST_MOVES)
        above = players if high else players[:-1]
        for player in above:
            self._card(table, player, (width, desk.px(LOW if high else HEIGHT)), "side")
        self._standing(table, width, "side")
        self._strips(table, width, "side")
        cards = desk.px(HEIGHT + 9) * (len(players) - len(above))
        moves = desk.px(_LEAST_MOVES) if high else -(below.height + cards)
        self._moves_in(table, dpg.add_child_window(parent="side", border=False, height=moves))
        below.add("side")
        for player in players[len(above) :]:
            self._card(table, player, (width, desk.px(HEIGHT)), "side")

    def _beside(self, table: Table) -> None:
        """Two columns, where the panel is wide and low: who plays and how it stands, and what can be done."""
        desk = self._desk
        width = (desk.frame.side.width - desk.px(44)) // 2
        inner = width - desk.px(14)
        row = dpg.add_group(horizontal=True, parent="side")
        left = dpg.add_child_window(parent=row, border=False, width=width, height=-1)
        right = dpg.add_child_window(parent=row, border=False, width=width, height=-1)
        for player in tablewords.cards(table):
            self._card(table, player, (inner, desk.px(LOW)), left)
        self._standing(table, inner, left)
        self._strips(table, inner, right)
        self._moves_in(table, dpg.add_child_window(parent=right, border=False, height=desk.px(_LEAST_MOVES)))
        self._actions(table, inner).add(right)

    def _card(self, table: Table, player: tablewords.PlayerCard, size: tuple[int, int], parent: int | str) -> None:
        clock = tablewords.clocks(table, time.monotonic()).get(player.seat)
        self._cards[player.seat] = Card(self._desk, player, clock, size, parent)

    def _standing(self, table: Table, width: int, parent: int | str) -> None:
        """How the game stands, what is to be said of it, and what waits for an answer."""
        desk, told = self._desk, tablewords.headline(table)
        place = dpg.add_group(parent=parent)
        dpg.bind_item_theme(place, _theme("side:close", dpg.mvAll, {}, {dpg.mvStyleVar_ItemSpacing: desk.px(4)}))
        if about := tablewords.about(table, self._title(table)):
            desk.write(about, "small", colour="faint", parent=place, wrap=width)
        desk.write(told.text, "title", colour=_COLOURS.get(told.mood, "ink"), parent=place, tag="headline", wrap=width)
        if told.detail:
            desk.write(told.detail, parent=place, wrap=width)
        if said := tablewords.notice(table):
            colour = "danger" if table.refused is not None else "warning"
            desk.write(said, colour=colour, parent=place, tag="said", wrap=width)
        flow = Flow(desk, width)
        for choice in acting.move_buttons(table):
            label = f"{choice.key}  {choice.label}" if choice.key else choice.label
            flow.put(Pressable(f"move:{choice.move}", label, self._pressing(choice.move), "primary"))
        flow.add(place)

    def _title(self, table: Table) -> str:
        """What the game is called, as far as the hall has told; else its key."""
        return self._desk.model.lobby.title(table.game.ruleset) if table.game is not None else ""

    def _strips(self, table: Table, width: int, place: int | str) -> None:
        """What waits for an answer."""
        for strip in acting.strips(table, time.monotonic()):
            self._strip(strip.sentence, strip.buttons, width, place)

    def _strip(self, sentence: str, buttons: tuple[Button, ...], width: int, place: int | str) -> None:
        """An offer, with its answers."""
        desk, theme = self._desk, self._desk.model.settings.theme
        fill = themes.blend(theme.surface, theme.accent, 0.16)
        strip = dpg.add_child_window(parent=place, width=width, auto_resize_y=True)
        dpg.bind_item_theme(strip, _theme("strip", dpg.mvChildWindow, {dpg.mvThemeCol_ChildBg: fill}, {}))
        desk.write(sentence, parent=strip, wrap=width - desk.px(24))
        flow = Flow(desk, width - desk.px(20))
        for each in buttons:
            kind: themes.Kind | None = "primary" if each.action in ("accept", "win") else None
            act = self._acting(each.path, each.action)
            flow.put(Pressable(f"{each.path}:{each.action}", each.label, act, kind))
        flow.add(strip)

    def _moves_in(self, table: Table, place: int | str) -> None:
        if table.game is not None and table.game.moves:
            self._moves.make(table, place)

    def _actions(self, table: Table, width: int) -> Flow:
        """The buttons of the game: looking back, offers, ends, and what else there is."""
        flow, now = Flow(self._desk, width), time.monotonic()
        if table.game is None:
            return flow
        if table.game.moves:
            ply = table.ply
            for name, label, to in (("first", "«", 0), ("back", "‹", ply - 1), ("forth", "›", ply + 1)):
                flow.put(Pressable(name, label, self._looking(to)))
            if table.wanted is None:
                flow.put(Pressable("last", "»", self._looking(table.game.ply)))
            else:
                flow.put(Pressable("live", _("Back to the game"), self._looking(table.game.ply), "primary"))
        for tool in acting.tools(table):
            flow.put(self._tool(table, tool))
        if table.formats:
            flow.say(_("Save the game as:"))
            for each in table.formats:
                flow.put(Pressable(f"save:{each.format}", each.format, self._saving(table, each)))
        flow.end_row()
        if (asked := acting.asked(table, now)) is not None:
            flow.say(asked.question)
            flow.put(Pressable(f"{asked.path}:yes", asked.answer, self._acting(asked.path, ""), "danger"))
            flow.put(Pressable("go_on", _("Go on playing"), self._asking("")))
            return flow
        for act in acting.acts(table, now):
            kind: themes.Kind | None = "primary" if act.path == "rematch" else None
            flow.put(Pressable(f"{act.path}:{act.action}", act.label, self._acting(act.path, act.action), kind))
        for end in acting.ways_to_end(table, now):
            flow.put(Pressable(end.path, end.label, self._asking(end.path), "danger"))
        return flow

    def _tool(self, table: Table, tool: acting.Tool) -> Pressable:
        desk, session = self._desk, self._desk.session
        game = table.game
        identity = game.id if game is not None else ""
        match tool:
            case "rematch":
                follow = desk.doing(session.open_game, (game and game.rematch) or "")
                return Pressable("to_rematch", _("To the rematch"), follow, "primary")
            case "next":
                return Pressable("next_game", _("Next game"), desk.doing(tabling.next_game, session, identity))
            case "bars":
                label = _("Hide forbidden points") if table.bars else _("Forbidden points")
                return Pressable("bars", label, self._turn_bars)
            case "copy":
                return Pressable("copy", _("Copy address"), self._copy)
            case "download":
                return Pressable("download", _("Save…"), self._download)

    def look_at(self, ply: int) -> None:
        """Shows the game as it was after so many moves, or as it stands."""
        desk, play = self._desk, self._desk.session.play
        wanted = desk.model.table.look_back(ply)
        if wanted is not None and play is not None:
            desk.do(play.look_at, wanted)
        desk.changed()

    def _looking(self, ply: int) -> Callable[[], None]:
        return lambda: self.look_at(ply)

    def _pressing(self, move: str) -> Callable[[], None]:
        return lambda: make(self._desk, self._desk.model.table.press(move))

    def _acting(self, path: str, action: str) -> Callable[[], None]:
        def act() -> None:
            self._desk.model.table.asking = ""
            if (play := self._desk.session.play) is not None:
                self._desk.do(tabling.act, play, path, action)
            self._desk.changed()

        return act

    def _asking(self, path: str) -> Callable[[], None]:
        def ask() -> None:
            self._desk.model.table.asking = path
            self._desk.changed()

        return ask

    def _turn_bars(self) -> None:
        table = self._desk.model.table
        table.bars = not table.bars
        self._desk.changed()

    def _copy(self) -> None:
        address = acting.address(self._desk.model.table, self._desk.model.account.base_url)
        dpg.set_clipboard_text(address)
        self._desk.model.take(Toast(_("Copied: {address}", address=address), "done"))
        self._desk.changed()

    def _download(self) -> None:
        """Shows the formats that there are, or hides them again."""
        desk, table = self._desk, self._desk.model.table
        if table.formats:
            table.formats = ()
            desk.changed()
        elif desk.session.play is not None and table.game is not None:
            desk.do(tabling.find_formats, desk.session, desk.session.play, table.game.id)

    def _saving(self, table: Table, chosen: RecordFormat) -> Callable[[], None]:
        def save() -> None:
            desk, game, play = self._desk, table.game, self._desk.session.play
            table.formats = ()
            if game is not None and play is not None:
                name = f"{game.ruleset}-{game.id}"
                desk.do(tabling.save_record, desk.session, play, name, chosen, table.wanted)
            desk.changed()

        return save


def _theme(name: str, kind: int, colours: dict[int, themes.Colour], lengths: dict[int, int]) -> str:
    """A theme of these colours and lengths. One that is bound cannot be made anew by its name."""
    tag = f"theme:{name}:{colours}:{lengths}"
    if dpg.does_item_exist(tag):
        return tag
    with dpg.theme(tag=tag), dpg.theme_component(kind):
        for target, colour in colours.items():
            dpg.add_theme_color(target, colour)
        for target, length in lengths.items():
            dpg.add_theme_style(target, 2 * length, length)
    return tag
