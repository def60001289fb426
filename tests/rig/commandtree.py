"""Every command of `gamehall`, those of plugins too."""

from __future__ import annotations

from collections.abc import Iterator

import click

from gamehall.cli import cli
from gamehall.cli.contributed import contributed_commands


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the hall's own, with its path."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)


def contributed() -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command of the installed plugins, with its path."""
    context = cli.make_context("gamehall", ["version"])
    for name, command in contributed_commands(context, "").items():
        yield (name,), command
        if isinstance(command, click.Group):
            yield from commands(command, name)


EVERY = [*commands(cli), *contributed()]
