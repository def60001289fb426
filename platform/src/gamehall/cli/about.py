"""gamehall version"""

from __future__ import annotations

import platform

import click

import gamehall
from gamehall.commands import answer
from gamehall.plugins import find_plugins

__all__ = ["version"]


@click.command()
@click.pass_context
def version(ctx: click.Context) -> None:
    """Show the versions of the hall, of Python and of what is installed.

    \b
    gamehall version
    gamehall --json version
    """
    plugins = {plugin.name: plugin.version for plugin in find_plugins()}
    data = {"gamehall": gamehall.__version__, "python": platform.python_version(), "plugins": plugins}
    lines = [f"gamehall {gamehall.__version__} on Python {platform.python_version()}"]
    answer(ctx, data, "\n".join([*lines, *(f"{name} {number}" for name, number in plugins.items())]))
