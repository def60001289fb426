"""Answers of routes that give plain data or a page, without what the framework does for those that have more to say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import MediaType, Response
from litestar.serialization import default_serializer
from litestar.types import Receive, Scope, Send

__all__ = ["Answer"]

_encoder = msgspec.json.Encoder(enc_hook=default_serializer)


class Answer(Response[Any]):
    """An answer by data, or by a page; the application's `response_class`."""

    def to_asgi_response(self, app: Any, request: Any, **given: Any) -> Any:
        if not (self.cookies or self.background or any(given.values())):
            if isinstance(self.content, msgspec.Struct) and self.media_type == MediaType.JSON and not self.headers:
                return _Plain(self.status_code or 200, b"application/json", _encoder.encode(self.content), {})
            if isinstance(self.content, str) and self.media_type == MediaType.HTML:
                return _Plain(self.status_code or 200, b"text/html; charset=utf-8", self.content.encode(), self.headers)
        return super().to_asgi_response(app, request, **given)


class _Plain:
    """A body that is ready."""

    __slots__ = ("_body", "_headers", "_kind", "_status")

    def __init__(self, status: int, kind: bytes, body: bytes, headers: Mapping[str, str]) -> None:
        self._status = status
        self._kind = kind
        self._body = body
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self._headers.items()]
        headers += [(b"content-type", self._kind), (b"content-length", b"%d" % len(self._body))]
        await send({"type": "http.response.start", "status": self._status, "headers": headers})
        await send({"type": "http.response.body", "body": self._body, "more_body": False})
