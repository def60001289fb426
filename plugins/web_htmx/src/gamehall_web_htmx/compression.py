"""Pages travel compressed. Only whole ones do: a stream of events is passed on as it comes."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from functools import lru_cache

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

    What can be told from a page's length is no secret: tokens in it read differently each time; see `forms`. What has
    none is the same for all strangers, and is compressed once.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        asked = dict(scope["headers"])
        wanted = takes_gzip(asked.get(b"accept-encoding", b"").decode("latin-1"))
        compress = _compressed if b"cookie" in asked else _compressed_once
        start: HTTPResponseStartEvent | None = None

        async def pack(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _is_page(message["headers"]):
                start = message  # held back until it is known what follows
                return
            if start is not None and message["type"] == "http.response.body":
                headers = [*start["headers"], (b"vary", b"Accept-Encoding")]
                if wanted and not message.get("more_body") and len(message["body"]) >= _SMALLEST:
                    message["body"] = compress(message["body"])
                    headers = [each for each in headers if each[0] != b"content-length"]
                    headers += [(b"content-encoding", b"gzip"), (b"content-length", b"%d" % len(message["body"]))]
                start["headers"] = headers
                await send(start)
                start = None
            await send(message)

        await app(scope, receive, pack)

    return answer


def _compressed(body: bytes) -> bytes:
    return gzip.compress(body, _LEVEL, mtime=0)


_compressed_once = lru_cache(maxsize=50)(_compressed)


def _is_page(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    said = dict(headers)
    return said.get(b"content-type", b"").startswith(b"text/html") and b"content-encoding" not in said
