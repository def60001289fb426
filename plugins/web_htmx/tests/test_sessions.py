"""Being signed in with a browser: how it begins, what it is worth, and every way in which it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gamehall.accounts import end_credentials, update_user, user_by_name
from gamehall.retention import forget_some
from gamehall.tables import now
from gamehall_web_htmx.tables import ENDED_SESSIONS, session
from rig.hall import PASSWORD, Hall, StartHall
from rig.streaming import Stream, StreamingTransport

pytestmark = pytest.mark.anyio

COOKIE = "gamehall_session"
Make = Callable[..., Any]


async def rows(hall: Hall) -> list[Any]:
    return await hall.host.read(lambda connection: list(connection.execute(sa.select(session))))


async def set_times(hall: Hall, **times: datetime) -> None:
    await hall.host.write(lambda connection: connection.execute(session.update().values(**times)))


async def is_signed_in(who: Any) -> bool:
    answer: httpx.Response = await who.get("/settings")
    assert answer.status_code in (200, 303)
    return answer.status_code == 200


async def test_strangers_get_no_session(hall: Hall, person: Make) -> None:
    stranger = person()
    for path in ("/", "/login", "/register", "/games", "/nothing") * 40:
        assert "set-cookie" not in (await stranger.get(path)).headers
    answer = await stranger.send("/login", "/login", username="ada", password="wrong password")
    assert "set-cookie" not in answer.headers
    assert await rows(hall) == []


async def test_the_cookie_and_what_is_stored_of_it(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    answer = await ada.send("/register", "/register", username="b2", email="b2@example.org", password=PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Secure" not in cookie
    value = ada.cookies[COOKIE]
    assert len(value) >= 43
    assert value not in str(await rows(hall))


async def test_https_makes_the_cookie_one_of_this_very_host(start_hall: StartHall) -> None:
    hall = await start_hall(public_url="https://hall.example")
    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    answer = await hall.root.post("/register", data=account, headers={"Origin": "https://hall.example"})
    assert answer.status_code == 303
    assert answer.headers["set-cookie"].startswith("__Host-gamehall_session=")
    assert "Secure" in answer.headers["set-cookie"]
    assert "Domain" not in answer.headers["set-cookie"]


async def test_signing_in_never_takes_over_a_value_that_was_there(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    planted = person(**{COOKIE: "planted-by-somebody-else"})
    await planted.sign_in("ada")
    assert planted.cookies[COOKIE] != "planted-by-somebody-else"
    assert not await is_signed_in(person(**{COOKIE: "planted-by-somebody-else"}))

    first = ada.cookies[COOKIE]
    answer = await ada.post("/login", {"username": "ada", "password": PASSWORD})
    assert answer.status_code == 303
    assert ada.cookies[COOKIE] != first
    assert not await is_signed_in(person(**{COOKIE: first}))
    assert len(await rows(hall)) == 2


async def test_a_cookie_that_is_none_of_ours_is_in_nobodys_way(hall: Hall, person: Make) -> None:
    await person().register("ada")
    account = {"username": "ada", "password": PASSWORD}
    for value in (b"\xff\xfe", "grüße".encode(), b'"', b"=;", b"x" * 4_000):
        own, headers = hall.stranger(), {b"cookie": b"gamehall_session=" + value, b"origin": b"http://hall"}
        assert (await own.get("/", headers=headers)).status_code == 200
        assert (await own.post("/settings", data={"form_token": "ä"}, headers=headers)).status_code in (303, 403)
        answer = await own.post("/login", data=account, headers=headers)
        assert await is_signed_in(person(**{COOKIE: answer.cookies[COOKIE]}))


async def test_sessions_outlive_the_secret_key(start_hall: StartHall, newcomer: Make) -> None:
    """Only the forms of pages that were shown before are of no use."""
    before = newcomer(await start_hall(secret_key="the key until yesterday, and no longer"))
    await before.register("ada")
    old = (await before.page("/settings")).form("/settings").values
    after = newcomer(await start_hall(secret_key="the key of today and of all to come"), **before.cookies)
    assert (await after.post("/settings", old)).status_code == 403
    assert await after.go("/settings", "/settings", display_name="Ada") == "/settings?saved=profile"


async def test_signing_out_ends_the_session_for_good(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    value = ada.cookies[COOKIE]
    await set_times(hall, last_seen_at=now() - timedelta(minutes=6))  # so that each request puts down that it came
    form = (await ada.page("/")).form("/logout").values
    await set_times(hall, last_seen_at=now() - timedelta(minutes=6))
    beside = [person(**{COOKIE: value}).get("/") for _ in range(5)]
    _, answer, *_ = await asyncio.gather(beside[0], ada.post("/logout", form), *beside[1:])
    assert answer.headers["location"] == "/"
    assert answer.headers["clear-site-data"] == '"cache"', "going back shows whoever comes next nothing of it"
    assert COOKIE not in ada.cookies
    again = person(**{COOKIE: value})
    assert not await is_signed_in(again)
    await again.page("/")
    assert await rows(hall) == []


@pytest.mark.parametrize(
    ("column", "days", "lives"),
    [("last_seen_at", 6, True), ("last_seen_at", 8, False), ("created_at", 29, True), ("created_at", 31, False)],
)
async def test_sessions_expire(hall: Hall, person: Make, column: str, days: int, lives: bool) -> None:
    ada = await person().register("ada")
    await set_times(hall, **{column: now() - timedelta(days=days)})
    assert await is_signed_in(ada) is lives
    await (await person().register("bob")).page("/")
    if column == "last_seen_at":  # what has not been used for so long is removed soon
        removed = await hall.host.write(forget_some, ENDED_SESSIONS, hall.host.settings)
        assert removed == (0 if lives else 1)


async def test_everything_that_ends_credentials_ends_sessions(each_hall: Hall) -> None:
    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    headers = {"Origin": "http://hall", "Accept": "text/html"}
    signed_in = await each_hall.root.post("/register", data=account, headers=headers)
    cookie = {"Cookie": signed_in.headers["set-cookie"].split(";")[0]}
    user_id = (await each_hall.host.read(user_by_name, "ada")).id

    async def status() -> int:
        return (await each_hall.root.get("/settings", headers=cookie)).status_code

    assert await status() == 200
    await each_hall.host.write(update_user, user_id, {"is_active": False})
    assert await status() == 303
    await each_hall.host.write(update_user, user_id, {"is_active": True})
    assert await status() == 200
    await each_hall.host.write(end_credentials, user_id)
    assert await status() == 303
    async with asyncio.timeout(120):
        while await rows(each_hall):  # nothing of them is kept
            continue


async def test_ordinary_requests_write_nothing(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    before = await rows(hall)
    for path in ("/", "/games", "/settings"):
        await ada.page(path)
    assert await rows(hall) == before

    earlier = now() - timedelta(minutes=6)
    await set_times(hall, last_seen_at=earlier)
    await ada.page("/")
    assert (await rows(hall))[0].last_seen_at > earlier


async def test_what_concerns_an_account_alone_is_kept_nowhere(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    ada_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(update_user, ada_id, {"is_admin": True})
    assert (await ada.send("/login", "/login", username="ada", password="wrong")).headers["cache-control"] == "no-store"
    await ada.sign_in("ada")
    paths = ["/settings", "/settings/sign-in", "/settings/data", "/settings/delete", "/confirm", "/devices", "/friends"]
    for path in (*paths, "/admin", "/admin/users/ada", "/admin/games", "/admin/audit"):
        answer = await ada.get(path)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store"), path
    refused = await ada.send("/settings", "/settings/password", current="wrong", password="wrong")
    assert (refused.status_code, refused.headers["cache-control"]) == (422, "no-store")


async def test_the_api_does_not_know_cookies(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    answer = await ada.get("/api/v1/users/me")
    assert answer.status_code == 401
    answer = await ada.post("/api/v1/challenges", json={"ruleset": "tic-tac-toe"})
    assert answer.status_code == 401


@contextlib.asynccontextmanager
async def live(hall: Hall, who: Any, path: str) -> AsyncIterator[Stream]:
    """The stream by which a page lives, as after an interruption: it tells everything once."""
    page = await who.page(path)
    (address,) = {value for _, given in page.attributes for value in given.values() if value.startswith("/live/")}
    headers = {"Cookie": f"{COOKIE}={who.cookies[COOKIE]}", "Last-Event-ID": httpx.URL(address).params["cursor"]}
    async with (
        httpx.AsyncClient(base_url="http://hall", transport=StreamingTransport(hall.app)) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        yield Stream(answer)


async def test_open_streams_end_with_the_session(hall: Hall, table: Any, person: Make) -> None:
    ada, _, game = table
    desk = person()
    await desk.sign_in("ada")
    token = (await desk.page("/settings")).form("/settings").values["form_token"]
    told = ""
    for path in ("/", game, "/games", await ada.challenges("bob")):
        async with live(hall, ada, path) as stream:
            assert (await stream.next()).event == "hello"
            told += (await stream.next()).data
    assert ' id="state"' in told
    assert "form_token" not in told, "what is pushed carries nobody's right to send forms"
    async with live(hall, ada, game) as stream, live(hall, desk, "/games") as other:
        await desk.post("/settings/sessions/end-others", {"form_token": token})
        assert await stream.kinds(3) == ["hello", "message", "closed"]
        assert (await other.next()).event == "hello"
    assert [await is_signed_in(each) for each in (ada, desk)] == [False, True]
    await ada.sign_in("ada")
    async with live(hall, ada, "/games") as stream:
        await desk.go("/settings", "/settings/password", current=PASSWORD, password="another good sentence")
        assert (await stream.kinds(3))[-1] == "closed"
    async with live(hall, desk, "/games") as stream:
        await desk.go("/settings", "/logout")
        assert (await stream.kinds(3))[-1] == "closed"


async def test_people_see_and_end_their_sessions(hall: Hall, person: Make) -> None:
    ada, phone, laptop = await person().register("ada"), person(), person()
    for device in (phone, laptop):
        await device.sign_in("ada")
    page = await ada.page("/settings")
    ends = [form.action for form in page.forms if form.action.endswith("/end")]
    assert len(ends) == 3

    bob = await person().register("bob")
    token = (await bob.page("/settings")).form("/settings").values
    for action in ends:
        assert (await bob.post(action, token)).status_code == 404
    assert [await is_signed_in(each) for each in (ada, phone, laptop)] == [True] * 3

    await laptop.go("/settings", "/settings/sessions/end-others")
    assert [await is_signed_in(each) for each in (ada, phone, laptop, bob)] == [False, False, True, True]
    own = next(f.action for f in (await laptop.page("/settings")).forms if f.action.endswith("/end"))
    answer = await laptop.send("/settings", own)
    assert (answer.headers["location"], answer.headers["clear-site-data"]) == ("/login", '"cache"')
    assert not await is_signed_in(laptop)
