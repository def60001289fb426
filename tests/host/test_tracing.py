"""Traces, as a collector gets them."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from gamehall.logs import configure_logs
from gamehall.tracing import trace_id
from rig.command import FAILED, Run, logs_as_they_were
from rig.hall import Hall, InstallPlugin, StartHall, done, heard, start_game
from rig.processes import free_port

pytestmark = pytest.mark.anyio

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

TELLING = """
import logging

from gamehall import hookimpl
from gamehall.declare import Listener, Policy, Verdict
from gamehall.tracing import trace_id
from litestar import get


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/telling", media_type="text/plain", opt={"who": "anybody"})
    async def tell() -> str:
        logging.getLogger(__name__).warning("telling of a trace")
        return trace_id() + " " + await host.read(lambda connection: trace_id())

    @get("/api/v1/telling/failing", opt={"who": "anybody"})
    async def fail() -> str:
        raise RuntimeError("what nobody may read: swordfish")

    return [tell, fail]


@hookimpl
def gamehall_listeners(host):
    async def hear(event):
        pass

    return [Listener("game_started", hear)]


@hookimpl
def gamehall_policies(host):
    async def allow(*subjects):
        return Verdict(True)

    return [Policy("play", allow)]
"""


class Collector:
    """What speaks OTLP over HTTP at `port`, while it is there."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.spans: list[Span] = []
        self.bytes = b""
        self._server: ThreadingHTTPServer | None = None

    def open(self) -> None:
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["content-length"]))
                if self.path == "/v1/traces":
                    collector.take(content)
                self.send_response(200 if self.path == "/v1/traces" else 404)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def take(self, content: bytes) -> None:
        told = ExportTraceServiceRequest.FromString(content)
        self.bytes += content
        self.spans += [span for each in told.resource_spans for scope in each.scope_spans for span in scope.spans]

    async def span(self, name: str, trace: str = "") -> Span:
        """The first span of this name, of this trace where one is given, when it has come."""
        async with asyncio.timeout(60):
            while True:
                for span in tuple(self.spans):
                    if span.name == name and trace in ("", span.trace_id.hex()):
                        return span
                await asyncio.sleep(0.02)

    def children(self, of: Span) -> set[str]:
        return {span.name for span in self.spans if span.parent_span_id == of.span_id}


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "50")
    made = Collector()
    made.open()
    yield made
    made.close()


@dataclass
class Traced:
    hall: Hall
    collector: Collector


@pytest.fixture
async def traced(
    database_url: str, start_hall: StartHall, install_plugin: InstallPlugin, collector: Collector
) -> Traced:
    install_plugin("telling", TELLING)
    hall = await start_hall(database_url, otlp_url=collector.url, trusted_proxies=("127.0.0.1",), mail="file")
    return Traced(hall, collector)


def attributes(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes}


async def test_a_request_is_told_of_with_its_parts(traced: Traced) -> None:
    hall, collector = traced.hall, traced.collector
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    answer = await players[0].post(f"/games/{game_id}/moves", json={"move": "a1"}, headers={"traceparent": TRACEPARENT})
    assert answer.status_code == 200
    route = "POST /api/v1/games/{game_id}/moves"
    request = await collector.span(route, TRACE)
    # It goes on with the trace of the proxy, whose span it is a part of.
    assert request.parent_span_id.hex() == "00f067aa0ba902b7"
    assert request.kind == Span.SPAN_KIND_SERVER
    assert attributes(request) == {
        "http.request.method": "POST",
        "http.route": "/api/v1/games/{game_id}/moves",
        "http.response.status_code": 200,
    }
    assert {"read games._look", "write recording._record"} <= collector.children(request)
    written = await collector.span("write recording._record", TRACE)
    assert [event.name for event in written.events] == ["begun"]  # told by the thread or task that runs it
    assert written.start_time_unix_nano <= written.events[0].time_unix_nano <= written.end_time_unix_nano
    asked = await collector.span("policy telling play")
    listened = await collector.span("listener telling game_started")
    assert asked.parent_span_id
    assert not listened.parent_span_id
    assert not [span for span in collector.spans if span.name.startswith(("read", "write")) and not span.parent_span_id]


async def test_a_mail_is_told_of_and_no_code(traced: Traced) -> None:
    hall, collector = traced.hall, traced.collector
    ada = await hall.user("ada")
    invitation = done(await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "link": True}), 201)
    code = invitation["invite_url"].rpartition("/")[2]
    assert (await hall.stranger().get(f"/c/{code}?next=swordfish")).status_code < 500
    failed = await hall.root.get("/api/v1/telling/failing")
    assert failed.status_code == 500
    failing = await collector.span("GET /api/v1/telling/failing")
    assert failing.status.code == Status.STATUS_CODE_ERROR
    opened = await collector.span("GET /c/{code}")
    assert attributes(opened)["http.route"] == "/c/{code}"
    done(await hall.stranger().post("/api/v1/users/password-reset", json={"email": "ada@example.org"}), 202)
    await collector.span("mail")
    assert code.encode() not in collector.bytes
    assert b"swordfish" not in collector.bytes
    assert b"ada" not in collector.bytes


async def test_only_a_trusted_proxy_names_a_trace(traced: Traced) -> None:
    hall, collector = traced.hall, traced.collector
    headers = {"traceparent": TRACEPARENT}
    within = (await hall.root.get("/api/v1/telling", headers=headers)).text
    assert within == f"{TRACE} {TRACE}"  # in the handler, and where the transaction runs
    transport = httpx.ASGITransport(hall.app, client=("203.0.113.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://hall", headers=headers) as stranger:
        own, in_transaction = (await stranger.get("/api/v1/telling")).text.split()
    assert own == in_transaction != TRACE
    assert not (await collector.span("GET /api/v1/telling", own)).parent_span_id
    assert trace_id() == ""


async def test_lines_of_the_log_name_their_trace(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    said = io.StringIO()
    monkeypatch.setattr(sys, "stderr", said)
    with logs_as_they_were():
        configure_logs(traced.hall.host.settings)
        await traced.hall.root.get("/api/v1/telling", headers={"traceparent": TRACEPARENT})
    (line,) = said.getvalue().splitlines()
    assert f"trace {TRACE}" in line
    assert "telling of a trace" in line


async def test_a_collector_that_is_away_is_named_once(start_hall: StartHall, collector: Collector) -> None:
    collector.close()
    hall = await start_hall(otlp_url=collector.url)
    with heard() as lines:

        async def ask_until(said: str) -> None:
            async with asyncio.timeout(120):
                while not any(said in line for line in lines):
                    assert (await hall.root.get("/health")).status_code == 200
                    await asyncio.sleep(0.05)

        await ask_until("cannot be sent")
        collector.open()
        await ask_until("can be sent again")
        await collector.span("GET /health")
    assert sum("traces" in line for line in lines) == 2


def test_traces_go_to_an_address(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEHALL_OTLP_URL", "collector:4317")
    ended = bare("serve")
    assert ended.code == FAILED
    assert "GAMEHALL_OTLP_URL must be an address" in ended.err


def test_nothing_of_it_is_loaded_by_those_who_want_none() -> None:
    question = "import sys, gamehall.cli.serve, gamehall.app; print('opentelemetry' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
