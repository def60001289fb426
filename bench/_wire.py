"""Connections that cost their own side little: a driver that is slower than the server would measure itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter
from typing import NamedTuple, cast

_HEAD_END = b"\r\n\r\n"


class Answer(NamedTuple):
    """When the request was written and when the answer had come, by `perf_counter`."""

    status: int
    body: bytes
    asked: float
    came: float


class Line(asyncio.Protocol):
    """One connection that is kept, with one request at a time on its way."""

    def __init__(self) -> None:
        self._came = b""
        self._asked = 0.0
        self._waiting: asyncio.Future[Answer] | None = None
        self.transport: asyncio.Transport

    @classmethod
    async def open(cls, port: int) -> Line:
        _, line = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return line

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the server has closed the connection"))

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        self._waiting = asyncio.get_running_loop().create_future()
        self._asked = perf_counter()
        self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        came = perf_counter()
        self._came += data
        if (body := _body_of(self._came)) is None:
            return
        status, self._came = int(self._came[9:12]), b""
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(Answer(status, body, self._asked, came))

    def close(self) -> None:
        self.transport.close()


def _body_of(answer: bytes) -> bytes | None:
    """The body of an answer; None while it is not there as a whole."""
    head_end = answer.find(_HEAD_END)
    if head_end < 0:
        return None
    head, body = answer[:head_end].lower(), answer[head_end + 4 :]
    if b"transfer-encoding: chunked" in head:
        return body if body.endswith(b"0\r\n\r\n") else None
    _, found, rest = head.partition(b"content-length:")
    return body if len(body) >= (int(rest.partition(b"\r\n")[0]) if found else 0) else None


class Stream(asyncio.Protocol):
    """A stream of events that says when one of a kind has come as a whole."""

    def __init__(self, request: bytes, kind: str, told: Callable[[float], None]) -> None:
        self._request = request
        self._marker = f"event: {kind}\n".encode()
        self._told = told
        self._rest = b""
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport

    @classmethod
    async def open(cls, port: int, request: bytes, kind: str, told: Callable[[float], None]) -> Stream:
        loop = asyncio.get_running_loop()
        _, stream = await loop.create_connection(lambda: cls(request, kind, told), "127.0.0.1", port)
        await stream.begun
        return stream

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        came = perf_counter()
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        if whole and not self.begun.done():  # the first event says that the server listens to what is new
            self.begun.set_result(None)
        for each in whole:
            if self._marker in each:
                self._told(came)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.begun.done():
            self.begun.set_exception(exc or ConnectionError(f"no stream: {self._rest[:200]!r}"))

    def close(self) -> None:
        self.transport.close()


def get(path: str, headers: str = "") -> bytes:
    """A request, as it goes over the line."""
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n".encode()


def post(path: str, body: bytes, headers: str = "", kind: str = "application/json") -> bytes:
    """The same with a body."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
    return f"{head}{headers}\r\n".encode() + body
