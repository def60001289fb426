"""Every hook there is, the host's and those of the workspace's plugins, and the plugin of their reference, which uses
each of them."""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pluggy

from gamehall import hookspecs
from rig.hall import lay_out_plugin
from rig.tree import PLUGINS, ROOT

REFERENCE = ROOT / "docs/hooks.md"
_BLOCK = re.compile(r"^```(?P<language>\w+)(?: file=(?P<file>\S+))?\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


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


def lay_out_reference(folder: Path) -> Path:
    """Puts the plugin that the reference's examples make, `applause`, into a folder; its package."""
    parts = [(block["language"], block["file"], block["text"]) for block in _BLOCK.finditer(REFERENCE.read_text())]
    module = "\n\n".join(text for language, file, text in parts if language == "python" and file is None)
    lay_out_plugin(folder, "applause", module)
    with (folder / "gamehall_applause-1.0.dist-info/METADATA").open("a") as about:
        about.write("Requires-Dist: gamehall\n")
    package = folder / "gamehall_applause"
    for _, file, text in parts:
        if file is not None:
            (package / file).parent.mkdir(exist_ok=True)
            (package / file).write_text(text)
    return package
