"""Clients that do not read, trickle, or speak strangely: a real server lets them go and keeps nothing of them."""

from __future__ import annotations

import json
import re
import socket
import struct
from contextlib import ExitStack
from http.client import HTTPResponse
from typing import Any

import httpx
import pytest

from rig.figures import Figures
from rig.hall import InstallPlugin
from rig.server import Serve, Server

HOARDING = """
import os

from gamehall import connections, hookimpl
from litestar import Response, get
from litestar.response import Stream

connections.IDLE_SECONDS = 2  # instead of 30, for the first line of a request
PIECE = b"data: " + b"x" * 65_000 + b"\\n\\n"
state = {"open": 0, "most": 0}


def is_socket(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
    except OSError:  # it has just been closed
        return False


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/hoarding/stream")
    async def stream() -> Stream:
        async def told():
            state["open"] += 1
            try:
                for number in range(10_000):
                    state["most"] = max(state["most"], number)
                    yield PIECE
            finally:
                state["open"] -= 1
        return Stream(told(), media_type="text/event-stream")

    @get("/api/v1/hoarding/whole")
    async def whole() -> Response[bytes]:
        return Response(b"x" * 20_000_000, media_type="application/octet-stream")

    @get("/api/v1/hoarding/state")
    async def now() -> dict[str, int]:
        return state | {"connections": len([each for each in os.listdir("/proc/self/fd") if is_socket(each)])}

    return [stream, whole, now]
"""


def connect(server: Server, stack: ExitStack, sent: bytes) -> socket.socket:
    """A connection that has sent this and takes as little as the system lets it."""
    client = stack.enter_context(socket.socket())
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    client.settimeout(20)
    client.connect(("127.0.0.1", server.port))
    client.sendall(sent)
    return client


def heard(client: socket.socket) -> bytes:
    """Everything until the server closes the connection."""
    pieces = []
    while piece := client.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def heard_while_trickling(client: socket.socket) -> bytes:
    """The same from a server that is sent one byte after another."""
    client.settimeout(0.1)
    while True:
        try:
            client.sendall(b"x")
            return client.recv(65_536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""


def test_a_server_lets_go_of_clients_that_keep_it_waiting(serve: Serve, install_plugin: InstallPlugin) -> None:
    folder = install_plugin("hoarding", HOARDING)
    limits = {"GAMEHALL_SEND_SECONDS": "1", "GAMEHALL_BODY_SECONDS": "1", "PYTHONPATH": str(folder)}
    server = serve(settings=limits)
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False))

        def state() -> dict[str, int]:
            found: dict[str, int] = http.get("/hoarding/state").json()
            return found

        before = state()
        for path in ("stream", "stream", "stream", "whole", "whole"):
            connect(server, stack, f"GET /api/v1/hoarding/{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        server.wait_until(lambda: state()["open"] == 3)
        # What is written of them is in the buffers of the system, a few megabytes, and goes with the connection.
        server.wait_until(lambda: state()["open"] == 0)
        server.wait_until(lambda: state()["connections"] <= before["connections"])
        assert state()["most"] < 300, "it was not kept from telling more"

        head = "POST /api/v1/auth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        late = heard(connect(server, stack, f"{head}Content-Length: 100\r\n\r\n{{".encode()))
        assert late.startswith(b"HTTP/1.1 408 ")
        assert b"application/problem+json" in late
        assert b'"/problems/request-timeout"' in late
        late = heard(connect(server, stack, f"{head}Transfer-Encoding: chunked\r\n\r\n1\r\n{{\r\n".encode()))
        assert late.startswith(b"HTTP/1.1 408 ")

        begun = [connect(server, stack, sent) for sent in (b"", b"GET /health HTTP/1.1\r\nHost: loc", b"GET /")]
        assert heard_while_trickling(begun.pop()) == b""
        assert [heard(client) for client in begun] == [b"", b""]


@pytest.mark.parametrize("path", ["/api/v1/events?channel=lobby", "/live/lobby?cursor=-"])
def test_streams_of_clients_that_are_cut_off_end(server: Server, path: str) -> None:
    def streams() -> float:
        return Figures(httpx.get(f"{server.url}/metrics", trust_env=False).text).of("gamehall_sse_push_streams")

    server.wait_until(lambda: streams() == 0)
    with ExitStack() as stack:
        asked = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        clients = [connect(server, stack, asked) for _ in range(20)]
        for client in clients:
            assert client.recv(1_024).startswith(b"HTTP/1.1 200 ")
        assert streams() == len(clients)
        for client in clients:  # so that the end of it is a reset, as where a machine is gone
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    server.wait_until(lambda: streams() == 0)


GOSSIPING = """
from gamehall import hookimpl
from gamehall.events import NewEvent
from gamehall.feed import emit
from litestar import post


@hookimpl
def gamehall_routes(host):
    @post("/api/v1/gossiping/{first:int}/{count:int}")
    async def gossip(first: int, count: int) -> None:
        numbers = range(first, first + count)
        await host.write(emit, [NewEvent("gossip", ("lobby",), {"number": n, "text": "x" * 20_000}) for n in numbers])

    return [gossip]
"""
FOLLOWING = b"GET /api/v1/events?channel=lobby HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_who_reads_late_is_told_everything_once_and_in_order(serve: Serve, install_plugin: InstallPlugin) -> None:
    """More than the system keeps for somebody who does not read, and then single events, which need not wait."""
    folder = install_plugin("gossiping", GOSSIPING)
    server = serve(settings={"GAMEHALL_ACCESS_LOG": "true", "PYTHONPATH": str(folder)})
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False))
        client = connect(server, stack, FOLLOWING)
        stream = stack.enter_context(HTTPResponse(client))
        stream.begin()
        size = 0

        def numbers(count: int) -> list[int]:
            nonlocal size
            found: list[int] = []
            while len(found) < count:
                line = stream.readline()
                size += len(line)
                if line.startswith(b'data: {"number":'):
                    found.append(json.loads(line.removeprefix(b"data:"))["number"])
            return found

        assert http.post("/gossiping/0/600").status_code == 201
        assert numbers(600) == list(range(600))
        for number in (600, 601):
            assert http.post(f"/gossiping/{number}/1").status_code == 201
            assert numbers(1) == [number]
    server.wait_until(lambda: max(streamed(server), default=0) >= size)


def test_who_never_reads_what_happens_is_let_go(serve: Serve, install_plugin: InstallPlugin) -> None:
    folder = install_plugin("gossiping", GOSSIPING)
    settings = {"GAMEHALL_ACCESS_LOG": "true", "GAMEHALL_SEND_SECONDS": "1", "PYTHONPATH": str(folder)}
    server = serve(settings=settings)
    with ExitStack() as stack:
        http = stack.enter_context(httpx.Client(base_url=f"{server.url}/api/v1", trust_env=False))
        client, told = connect(server, stack, FOLLOWING), b""
        while b"event: hello" not in told:
            told += client.recv(1_000)
        assert http.post("/gossiping/0/900").status_code == 201
        server.wait_until(lambda: max(streamed(server), default=0) > 100_000)
        assert max(streamed(server)) < 15_000_000, "the hall has kept for it what the system does not"


def streamed(server: Server) -> list[int]:
    """The bytes of each answer of which the log says that it was given."""
    return [int(each) for each in re.findall(r"GET 200, (\d+) bytes", server.log())]


def asked(server: Server, *lines: str, body: bytes = b"") -> tuple[int, dict[str, str], Any]:
    """(status, headers, JSON or None) of a request of these lines."""
    with ExitStack() as stack:
        head = "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1")
        answer = heard(connect(server, stack, head + body))
    first, *rest = answer.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in rest)}
    content = answer.partition(b"\r\n\r\n")[2]
    return int(first.split()[1]), headers, json.loads(content) if content.startswith(b"{") else None


def test_what_a_server_makes_of_strange_requests(server: Server) -> None:
    host = "Host: localhost"
    status, headers, told = asked(server, "GET /health HTTP/1.1", host)
    assert (status, told["status"]) == (200, "ok")
    assert not any(character.isdigit() for character in headers.get("server", "")), "no version is told"
    assert headers["x-content-type-options"] == "nosniff"
    assert asked(server, "GET /health HTTP/1.0")[0] == 200
    assert asked(server, "GET /health HTTP/1.1")[2]["type"] == "/problems/unknown-host"
    assert asked(server, "GET /health HTTP/1.1", host, host)[0] == 400
    assert asked(server, "GET /health HTTP/1.1", "Host: evil.example")[0] == 400
    assert asked(server, "GET http://evil.example/health HTTP/1.1", host)[0] == 200, "only proxies are asked like that"
    assert asked(server, f"GET /{'x' * 9_000} HTTP/1.1", host)[2]["type"] == "/problems/address-too-long"
    assert asked(server, f"GET /{'x' * 70_000} HTTP/1.1", host)[0] == 414, "the server's own"
    assert asked(server, "GET /health HTTP/1.1", host, f"X: {'x' * 40_000}")[2]["type"] == "/problems/headers-too-large"
    assert asked(server, "GET /health HTTP/1.1", host, f"X: {'x' * 1_000_000}")[0] == 431, "the server's own"
    assert asked(server, "GET /health HTTP/1.1", host, *[f"X-{n}: 1" for n in range(5_000)])[0] == 431
    for path in (
        "/api/v1/users/%00",
        "/api/v1/games/a%2fb",
        "/static/x/..%2f..%2fpasswd",
        "/%ff",
        "/api/v1/users/%ED%A0%80",
    ):
        assert asked(server, f"GET {path} HTTP/1.1", host)[0] == 404, path
    for first in ("GET / HTTP/3.0", "GET / there HTTP/1.1", "get\0 / HTTP/1.1", "nonsense"):
        assert asked(server, first, host)[0] == 400, first
    post = ("POST /api/v1/auth/token HTTP/1.1", host, "Content-Type: application/json")
    assert asked(server, *post, "Content-Length: 1", "Content-Length: 2", body=b"{}")[0] == 400
    assert asked(server, *post, "Content-Length: 20000")[2]["type"] == "/problems/too-large", "before any of it is sent"
    big = b"%x\r\n%s\r\n0\r\n\r\n" % (20_000, b"x" * 20_000)
    assert asked(server, *post, "Transfer-Encoding: chunked", body=big)[2]["type"] == "/problems/too-large"
