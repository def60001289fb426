"""The form of a new game and the hall's lists as DearPyGui's items, without a display. In a process of its own each: a
mistake there ends the process."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rig.tree import ROOT

_BEGIN = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
import dearpygui.dearpygui as dpg
from gamehall_desktop.view import fonts, themes
from gamehall_desktop.view.desk import Desk
from gamehall_desktop.view.geometry import Geometry

dpg.create_context()
fonts.bind_default()
desk = Desk(None, None, Geometry(None))
themes.bind(desk.model.settings.theme, 1.0)

def press(name):
    dpg.get_item_callback(name)()

def write(name, text):
    dpg.set_value(name, text)
    press(name)
"""

_FORM = """
from gamehall.answers import ClockPreset, RulesetInfo
from gamehall.game import options_schema
from gamehall.problems import FieldError
from gamehall_desktop.state.challenge import Playable, Proposing, TermsRefused
from gamehall_desktop.state.lobby import Offered
from gamehall_desktop.view.challenge import NewGameForm
from rig.everyoption import EveryGame

presets = {"wide": {"size": 25, "deep": {"width": 9}, "exact": True}}
every = RulesetInfo("every", "Every", "All kinds.", "p", 1, ("black", "white"), options_schema(EveryGame()), presets)
other = RulesetInfo("other", "Other", "", "p", 1, ("red", "blue"), {}, {})
named = {"no-clock": {"kind": "none"}, "canadian": {"kind": "canadian"}}
clocks = [ClockPreset(name, clock, name) for name, clock in named.items()]
with dpg.window(tag="root"):
    form = NewGameForm(desk, lambda: ["bob"])
model = desk.model

def take(message):
    model.take(message)
    form.draw()

def shown(name):
    return dpg.get_value(f"error:{name}") if dpg.get_item_configuration(f"error:{name}")["show"] else ""

form.draw()
assert not dpg.get_item_configuration("new_game")["show"]
take(Proposing("hall"))
assert not dpg.get_item_configuration("propose")["enabled"], "there is no game yet"
take(Offered([every, other], clocks))

kinds = {name: dpg.get_item_type(f"option:{name}").rpartition("::")[2] for name in model.new_game.form.typed}
assert kinds == {
    **dict.fromkeys(("size", "above", "even", "share", "name", "code", "limit"), "mvInputText"),
    **dict.fromkeys(("perhaps", "deep", "cells", "either"), "mvInputText"),
    **dict.fromkeys(("opening", "level"), "mvButton"),
    "exact": "mvCheckbox",
}, kinds
assert dpg.get_item_configuration("option:cells")["multiline"]
assert dpg.get_value("option:size") == "15"
assert dpg.get_item_configuration("option:size")["hint"] == "5 – 25"

write("option:size", "99")
form.draw()
assert shown("option:size") == "Give a whole number from 5 to 25."
assert not dpg.get_item_configuration("propose")["enabled"]
size = dpg.get_alias_id("option:size")
write("option:size", "9")
write("option:exact", True)
write("option:cells", '["a1", "b2"]')
form.draw()
assert dpg.get_alias_id("option:size") == size, "what somebody writes into is not made anew"
assert shown("option:size") == "" and dpg.get_item_configuration("propose")["enabled"]
chosen = model.new_game.options
assert (chosen["size"], chosen["exact"], chosen["cells"]) == (9, True, ["a1", "b2"])

take(TermsRefused([FieldError("opponent", "Nobody."), FieldError("options", "Too small - at `$.size`.")]))
assert (shown("opponent"), shown("option:size")) == ("Nobody.", "Too small - at `$.size`.")
assert dpg.get_item_configuration("propose")["enabled"], "it can be tried again"

def choose(name, value):
    press(name)
    press(f"{name}={value}")
    form.draw()

choose("preset", "wide")
assert (dpg.get_value("option:size"), dpg.get_value("option:exact")) == ("25", True)
assert dpg.get_value("option:deep") == '{"width":9}'
choose("option:level", "3")
assert model.new_game.options["level"] == 3 and dpg.get_item_label("option:level") == "3"
choose("way", "name")
assert shown("opponent") == "Give the name of the user to challenge."
choose("known", "bob")
assert dpg.get_value("opponent") == "bob" and shown("opponent") == ""
choose("seat", 1)
assert dpg.get_item_label("seat") == "White"
choose("clock", "own:canadian")
write("clock:moves", "0")
form.draw()
assert shown("clock:moves") == "Give a whole number from 1 to 100."
write("clock:moves", "7")
assert model.new_game.terms["clock"] == {"kind": "canadian", "initial": 600, "period": 300, "moves": 7}
choose("clock", "canadian")
assert model.new_game.terms["clock"] == {"kind": "canadian"} and not dpg.does_item_exist("clock:moves")
choose("ruleset", "other")
assert not dpg.does_item_exist("option:size") and not dpg.does_item_exist("preset")
choose("ruleset", "every")
assert dpg.get_value("option:size") == "25", "what was chosen is still there"

take(Playable([every]))
take(Proposing("here"))
assert not dpg.does_item_exist("way") and dpg.get_value("option:size") == "15"
"""

_LISTS = """
from gamehall_desktop.state.lines import Line, Press, Section
from gamehall_desktop.view.lines import Lists

pressed = []
with dpg.window(tag="root"):
    lists = Lists(desk, "lists", pressed.append)

def line(key, title="Title", label="Go"):
    return Line(key, title, "note", presses=(Press("go", key, label, strong=True),))

def items(*keys):
    return [dpg.get_alias_id(f"line:{key}") for key in keys]

def order(section):
    return dpg.get_item_children(f"lists:{section}:table", 1)

lists.draw([Section("a", "First", (line("1"), line("2"))), Section("b", "Second", (), "Nothing.")])
one, two = items("1", "2")
assert order("a") == [one, two]
assert dpg.get_value("lists:b:empty") == "Nothing." and dpg.get_item_configuration("lists:b:empty")["show"]
lists.draw([Section("a", "First", (line("3"), line("2", "Other"), line("1"))), Section("b", "Second", (), "Nothing.")])
assert items("1") == [one], "what has not changed stays"
assert items("2") != [two]
assert order("a") == items("3", "2", "1")
lists.draw([Section("b", "Second", (line("2"),), more=Press("more", "b", "More")), Section("a", "First", (line("1"),))])
assert items("1") == [one] and order("b") == items("2") and order("a") == [one]
assert not dpg.does_item_exist("line:3")
press("go:2")
press("more:b")
assert pressed == [Press("go", "2", "Go", strong=True), Press("more", "b", "More")]
lists.draw([])
assert not dpg.get_item_children("lists", 1)
"""


@pytest.mark.parametrize("program", [_FORM, _LISTS], ids=["form", "lists"])
def test_widgets(program: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BEGIN + program + "\ndpg.destroy_context()\n"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
