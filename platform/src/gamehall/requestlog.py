"""What the log has of each request: nothing, unless a setting asks for a line, or `debug` for what it asked the
database."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from time import perf_counter

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Send

from gamehall.answering import POUR, Pour, pour
from gamehall.logs import ACCESS
from gamehall.origins import Origin
from gamehall.settings import Settings
from gamehall.statements import tell_statements

__all__ = ["told_of"]

access = logging.getLogger(ACCESS)


def told_of(where: Origin, settings: Settings, send: Send) -> AbstractContextManager[Send]:
    """The way out for the answer of this request, of which the log tells when the block ends."""
    if not (settings.access_log or settings.debug):
        return nullcontext(send)
    if settings.debug:
        where.asked = []
    return _telling(where, send)


@contextmanager
def _telling(where: Origin, send: Send) -> Iterator[Send]:
    method = where.scope["method"]  # a route answers HEAD as if it were GET
    answer = _Answer(where, send)
    if (way := pour()) is not None:
        where.scope["extensions"] = {POUR: partial(answer.pour, way)}
    try:
        yield answer.send
    finally:
        answer.tell(method)


class _Answer:
    def __init__(self, where: Origin, send: Send) -> None:
        self._where = where
        self._send = send
        self._began = perf_counter()
        self._status = 0
        self._bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            if self._where.asked is not None:
                MutableScopeHeaders.from_message(message).setdefault("server-timing", self._timing())
        elif message["type"] == "http.response.body":
            self._bytes += len(message.get("body", b""))
        await self._send(message)

    def _timing(self) -> str:
        """The same for the browser, as far as it goes when an answer begins."""
        where = self._where
        statements = f'db;dur={where.database_ms:.1f};desc="{where.statements} statements"'
        return f"{statements}, hall;dur={self._ms:.1f}"

    def pour(self, way: Pour, piece: bytes) -> bool:
        if went := way(piece):
            self._bytes += len(piece)
        return went

    @property
    def _ms(self) -> float:
        return (perf_counter() - self._began) * 1_000

    def tell(self, method: str) -> None:
        where, ms = self._where, self._ms
        told = {
            "method": method,
            "status": self._status,
            "bytes": self._bytes,
            "ms": round(ms, 1),
            "statements": where.statements,
        }
        line = f"{method} {self._status or 'without an answer'}, {self._bytes} bytes, {ms:.1f} ms"
        access.info("%s, %d statements", line, where.statements, extra={"told": told})
        tell_statements(line, **told)
