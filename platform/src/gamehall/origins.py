"""Where what happens now was asked for: known to everything that a request does, transactions included, so that the
audit log and the limits need not be told by each caller."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gamehall.declare import Principal

__all__ = ["Origin", "asked_from", "origin"]


@dataclass(slots=True)
class Origin:
    """The address that a request came from, what its sender says of itself, and, once the hall knows, who it is.

    `by` names whoever is no user: the hall itself, or the command line and the account on its machine.
    """

    address: str = ""
    agent: str = ""
    by: str = ""
    principal: Principal | None = None


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
