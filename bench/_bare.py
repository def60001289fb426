"""The bare server: the same framework and the same program that serves it, with nothing behind them.

A move is a body that is read, an answer of some words and an event of the usual size to whoever follows; a page is as
many bytes as the hall's, ready. It knows no users, no rules, no clock, and stores nothing.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import msgspec
from litestar import Litestar, MediaType, get, post
from litestar.params import FromPath
from litestar.response import Stream

_EVENT = b"id: 0-1\nevent: game_move\ndata: %b\n\n" % (b"x" * 600)
_PAGE = b"x" * 30_000

_following: defaultdict[str, set[asyncio.Queue[bytes]]] = defaultdict(set)


class Move(msgspec.Struct):
    move: str
    ply: int


@post("/games/{game:str}/moves", status_code=200)
async def move(game: FromPath[str], data: Move) -> dict[str, str | int]:
    for queue in _following[game]:
        queue.put_nowait(_EVENT)
    return {"game_id": game, "move": data.move, "ply": data.ply + 1}


@get("/games/{game:str}/events")
async def events(game: FromPath[str]) -> Stream:
    async def told() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        _following[game].add(queue)
        try:
            yield b"event: hello\ndata: {}\n\n"
            while True:
                yield await queue.get()
        finally:
            _following[game].discard(queue)

    return Stream(told(), media_type="text/event-stream")


@get("/page", media_type=MediaType.HTML)
async def page() -> bytes:
    return _PAGE


app = Litestar([move, events, page], openapi_config=None)
