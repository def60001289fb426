"""What tokens are good for, those of scripts, and how often they can be asked for."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import RequestFactory

from gamehall.accounts import update_user
from gamehall.audit import Entry, list_audit
from gamehall.declare import ALL_SCOPES
from gamehall.tables import now
from gamehall_enhanced_auth.tables import token
from rig.hall import PASSWORD, Client, Hall, StartHall, done, problem
from rig.passing import grow_old

pytestmark = pytest.mark.anyio

WANTED: dict[str, Any] = {"device_name": "bot", "scopes": ["read", "play"], "days": 90, "password": PASSWORD}


def bearing(text: str) -> dict[str, str]:
    return {"Authorization": f"Token {text}"}


async def make(hall: Hall, text: str, **changes: Any) -> dict[str, Any]:
    return done(await hall.nobody.post("/auth/tokens", json=WANTED | changes, headers=bearing(text)), 201)


async def sign_in(hall: Hall, name: str, **more: Any) -> dict[str, Any]:
    return done(await hall.nobody.post("/auth/token", json={"username": name, "password": PASSWORD} | more))


def own_token(client: Client) -> str:
    return client.headers["authorization"].partition(" ")[2]


async def noted(hall: Hall, kind: str) -> list[Entry]:
    return await hall.host.read(list_audit, kind=kind)


async def test_a_script_has_a_token_of_its_own(each_hall: Hall) -> None:
    hall = each_hall
    ada = await hall.user("ada", device_name="Desk")
    made = done(await ada.post("/auth/tokens", json=WANTED | {"device_name": " my bot\n"}), 201)
    assert made["scopes"] == ["read", "play"]
    assert made["expires_at"] == made["family_expires_at"]
    assert timedelta(days=89, hours=23) < datetime.fromisoformat(made["expires_at"]) - now() <= timedelta(days=90)
    bot = bearing(made["token"])
    listed = done(await hall.nobody.get("/auth/tokens", headers=bot))["items"]
    seen = {each["device_name"]: (each["kind"], each["scopes"], each["current"]) for each in listed}
    assert seen == {
        "my bot": ("script", ["read", "play"], True),
        "Desk": ("device", ["read", "play", "admin"], False),
    }
    problem(await hall.nobody.post("/auth/token/refresh", headers=bot), 409, "not-possible")
    done(await hall.nobody.post("/challenges", json={"ruleset": "tic-tac-toe"}, headers=bot), 201)
    made_note = (await noted(hall, "token.issued"))[0]
    assert (made_note.by, made_note.about, made_note.subject) == ("ada", "ada", made["token_id"])
    assert made_note.facts == {"kind": "script", "scopes": ["read", "play"]}


async def test_no_script_gets_more_than_its_user_says_and_may(each_hall: Hall) -> None:
    hall = each_hall
    ada = await hall.user("ada")
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"password": "wrong password"}, "password"),
        ({"device_name": " "}, "device_name"),
        ({"device_name": "x" * 101}, "device_name"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["all"]}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
    ]
    for changes, field in wrong:
        body = problem(await ada.post("/auth/tokens", json=WANTED | changes), 422, "invalid")
        assert body["errors"][0]["field"].startswith(field), changes
    user_id = done(await ada.get("/users/me"))["id"]
    await hall.host.write(update_user, user_id, {"is_admin": True})
    made = done(await ada.post("/auth/tokens", json=WANTED | {"scopes": ["admin"]}), 201)
    assert made["scopes"] == ["read", "admin"], "whoever may do anything may look as well"


async def test_a_token_can_be_good_for_less(each_hall: Hall) -> None:
    """A token that was asked for with fewer scopes keeps them when it is exchanged, and whoever asks has no others."""
    hall = each_hall
    ada = await hall.user("ada")
    given = await sign_in(hall, "ada", scopes=["read"])
    exchanged = done(await hall.nobody.post("/auth/token/refresh", headers=bearing(given["token"])))
    assert given["scopes"] == exchanged["scopes"] == ["read"]
    for text, scopes in ((own_token(ada), ALL_SCOPES), (exchanged["token"], {"read"})):
        request = RequestFactory(app=hall.app).get("/api/v1/users/me", headers=bearing(text))
        principal = await hall.host.identify(request, "api")
        assert principal
        assert principal.scopes == scopes


async def test_all_others_are_signed_out_at_once(each_hall: Hall) -> None:
    hall = each_hall
    ada, bob = await hall.users("ada", "bob")
    others = [(await sign_in(hall, "ada"))["token"], (await make(hall, own_token(ada)))["token"]]
    assert done(await ada.post("/auth/tokens/revoke-others"))["revoked"] == 2
    for text in others:
        problem(await hall.nobody.get("/users/me", headers=bearing(text)), 401, "invalid-token")
    done(await ada.get("/users/me"))
    done(await bob.get("/users/me"))
    assert done(await ada.post("/auth/tokens/revoke-others"))["revoked"] == 0
    assert [entry.facts for entry in await noted(hall, "token.revoked")] == [{"reason": "asked for"}] * 2


async def test_an_exchanged_token_ends_soon_after_its_successor_was_used(each_hall: Hall) -> None:
    """But whoever still has it can exchange it for as long as answers can be lost, and ends nothing by trying."""
    hall = each_hall
    old = own_token(await hall.user("ada"))

    async def exchange() -> str:
        return str(done(await hall.nobody.post("/auth/token/refresh", headers=bearing(old)))["token"])

    new = await exchange()
    await grow_old(hall, token, timedelta(seconds=20))
    done(await hall.nobody.get("/users/me", headers=bearing(old)))
    done(await hall.nobody.get("/users/me", headers=bearing(new)))
    done(await hall.nobody.get("/users/me", headers=bearing(old)))
    await grow_old(hall, token, timedelta(seconds=20))
    problem(await hall.nobody.get("/users/me", headers=bearing(old)), 401, "invalid-token")
    assert await exchange() == new
    done(await hall.nobody.get("/users/me", headers=bearing(new)))
    await grow_old(hall, token, timedelta(seconds=20))
    problem(await hall.nobody.get("/users/me", headers=bearing(old)), 401, "token-reused")
    problem(await hall.nobody.get("/users/me", headers=bearing(new)), 401, "invalid-token")
    (reused,) = await noted(hall, "token.reused")
    assert reused.about == "ada"


async def test_two_workers_give_one_successor(start_hall: StartHall, database_url: str, tmp_path: Path) -> None:
    """50 refreshes at once by two applications."""
    halls = [await start_hall(database_url, plugins={"enhanced_auth": {"script_token_days": 3}}) for _ in range(2)]
    old = own_token(await halls[0].user("ada"))
    answers = await asyncio.gather(
        *(halls[n % 2].nobody.post("/auth/token/refresh", headers=bearing(old)) for n in range(50))
    )
    (new,) = {done(answer)["token"] for answer in answers}
    problem(await halls[1].nobody.post("/auth/tokens", json=WANTED | {"days": 4}, headers=bearing(new)), 422, "invalid")


async def test_what_is_asked_for_too_often_waits(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True)
    text = own_token(await hall.user("ada"))
    path = "/auth/token/refresh"
    for _ in range(30):
        before, text = text, str(done(await hall.nobody.post(path, headers=bearing(text)))["token"])
    refused = await hall.nobody.post(path, headers=bearing(text))
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 3_600
    done(await hall.nobody.post(path, headers=bearing(before)))  # the same again is not counted
    for _ in range(10):
        wrong = WANTED | {"password": "not the password"}
        problem(await hall.nobody.post("/auth/tokens", json=wrong, headers=bearing(text)), 422, "invalid")
    problem(await hall.nobody.post("/auth/tokens", json=WANTED, headers=bearing(text)), 429, "too-many-requests")
