"""Where what happens now was asked for, and which plugin's work it is: known to everything that a request does,
transactions included, so that the audit log, the limits and the log need not be told by each caller."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, MutableMapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gamehall.declare import Principal

__all__ = ["Origin", "asked_from", "at_work", "origin", "plugin_at_work"]


@dataclass(slots=True)
class Origin:
    """The address that a request came from, what its sender says of itself, and, once the hall knows, who it is.

    `by` names whoever is no user: the hall itself, or the command line and the account on its machine. `request` is
    what the log calls the request, and `scope` is what the server says of it. `statements` have been asked of the
    database for it so far, in `database_ms`; `asked` has a line for each of them where somebody wants to see them.
    """

    address: str = ""
    agent: str = ""
    by: str = ""
    principal: Principal | None = None
    request: str = ""
    scope: MutableMapping[str, Any] = field(default_factory=dict)
    statements: int = 0
    database_ms: float = 0.0
    asked: list[str] | None = None

    @property
    def route(self) -> str:
        """Which route answers, as `GET /api/v1/games/{game_id}`; empty until that is known, and for no known path."""
        template = self.scope.get("path_template", "")
        return f"{self.scope['method']} {template}" if template else ""

    @property
    def plugin(self) -> str:
        """The plugin whose route answers; empty for the hall's own."""
        handler = self.scope.get("route_handler")
        return str(handler.opt.get("plugin", "")) if handler is not None else ""


_origin: ContextVar[Origin] = ContextVar("origin")
_plugin: ContextVar[str] = ContextVar("plugin", default="")


def origin() -> Origin:
    """Where what happens now was asked for; by the hall itself, where nobody did."""
    return _origin.get(None) or Origin(by="hall")


@contextlib.contextmanager
def asked_from(where: Origin) -> Iterator[None]:
    """What happens in this block, in this task and those that it starts, was asked for there."""
    token = _origin.set(where)
    try:
        yield
    finally:
        _origin.reset(token)


def at_work(plugin: str) -> AbstractContextManager[None]:
    """What happens in this block, in this task and those that it starts, is this plugin's work."""
    return _AtWork(plugin)


class _AtWork:
    """By hand, since it goes around every call of a plugin: the library's way is a generator for each."""

    __slots__ = ("_plugin", "_token")

    def __init__(self, plugin: str) -> None:
        self._plugin = plugin

    def __enter__(self) -> None:
        self._token = _plugin.set(self._plugin)

    def __exit__(self, *_raised: object) -> None:
        _plugin.reset(self._token)


def plugin_at_work() -> str:
    """The plugin that the hall has called, or else whose route answers; empty where it is the hall's own work."""
    return _plugin.get() or origin().plugin
