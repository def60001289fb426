"""What comes on a connection before it is a request, where a test cannot have as much of it as there may be."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from gamehall import connections
from gamehall.connections import Connection

pytestmark = pytest.mark.anyio


async def hello(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


async def test_who_comes_when_there_are_too_many_is_told_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 1)
    config, state = Config(hello, http=Connection, ws="none", log_config=None), ServerState()
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    url = "http://{}:{}/".format(*server.sockets[0].getsockname())
    async with httpx.AsyncClient() as first, httpx.AsyncClient() as second:
        assert (await first.get(url)).status_code == 200
        refused = await second.get(url)
        assert (refused.status_code, refused.json()["type"]) == (503, "/problems/busy")
        assert (refused.headers["content-type"], refused.headers["retry-after"]) == ("application/problem+json", "2")
        assert (await first.get(url)).status_code == 200, "who was let in stays"
        await first.aclose()
        async with asyncio.timeout(30):
            while (await second.get(url)).status_code != 200:
                pass
    server.close()
    await server.wait_closed()
