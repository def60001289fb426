"""Looks at PostgreSQL: those that are asked for at the same time share one round trip.

A round trip costs this process some hundred microseconds of waiting for a socket, and a statement that finds a row by
its index a tenth of that. So whoever looks joins all others who do so in the same turn of the loop, or while the
connections are on their way, and their statements go as one.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Protocol

import psycopg

from gamehall.database.prepared import as_of_sqlalchemy

__all__ = ["Looks"]

_LINES = 2  # connections


class _Look(NamedTuple):
    text: str
    values: Mapping[str, Any]
    found: asyncio.Future[list[Any]]


class _Line(NamedTuple):
    """A connection, and the moment, of `time.monotonic`, at which it was opened."""

    connection: psycopg.AsyncConnection[Any]
    opened: float


class Reach(Protocol):
    """What is known of the way to the server by all who go it."""

    def lost(self) -> None:
        """A connection was found dead."""

    def is_lost(self, opened: float) -> bool:
        """Whether one that was opened at this moment must be taken for dead."""


class Looks:
    """Connections on which every statement is a transaction of its own. `connect` opens one, and `in_time` cuts one
    off that takes too long."""

    def __init__(
        self,
        connect: Callable[[], Any],
        in_time: Callable[[Callable[[], Any]], AbstractContextManager[None]],
        reach: Reach,
    ) -> None:
        self._connect = connect
        self._in_time = in_time
        self._reach = reach
        self._lines: list[_Line | None] = [None] * _LINES  # that are free
        self._waiting: list[_Look] = []
        self._flights: set[asyncio.Task[None]] = set()
        self._begins = False

    async def ask(self, text: str, values: Mapping[str, Any]) -> list[Any]:
        """The rows, as psycopg gives them. Raises what SQLAlchemy would."""
        loop = asyncio.get_running_loop()
        look = _Look(text, values, loop.create_future())
        self._waiting.append(look)
        if self._lines and not self._begins:
            self._begins = True
            loop.call_soon(self._begin)
        return await look.found

    def _begin(self) -> None:
        self._begins = False
        if self._lines and self._waiting:
            asked, self._waiting = self._waiting, []
            task = asyncio.ensure_future(self._fly(self._lines.pop(), asked))
            self._flights.add(task)
            task.add_done_callback(self._flights.discard)

    async def _fly(self, line: _Line | None, asked: list[_Look]) -> None:
        if line is not None and self._reach.is_lost(line.opened):
            await self._closed(line)
            line = None
        again = line is not None  # a line that was kept can have been closed by the server; a new one cannot
        try:
            try:
                line = await self._send(line, asked)
            except psycopg.OperationalError:
                if line is None or not again:
                    raise
                if line.connection.broken:
                    self._reach.lost()
                await self._closed(line)
                line = await self._send(None, [each for each in asked if not each.found.done()])
        except Exception as error:  # noqa: BLE001 - it is the answer to all of them
            await self._closed(line)
            line = None
            for each in asked:
                if not each.found.done():
                    each.found.set_exception(as_of_sqlalchemy(error, each.text, psycopg.Error))
        finally:
            self._lines.append(line)
            if self._waiting:
                self._begin()

    async def _send(self, line: _Line | None, asked: list[_Look]) -> _Line:
        line = line or _Line(await self._connect(), time.monotonic())
        connection = line.connection
        with self._in_time(lambda: connection):
            if len(asked) == 1:
                (look,) = asked
                cursor = await connection.execute(look.text, look.values)
                _settle(look, await cursor.fetchall())
                return line
            async with connection.pipeline():
                cursors = [await connection.execute(each.text, each.values) for each in asked]
            for each, cursor in zip(asked, cursors, strict=True):
                _settle(each, await cursor.fetchall())
        return line

    @staticmethod
    async def _closed(line: _Line | None) -> None:
        if line is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await line.connection.close()

    async def close(self) -> None:
        await asyncio.gather(*self._flights, return_exceptions=True)
        for line in self._lines:
            await self._closed(line)


def _settle(look: _Look, rows: list[Any]) -> None:
    if not look.found.done():
        look.found.set_result(rows)
