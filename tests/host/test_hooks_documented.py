"""The reference of the hooks against the hooks, and against those who use them."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from types import ModuleType

import pluggy
import pytest

from gamehall import hookspecs
from gamehall.testing import check_plugin
from rig.hall import InstallPlugin
from rig.tree import PLUGINS, ROOT

REFERENCE = ROOT / "docs/hooks.md"


_SECTION = re.compile(r"^## `(?P<signature>[^`\n]*)`\n(?P<text>.*?)(?=^#{1,2} |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
# What is read between fences is no heading of the page.
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def modules() -> dict[str, ModuleType]:
    """The workspace's plugins by name."""
    return {name: import_module(f"gamehall_{name}") for name in PLUGINS}


def marked(module: ModuleType, kind: str) -> dict[str, dict[str, object]]:
    """The hooks that a module specifies (`hookspec`) or implements (`hookimpl`), with their marks."""
    manager = pluggy.PluginManager("gamehall")
    parse = manager.parse_hookspec_opts if kind == "hookspec" else manager.parse_hookimpl_opts
    found = {name: parse(module, name) for name in vars(module)}
    return {name: dict(options) for name, options in found.items() if options is not None}


def specified() -> dict[str, tuple[str, str]]:
    """(owner, signature) of every hook, by its name; the host is the owner ''."""
    specs = {"": [hookspecs]}
    for name, module in modules().items():
        if "gamehall_hookspecs" in marked(module, "hookimpl"):
            specs[name] = list(module.gamehall_hookspecs())
    return {
        hook: (owner, f"{hook}{inspect.signature(getattr(module, hook))}".replace("'", ""))
        for owner, owned in specs.items()
        for module in owned
        for hook in marked(module, "hookspec")
    }


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


def test_the_examples_are_a_plugin_that_keeps_its_promises(install_plugin: InstallPlugin) -> None:
    parts = [(block["language"], block["file"], block["text"]) for block in _BLOCK.finditer(REFERENCE.read_text())]
    module = "\n\n".join(text for language, file, text in parts if language == "python" and file is None)
    folder = install_plugin("applause", module)
    with (folder / "gamehall_applause-1.0.dist-info/METADATA").open("a") as about:
        about.write("Requires-Dist: gamehall\n")
    for _, file, text in parts:
        if file is not None:
            path = folder / "gamehall_applause" / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    check_plugin("applause")
    assert set(marked(import_module("gamehall_applause"), "hookimpl")) == set(HOOKS)
