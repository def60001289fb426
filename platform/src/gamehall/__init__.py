"""Gamehall: a hall for board games in which everything that is not the hall itself is a plugin."""

from importlib.metadata import version

import pluggy

__all__ = ["__version__", "hookimpl", "hookspec"]

__version__ = version("gamehall")

hookspec = pluggy.HookspecMarker("gamehall")
hookimpl = pluggy.HookimplMarker("gamehall")
