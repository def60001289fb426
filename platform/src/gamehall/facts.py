"""What a transaction does that is counted, once it is committed: the events that it writes and what it puts down in the
audit log. The counting is left to whoever runs the transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Literal, NamedTuple

__all__ = ["Fact", "note_fact", "noting_facts"]


class Fact(NamedTuple):
    """An event of this kind, or an entry of this kind in the audit log."""

    what: Literal["event", "audit"]
    name: str


_noted: ContextVar[list[Fact] | None] = ContextVar("facts", default=None)


def note_fact(fact: Fact) -> None:
    """Has a fact counted if the present transaction is committed; where nobody counts, nothing is done."""
    if (noted := _noted.get()) is not None:
        noted.append(fact)


@contextlib.contextmanager
def noting_facts() -> Iterator[list[Fact]]:
    """The list to which the transactions that begin in this block, in whatever thread, add their facts."""
    noted: list[Fact] = []
    token = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(token)
