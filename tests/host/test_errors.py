"""Requests that go wrong: every refusal has one form, and nothing that is sent makes the hall fail."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.routes import HTTPRoute

from rig.hall import Hall, InstallPlugin, StartHall, done, problem, start_game

pytestmark = pytest.mark.anyio

JSON = {"content-type": "application/json"}


async def test_bodies_that_are_no_json(hall: Hall) -> None:
    ada = await hall.user("ada")
    for body in (
        b"{",
        b"nope",
        b"'{}'",
        b'{"ruleset": "gomoku",}',
        b'{"ruleset": NaN}',
        b"\xff\xfe{}",
        b'{"ruleset": "\xed\xa0\x80"}',  # a lone surrogate as bytes
        rb'{"ruleset": "\ud800"}',  # and escaped
        b'{"options": {"x": ' + b"[" * 100_000,
        b'{"options":' * 20_000,
        b"\x00",
        "{}".encode("utf-16"),
    ):
        problem(await ada.post("/challenges", content=body, headers=JSON), 400, "malformed")


async def test_bodies_of_another_shape(hall: Hall) -> None:
    ada = await hall.user("ada")
    for body in (b"null", b"[]", b'"gomoku"', b"1e400", b"-0", b"true", b"{}", b"", b'{"ruleset": 1e400}'):
        answer = await ada.post("/challenges", content=body, headers=JSON)
        assert problem(answer, 422, "invalid")["errors"], body
    assert problem(await ada.post("/challenges", content=b"{}", headers=JSON), 422, "invalid")["errors"] == [
        {"field": "ruleset", "message": "Object missing required field `ruleset`"}
    ]


async def test_only_json_is_taken(hall: Hall) -> None:
    ada = await hall.user("ada")
    body = b'{"ruleset": "gomoku"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json", "é", ""):
        headers = [(b"content-type", kind.encode("latin-1"))] if kind else []
        answer = await ada.post("/challenges", content=body, headers=headers)
        problem(answer, 415, "unsupported-media-type")
    problem(await ada.post("/challenges", data={"ruleset": "gomoku"}), 415, "unsupported-media-type")
    problem(await ada.post("/challenges", files={"ruleset": b"gomoku"}), 415, "unsupported-media-type")
    for kind in ("application/json", "application/json; charset=utf-8", "Application/JSON"):
        done(await ada.post("/challenges", content=body, headers={"content-type": kind}), 201)


async def test_a_body_has_a_limit(hall: Hall) -> None:
    ada = await hall.user("ada")
    large = json.dumps({"ruleset": "gomoku", "note": "x" * 300_000}).encode()

    async def chunks() -> AsyncIterator[bytes]:
        for at in range(0, len(large), 10_000):
            yield large[at : at + 10_000]

    problem(await ada.post("/challenges", content=large, headers=JSON), 413, "too-large")
    problem(await ada.post("/challenges", content=chunks(), headers=JSON), 413, "too-large")


async def test_values_that_json_allows_and_databases_do_not(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    for name, value in [
        ("ruleset", "\u0000"),
        ("options", {"\u0000": "\u0000"}),
        ("options", {"board_size": 10**400}),
        ("clock", {"kind": "\u0000"}),
    ]:
        answer = await ada.post("/challenges", json={"ruleset": "gomoku"} | {name: value})
        assert problem(answer, 422, "invalid")["errors"][0]["field"].split(".")[0] == name
    account = {"username": "bob", "email": "bob@example.org", "password": "a long password"}
    for field, value in [
        ("username", "b\u0000b"),
        ("username", "b٣"),
        ("email", "b\u0000b@example.org"),
        ("email", "ß" * 60 + "@" + "ß" * 180 + ".org"),
        ("display_name", "\u0344" * 50),
    ]:
        body = problem(await each_hall.nobody.post("/auth/register", json=account | {field: value}), 422, "invalid")
        assert [error["field"] for error in body["errors"]] == [field]
    for name in ("\u0000", "ß" * 500, "x" * 10_000):
        sent = {"username": name, "password": "\u0000"}
        problem(await each_hall.nobody.post("/auth/token", json=sent), 401, "invalid-credentials")


async def test_of_a_key_given_twice_the_last_counts(hall: Hall) -> None:
    ada = await hall.user("ada")
    body = b'{"ruleset": "gomoku", "seat": 0, "seat": 1}'
    assert done(await ada.post("/challenges", content=body, headers=JSON), 201)["seat"] == 1


async def test_a_method_that_is_not_there(hall: Hall) -> None:
    ada = await hall.user("ada")
    for method, path in [
        ("TRACE", "/users/me"),
        ("PUT", "/users/me"),
        ("POST", "/users/ada"),
        ("PUT", "/challenges"),
        ("GET", "/games/x/moves"),
    ]:
        answer = await ada.request(method, path)
        problem(answer, 405, "method-not-allowed")
        allowed = {each.strip() for each in answer.headers["allow"].split(",")}
        assert allowed
        assert method not in allowed


async def test_unknown_paths(hall: Hall) -> None:
    for path in (
        "/api",
        "/api/v1",
        "/api/v1/nope",
        "/api/v2/users/me",
        "/api/v1/users",
        "/nope",
        "/api/v1/games/x/y/z",
    ):
        problem(await hall.root.get(path), 404, "not-found")


async def test_a_slash_at_the_end_changes_nothing(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    for path in (
        "/users/me",
        "/users/bob",
        "/rulesets",
        "/rulesets/gomoku",
        "/challenges",
        "/games",
        f"/games/{game_id}",
        f"/games/{game_id}/scene",
        f"/games/{game_id}/record",
        "/auth/tokens",
    ):
        plain, slashed = await ada.get(path), await ada.get(f"{path}/")
        assert plain.status_code == slashed.status_code == 200
        assert plain.content == slashed.content
    for path in ("/api/openapi.json", "/api/docs", "/health", "/health/ready"):
        assert (await hall.root.get(f"{path}/")).content == (await hall.root.get(path)).content
    new = done(await ada.post("/challenges/", json={"ruleset": "tic-tac-toe"}), 201)
    done(await bob.post(f"/challenges/{new['id']}/respond/", json={"action": "accept"}))
    done(await ada.post(f"/games/{game_id}/moves/", json={"move": "a1"}))
    done(await ada.patch("/users/me/", json={}))
    done(await ada.post(f"/games/{game_id}/resign/"))


async def test_head_is_get_without_the_body(hall: Hall) -> None:
    ada = await hall.user("ada")
    heard = HeardErrors()
    with heard:
        for path in ("/users/me", "/rulesets", "/users/nobody", "/challenges", "/games", "/nope"):
            got, head = await ada.get(path), await ada.head(path)
            assert head.status_code == got.status_code
            assert head.content == b""
            for name in ("content-type", "content-length", "x-content-type-options"):
                assert head.headers[name] == got.headers[name]
        answer = await ada.head("/games/x/moves")
        assert (answer.status_code, answer.content) == (405, b"")
    assert heard.lines == []


async def test_every_answer_is_guarded(hall: Hall) -> None:
    for answer in (
        await hall.nobody.get("/rulesets"),
        await hall.nobody.get("/nope"),
        await hall.nobody.post("/games"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_token_is_taken_from_its_header_alone(hall: Hall) -> None:
    ada = await hall.user("ada")
    token = ada.headers["authorization"]
    bare = token.partition(" ")[2]
    for headers in ({"cookie": f"token={token}; session={token}"}, {"x-token": token}):
        problem(await hall.nobody.get("/users/me", headers=headers), 401, "unauthenticated")
    for name in ("token", "access_token", "authorization"):
        problem(await hall.nobody.get("/users/me", params={name: bare}), 401, "unauthenticated")


BRITTLE = """
from gamehall import hookimpl
from gamehall.game import Options, Outcome, Position, Ruleset, Scene
from litestar import get
from litestar.exceptions import HTTPException


class Count(Position, frozen=True):
    said: tuple[str, ...] = ()


class Brittle(Ruleset[Count, Options]):
    key, title = "brittle", "Brittle"
    seats = ("first", "second")
    Position = Count

    def start(self, options):
        return Count()

    def to_act(self, position):
        return len(position.said) % 2

    def moves(self, position):
        return ["go", "break", "leave", "hide", "stall"]

    def play(self, position, move):
        if move == "leave":
            raise SystemExit("a secret of the rules")
        if move == "break":
            raise ZeroDivisionError("a secret of the rules")
        return Count((*position.said, move))

    def outcome(self, position):
        return None

    def scene(self, position, seat):
        if "hide" in position.said and len(position.said) > 2:
            raise RuntimeError("a secret of the scene")
        return Scene(1, 1, status=f"{len(position.said)} said")


@hookimpl
def gamehall_rulesets():
    return [Brittle()]


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/brittle/raise")
    async def fail() -> None:
        raise RuntimeError("a secret of the code")

    @get("/api/v1/brittle/teapot")
    async def pour() -> None:
        raise HTTPException(status_code=418, detail="short and stout")

    @get("/brittle/page")
    async def page() -> None:
        raise RuntimeError("a secret of the page")

    return [fail, pour, page]
"""


class HeardErrors(logging.Handler):
    """What the hall logs as an error while the block lasts."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage() + "".join(str(part) for part in record.exc_info or ()))

    def __enter__(self) -> None:
        logging.getLogger("gamehall").addHandler(self)

    def __exit__(self, *_: object) -> None:
        logging.getLogger("gamehall").removeHandler(self)


async def test_a_failure_tells_only_the_log(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("brittle", BRITTLE)
    hall = await start_hall()
    heard = HeardErrors()
    with heard:
        answer = await hall.nobody.get("/brittle/raise")
        page = await hall.root.get("/brittle/page", headers={"accept": "text/html"})
    problem(answer, 500, "internal-error")
    assert page.status_code == 500
    assert page.headers["content-type"].startswith("text/html")
    assert "secret" not in answer.text + page.text
    assert any("/api/v1/brittle/raise" in line and "a secret of the code" in line for line in heard.lines)
    assert any("a secret of the page" in line for line in heard.lines)
    assert (await hall.nobody.get("/brittle/teapot")).headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("how", ["break", "leave"])
async def test_rules_that_fail_suspend_the_game_and_lose_nothing(
    database_url: str, start_hall: StartHall, install_plugin: InstallPlugin, how: str
) -> None:
    install_plugin("brittle", BRITTLE)
    hall = await start_hall(database_url)
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    game_id, other = await start_game(ada, bob, ruleset="brittle"), await start_game(ada, cyd, ruleset="brittle")
    done(await ada.post(f"/games/{game_id}/moves", json={"move": "go"}))
    answer = await bob.post(f"/games/{game_id}/moves", json={"move": how})
    assert "secret" not in problem(answer, 409, "game-suspended")["detail"]
    seen = done(await bob.get(f"/games/{game_id}"))
    assert (seen["status"], seen["ply"], seen["moves"], seen["result"]) == ("suspended", 1, ["go"], None)
    assert seen["note"] == seen["scene"]["status"] == answer.json()["detail"]
    for who in (ada, bob):
        problem(await who.post(f"/games/{game_id}/moves", json={"move": "go"}), 409, "game-suspended")
        problem(await who.post(f"/games/{game_id}/resign"), 409, "game-suspended")
    assert [each["id"] for each in done(await ada.get("/games", params={"status": "suspended"}))["items"]] == [game_id]
    done(await ada.post(f"/games/{other}/moves", json={"move": "go"}))  # the others go on


async def test_rules_that_cannot_show_a_position(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("brittle", BRITTLE)
    hall = await start_hall()
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob, ruleset="brittle")
    for n, move in enumerate(["go", "hide"]):
        done(await (ada, bob)[n % 2].post(f"/games/{game_id}/moves", json={"move": move}))
    problem(await ada.post(f"/games/{game_id}/moves", json={"move": "go"}), 409, "game-suspended")
    assert done(await ada.get(f"/games/{game_id}"))["moves"] == ["go", "hide"]
    for ply in range(3):
        done(await ada.get(f"/games/{game_id}/scene", params={"ply": ply}))


async def test_what_is_off_is_unknown(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("brittle", BRITTLE)
    hall = await start_hall(off=["brittle"])
    unknown = problem(await hall.root.get("/api/v1/unknown"), 404, "not-found")
    for path in ("/api/v1/brittle/raise", "/api/v1/brittle/raise/", "/api//v1/brittle/raise", "//api/v1/brittle/raise"):
        for method in ("GET", "POST", "OPTIONS", "HEAD"):
            answer = await hall.root.request(method, path)
            assert answer.status_code == 404, (method, path)
            if method != "HEAD":
                assert answer.json() == unknown


TEXTS = st.text(max_size=30) | st.sampled_from(
    ["0" * 26, "me", "ada", "-1", "1e9", "٣", "\x00", "gomoku", "true", "[]"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
FIELDS = """ruleset options opponent seat clock link action move row col ply username password email display_name
    device_name device_info setup kind board_size opening"""
NAMES = st.sampled_from(FIELDS.split())
LIKELY = VALUES | st.sampled_from(["gomoku", "ada", "accept", "decline", "a1", "random", 0, 1, 15, "bob@example.org"])
BODIES = st.dictionaries(NAMES, LIKELY, max_size=8) | VALUES


async def test_nothing_that_is_sent_makes_the_hall_fail(each_hall: Hall) -> None:
    """Every operation of the document, with whatever for parameters and bodies."""
    ada, bob = await each_hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    document = done(await each_hall.root.get("/api/openapi.json"))
    operations = [
        (method, path, operation)
        for path, item in sorted(document["paths"].items())
        for method, operation in sorted(item.items())
        if path.startswith("/api/v1") and not path.endswith(("/events", "/logout"))
    ]
    assert len(operations) > 15
    loop = asyncio.get_running_loop()
    whole = httpx.AsyncClient(
        transport=httpx.ASGITransport(each_hall.app), base_url="http://hall", headers=ada.headers, timeout=None
    )

    @settings(max_examples=100, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.data())
    def send_whatever(data: st.DataObject) -> None:
        method, path, operation = data.draw(st.sampled_from(operations))
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                text = data.draw(st.sampled_from([game_id, "ada", "gomoku"]) | TEXTS) or "-"
                path = path.replace(f"{{{parameter['name']}}}", quote(text, safe=""))
        queries = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        query = data.draw(st.dictionaries(st.sampled_from(queries), TEXTS)) if queries else {}
        body = data.draw(BODIES) if method in ("post", "put", "patch") else None
        content = json.dumps(body).encode() if body is not None else b""
        sent = whole.request(method, path, params=query, content=content, headers=JSON)
        answer = asyncio.run_coroutine_threadsafe(sent, loop).result()
        assert answer.status_code < 500, (method, path, query, body, answer.text)
        if answer.status_code >= 400:
            slug = problem(answer, answer.status_code, answer.json()["type"].rsplit("/", 1)[-1])
            assert slug["type"] == f"/problems/{slug['type'].rsplit('/', 1)[-1]}"

    await asyncio.to_thread(send_whatever)


async def test_the_hall_answers_head_and_get_alike_for_every_route(hall: Hall) -> None:
    paths = {
        route.path_format
        for route in hall.app.routes
        if isinstance(route, HTTPRoute) and "GET" in route.methods and "{" not in route.path_format
    }
    for path in sorted(paths - {"/api/v1/events", "/stream", "/events"}):
        got, head = await hall.root.get(path), await hall.root.head(path)
        assert head.status_code == got.status_code, path
        assert head.content == b""
