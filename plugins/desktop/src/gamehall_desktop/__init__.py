"""The desktop client: a window in which to sign in, find opponents and play, beside the pages and the API."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from gamehall import hookimpl

if TYPE_CHECKING:
    import click


@hookimpl
def gamehall_commands() -> list[click.Command]:
    from .app import desktop  # a server that only loads the plugin needs nothing of it

    return [desktop]


@hookimpl
def gamehall_hookspecs() -> list[ModuleType]:
    from . import hookspecs

    return [hookspecs]
