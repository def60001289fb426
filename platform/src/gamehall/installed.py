"""An installed plugin as the operator of a hall sees it."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InstalledPlugin"]


@dataclass(frozen=True, slots=True)
class InstalledPlugin:
    """A plugin that was found; `reason` says why it does not work, `failures` counts its faults since the start.

    `rulesets` are the keys of its games, `lets_in` the areas in which it can tell who is asking, and `has_pages` says
    whether there are addresses of it for people, outside of the API.
    """

    name: str
    distribution: str
    version: str
    reason: str
    failures: int = 0
    rulesets: tuple[str, ...] = ()
    lets_in: frozenset[str] = frozenset()
    has_pages: bool = False
