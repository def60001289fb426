"""What people change about themselves: their address, their password, and where they are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gamehall.accounts import user_by_name
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from rig.hall import PASSWORD, Client, Hall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
NEW = "another good sentence"


async def device(hall: Hall, username: str, name: str, password: str = PASSWORD) -> Client:
    """A program that is signed in on a device of this name."""
    given = {"username": username, "password": password, "device_name": name}
    answer = await hall.nobody.post("/auth/token", json=given)
    assert answer.status_code == 200, answer.text
    client = hall.stranger()
    client.headers["Authorization"] = f"Token {answer.json()['token']}"
    return client


async def works(client: Client) -> bool:
    return (await client.get("/api/v1/users/me")).status_code == 200


async def test_a_new_password_ends_every_sign_in_but_this_one(hall: Hall, person: Make) -> None:
    ada, laptop = await person().register("ada"), person()
    await laptop.sign_in("ada")
    phone = await device(hall, "ada", "Phone")
    page = await ada.refused("/settings", "/settings/password", 422, current="wrong", password=NEW)
    assert "not your password" in page.words("current-error")
    page = await ada.refused("/settings", "/settings/password", 422, current=PASSWORD, password="short")
    assert "at least 10" in page.words("password-error")
    assert page.words("current-error") == page.words("email-error") == ""
    assert await works(phone)
    to = await ada.go("/settings", "/settings/password", current=PASSWORD, password=NEW)
    assert "Your password is changed." in (await ada.page(to)).text
    assert (await laptop.get("/settings")).status_code == 303
    assert not await works(phone)
    with pytest.raises(Problem, match="invalid-credentials"):
        await sign_in(hall.host, "ada", PASSWORD)
    await laptop.sign_in("ada", NEW)


async def test_a_new_address_needs_the_password_and_belongs_to_nobody_else(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    page = await ada.refused("/settings", "/settings/email", 422, current="wrong", email="new@example.org")
    assert page.words("email-current-error")
    for address, status in (("nowhere", 422), ("BOB@example.org", 409)):
        page = await ada.refused("/settings", "/settings/email", status, current=PASSWORD, email=address)
        assert page.words("email-error")
        assert page.form("/settings/email").values["email"] == address
    await ada.go("/settings", "/settings/email", current=PASSWORD, email=" New@example.org ")
    assert (await hall.host.read(user_by_name, "ada")).email == "New@example.org"
    assert (await sign_in(hall.host, "new@EXAMPLE.org", PASSWORD)).username == "ada"


async def test_devices_are_seen_and_signed_out(hall: Hall, players: list[Any]) -> None:
    ada, bob = players
    assert "The desktop program and other apps appear here" in (await ada.page("/settings")).text
    phones = [await device(hall, "ada", name) for name in ("Phone", "<b>Tablet</b>", "Old phone")]
    page = await ada.page("/settings")
    assert "<b>Tablet</b>" in page.text
    outs = [form for form in page.forms if form.action == "/devices/sign-out"]
    assert len(outs) == 3
    token = (await bob.page("/settings")).form("/settings").values
    answer = await bob.post("/devices/sign-out", token | {"id": outs[0].values["id"]})
    assert answer.status_code == 404
    assert "not signed in any more" in answer.text
    assert [await works(each) for each in phones] == [True] * 3
    assert (await ada.post("/devices/sign-out", outs[0].values)).headers["location"] == "/settings#devices-h"
    assert sorted([await works(each) for each in phones]) == [False, True, True]
    await ada.go("/devices", "/devices/sign-all-out")
    assert [await works(each) for each in phones] == [False] * 3
    assert await ada.page("/settings")


async def test_a_token_for_a_script_is_shown_once(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    asked = {"device_name": "<i>Bot</i>", "may": "play", "days": "90", "password": PASSWORD}
    for changes, told in (({"password": "wrong"}, "password-error"), ({"device_name": ""}, "device_name-error")):
        page = await ada.refused("/devices", "/devices/make-token", 422, **asked | changes)
        assert page.words(told)
        assert page.form("/devices/make-token").values["may"] == "play", "what was chosen stays"
    for changes in ({"may": "admin"}, {"may": "everything"}, {"days": "x"}, {"days": "99999"}, {"days": "4000"}):
        await ada.refused("/devices", "/devices/make-token", 422, **asked | changes)
    fields = (await ada.page("/devices")).form("/devices/make-token").values
    answer = await ada.post("/devices/make-token", fields | asked)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "<i>" not in answer.text
    (text,) = set(re.findall(r"hall_[0-9A-Za-z]+", answer.text))
    bot = hall.stranger()
    bot.headers["Authorization"] = f"Token {text}"
    assert await works(bot)
    for path in ("/devices", "/settings"):
        page = await ada.page(path)
        assert "<i>Bot</i>" in page.text
        assert "may look and play" in page.text
        assert text not in page.text
