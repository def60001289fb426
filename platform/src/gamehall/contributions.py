"""What a plugin contributes, by name: for the command line, the API and the pages alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import click
import msgspec

from gamehall.declare import Lifespan, Tables
from gamehall.plugins import Plugin

__all__ = ["contributions_of", "counted", "noun_of"]

# How declarations are told apart, in this order; those of hooks that plugins own are kinds that only they know.
_NAMES = ("key", "name", "format", "question", "kind", "path", "place", "event", "title")


def contributions_of(plugin: Plugin) -> dict[str, list[str]]:
    """What the plugin has declared so far: by hook, the names of what it has."""
    hooks = sorted(plugin.declared, key=noun_of)
    named = {hook: list(_names(hook, plugin.declared[hook])) for hook in hooks}
    return {hook: names for hook, names in named.items() if names}


def counted(contributions: Mapping[str, Iterable[str]]) -> str:
    """The same in short: `3 rulesets, 12 routes`."""
    return ", ".join(f"{(number := len(list(names)))} {noun_of(hook, number)}" for hook, names in contributions.items())


def noun_of(hook: str, number: int = 2) -> str:
    """What a hook's declarations are called."""
    noun = hook.removeprefix("gamehall_").replace("_", " ")
    if number != 1 or not noun.endswith("s"):
        return noun
    return f"{noun.removesuffix('ies')}y" if noun.endswith("ies") else noun.removesuffix("s")


def _names(hook: str, items: Iterable[Any]) -> Iterable[str]:
    for item in items:
        if hook == "gamehall_routes":
            yield from _routes(item)
        elif isinstance(item, Tables):
            yield from item.metadata.tables
        elif isinstance(item, type) and issubclass(item, msgspec.Struct):
            yield from (field.name for field in msgspec.structs.fields(item))
        elif isinstance(item, click.Command):
            yield f"gamehall {item.name}"
        elif isinstance(item, Lifespan):
            yield "from the start to the end of each worker"
        else:
            found = (getattr(item, name, None) for name in _NAMES)
            yield next((name for name in found if isinstance(name, str)), type(item).__name__)


def _routes(handler: Any) -> Iterable[str]:
    from litestar import Router  # the web takes a while to import, and a plugin with routes has done so

    for route in Router("/", route_handlers=[handler]).routes:
        methods = sorted(set(getattr(route, "methods", [])) - {"OPTIONS"})
        yield f"{' '.join(methods) or 'ANY'} {route.path}"
