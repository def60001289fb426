"""Pages travel compressed. Only whole ones do: a stream of events is passed on as it comes."""

from __future__ import annotations

import gzip
from typing import cast

from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.types import ASGIApp, HTTPResponseStartEvent, Message, Receive, Scope, Send

__all__ = ["compressed_pages", "takes_gzip"]

_SMALLEST = 1_000  # bytes; less fits into one packet anyway
_LEVEL = 6


def takes_gzip(accept_encoding: str) -> bool:
    """Whether the header says so; `gzip;q=0` says no."""
    for each in accept_encoding.lower().split(","):
        coding, _, weight = each.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def compressed_pages(app: ASGIApp) -> ASGIApp:
    """Middleware that compresses HTML for whoever takes it.

    What can be told from a page's length is no secret: tokens in it read differently each time; see `forms`.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        wanted = takes_gzip(Headers.from_scope(scope).get("accept-encoding", ""))
        start: HTTPResponseStartEvent | None = None

        async def pack(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message):
                start = message  # held back until it is known what follows
                return
            if start is not None and message["type"] == "http.response.body":
                headers = MutableScopeHeaders(start)
                headers.extend_header_value("vary", "Accept-Encoding")
                body = message["body"]
                if wanted and not message.get("more_body") and len(body) >= _SMALLEST:
                    message["body"] = gzip.compress(body, _LEVEL, mtime=0)
                    headers["Content-Encoding"] = "gzip"
                    headers["Content-Length"] = str(len(message["body"]))
                await send(start)
                start = None
            await send(message)

        await app(scope, receive, pack)

    return answer


def _is_page(message: Message) -> bool:
    headers = MutableScopeHeaders(cast(HTTPResponseStartEvent, message))
    return headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
