"""The limits of one connection, where a test cannot have as much of it as there may be, or wait until it is there."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from gamehall import connections
from gamehall.answering import POUR
from gamehall.connections import Connection

pytestmark = pytest.mark.anyio


async def hello(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def connecting(app: Any, listening: socket.socket) -> AsyncIterator[list[Connection]]:
    """What has come by this socket, answered by this application."""
    config, state, come = Config(app, http=Connection, ws="none", log_config=None), ServerState(), list[Connection]()
    config.load()

    def connect() -> Connection:
        come.append(Connection(config=config, server_state=state, app_state={}))
        return come[-1]

    server = await asyncio.get_running_loop().create_server(connect, sock=listening)
    try:
        yield come
    finally:
        server.close()
        await server.wait_closed()


async def test_who_comes_when_there_are_too_many_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 1)
    listening = socket.create_server(("127.0.0.1", 0))
    url = "http://{}:{}/".format(*listening.getsockname())
    async with connecting(hello, listening), httpx.AsyncClient() as first, httpx.AsyncClient() as second:
        assert (await first.get(url)).status_code == 200
        refused = await second.get(url)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/busy")
        assert (refused.headers["content-type"], refused.headers["retry-after"]) == ("application/problem+json", "2")
        assert (await first.get(url)).status_code == 200, "who was let in stays"
        await first.aclose()
        async with asyncio.timeout(30):
            while (await second.get(url)).status_code != 200:
                pass


async def test_little_waits_for_a_client_that_takes_nothing() -> None:
    """However much there is to say: what the server sends by itself has the reader's pace."""
    behind = asyncio.Event()

    async def endless(scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"so it begins", "more_body": True})
        while scope["extensions"][POUR](b"." * 400):
            pass
        behind.set()

    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
    async with connecting(endless, listening) as come:
        with socket.create_connection(listening.getsockname()) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.sendall(b"GET / HTTP/1.1\r\nHost: hall\r\n\r\n")
            async with asyncio.timeout(30):
                await behind.wait()
            assert 0 < come[0].transport.get_write_buffer_size() < 5_000
