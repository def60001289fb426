"""Answers of routes that give plain data or a page, and those that go on, without what the framework does for others
that have more to say."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

import msgspec
from litestar import MediaType, Response
from litestar.response.streaming import ASGIStreamingResponse, Stream
from litestar.serialization import default_serializer
from litestar.types import Receive, Scope, Send

from gamehall.origins import origin
from gamehall.problems import Problem

__all__ = ["POUR", "Answer", "EventStreamed", "Pour", "pour"]

POUR = "gamehall.pour"  # the extension of ASGI by which a server offers a way for pieces
Pour = Callable[[bytes], bool]

_EVENTS = {"cache-control": "no-store", "x-accel-buffering": "no"}

_encoder = msgspec.json.Encoder(enc_hook=default_serializer)


class Answer(Response[Any]):
    """An answer by data, or by a page; the application's `response_class`."""

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> Any:
        more = (given.get(name) for name in ("background", "cookies", "headers"))  # what the handler has to say
        if not (self.cookies or self.background or any(more)):
            status = self.status_code or given.get("status_code") or 200
            if isinstance(self.content, msgspec.Struct) and self.media_type == MediaType.JSON and not self.headers:
                return _Plain(status, b"application/json", _encoder.encode(self.content), {})
            if isinstance(self.content, str) and self.media_type == MediaType.HTML:
                return _Plain(status, b"text/html; charset=utf-8", self.content.encode(), self.headers)
        return super().to_asgi_response(app, request, **given)


def pour() -> Pour | None:
    """A way for further pieces of the answer to this request, none of them empty, from wherever it is called: one that
    could not go without waiting has not gone, and it says so. It is for an answer that has begun, while nothing is sent
    in the usual way; None where the server has no such way."""
    found: Pour | None = origin().scope.get("extensions", {}).get(POUR)
    return found


class _Plain:
    """A body that is ready; the answer to HEAD goes without it."""

    __slots__ = ("_body", "_headers", "_kind", "_status", "is_head_response")

    def __init__(self, status: int, kind: bytes, body: bytes, headers: Mapping[str, str]) -> None:
        self._status = status
        self._kind = kind
        self._body = body
        self._headers = headers
        self.is_head_response = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self._headers.items()]
        headers += [(b"content-type", self._kind), (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        body = b"" if self.is_head_response else self._body
        await send({"type": "http.response.body", "body": body, "more_body": False})


class EventStreamed(Stream):
    """An answer of events: pieces that come until there are no more, or the client goes.

    There can be thousands at once. The framework's own stream is a group of tasks beside the task of its request,
    which costs each several kilobytes; this is one that waits for the client to go.
    """

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        super().__init__(pieces, media_type="text/event-stream", headers=_EVENTS)
        self._pieces = pieces

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> Any:
        return _Events(
            iterator=self._pieces,
            headers={**(given.get("headers") or {}), **self.headers},
            cookies=given.get("cookies"),
            media_type=self.media_type,
        )


class _Events(ASGIStreamingResponse):
    async def send_body(self, send: Send, receive: Receive) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None) as staying:
                # In a task of its own: what goes on in one goes through all that called it, each time.
                telling = asyncio.ensure_future(self._tell(send, staying))
                try:
                    with contextlib.suppress(Problem):  # a body that was announced does not come: it is as good as gone
                        while (await receive())["type"] != "http.disconnect":
                            pass
                finally:
                    telling.cancel()
                    await asyncio.wait([telling])
        if not telling.cancelled():
            telling.result()

    async def _tell(self, send: Send, staying: asyncio.Timeout) -> None:
        pieces: Any = self.iterator
        try:
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            staying.reschedule(0)
