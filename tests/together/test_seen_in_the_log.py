"""What an operator finds in the log of a hall at work: for which request, by which route and in which plugin's work a
line was written; what was slow; and, with `debug`, what each request asked the database and each stream said."""

from __future__ import annotations

import json
import os
import re
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, ConsoleMessage, expect

from rig.hall import InstallPlugin, lay_out_plugin
from rig.people import Caller, Person, client
from rig.postgres import fresh_database
from rig.server import Serve, Server, serving

# It says something wherever the hall calls it, by the logger of a library: so only the hall can know whose it is.
CHATTY = """
import asyncio
import contextlib
import gc
import logging
import os
import threading
import time
import warnings

import sqlalchemy as sa
from litestar import get

from gamehall import hookimpl
from gamehall.asking import HttpRequest, host_of
from gamehall.declare import Check, CheckResult, Lifespan, Listener
from gamehall.events import NewEvent
from gamehall.tasks import beside

log = logging.getLogger("somelib")
ANYBODY = {"who": "anybody", "object": "everybody"}
_SLOW = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(0.2), CAST(:most AS integer)",
}


def say(connection: sa.Connection) -> None:
    log.warning("in a transaction")


def be_slow(connection: sa.Connection) -> None:
    connection.execute(sa.text(_SLOW[connection.dialect.name]), {"most": 234_567})


def named(connection: sa.Connection) -> str:
    if connection.dialect.name == "sqlite":
        return ""
    return connection.scalar(sa.text("SELECT application_name FROM pg_stat_activity WHERE pid = pg_backend_pid()"))


def tell(connection: sa.Connection, host: object) -> None:
    host.emit(connection, NewEvent("chatty_said", ("lobby",), {"words": "hush"}))


async def speak(where: str) -> None:
    log.warning("in %s", where)


@get(["/api/v1/chatty/{how:str}", "/chatty/{how:str}"], opt=ANYBODY)
async def chat(request: HttpRequest, how: str) -> dict[str, object]:
    "Does what it is asked to."
    host = host_of(request)
    match how:
        case "words":
            await host.read(say)
            await host.write(say)
            await asyncio.create_task(speak("a task"))
            await asyncio.to_thread(log.warning, "in a thread")
            await host.write(tell, host)
        case "slow":
            await host.read(be_slow)
        case "crowd":
            await asyncio.gather(*(host.write(be_slow) for _ in range(9)))
        case "error":
            raise RuntimeError("it fell over")
        case "lost":
            task = asyncio.create_task(fail())
            await asyncio.wait([task])
            del task
            gc.collect()
            thread = threading.Thread(target=lambda: 1 / 0, name="spinning")
            thread.start()
            thread.join()
            warnings.warn("this is old", DeprecationWarning, stacklevel=1)
    return {"pid": os.getpid(), "named": await host.read(named)}


async def fail() -> None:
    raise RuntimeError("nobody looks")


@hookimpl
def gamehall_routes(host):
    return [chat]


@hookimpl
def gamehall_listeners(host):
    async def hear(event):
        log.warning("in a listener")

    return [Listener("chatty_said", hear)]


@hookimpl
def gamehall_lifespan(host):
    @contextlib.asynccontextmanager
    async def living():
        async with beside(speak("a lifespan's task"), "chatty"):
            yield

    return [Lifespan(living)]


@hookimpl
def gamehall_checks(host):
    async def look():
        log.warning("in a check")
        return CheckResult(True)

    return [Check("chatty", look)]
"""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A hall that writes down all it can, in JSON, behind a proxy on this machine."""
    folder = tmp_path_factory.mktemp("seen")
    lay_out_plugin(folder / "site", "chatty", CHATTY)
    settings = {
        "PYTHONPATH": str(folder / "site"),
        "PYTHONWARNINGS": "default",
        "GAMEHALL_LOG": "json",
        "GAMEHALL_LOG_LEVEL": "warning",
        "GAMEHALL_ACCESS_LOG": "on",
        "GAMEHALL_DEBUG": "on",
        "GAMEHALL_SLOW_QUERY_MS": "5",
        "GAMEHALL_TRUSTED_PROXIES": "127.0.0.1",
    }
    with serving(folder) as start:
        if request.param == "sqlite":
            yield start(settings=settings)
        else:
            with fresh_database(request.getfixturevalue("postgres_server")) as url:
                server = start(settings=settings, database_url=url)
                yield server
                server.stop()


def ask(hall: Server, path: str, request: str, status: int = 200, **headers: str) -> httpx.Response:
    with client(hall.url) as once:
        answer = once.get(path, headers={"X-Request-Id": request, **headers})
    assert answer.status_code == status, answer.text
    assert answer.headers["x-request-id"] == request
    return answer


def written(hall: Server) -> list[dict[str, Any]]:
    """Every line of the log; what starts no line of its own is what `serve` says to whoever starts it."""
    return [json.loads(line) for line in hall.log().splitlines() if line.startswith("{") and line.endswith("}")]


def wait_for(hall: Server, **wanted: object) -> dict[str, Any]:
    """The first line that says this, once it is there."""
    found: list[dict[str, Any]] = []

    def is_there() -> bool:
        found.extend(each for each in written(hall) if wanted.items() <= each.items())
        return bool(found)

    hall.wait_until(is_there)
    return found[0]


def test_each_line_names_request_route_and_plugin(hall: Server) -> None:
    ask(hall, "/api/v1/chatty/words?secret=hush", "words-0001")
    wait_for(hall, request="words-0001", logger="gamehall.access")
    route = "GET /api/v1/chatty/{how}"
    mine = [each for each in written(hall) if each.get("request") == "words-0001"]
    assert {(each["route"], each["plugin"]) for each in mine} == {(route, "chatty")}
    said = [each["message"] for each in mine if each["logger"] == "somelib"]
    assert said == ["in a transaction", "in a transaction", "in a task", "in a thread"]
    for where in ("a listener", "a lifespan's task"):  # nobody asked for those
        line = wait_for(hall, message=f"in {where}", plugin="chatty")
        assert "route" not in line
    line = wait_for(hall, message="in a check", plugin="chatty", route="GET /health/ready")
    assert line["request"]  # of whoever asked first, since others get the same answer
    assert "hush" not in hall.log()


def test_a_line_a_request(hall: Server) -> None:
    answer = ask(hall, "/api/v1/rulesets", "access-01")
    line = wait_for(hall, request="access-01", logger="gamehall.access")
    told = {name: line[name] for name in ("level", "method", "status", "bytes", "route")}
    assert told == {
        "level": "info",
        "method": "GET",
        "status": 200,
        "bytes": len(answer.content),
        "route": "GET /api/v1/rulesets",
    }
    ask(hall, "/chatty/is/not/there?secret=hush", "access-02", 404)
    unknown = wait_for(hall, request="access-02", logger="gamehall.access")
    assert (unknown["status"], unknown.get("route")) == (404, None)
    with client(hall.url) as once:
        once.head("/api/v1/rulesets", headers={"X-Request-Id": "access-03"})
    assert wait_for(hall, request="access-03", logger="gamehall.access")["method"] == "HEAD"


def test_what_is_slow_is_named(hall: Server) -> None:
    ask(hall, "/api/v1/chatty/slow", "slow-0001")
    wait_for(hall, request="slow-0001", logger="gamehall.access")
    mine = [each for each in written(hall) if each.get("request") == "slow-0001"]
    # On a busy machine others are slow as well.
    (line,) = (each for each in mine if re.match("WITH RECURSIVE|SELECT pg_sleep", each.get("statement", "")))
    assert (line["level"], line["plugin"], line["route"]) == ("warning", "chatty", "GET /api/v1/chatty/{how}")
    assert line["ms"] >= 5
    assert line["message"].startswith("slow: ")
    assert "234567" not in str(written(hall))  # values are people's
    ask(hall, "/api/v1/chatty/crowd", "slow-0002")
    waited = [each for each in written(hall) if each.get("request") == "slow-0002" and "waited" in each["message"]]
    assert waited
    assert all(each["waited_ms"] >= 5 for each in waited)


def test_whoever_is_failed_can_say_which_request_it_was(hall: Server) -> None:
    told = ask(hall, "/api/v1/chatty/error", "error-0001", 500).json()
    assert told["request"] == "error-0001"
    line = wait_for(hall, request="error-0001", level="error")
    assert "RuntimeError: it fell over" in line["exception"]
    page = ask(hall, "/chatty/error", "error-0002", 500, Accept="text/html")
    assert "error-0002" in page.text
    assert "fell over" not in page.text
    assert "request" not in ask(hall, "/api/v1/nowhere", "error-0003", 404).json()


@pytest.mark.parametrize("name", ["a b c d e f g h", "short", "hall_" + "A" * 20, 'with"quote"', "x" * 65])
def test_a_name_that_could_do_harm_is_not_taken(hall: Server, name: str) -> None:
    with client(hall.url) as once:
        given = once.get("/health", headers={"X-Request-Id": name}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", given)


def test_what_nobody_waits_for_is_in_the_log_too(hall: Server) -> None:
    ask(hall, "/api/v1/chatty/lost", "lost-0001")
    lost = wait_for(hall, logger="asyncio", level="error")
    assert "Task exception was never retrieved" in lost["message"]
    assert "RuntimeError: nobody looks" in lost["exception"]
    assert "request" not in lost  # whose request found it is chance
    assert "ZeroDivisionError" in wait_for(hall, message="the thread spinning failed")["exception"]
    hall.wait_until(lambda: any("DeprecationWarning: this is old" in each["message"] for each in written(hall)))


def test_debug_shows_what_a_request_asked(hall: Server) -> None:
    answer = ask(hall, "/api/v1/chatty/slow", "debug-0001")
    line = wait_for(hall, request="debug-0001", logger="gamehall.debug")
    assert line["level"] == "debug"  # whatever the level of the log is
    assert all(re.match(r" +\d+\.\d ms  [A-Z(]", each) for each in line["lines"])
    assert line["statements"] == sum("waited to begin" not in each for each in line["lines"]) >= 1
    assert re.fullmatch(r'db;dur=[\d.]+;desc="\d statements", hall;dur=[\d.]+', answer.headers["server-timing"])


def test_debug_shows_what_streams_say(hall: Server) -> None:
    caller = Caller(hall.url, f"ada{os.getpid()}")
    headers = {**caller.headers, "X-Request-Id": "stream-0001"}
    address = "/api/v1/events?channel=user&channel=lobby"
    with client(hall.url) as once, once.stream("GET", address, headers=headers) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("id: ")
        caller.ask("POST", "/challenges", 201, {"ruleset": "tic-tac-toe"})
        assert any(line == "event: challenge_opened" for line in lines)
    user = caller.ask("GET", "/users/me")["id"]
    hello = wait_for(hall, request="stream-0001", stream="hello", to=user, plugin="sse_push")
    opened = wait_for(hall, request="stream-0001", stream="challenge_opened", to=user)
    assert opened["bytes"] > hello["bytes"] > 0
    assert opened["cursor"] != hello["cursor"]


def test_browsers_tell_in_their_console_what_a_page_does(hall: Server, chromium: Browser) -> None:
    name = f"bob{os.getpid()}"
    Caller(hall.url, name)
    ada = Person(chromium, hall.url, name, live=True)
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        said.append(message.text)

    ada.page.on("console", note)
    ada.sign_in()
    expect(ada.page.locator("script[src$='/debug.js']")).to_have_count(1)
    Caller(hall.url, f"cid{os.getpid()}").ask("POST", "/challenges", 201, {"ruleset": "tic-tac-toe"})
    ada.page.wait_for_selector(f"text=cid{os.getpid()}")
    text = "\n".join(said)
    for told in ("htmx: htmx:after:swap", "hall: the stream is there, with 200", "hall: the stream says a piece at "):
        assert told in text, text


def test_a_worker_says_where_it_stands(hall: Server) -> None:
    worker = ask(hall, "/api/v1/chatty/pid", "pid-0001").json()
    os.kill(worker["pid"], signal.SIGUSR1)
    hall.wait_until(lambda: "most recent call first" in hall.log())
    assert ask(hall, "/api/v1/chatty/pid", "pid-0002").json()["pid"] == worker["pid"]
    assert worker["named"] in ("", f"gamehall {worker['pid']}")  # as pg_stat_activity has it


def test_the_server_writes_in_this_shape(hall: Server) -> None:
    os.kill(ask(hall, "/api/v1/chatty/pid", "kill-0001").json()["pid"], signal.SIGKILL)
    assert "worker 1 ended by itself" in wait_for(hall, logger="gamehall.supervisor", level="error")["message"]
    hall.wait_until(hall.ready)


def test_nothing_of_it_is_there_unless_it_is_asked_for(server: Server) -> None:
    before = len(server.log())
    with client(server.url) as once:
        page = once.get("/", headers={"X-Request-Id": "chosen-by-a-stranger"})
        once.get("/games")
    assert "server-timing" not in page.headers
    assert "debug.js" not in page.text
    assert "logAll" not in page.text
    assert re.fullmatch("[0-9a-f]{16}", page.headers["x-request-id"])  # only a proxy that is trusted names requests
    assert server.log()[before:] == ""


def test_whoever_turns_debug_on_is_told(hall: Server) -> None:
    assert "Debug is on: " in hall.log()


def test_a_start_that_fails_says_so_in_this_shape(serve: Serve, install_plugin: InstallPlugin) -> None:
    folder = install_plugin("broken", "raise RuntimeError('no more')")
    lost = serve(settings={"PYTHONPATH": str(folder), "GAMEHALL_STRICT": "on"}, wait=False)
    with pytest.raises(RuntimeError, match="ended with 1"):
        lost.wait_until(lambda: False)
    assert re.search(r"^\S+Z CRITICAL gamehall: this process failed", lost.log(), re.MULTILINE)
    assert not re.search(r"^Traceback", lost.log(), re.MULTILINE)
