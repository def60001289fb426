"""The form of a new game, made of what the game's schema leaves to choose."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import dearpygui.dearpygui as dpg

from gamehall.languages import catalogue
from gamehall.naming import option_words, sentence
from gamehall.optionfields import OptionField
from gamehall_desktop import lobbying, offline
from gamehall_desktop.state.challenge import NewGame, bounds_words
from gamehall_desktop.state.optionform import OptionForm

from .choice import add_choice
from .desk import Desk

_ = catalogue(__name__)

_LABEL, _FIELD = 150, 280


class NewGameForm:
    """The form; `opponents` gives the names of those who can be chosen besides being written."""

    def __init__(self, desk: Desk, opponents: Callable[[], Sequence[str]]) -> None:
        self._desk = desk
        self._opponents = opponents
        self._drawn: object = None
        self._filled = 0
        with dpg.group(tag="new_game", show=False):
            with dpg.group(horizontal=True):
                desk.button("form_back", _("Back"), self._back)
                desk.write("", "title", tag="form_title")
            dpg.add_group(tag="form_fields")
            with dpg.group(horizontal=True):
                desk.button("propose", "", self._propose, kind="primary")
            desk.write("", colour="danger", tag="error:", wrap=0)
            with dpg.group(tag="form_link", show=False):
                desk.write(_("Send this link to whoever you want to play; it works once."), wrap=0)
                with dpg.group(horizontal=True):
                    desk.field("invite_url", readonly=True, width=desk.px(_LABEL + _FIELD))
                    desk.button("copy_link", _("Copy"), self._copy)

    @property
    def _state(self) -> NewGame:
        return self._desk.model.new_game

    def draw(self) -> None:
        state = self._state
        dpg.configure_item("new_game", show=state.where is not None)
        if state.where is None:
            return
        shape = (state.where, state.ruleset, state.way, state.clock, state.clocks, state.seat, self._filled)
        if shape != self._drawn:
            self._drawn = shape
            self._build(state)
        errors = state.errors
        for tag in ("options", "opponent", "clock", "seat", "ruleset", "link", "pair", ""):
            self._say(tag, errors)
        for prefix, form in (("option", state.form), ("clock", state.clock_form)):
            for field in form.fields:
                self._say(f"{prefix}:{field.name}", errors)
        dpg.configure_item("propose", enabled=state.is_ready)
        made = state.proposed
        link = made.invite_url if made is not None and isinstance(made.invite_url, str) else ""
        if link and dpg.get_value("invite_url") != link:
            dpg.set_clipboard_text(link)
        dpg.set_value("invite_url", link)
        dpg.configure_item("form_link", show=bool(link))

    def _say(self, tag: str, errors: dict[str, str]) -> None:
        if dpg.does_item_exist(f"error:{tag}"):
            self._desk.geometry.names.add(f"error:{tag}")
            self._desk.rewrite(f"error:{tag}", errors.get(tag, ""))
            for shown in (f"error:{tag}", f"error_row:{tag}"):
                if dpg.does_item_exist(shown):
                    dpg.configure_item(shown, show=tag in errors)

    def _build(self, state: NewGame) -> None:
        dpg.delete_item("form_fields", children_only=True)
        in_hall = state.where == "hall"
        self._desk.rewrite("form_title", _("New challenge") if in_hall else _("New game at this computer"), "title")
        dpg.set_item_label("propose", self._desk.bind("propose", _("Challenge") if in_hall else _("Begin"), "strong"))
        with dpg.table(tag="form_table", parent="form_fields", header_row=False):
            dpg.add_table_column(width_fixed=True, init_width_or_weight=self._desk.px(_LABEL))
            dpg.add_table_column(width_stretch=True)
        found = state.ruleset
        if found is None:
            self._desk.write(_("There is no game to play yet."), parent="form_fields", wrap=0)
        else:
            games = [(each.key, each.title) for each in state.rulesets]
            self._choice("ruleset", _("Game"), games, found.key, state.choose_ruleset, found.summary)
            if found.presets:
                presets = [("", _("As usual")), *((name, sentence(option_words(name))) for name in found.presets)]
                self._choice("preset", _("Preset"), presets, state.preset, self._choose_preset)
            self._options("option", state.form, state.type_option)
            self._error("options")
            if in_hall:
                self._terms(state)

    def _terms(self, state: NewGame) -> None:
        self._choice("way", _("With"), state.way_choices(), state.way, partial(setattr, state, "way"))
        if state.way == "name":
            with self._labelled(_("Name")):
                self._text("opponent", state.opponent, partial(setattr, state, "opponent"))
            if names := list(self._opponents()):
                known = [("", _("Choose somebody you know")), *((name, name) for name in names)]
                self._choice("known", "", known, "", self._choose_opponent)
        self._error("opponent", "link", "pair")
        self._choice("seat", _("You begin as"), state.seat_choices(), state.seat, partial(setattr, state, "seat"))
        self._error("seat")
        self._choice("clock", _("Clock"), state.clock_choices(), state.clock, state.choose_clock)
        self._error("clock")
        self._options("clock", state.clock_form, partial(_type, state.clock_form))

    # Fields.

    @contextmanager
    def _labelled(self, label: str) -> Iterator[None]:
        """What stands at the right of a label."""
        with dpg.table_row(parent="form_table"):
            self._desk.write(label, wrap=0)
            with dpg.group():
                yield

    def _choice(
        self,
        name: str,
        label: str,
        choices: Sequence[tuple[Any, str]],
        chosen: Any,
        choose: Callable[[Any], None],
        about: str = "",
    ) -> None:
        def pick(value: Any) -> None:
            choose(value)
            self._desk.changed()

        with self._labelled(label):
            add_choice(self._desk, name, choices, chosen, pick, self._desk.px(_FIELD))
            if about:
                self._desk.write(about, "small", colour="faint", wrap=0)

    def _options(self, prefix: str, form: OptionForm, type_: Callable[[str, str], None]) -> None:
        for field in form.fields:
            with self._labelled(field.label):
                self._field(f"{prefix}:{field.name}", field, form.typed[field.name], partial(type_, field.name))
                if field.help:
                    self._desk.write(field.help, "small", colour="faint", wrap=0)
                self._desk.write("", colour="danger", tag=f"error:{prefix}:{field.name}", wrap=0, show=False)

    def _field(self, name: str, field: OptionField, typed: str, type_: Callable[[str], None]) -> None:
        match field.kind:
            case "switch":
                self._switch(name, typed, type_)
            case "choice":
                choices = [("" if value is None else str(value), word) for value, word in field.choices]

                def pick(text: str) -> None:
                    type_(text)
                    self._filled += 1
                    self._desk.changed()

                add_choice(self._desk, name, choices, typed, pick, self._desk.px(_FIELD))
            case "data":
                self._text(name, typed, type_, multiline=True, height=self._desk.px(70))
            case _:
                self._text(name, typed, type_, hint=bounds_words(field))

    def _text(self, name: str, typed: str, type_: Callable[[str], None], **more: Any) -> None:
        def write() -> None:
            type_(dpg.get_value(name))
            self._desk.changed()

        self._desk.field(name, default_value=typed, callback=write, width=self._desk.px(_FIELD), **more)

    def _switch(self, name: str, typed: str, type_: Callable[[str], None]) -> None:
        def turn() -> None:
            type_("on" if dpg.get_value(name) else "")
            self._desk.changed()

        dpg.add_checkbox(tag=name, default_value=bool(typed), callback=turn)
        self._desk.geometry.names.add(name)

    def _error(self, *tags: str) -> None:
        """Where the hall's errors about these are said."""
        for tag in tags:
            with dpg.table_row(tag=f"error_row:{tag}", parent="form_table", show=False):
                dpg.add_text("")
                self._desk.write("", colour="danger", tag=f"error:{tag}", wrap=0)

    # What is done.

    def _choose_preset(self, name: str) -> None:
        self._state.choose_preset(name)
        self._filled += 1

    def _choose_opponent(self, name: str) -> None:
        if name:
            self._state.opponent = name
            self._filled += 1

    def _propose(self) -> None:
        state, session = self._state, self._desk.session
        if state.ruleset is None or not state.is_ready:  # the button may not look like it yet
            return
        if state.where == "here":
            self._desk.do(offline.begin, session, state.ruleset.key, state.options)
        else:
            self._desk.do(lobbying.propose, session, state.ruleset.key, state.terms)

    def _back(self) -> None:
        self._state.where = None
        self._desk.changed()

    def _copy(self) -> None:
        dpg.set_clipboard_text(dpg.get_value("invite_url"))


def _type(form: OptionForm, name: str, text: str) -> None:
    form.typed[name] = text
