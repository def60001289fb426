"""Accounts: made, signed in to, and ended."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.accounts import end_credentials, find_user, has_admin, setup_code, update_user, user_by_name
from gamehall.tables import user
from rig.hall import PASSWORD, Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio


def account(username: str, **more: Any) -> dict[str, Any]:
    return {"username": username, "email": f"{username}@example.org", "password": PASSWORD} | more


async def sign_in(hall: Hall, username: str, password: str = PASSWORD) -> Any:
    return await hall.nobody.post("/auth/token", json={"username": username, "password": password})


async def test_what_an_account_needs(hall: Hall) -> None:
    for wrong, fields in [
        ({"username": "a"}, ["username"]),
        ({"username": "a" * 33}, ["username"]),
        ({"username": "-ada"}, ["username"]),
        ({"username": "ada l"}, ["username"]),
        ({"username": "ádá"}, ["username"]),
        ({"email": "ada"}, ["email"]),
        ({"email": "ada@example"}, ["email"]),
        ({"email": "a" * 250 + "@example.org"}, ["email"]),
        ({"password": "short"}, ["password"]),
        ({"password": "x" * 1025}, ["password"]),
        ({"password": "Ada@Example.org"}, ["password"]),
        ({"display_name": "x" * 51}, ["display_name"]),
        ({"username": "", "email": "", "password": ""}, ["username", "email", "password"]),
    ]:
        body = problem(await hall.nobody.post("/auth/register", json=account("ada") | wrong), 422, "invalid")
        assert [error["field"] for error in body["errors"]] == fields, wrong
    people = sa.select(sa.func.count()).select_from(user).where(user.c.played_by.is_(None))
    assert await hall.host.read(lambda c: c.scalar(people)) == 0


async def test_names_and_addresses_are_taken_whatever_their_capitals(each_hall: Hall) -> None:
    await each_hall.user("ada")
    for twice, field in [
        (account("ADA", email="new@example.org"), "username"),
        (account("new", email="ADA@Example.ORG"), "email"),
    ]:
        body = problem(await each_hall.nobody.post("/auth/register", json=twice), 409, "already-exists")
        assert [error["field"] for error in body["errors"]] == [field]


async def test_of_many_who_want_a_name_at_once_one_gets_it(each_hall: Hall) -> None:
    wanted = (account("ada", email=f"{n}@example.org") for n in range(6))
    answers = await asyncio.gather(*(each_hall.nobody.post("/auth/register", json=each) for each in wanted))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 5]


async def test_signing_in_by_name_or_address(each_hall: Hall) -> None:
    await each_hall.user("Ada")
    for name in ("ada", "ADA", " Ada ", "ada@example.org", "ADA@EXAMPLE.ORG"):
        assert done(await sign_in(each_hall, name))["user"]["username"] == "Ada"


async def test_whatever_is_wrong_is_answered_alike(hall: Hall) -> None:
    await hall.user("ada")
    await hall.user("eve")
    eve = await hall.host.read(user_by_name, "eve")
    await hall.host.write(update_user, eve.id, {"is_active": False})
    refusals = [
        await sign_in(hall, "ada", "not the password"),
        await sign_in(hall, "ada", ""),
        await sign_in(hall, "ada", "x" * 10_000),
        await sign_in(hall, "nobody"),
        await sign_in(hall, "eve"),
    ]
    bodies = [problem(answer, 401, "invalid-credentials") for answer in refusals]
    assert all(body == bodies[0] for body in bodies)
    assert all("www-authenticate" in answer.headers for answer in refusals)


async def test_a_password_is_the_same_however_it_is_typed(hall: Hall) -> None:
    await hall.user("ada", password="Ｃafe\u0301 au lait")
    done(await sign_in(hall, "ada", "Café au lait"))


async def test_the_link_makes_one_admin(each_hall: Hall) -> None:
    code = setup_code(each_hall.host.secret)
    wrong = await each_hall.user("eve", setup="0" * 32)
    assert not done(await wrong.get("/users/me"))["is_admin"], "a wrong code makes a player"
    assert not await each_hall.host.read(has_admin)
    accounts = [account(name, setup=code) for name in ("ada", "bob", "cyd")]
    answers = await asyncio.gather(*(each_hall.nobody.post("/auth/register", json=each) for each in accounts))
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]
    (made,) = [answer.json() for answer in answers if answer.status_code == 201]
    assert made["user"]["is_admin"]
    mine = await each_hall.nobody.get("/users/me", headers={"authorization": f"Token {made['token']}"})
    assert done(mine)["is_admin"]
    problem(await each_hall.nobody.post("/auth/register", json=account("dan", setup=code)), 403, "forbidden")
    count = sa.select(sa.func.count()).select_from(user).where(user.c.is_admin)
    assert await each_hall.host.read(lambda c: c.scalar(count)) == 1


async def test_a_hall_that_takes_nobody_new_still_takes_its_first_admin(start_hall: StartHall) -> None:
    hall = await start_hall(signup="closed")
    problem(await hall.nobody.post("/auth/register", json=account("bob")), 403, "forbidden")
    admin = await hall.user("ada", setup=setup_code(hall.host.secret))
    assert done(await admin.get("/users/me"))["is_admin"]
    problem(await hall.nobody.post("/auth/register", json=account("bob")), 403, "forbidden")


async def test_signing_up_can_be_switched_off(start_hall: StartHall) -> None:
    hall = await start_hall(off=["signup"])
    problem(await hall.nobody.post("/auth/register", json=account("bob")), 403, "forbidden")


async def test_ending_every_sign_in(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    mine = done(await ada.get("/users/me"))["id"]
    before = await each_hall.host.read(find_user, mine)
    await each_hall.host.write(end_credentials, mine)
    problem(await ada.get("/users/me"), 401, "invalid-token")
    done(await bob.get("/users/me"))
    after = await each_hall.host.read(find_user, mine)
    assert before
    assert after
    assert after.auth_epoch > before.auth_epoch
    done(await sign_in(each_hall, "ada"))


async def test_who_is_disabled_is_out_and_not_shown(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    mine = done(await ada.get("/users/me"))["id"]
    await each_hall.host.write(update_user, mine, {"is_active": False})
    problem(await ada.get("/users/me"), 401, "invalid-token")
    problem(await bob.get("/users/ada"), 404, "not-found")
    terms = {"ruleset": "tic-tac-toe", "opponent": "ada"}
    problem(await bob.post("/challenges", json=terms), 404, "not-found")
    await each_hall.host.write(update_user, mine, {"is_active": True})
    assert done(await sign_in(each_hall, "ada"))["user"]["username"] == "ada"
