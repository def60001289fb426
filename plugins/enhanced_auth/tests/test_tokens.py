"""Signing in, being recognised, exchanging tokens and signing out, by the API of a real hall."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar import Request
from litestar.testing import RequestFactory

from gamehall.accounts import end_credentials, update_user
from gamehall.problems import Problem
from gamehall.retention import forget_some
from gamehall.settings import Settings
from gamehall.tables import event, now
from gamehall_enhanced_auth.tables import OLD_TOKENS, token
from gamehall_enhanced_auth.wording import digest, spell
from rig.hall import Client, running

pytestmark = pytest.mark.anyio

Start = Callable[..., Awaitable[Client]]
Register = Callable[..., Awaitable[Mapping[str, Any]]]

PASSWORD = "correct horse battery"
REVOKED = 'Token realm="gamehall", error="revoked"'


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Token {text}"}


async def status(hall: Client, text: str) -> int:
    return (await hall.get("/api/v1/users/me", headers=bearing(text))).status_code


async def sign_in(hall: Client, username: str, **more: Any) -> Mapping[str, Any]:
    answer = await hall.post("/api/v1/auth/token", json={"username": username, "password": PASSWORD} | more)
    assert answer.status_code == 200, answer.text
    body: Mapping[str, Any] = answer.json()
    return body


async def change_row(hall: Client, text: str, **values: Any) -> None:
    await hall.app.state.host.write(
        lambda connection: connection.execute(token.update().where(token.c.token_hash == digest(text)).values(values))
    )


async def rows(hall: Client, query: sa.Select[Any]) -> list[Any]:
    found: list[Any] = await hall.app.state.host.read(lambda connection: connection.execute(query).all())
    return found


async def refresh(hall: Client, text: str) -> Any:
    return await hall.post("/api/v1/auth/token/refresh", headers=bearing(text))


async def successor(hall: Client, text: str) -> str:
    answer = await refresh(hall, text)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["token"])


async def outlive_grace(hall: Client, text: str) -> None:
    await change_row(hall, text, superseded_at=now() - timedelta(seconds=60))


async def events(hall: Client, kind: str) -> list[str]:
    return [row.data for row in await rows(hall, sa.select(event.c.data).where(event.c.kind == kind))]


async def test_registering_signs_the_device_in(hall: Client, register: Register) -> None:
    given = await register("ada", display_name="Ada", device_name="Desk", device_info={"os": "linux", "ram": 8})
    expiry = datetime.fromisoformat(given["expires_at"]) - now()
    assert timedelta(days=6, hours=23) < expiry <= timedelta(days=7)
    assert abs(expiry.total_seconds() - given["expires_in"]) < 60
    me = (await hall.get("/api/v1/users/me", headers=bearing(given["token"]))).json()
    assert given["user"] == me
    assert given["user"]["email"] == "ada@example.org"


async def test_signing_in_gives_a_token_of_its_own(hall: Client, register: Register) -> None:
    first = await register("ada")
    second = await sign_in(hall, "ada@example.org", device_name="Phone", device_info=None)
    assert second.keys() == first.keys()
    assert second["token_id"] != first["token_id"]
    assert await status(hall, first["token"]) == await status(hall, second["token"]) == 200


async def test_a_wrong_password_and_an_unknown_name_are_the_same(hall: Client, register: Register) -> None:
    await register("ada")
    bodies = []
    for username in ("ada", "nobody", "\u0000"):
        answer = await hall.post("/api/v1/auth/token", json={"username": username, "password": "wrong password"})
        assert answer.status_code == 401
        bodies.append(answer.json())
    assert bodies[0] == bodies[1] == bodies[2]
    assert bodies[0]["type"].endswith("/invalid-credentials")


async def test_a_token_is_not_cached_and_not_kept(
    hall: Client, register: Register, caplog: pytest.LogCaptureFixture
) -> None:
    await register("ada")
    answer = await hall.post("/api/v1/auth/token", json={"username": "ada", "password": PASSWORD})
    text = answer.json()["token"]
    assert "no-store" in answer.headers["cache-control"]
    new = await successor(hall, text)
    await outlive_grace(hall, text)
    assert await status(hall, text) == 401
    assert "was used again" in caplog.text
    for secret in (text, new):
        assert secret not in str(await rows(hall, sa.select(token))) + str(await rows(hall, sa.select(event)))
        assert secret not in caplog.text


async def test_both_schemes_in_any_case(hall: Client, register: Register) -> None:
    text = (await register("ada"))["token"]
    for header in (f"Token {text}", f"Bearer {text}", f"tOKEN {text}", f"BEARER   {text} "):
        assert (await hall.get("/api/v1/users/me", headers={"Authorization": header})).status_code == 200


NO_TOKENS = [
    b"Token",
    b"Token ",
    b"Token hall_",
    b"Token " + b"x" * 5000,
    b"Token \xff\xfe\xe9",
    b"Token hall_\xc3\xa9",
    b"Bearer a b c",
    b"Token " + spell(bytes(32)).encode()[:-1] + b"_",
    b"Token " + spell(bytes(32)).encode(),
]


async def test_what_is_no_token_is_refused_wherever_it_is_sent(hall: Client) -> None:
    paths = [("GET", "/users/me"), ("POST", "/auth/token/refresh"), ("GET", "/auth/tokens")]
    for header, (method, path) in itertools.product(NO_TOKENS, paths):
        answer = await hall.request(method, f"/api/v1{path}", headers=[(b"Authorization", header)])
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == 'Token realm="gamehall", error="invalid"'
        assert answer.json()["type"].endswith("/invalid-token")


async def test_a_header_of_another_kind_is_no_token(hall: Client) -> None:
    headers = [b"", b"\xff", b"Basic YTpi", spell(bytes(32)).encode(), b"Tokens x"]
    paths = [("GET", "/users/me"), ("GET", "/auth/tokens"), ("POST", "/auth/logout")]
    for header, (method, path) in itertools.product(headers, paths):
        answer = await hall.request(method, f"/api/v1{path}", headers=[(b"Authorization", header)])
        assert answer.status_code == 401
        assert answer.json()["type"].endswith("/unauthenticated")
        assert answer.headers["www-authenticate"] == 'Token realm="gamehall"'


LONG_DESCRIPTIONS: list[tuple[dict[str, Any], str]] = [
    ({"device_name": "x" * 101}, "device_name"),
    ({"device_name": "\u0344" * 100}, "device_name"),  # twice as long in the form that is stored
    ({"device_name": 7}, "device_name"),
    ({"device_info": {str(n): n for n in range(21)}}, "device_info"),
    ({"device_info": {"text": "x" * 4096}}, "device_info"),
    ({"device_info": {"nested": {}}}, "device_info"),
    ({"device_info": ["list"]}, "device_info"),
]


async def test_a_device_describes_itself_briefly(hall: Client) -> None:
    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    for device, field in LONG_DESCRIPTIONS:
        answer = await hall.post("/api/v1/auth/register", json=account | device)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"].startswith(field)
    answer = await hall.post("/api/v1/auth/token", json={"username": "ada", "password": PASSWORD})
    assert answer.json()["type"].endswith("/invalid-credentials"), "no account was made"


async def test_strange_descriptions_are_kept_as_they_can_be(hall: Client, register: Register) -> None:
    info = {"": "", "nul": "\u0000", "number": 2**70, "part": 0.5, "yes": True, "none": None, "emoji": "♟️"}
    text = (await register("ada", device_name="  \u0000Desk\n ", device_info=info))["token"]
    (device,) = (await hall.get("/api/v1/auth/tokens", headers=bearing(text))).json()["items"]
    assert device["device_name"] == "Desk"
    assert device["device_info"] == info


async def test_the_devices_of_a_user(hall: Client, register: Register) -> None:
    first = await register("ada", device_name="Desk", device_info={"os": "linux"})
    second = await sign_in(hall, "ada", device_name="Phone")
    await register("bob")
    answer = (await hall.get("/api/v1/auth/tokens", headers=bearing(first["token"]))).json()
    assert [(item["device_name"], item["current"]) for item in answer["items"]] == [("Phone", False), ("Desk", True)]
    assert [item["token_id"] for item in answer["items"]] == [second["token_id"], first["token_id"]]
    assert answer["items"][1]["device_info"] == {"os": "linux"}
    assert first["token"] not in str(answer)
    for item in answer["items"]:
        assert item["created_at"] <= item["last_used_at"] < item["expires_at"]


async def test_signing_another_device_out(hall: Client, register: Register) -> None:
    first, second = await register("ada"), await sign_in(hall, "ada")
    path = f"/api/v1/auth/tokens/{second['token_id']}"
    assert (await hall.delete(path, headers=bearing(first["token"]))).status_code == 204
    answer = await hall.get("/api/v1/users/me", headers=bearing(second["token"]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == REVOKED
    assert await status(hall, first["token"]) == 200
    assert (await hall.delete(path, headers=bearing(first["token"]))).status_code == 404
    (ended,) = await events(hall, "credential_ended")
    assert second["token_id"] in ended
    assert '"token"' in ended


async def test_nobody_signs_out_the_devices_of_others(hall: Client, register: Register) -> None:
    ada, bob = await register("ada"), await register("bob")
    for token_id in (ada["token_id"], "0" * 26, "x", "%00"):
        answer = await hall.delete(f"/api/v1/auth/tokens/{token_id}", headers=bearing(bob["token"]))
        assert answer.status_code == 404
    assert await status(hall, ada["token"]) == 200


async def test_signing_out(hall: Client, register: Register) -> None:
    first, second = await register("ada"), await sign_in(hall, "ada")
    assert (await hall.post("/api/v1/auth/logout", headers=bearing(first["token"]))).status_code == 204
    assert await status(hall, first["token"]) == 401
    assert await status(hall, second["token"]) == 200
    (ended,) = await events(hall, "credential_ended")
    assert first["token_id"] in ended


async def test_an_expired_token(hall: Client, register: Register) -> None:
    text = (await register("ada"))["token"]
    await change_row(hall, text, expires_at=now())
    for path in ("/api/v1/users/me", "/api/v1/auth/tokens"):
        answer = await hall.get(path, headers=bearing(text))
        assert answer.headers["www-authenticate"] == 'Token realm="gamehall", error="expired"'
    answer = await hall.post("/api/v1/auth/token/refresh", headers=bearing(text))
    assert answer.status_code == 401
    again = await sign_in(hall, "ada")
    answer = await hall.get("/api/v1/auth/tokens", headers=bearing(again["token"]))
    assert [item["token_id"] for item in answer.json()["items"]] == [again["token_id"]]


async def test_every_token_ends_with_the_users_epoch(hall: Client, register: Register) -> None:
    given = await register("ada")
    await hall.app.state.host.write(end_credentials, given["user"]["id"])
    assert await status(hall, given["token"]) == 401
    answer = await hall.post("/api/v1/auth/token/refresh", headers=bearing(given["token"]))
    assert answer.headers["www-authenticate"] == REVOKED
    again = await sign_in(hall, "ada")
    answer = await hall.get("/api/v1/auth/tokens", headers=bearing(again["token"]))
    assert [item["token_id"] for item in answer.json()["items"]] == [again["token_id"]]


async def test_a_disabled_user(hall: Client, register: Register) -> None:
    given = await register("ada")
    await hall.app.state.host.write(update_user, given["user"]["id"], {"is_active": False})
    assert await status(hall, given["token"]) == 401
    answer = await hall.post("/api/v1/auth/token/refresh", headers=bearing(given["token"]))
    assert answer.status_code == 401


async def test_the_device_used_longest_ago_makes_room(start: Start) -> None:
    hall = await start(tokens_per_user=2)
    account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
    first = (await hall.post("/api/v1/auth/register", json=account)).json()
    second = await sign_in(hall, "ada")
    await change_row(hall, second["token"], last_used_at=now() - timedelta(hours=1))
    third = await sign_in(hall, "ada")
    assert [await status(hall, each["token"]) for each in (first, second, third)] == [200, 401, 200]
    (ended,) = await events(hall, "credential_ended")
    assert second["token_id"] in ended


async def test_the_last_use_is_written_when_it_is_old_and_beside_the_requests(
    database_url: str, tmp_path: Path
) -> None:
    settings = Settings(database_url=database_url, data_dir=str(tmp_path / "data"), allowed_hosts=("hall",))
    last_use = sa.select(token.c.last_used_at).where(token.c.token_hash == sa.bindparam("hash"))

    async def known(client: Client, text: str) -> datetime:
        return (await rows(client, last_use.params(hash=digest(text))))[0].last_used_at  # type: ignore[no-any-return]

    async with running(settings) as first:
        hall = first.stranger()
        account = {"username": "ada", "email": "ada@example.org", "password": PASSWORD}
        fresh = (await hall.post("/api/v1/auth/register", json=account)).json()["token"]
        old = (await sign_in(hall, "ada"))["token"]
        before = now() - timedelta(minutes=6)
        await change_row(hall, old, last_used_at=before)
        known_fresh = await known(hall, fresh)
        assert await status(hall, fresh) == await status(hall, old) == 200
        assert await known(hall, old) == before
    async with running(settings) as second:
        again = second.stranger()
        assert await known(again, old) > before + timedelta(minutes=5)
        assert await known(again, fresh) == known_fresh


async def test_old_tokens_are_forgotten(hall: Client, register: Register) -> None:
    given = await register("ada")
    texts = [(await sign_in(hall, "ada"))["token"] for _ in range(2)]
    kept = timedelta(days=OLD_TOKENS.days)
    await change_row(hall, texts[0], expires_at=now() - kept)
    await change_row(hall, texts[1], expires_at=now() - kept + timedelta(minutes=1))
    host = hall.app.state.host
    assert await host.write(forget_some, OLD_TOKENS, host.settings) == 1
    left = {row.token_hash for row in await rows(hall, sa.select(token.c.token_hash))}
    assert left == {digest(given["token"]), digest(texts[1])}


async def test_a_refresh_gives_a_new_token_of_the_same_device(hall: Client, register: Register) -> None:
    old = await register("ada", device_name="Desk")
    answer = (await refresh(hall, old["token"])).json()
    assert answer.keys() >= {"token", "token_id", "expires_at", "expires_in"}
    assert answer["token"] != old["token"]
    assert answer["token_id"] == old["token_id"]
    assert answer["expires_at"] > old["expires_at"]
    (device,) = (await hall.get("/api/v1/auth/tokens", headers=bearing(answer["token"]))).json()["items"]
    assert (device["device_name"], device["current"]) == ("Desk", True)


async def test_an_exchanged_token_still_works_for_a_moment(hall: Client, register: Register) -> None:
    old = (await register("ada"))["token"]
    new = await successor(hall, old)
    assert await status(hall, old) == await status(hall, new) == 200
    (device,) = (await hall.get("/api/v1/auth/tokens", headers=bearing(old))).json()["items"]
    assert device["current"]


async def test_a_lost_answer_can_be_asked_for_again(hall: Client, register: Register) -> None:
    first = (await register("ada"))["token"]
    second = await successor(hall, first)
    third = await successor(hall, second)
    assert await successor(hall, first) == second
    assert await successor(hall, second) == third
    assert await status(hall, third) == 200


@pytest.mark.parametrize("use", [refresh, status])
async def test_an_exchanged_token_that_returns_ends_its_device_only(
    hall: Client, register: Register, use: Callable[[Client, str], Awaitable[Any]]
) -> None:
    stolen = await register("ada", device_name="Desk")
    other = (await sign_in(hall, "ada"))["token"]
    new = await successor(hall, stolen["token"])
    await outlive_grace(hall, stolen["token"])
    await use(hall, stolen["token"])
    for text in (stolen["token"], new):
        for path in ("/api/v1/users/me", "/api/v1/auth/tokens"):
            assert (await hall.get(path, headers=bearing(text))).headers["www-authenticate"] == REVOKED
        assert (await refresh(hall, text)).status_code == 401
    assert await status(hall, other) == 200
    told = await rows(hall, sa.select(event.c.kind, event.c.data).where(event.c.channels.contains("user-")))
    assert [row.kind for row in told] == ["credential_ended", "token_reused"], "once, however often it returns"
    assert stolen["token_id"] in told[0].data
    await hall.post("/login", data={"username": "ada", "password": PASSWORD}, headers={"Sec-Fetch-Site": "same-origin"})
    async with asyncio.timeout(120):
        while True:
            if "Desk was signed out: an old token of it was used again" in (await hall.get("/notices")).text:
                break
            await asyncio.sleep(0)


async def test_a_family_ends_at_its_time(hall: Client, register: Register) -> None:
    text = (await register("ada"))["token"]
    end = now() + timedelta(hours=1)
    await change_row(hall, text, family_expires_at=end, expires_at=now() + timedelta(minutes=1))
    answer = (await refresh(hall, text)).json()
    assert datetime.fromisoformat(answer["expires_at"]) == datetime.fromisoformat(answer["family_expires_at"]) == end
    assert 3500 < answer["expires_in"] <= 3600


async def test_signing_out_with_an_exchanged_token_ends_its_successor(hall: Client, register: Register) -> None:
    old = (await register("ada"))["token"]
    new = await successor(hall, old)
    assert (await hall.post("/api/v1/auth/logout", headers=bearing(old))).status_code == 204
    assert await status(hall, old) == await status(hall, new) == 401
    assert (await refresh(hall, old)).status_code == 401


async def test_ending_a_device_while_it_refreshes_leaves_nothing_alive(hall: Client, register: Register) -> None:
    for name in ("ada", "bob", "eve"):
        first = (await register(name))["token"]
        new = await successor(hall, first)
        answers = await asyncio.gather(
            refresh(hall, new),
            hall.post("/api/v1/auth/logout", headers=bearing(first)),
            refresh(hall, new),
        )
        assert answers[1].status_code == 204
        alive = sa.select(token).where(token.c.revoked_at.is_(None))
        assert await rows(hall, alive) == []
        assert {each.status_code for each in (answers[0], answers[2])} <= {200, 401}


async def test_without_a_token_there_is_nothing_to_refresh(hall: Client) -> None:
    answer = await hall.post("/api/v1/auth/token/refresh", json={"token": "x"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Token ")


async def test_a_stream_outlives_the_exchange_of_its_token_but_not_its_device(hall: Client, register: Register) -> None:
    old = (await register("ada"))["token"]
    host = hall.app.state.host

    def request() -> Request[Any, Any, Any]:
        return RequestFactory(app=hall.app).get("/api/v1/events", headers=bearing(old))

    stream = request()
    began = await host.identify(stream, "api")
    new = await successor(hall, old)
    await outlive_grace(hall, old)
    assert await host.identify(stream, "api") == began
    assert await status(hall, new) == 200
    with pytest.raises(Problem):
        await host.identify(request(), "api")
    with pytest.raises(Problem):
        await host.identify(stream, "api")
