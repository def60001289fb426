"""Who may send forms, and what may be in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from rig.hall import PASSWORD, Hall, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
HERE = "http://hall"
SENDERS = [
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, False),
    ({"Origin": HERE}, True),
    ({"Referer": f"{HERE}/login?next=/"}, True),
    ({"Origin": "http://other", "Referer": f"{HERE}/login"}, False),
    ({"Origin": "http://hall.other"}, False),
    ({"Origin": "http://hall:81"}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "http://[broken"}, False),
    ({"Referer": "nonsense"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("headers", "taken"), SENDERS)
@pytest.mark.parametrize("action", ["/login", "/settings"])
async def test_only_our_own_pages_send_forms(
    hall: Hall, person: Make, action: str, headers: dict[str, str], taken: bool
) -> None:
    ada = await person().register("ada")
    values = (await ada.page("/settings")).form("/settings").values if action == "/settings" else {}
    values |= {"username": "ada", "password": PASSWORD}
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in ada.cookies.items())}
    answer = await hall.root.post(action, data=values, headers=headers | cookie)
    assert answer.status_code == (303 if taken else 403)
    assert ("set-cookie" in answer.headers) is (taken and action == "/login")


async def test_what_another_site_sends_is_not_even_read(hall: Hall) -> None:
    async def body() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "application/x-www-form-urlencoded"}
    for action in ("/login", "/settings", "/play"):
        answer = await hall.root.post(action, content=body(), headers=headers)
        assert answer.status_code == 403


async def test_behind_a_proxy_the_public_address_counts(start_hall: StartHall) -> None:
    hall = await start_hall(public_url="https://play.example")
    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    accept = {"Accept": "text/html"}
    answer = await hall.root.post("/register", data=account, headers=accept | {"Origin": "https://else.example"})
    assert answer.status_code == 403
    assert "GAMEHALL_PUBLIC_URL" in answer.text
    answer = await hall.root.post("/register", data=account, headers=accept | {"Origin": "https://play.example"})
    assert answer.status_code == 303


async def test_every_form_needs_the_sessions_own_token(players: list[Any]) -> None:
    ada, bob = players
    own = (await ada.page("/settings")).form("/settings").values
    strange = (await bob.page("/settings")).form("/settings").values["form_token"]
    assert own["form_token"] != strange
    for token in ("", strange, "ä" * 64, "\0", own["form_token"][:-1]):
        answer = await ada.post("/settings", own | {"form_token": token, "display_name": "Changed"})
        assert answer.status_code == 403
    without = {name: value for name, value in own.items() if name != "form_token"}
    assert (await ada.post("/settings", without)).status_code == 403
    # The header of an htmx request, or JSON, is no way around it.
    assert (await ada.post("/settings", headers={"HX-Request": "true"})).status_code == 403
    assert (await ada.post("/settings", json=own)).status_code == 403
    assert "Changed" not in (await ada.page("/settings")).text
    assert (await ada.post("/settings", own | {"display_name": "Changed"})).status_code == 303
    assert (await ada.page("/settings")).form("/settings").values["display_name"] == "Changed"


async def test_no_handler_of_the_pages_was_forgotten(hall: Hall) -> None:
    actions = [
        route.path
        for route in hall.app.routes
        if "POST" in getattr(route, "methods", ()) and not route.path.startswith(("/api", "/health"))
    ]
    assert {"/login", "/logout", "/play", "/settings"} <= set(actions)
    by_code = {
        f"/{below}/{{code:str}}" for below in ("mail", "reset", "email")
    }  # that gives the right, whoever sends it
    assert by_code <= set(actions)
    for path in set(actions) - by_code:
        answer = await hall.root.post(path.replace("{", "x").replace("}", "x").replace(":str", ""))
        assert answer.status_code == 403, path


async def test_strange_bodies_are_refused_not_failed_over(players: list[Any]) -> None:
    ada, _ = players
    token = (await ada.page("/settings")).form("/settings").values["form_token"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    multipart = {"Content-Type": "multipart/form-data; boundary=x"}
    part = '--x\r\nContent-Disposition: form-data; name="form_token"'
    bodies: list[tuple[dict[str, str], str | bytes, set[int]]] = [
        (form, f"form_token={token}&display_name=%FF%FE%00%ED%A0%80", {303}),
        (form, f"form_token={token}&form_token=2&display_name=1&display_name=2", {303}),
        (form, "%%%&&&===", {403}),
        (form, b"\xff" * 100, {400, 403}),
        (multipart, f"{part}\r\n\r\n{token}\r\n--x--\r\n", {303}),
        (multipart, f'{part}; filename="f"\r\n\r\n{token}\r\n--x--\r\n', {403}),
        (multipart, "--y broken", {400, 403, 422}),
        ({"Content-Type": "multipart/form-data"}, "--x", {400, 403, 422}),
    ]
    for headers, body, expected in bodies:
        answer = await ada.client.post("/settings", content=body, headers=headers)
        assert answer.status_code in expected, (body, answer.status_code, answer.text[-500:])
        assert "\0" not in (await ada.page("/settings")).html


async def test_a_form_too_large_is_refused(players: list[Any]) -> None:
    answer = await players[0].post("/settings", {"display_name": "x" * 1_000_000})
    assert answer.status_code == 413


INSIDE = ["/games/01jd", "/play?ruleset=gomoku&opponent=bob", "/@ada", "/c/x#top"]
OUTSIDE = ["//evil.example", "https://evil.example", "/\\evil.example", "\\/evil.example", "javascript:alert(1)",
           "/\t/evil.example", "/\n/evil.example", " //evil.example", "evil", "/" + "x" * 600]  # fmt: skip


@pytest.mark.parametrize("wanted", INSIDE + OUTSIDE)
async def test_signing_in_leads_only_to_this_site(hall: Hall, person: Make, wanted: str) -> None:
    await person().register("ada")
    somebody = person()
    page = await somebody.client.get("/login", params={"next": wanted})
    assert page.status_code == 200
    for given in (wanted, httpx.QueryParams({"next": wanted})["next"]):
        answer = await somebody.post("/login", {"username": "ada", "password": PASSWORD, "next": given})
        assert answer.headers["location"] == (wanted if wanted in INSIDE else "/")


async def test_who_must_sign_in_comes_back(hall: Hall, person: Make) -> None:
    await person().register("ada")
    somebody = person()
    answer = await somebody.get("/settings?ruleset=gomoku&preset=Large")
    login = answer.headers["location"]
    assert login == "/login?next=%2Fsettings%3Fruleset%3Dgomoku%26preset%3DLarge"
    form = (await somebody.page(login)).form("/login").values
    answer = await somebody.post("/login", form | {"username": "ada", "password": PASSWORD})
    assert answer.headers["location"] == "/settings?ruleset=gomoku&preset=Large"


async def test_a_move_without_a_session_leads_back_to_it(hall: Hall, table: Any, person: Make) -> None:
    _, _, game = table
    answer = await person().post(f"{game}/move", {"move": "b2"}, headers={"Referer": f"{HERE}{game}"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=" + quote(f"{game}/move?move=b2", safe="")
    answer = await person().post(f"{game}/resign", headers={"Referer": "http://hall//evil.example/"})
    assert answer.headers["location"] == "/login?next=%2F"
