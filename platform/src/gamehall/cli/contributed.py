"""Commands that plugins bring."""

from __future__ import annotations

from importlib import metadata

import click

__all__ = ["contributed_commands", "contributed_names"]


def contributed_names() -> list[str]:
    """The names of installed plugins, by metadata alone."""
    return sorted(entry.name for entry in metadata.entry_points(group="gamehall"))


def contributed_commands(ctx: click.Context, name: str) -> dict[str, click.Command]:
    """Every command of a working plugin under its own name, or below the plugin's where that name is taken.

    Whether a plugin does harm is looked at first, which takes a while, unless the command of this name was there when
    somebody looked last.
    """
    from gamehall.cli.running import installed_plugins
    from gamehall.cli.words import known_words
    from gamehall.commands import settings_of
    from gamehall.plugins import load_plugins

    settings = settings_of(ctx)
    words = known_words(settings)
    is_known = words.is_of_now and name in words.commands
    plugins = load_plugins(settings) if is_known else installed_plugins(ctx)
    plugins.collect("gamehall_commands")
    root = ctx.find_root().command
    own = root.list_commands(ctx) if isinstance(root, click.Group) else []
    found: dict[str, click.Command] = {}
    for plugin, command in plugins.declared("gamehall_commands"):
        if command.name not in (*own, *found):
            found[command.name] = command
        else:
            group = found.setdefault(plugin.name, click.Group(plugin.name, help=f"Commands of {plugin.name}."))
            if isinstance(group, click.Group):
                group.add_command(command)
    return found
