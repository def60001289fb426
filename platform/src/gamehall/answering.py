"""Answers of routes that give plain data, without what the framework does for those that have more to say."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import MediaType, Response
from litestar.serialization import default_serializer
from litestar.types import Receive, Scope, Send

__all__ = ["Answer"]

_encoder = msgspec.json.Encoder(enc_hook=default_serializer)


class Answer(Response[Any]):
    """An answer by data; the application's `response_class`."""

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> Any:
        more = self.headers or self.cookies or self.background or any(given.values())
        if not more and self.media_type == MediaType.JSON and isinstance(self.content, msgspec.Struct):
            return _Plain(self.status_code or 200, _encoder.encode(self.content))
        return super().to_asgi_response(app, request, **given)


class _Plain:
    """A body of JSON."""

    __slots__ = ("_body", "_status")

    def __init__(self, status: int, body: bytes) -> None:
        self._status = status
        self._body = body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = (b"content-length", b"%d" % len(self._body))
        headers = [(b"content-type", b"application/json"), length]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})
