"""The reference of the hooks against the hooks, and against those who use them."""

from __future__ import annotations

import re
import sys
from importlib import import_module
from pathlib import Path

import pytest

from gamehall.testing import check_plugin
from rig.hooks import REFERENCE, lay_out_reference, marked, modules, specified

_SECTION = re.compile(r"^## `(?P<signature>[^`\n]*)`\n(?P<text>.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)
# What is read between fences is no heading of the page.
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


HOOKS = specified()
SECTIONS = {
    match["signature"].partition("(")[0]: (match["signature"], match["text"])
    for match in _SECTION.finditer(REFERENCE.read_text())
}


def test_the_reference_has_a_section_for_each_hook_and_no_other() -> None:
    assert {name: signature for name, (signature, _) in SECTIONS.items()} == {
        name: signature for name, (_, signature) in HOOKS.items()
    }
    assert len(_SECTION.findall(_FENCED.sub("", REFERENCE.read_text()))) == len(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_a_section_says_what_is_declared_what_becomes_of_it_and_shows_it(name: str) -> None:
    _, text = SECTIONS[name]
    for opening in (r"\*\*Declares\*\* ", r"\*\*The (host|pages|desktop)\*\* ", r"\*\*While it is off\*\*"):
        assert re.search(rf"^{opening}", text, re.MULTILINE), opening
    mark = "@hookimpl" if name.startswith("gamehall_") else "@hookimpl(optionalhook=True)"
    assert f"{mark}\ndef {name}(" in text


def test_every_hook_is_used_and_those_of_plugins_by_others() -> None:
    users: dict[str, set[str]] = {name: set() for name in HOOKS}
    for plugin, module in modules().items():
        for hook in marked(module, "hookimpl"):
            users[hook].add(plugin)
    unused = {hook for hook, (owner, _) in HOOKS.items() if not users[hook] - {owner}}
    assert unused == set()


def test_hooks_of_plugins_are_implemented_as_optional_ones() -> None:
    for plugin, module in modules().items():
        for hook, options in marked(module, "hookimpl").items():
            assert options["optionalhook"] is (HOOKS[hook][0] != ""), f"{plugin}: {hook}"


def test_the_examples_are_a_plugin_that_keeps_its_promises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out_reference(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    check_plugin("applause")
    try:
        assert set(marked(import_module("gamehall_applause"), "hookimpl")) == set(HOOKS)
    finally:
        sys.modules.pop("gamehall_applause")
