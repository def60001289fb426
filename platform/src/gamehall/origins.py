"""Where what happens now was asked for: known to everything that a request does, transactions included, so that the
audit log and the limits need not be told by each caller."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gamehall.declare import Principal

__all__ = ["Origin", "asked_from", "origin"]


@dataclass(slots=True)
class Origin:
    """The address that a request came from, what its sender says of itself, and, once the hall knows, who it is.

    `by` names whoever is no user: the hall itself, or the command line and the account on its machine. `request` is
    what the log calls the request, and `scope` is what the server says of it.
    """

    address: str = ""
    agent: str = ""
    by: str = ""
    principal: Principal | None = None
    request: str = ""
    scope: Mapping[str, Any] = field(default_factory=dict)

    @property
    def route(self) -> str:
        """Which route answers, as `GET /api/v1/games/{game_id:str}`; empty until that is known, and for unknown paths."""
        template = self.scope.get("path_template", "")
        return f"{self.scope['method']} {template}" if template else ""

    @property
    def plugin(self) -> str:
        """The plugin whose route answers; empty for the hall's own."""
        handler = self.scope.get("route_handler")
        return str(handler.opt.get("plugin", "")) if handler is not None else ""


_origin: ContextVar[Origin] = ContextVar("origin")


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
