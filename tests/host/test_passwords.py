"""Passwords: which can be had, what checking one costs, and hashes that keep up."""

from __future__ import annotations

import asyncio
from typing import Any

import argon2
import pytest
import sqlalchemy as sa

from gamehall.accounts import update_user, user_by_name
from gamehall.passwords import Passwords
from gamehall.tables import user
from rig.hall import PASSWORD, Hall, done, problem

pytestmark = pytest.mark.anyio

# The user is ada, "Ada Lovelace", countess@example.org.
GUESSED = [
    *("password12", "P@ssw0rd123", "!$p@$$w0rd$!", "iloveyou2024!", "qwertyuiop", "q1w2e3r4t5y6", "123qweasdzxc"),
    *("aaaaaaaaaaaa", "abcabcabcabc", "passwordpassword", "abcdefghijkl", "1234567890", "98765432109876"),
    *("gamehall2024", "GameHall!!!", "g4m3h4ll99", "Ada Lovelace", "adalovelace1", "ada-ada-ada", "AdaAdaAda7"),
    *("countess@example.org", "Countess12", "1countess!!"),
]
KEPT = [
    "correct horse battery",
    "monkey82736451902837",
    "zwölf Boxkämpfer",
    "Adas dritter Turm",
    "猫と犬と鳥と魚と馬と虫",
]


def account(password: str) -> dict[str, str]:
    names = {"username": "ada", "display_name": "Ada Lovelace", "email": "countess@example.org"}
    return names | {"password": password}


async def test_what_others_would_try_first_is_refused(hall: Hall) -> None:
    for password in (*GUESSED, "short", "x" * 1025):
        body = problem(await hall.nobody.post("/auth/register", json=account(password)), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == ["password"], password
    for number, password in enumerate(KEPT):
        given = account(password) | {"username": f"ada{number}", "email": f"{number}@example.org", "display_name": ""}
        done(await hall.nobody.post("/auth/register", json=given), 201)


async def test_checking_costs_the_same_whoever_it_is(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await hall.users("ada", "eve")
    eve = await hall.host.read(user_by_name, "eve")
    await hall.host.write(update_user, eve.id, {"is_active": False})
    worked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def counting(self: argon2.PasswordHasher, hash: str, password: str) -> Any:  # noqa: A002 - as it is called there
        worked.append(hash)
        return verify(self, hash, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", counting)
    for name in ("ada", "nobody", "eve", "a\0b", "ada@example.org", "x" * 5_000):
        worked.clear()
        given = {"username": name, "password": "not the password"}
        problem(await hall.nobody.post("/auth/token", json=given), 401, "invalid-credentials")
        assert len(worked) == 1, name
        usual = argon2.extract_parameters(await hall.host.passwords.hash(PASSWORD))
        assert argon2.extract_parameters(worked[0]) == usual, name


async def test_too_many_at_once_are_asked_to_come_again(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    await hall.user("ada")
    monkeypatch.setattr(hall.host, "passwords", Passwords(threads=1, waiting=1, memory=64))
    given = {"username": "ada", "password": PASSWORD}
    answers = await asyncio.gather(*(hall.nobody.post("/auth/token", json=given) for _ in range(12)))
    refused = [answer for answer in answers if answer.status_code != 200]
    assert 0 < len(refused) < 12
    for answer in refused:
        problem(answer, 503, "busy")
        assert int(answer.headers["retry-after"]) > 0


async def test_a_hash_is_made_anew_when_it_costs_more_now(each_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stored() -> str:
        people = sa.select(user.c.password_hash).where(user.c.played_by.is_(None))
        return str(await each_hall.host.read(lambda c: c.scalar(people)))

    async def sign_in(password: str) -> int:
        given = {"username": "ada", "password": password}
        return (await each_hall.nobody.post("/auth/token", json=given)).status_code

    ada = await each_hall.user("ada")
    before = await stored()
    assert await sign_in(PASSWORD) == 200
    assert await stored() == before
    monkeypatch.setattr(each_hall.host, "passwords", Passwords(memory=128))
    assert await sign_in("not the password") == 401
    assert await stored() == before
    assert await sign_in(PASSWORD) == 200
    after = await stored()
    assert "m=128" in after
    assert await sign_in(PASSWORD) == 200
    assert await stored() == after
    done(await ada.get("/users/me"))  # nobody was signed out by it
