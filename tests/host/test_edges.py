"""The edges of the hall: who is calling, whom they mean, what is not even read, and what every answer carries."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar.routes import HTTPRoute

from gamehall.addresses import AllowedHosts, Proxies
from gamehall.settings import Settings, SettingsError
from rig.hall import Hall, InstallPlugin, StartHall, done, heard, problem, start_game
from rig.streaming import scope_of

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}
PAGE = {"accept": "text/html"}
ELSEWHERE = {"origin": "https://elsewhere.example", "access-control-request-method": "POST"}


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "client"),
    [
        ([], "192.0.2.1", ["203.0.113.5"], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", [], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.5"], "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", ["10.0.0.1, 203.0.113.5"], "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", ["10.0.0.1", "203.0.113.5"], "203.0.113.5"),
        (["192.0.2.0/24"], "192.0.2.9", ["198.51.100.3, 203.0.113.5, 192.0.2.7"], "203.0.113.5"),
        (["192.0.2.0/24"], "192.0.2.9", ["192.0.2.5, 192.0.2.7"], "192.0.2.5"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.5, nonsense"], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.5, "], "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", ["203.0.113.5:8080"], "203.0.113.5"),
        (["192.0.2.1"], "192.0.2.1", ["[2001:db8::7]:8080"], "2001:db8::7"),
        (["2001:db8::/32"], "2001:db8::1", ["198.51.100.3"], "198.51.100.3"),
        (["127.0.0.1"], "::ffff:127.0.0.1", ["198.51.100.3"], "198.51.100.3"),
        (["unix"], "", ["198.51.100.3"], "198.51.100.3"),
        (["unix"], "192.0.2.1", ["198.51.100.3"], "192.0.2.1"),
        (["127.0.0.1"], "", ["198.51.100.3"], ""),
    ],
)
def test_only_proxies_of_ours_say_where_a_request_comes_from(
    trusted: Sequence[str], peer: str, forwarded: Sequence[str], client: str
) -> None:
    assert Proxies(trusted).client(peer, forwarded) == client


def test_a_proxy_that_is_no_address_is_named() -> None:
    for wrong in ("proxy.example", "10.0.0.1/8", "*"):
        with pytest.raises(SettingsError, match="trusted_proxies"):
            Proxies([wrong])


def test_names_of_the_hall() -> None:
    hosts = AllowedHosts(Settings(public_url="https://Play.Example:8443/hall", allowed_hosts=("Old.example",)))
    machine = socket.gethostname()
    ours = ["play.example", "PLAY.example.", "play.example:443", "old.example", "localhost:8000", f"{machine}:80"]
    addresses = ["127.0.0.1", "10.1.2.3:8000", "[::1]", "[2001:db8::1]:8000", "[::ffff:1.2.3.4]"]
    for host in (*ours, *addresses):
        assert hosts.allow(host), host
    for host in (
        "",
        "evil.example",
        "play.example.evil.example",
        "xplay.example",
        "play.example..",
        "localhost:8000:1",
        "localhost:",
        "local host",
        "user@localhost",
        "localhost/",
        "2001:db8::1",
        "[localhost]",
        "[::1",
        "::1]",
        "[1.2.3.4]",
        "1.2.3.4.5",
        "127.0.0.1.evil.example",
        "lоcalhost",
    ):
        assert not hosts.allow(host), host


async def raw(hall: Hall, path: str = "/health", *headers: tuple[bytes, bytes], **scope: Any) -> tuple[int, str]:
    """(status, body) of a request as a server might hand it over, with exactly these headers."""
    sent: list[Any] = []
    body = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Any:
        return body.pop() if body else await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    usual: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": quote(path).encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await hall.app(usual | scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:]).decode()


async def test_a_hall_answers_to_its_names_alone(hall: Hall) -> None:
    """Else a page elsewhere could make its own name lead here, and read what a browser in this network may see."""
    refusal = problem(await hall.root.get("/api/v1/rulesets", headers={"host": "evil.example"}), 400, "unknown-host")
    assert "GAMEHALL_ALLOWED_HOSTS" in refusal["detail"]
    page = await hall.root.get("/", headers=PAGE | {"host": "<b>evil"})
    assert page.status_code == 400
    assert "GAMEHALL_ALLOWED_HOSTS" in page.text
    assert "<b>" not in page.text
    host = (b"host", b"localhost")
    assert (await raw(hall, "/health", host))[0] == 200
    assert (await raw(hall, "/health", (b"host", b"192.0.2.1:8000")))[0] == 200, "a probe by address"
    assert (await raw(hall))[0] == 400, "HTTP/1.1 always says"
    assert (await raw(hall, "/health", (b"host", b"")))[0] == 400
    for version in ("1", "1.0"):
        assert (await raw(hall, http_version=version))[0] == 200, "a probe that is older than names"
        assert (await raw(hall, "/health", (b"host", b"evil.example"), http_version=version))[0] == 400
    assert (await raw(hall, "/health", host, host))[0] == 400
    assert (await raw(hall, "/health", (b"host", b"local\xffhost")))[0] == 400


async def test_an_operator_is_told_once_what_may_have_to_be_set(start_hall: StartHall) -> None:
    hall = await start_hall()
    with heard() as lines:
        for _ in range(2):
            await hall.root.get("/health", headers={"x-forwarded-for": "203.0.113.5"})
            await hall.root.get("/health", headers={"host": "evil.example"})
    assert ["trusted_proxies" in line and "127.0.0.1" in line for line in lines] == [True, False]
    assert ["allowed_hosts" in line and "evil.example" in line for line in lines] == [False, True]


async def test_headers_and_addresses_have_limits(hall: Hall) -> None:
    many = [(f"x-{n}", "1") for n in range(90)]
    assert (await hall.nobody.get("/rulesets", headers=many)).status_code == 200
    problem(await hall.nobody.get("/rulesets", headers=[*many, *many]), 431, "headers-too-large")
    problem(await hall.nobody.get("/rulesets", headers={"x": "x" * 40_000}), 431, "headers-too-large")
    problem(await hall.nobody.get("/rulesets", params={"x": "x" * 9_000}), 414, "address-too-long")
    problem(await hall.nobody.get(f"/users/{'x' * 9_000}"), 414, "address-too-long")
    page = await hall.root.get(f"/games/{'x' * 9_000}", headers=PAGE)
    assert (page.status_code, page.headers["content-type"]) == (414, "text/html; charset=utf-8")


async def test_bodies_are_plain_utf8_and_as_small_as_they_need_be(hall: Hall) -> None:
    ada = await hall.user("ada")
    body = b'{"ruleset": "gomoku"}'
    for coding in ("gzip", "br", "GZIP, identity"):
        answer = await ada.post("/challenges", content=body, headers=JSON | {"content-encoding": coding})
        problem(answer, 415, "unsupported-media-type")
    done(await ada.post("/challenges", content=body, headers=JSON | {"content-encoding": "identity"}), 201)
    for charset in ("utf-16", "latin-1", "nonsense"):
        headers = {"content-type": f"application/json; charset={charset}"}
        problem(await ada.post("/challenges", content=body, headers=headers), 415, "unsupported-media-type")
    for deep in (b'{"options": {"x": ' + b"[" * 5_000 + b"]" * 5_000 + b"}}", b'{"options":' * 5_000 + b"}" * 5_000):
        problem(await ada.post("/challenges", content=deep, headers=JSON), 400, "malformed")

    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    big = {"username": "bob", "password": "x" * 20_000}
    problem(await hall.nobody.post("/auth/token", json=big), 413, "too-large")
    told = JSON | {"content-length": "20000"}
    problem(await hall.nobody.post("/auth/token", content=never(), headers=told), 413, "too-large")
    form = {"Sec-Fetch-Site": "same-origin"}
    assert (await hall.root.post("/login", data=big, headers=form)).status_code == 413


async def test_numbers_are_numbers(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    for value in ("15.0", '"0"', "true", "1e2", "1" + "0" * 30, "1" + "0" * 400, "null", "[0]", "-1"):
        sent = f'{{"row": {value}, "col": 0}}'.encode()
        assert (await ada.post(f"/games/{game_id}/moves", content=sent, headers=JSON)).status_code == 422, value
    for value in ("0.0", "1e0", "true", '"0"'):
        sent = f'{{"move": "a1", "ply": {value}}}'.encode()
        answer = await ada.post(f"/games/{game_id}/moves", content=sent, headers=JSON)
        assert problem(answer, 422, "invalid")["errors"][0]["field"] == "ply"
    for text in ("1_0", "+1", "%2B1", "٣", "9" * 32, "1.0", "1e1", "0x1", "007", " 1", "1 ", "", "--1", "1%00"):
        answer = await ada.get(f"/games?limit={text}")
        assert problem(answer, 422, "invalid")["errors"][0]["field"] == "limit", text
        answer = await ada.get(f"/games/{game_id}/scene?ply={text}")
        assert problem(answer, 422, "invalid")["errors"][0]["field"] == "ply", text
        for page in (f"/games/{game_id}?ply={text}", f"/live/games/{game_id}?cursor=0-0&revision={text}"):
            assert (await each_hall.root.get(page, headers=PAGE)).status_code == 422, text
    answer = await ada.get("/games?limit=1&limit=2")
    assert problem(answer, 422, "invalid")["errors"] == [{"field": "limit", "message": "This can be given once."}]
    problem(await ada.get("/games?player=ada&player=bob"), 422, "invalid")
    problem(await ada.get("/games?cursor=%00"), 422, "invalid")
    problem(await ada.get("/games?player=a%00b"), 404, "not-found")
    for path in (
        "/games?ruleset=%00&%00=1",
        "/games?player=ada&order=turn&ruleset=%00",
        "/challenges?box=open&ruleset=%00",
    ):
        assert done(await ada.get(path))["items"] == []


HOSTILE = ["%00", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%ED%A0%80", "x" * 7_000, "%F0%9F%8E%B2", "1e9", "-1", "٣"]
HOSTILE += ["%5c", "'%22%3Cscript%3E", "%0d%0aset-cookie:a=b", "0" * 26 + "%0a", "{}"]


async def test_no_path_makes_the_hall_fail(each_hall: Hall) -> None:
    """Every route with every parameter as strange as can be; ids are looked at before the database is."""
    ada = await each_hall.user("ada")
    form = {"Sec-Fetch-Site": "same-origin"}
    routes = [route for route in each_hall.app.routes if isinstance(route, HTTPRoute) and route.path_parameters]
    assert len(routes) > 30
    for route in routes:
        assert {each.type for each in route.path_parameters.values()} <= {str, Path}, (
            "the framework's int takes 1_0 and ٣"
        )
        names = list(route.path_parameters)
        for hostile in HOSTILE:
            path = route.path_format
            for name in names:
                path = path.replace(f"{{{name}}}", hostile)
            for method in sorted(route.methods - {"OPTIONS"}):
                answer = await ada.request(method, f"http://hall{path}", headers=form)
                assert 300 <= answer.status_code < 500, (method, path, answer.status_code, answer.text)
                assert "set-cookie" not in answer.headers or answer.status_code == 303, path
    for asset in ("x" * 300, "%00.css", "..%2fapp.py", "..%2f..%2fapp.py", "hall.css%00", "%2e%2e%2fapp.py"):
        problem(await each_hall.root.get(f"/static/00000000/{asset}"), 404, "not-found")
        problem(await each_hall.root.get(f"/static/00000000/friends/{asset}"), 404, "not-found")


async def test_every_answer_carries_the_headers(hall: Hall) -> None:
    """Every route, as GET, HEAD, OPTIONS and a wrong method, asked from another site, and every kind of refusal: none
    lets another origin read it."""
    guarded = {
        "x-content-type-options": "nosniff",
        "cross-origin-opener-policy": "same-origin",
        "permissions-policy": "camera=()",
        "content-security-policy": "default-src 'none'",
    }
    ada = await hall.user("ada")
    answers: list[httpx.Response] = []
    for route in hall.app.routes:
        if isinstance(route, HTTPRoute):
            path = route.path_format
            for name in route.path_parameters:
                path = path.replace(f"{{{name}}}", "0" * 26)
            methods = ["HEAD", "OPTIONS", "TRACE", *([] if path.endswith("/events") else ["GET", "POST"])]
            answers += [await ada.request(method, f"http://hall{path}", headers=PAGE | ELSEWHERE) for method in methods]
    for headers in ({"host": "evil.example"}, {"x": "x" * 40_000}, {"content-encoding": "gzip"}):
        answers += [await hall.root.get("/", headers=headers), await hall.root.head("/", headers=headers)]
    answers += [await hall.root.get("/nope"), await hall.nobody.post("/auth/token", json="x" * 20_000)]
    page = (await hall.root.get("/login", headers=PAGE)).text
    answers.append(await hall.root.get(page.partition('rel="stylesheet" href="')[2].partition('"')[0]))
    assert {200, 303, 400, 401, 404, 405, 413, 415, 431} <= {each.status_code for each in answers}
    for answer in answers:
        where = f"{answer.request.method} {answer.request.url} {answer.status_code}"
        for name, value in guarded.items():
            assert value in answer.headers.get(name, ""), (where, name)
        assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer"), where
        framed = "frame-ancestors *" in answer.headers["content-security-policy"]
        assert not framed or answer.request.url.path.startswith("/embed/"), where
        assert answer.headers.get("x-frame-options") == (None if framed else "DENY"), where
        assert answer.headers["cross-origin-resource-policy"] == "same-origin", where
        assert "strict-transport-security" not in answer.headers, where
        assert not [name for name in answer.headers if name.startswith("access-control")], where
        if answer.request.method == "HEAD":
            assert answer.content == b"", where


async def test_a_flood_is_refused(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, rates=("requests=3/60",), trusted_proxies=("127.0.0.1",))
    said = [
        (await hall.root.get(path)).status_code for path in ("/health", "/nope", "/api/v1/nope", "/nope", "/health")
    ]
    assert said == [200, 404, 404, 429, 429], "what is not there counts too"
    page = await hall.root.get("/games", headers=PAGE)
    assert page.status_code == 429
    assert 0 < int(page.headers["retry-after"]) <= 20  # one more each 20 seconds, some of which have passed
    assert "text/html" in page.headers["content-type"]
    problem(await hall.root.get("/static/00000000/hall.css"), 404, "not-found")
    assert (await hall.root.get("/health", headers={"x-forwarded-for": "203.0.113.5"})).status_code == 200


async def test_https_is_kept_where_the_hall_has_it(start_hall: StartHall) -> None:
    hall = await start_hall(public_url="https://hall.example")
    for path in ("/health", "/nope", "/login"):
        assert (await hall.root.get(path)).headers["strict-transport-security"] == "max-age=31536000"
    refused = await hall.root.get("/", headers={"host": "evil.example"})
    assert refused.headers["strict-transport-security"] == "max-age=31536000"
    off = await start_hall(public_url="https://hall.example", hsts_days=0)
    assert "strict-transport-security" not in (await off.root.get("/health")).headers


STALLING = """
import asyncio
import sys

import sqlalchemy as sa
from gamehall import hookimpl
from gamehall.origins import origin
from litestar import get, post, Request
from litestar.params import FromPath
from litestar.response import Stream


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/stalling/ever")
    async def ever() -> None:
        await asyncio.Event().wait()

    @post("/api/v1/stalling/body", status_code=200)
    async def body(request: Request) -> int:
        return len(await request.body())

    @get("/api/v1/stalling/address")
    async def address() -> str:
        return origin().address

    @get("/api/v1/stalling/stream")
    async def stream() -> Stream:
        async def told():
            for n in range(3):
                yield b"data: %d\\n\\n" % n
                await asyncio.sleep(0.5)
        return Stream(told(), media_type="text/event-stream")

    @get("/api/v1/stalling/raise/{what:str}")
    async def fail(what: FromPath[str]) -> None:
        def deeper() -> None:
            deeper()

        match what:
            case "recursion":
                deeper()
            case "data":
                raise sa.exc.DataError("SELECT 1", {}, ValueError("a secret"))
            case "operational":
                raise sa.exc.OperationalError("SELECT 1", {}, ValueError("a secret"))
            case "exit":
                sys.exit("a secret")
            case "cancelled":
                raise asyncio.CancelledError
            case "timeout":
                raise TimeoutError("a secret")
            case "group":
                raise ExceptionGroup("a secret", [ValueError("a secret")])
            case "surrogate":
                "\\ud800".encode()
            case _:
                raise Exception("a secret")

    return [ever, body, address, stream, fail]
"""


async def test_whatever_is_raised_tells_nothing(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("stalling", STALLING)
    hall = await start_hall()
    for what, status, slug in (
        ("recursion", 400, "malformed"),
        ("data", 422, "invalid"),
        ("operational", 503, "busy"),
        ("exit", 500, "internal-error"),
        ("cancelled", 500, "internal-error"),
        ("timeout", 500, "internal-error"),
        ("group", 500, "internal-error"),
        ("surrogate", 500, "internal-error"),
        ("anything", 500, "internal-error"),
    ):
        answer = await hall.nobody.get(f"/stalling/raise/{what}")
        assert "secret" not in str(problem(answer, status, slug))
        assert "content-security-policy" in answer.headers
        assert (answer.status_code != 503) or answer.headers["retry-after"]


async def test_who_breaks_off_in_a_request_is_no_fault_of_the_hall(start_hall: StartHall) -> None:
    hall = await start_hall()
    request = httpx.Request("POST", "http://hall/api/v1/auth/token", headers=JSON)
    coming = [{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}]
    told: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0)

    async def send(message: Any) -> None:
        told.append(message)

    await hall.app(scope_of(request), receive, send)
    assert told[0]["status"] == 400


async def test_every_request_has_a_deadline_but_streams(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("stalling", STALLING)
    hall = await start_hall(request_seconds=1, body_seconds=0.1, trusted_proxies=("127.0.0.1",))
    answer = await hall.nobody.get("/stalling/ever")
    problem(answer, 503, "took-too-long")
    assert answer.headers["retry-after"] == "2"
    page = await hall.root.get("/api/v1/stalling/ever", headers=PAGE)
    assert page.status_code == 503

    async def trickle() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    late = await hall.nobody.post("/stalling/body", content=trickle(), headers=JSON)
    problem(late, 408, "request-timeout")
    assert late.headers["connection"] == "close"
    told = await hall.nobody.get("/stalling/stream")
    assert told.text == "data: 0\n\ndata: 1\n\ndata: 2\n\n", "it began in time and may last"
    seen = await hall.nobody.get("/stalling/address", headers={"x-forwarded-for": "6.6.6.6, 203.0.113.5"})
    assert seen.text == "203.0.113.5"
