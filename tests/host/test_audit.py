"""What admins do by the API, and what is put down of it and of whoever signs in."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from gamehall import tables
from gamehall.endings import abort_by_operator
from gamehall.origins import Origin, asked_from
from gamehall.overseeing import act_on_user
from rig.hall import PASSWORD, Client, Hall, done, problem, start_game

pytestmark = pytest.mark.anyio


async def entries(admin: Client, query: str = "") -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = done(await admin.get(f"/admin/audit?{query}"))["items"]
    return items


async def test_what_admins_do_is_done_and_put_down(each_hall: Hall) -> None:
    hall = each_hall
    root, bob, carol = await hall.users("root", "bob", "carol")
    with asked_from(Origin(by="command line, somebody")):
        await hall.host.write(act_on_user, "root", "promote", hall.host.hall_time(), hall.host.settings)
    ruleset = "/admin/features/ruleset:renju"
    switched = done(await root.put(ruleset, json={"on": False}))
    assert (switched["key"], switched["on"], switched["games"]) == ("ruleset:renju", False, 0)
    features = {each["key"]: each["on"] for each in done(await root.get("/admin/features"))["items"]}
    assert (features["ruleset:renju"], features["signup"]) == (False, True)
    assert done(await root.put(ruleset, json={"on": True}))["on"] is True
    problem(await root.put("/admin/features/nothing", json={"on": True}), 404, "not-found")
    problem(await root.put(ruleset, json={"on": "yes"}), 422, "invalid")

    for act, field, value in [
        ("promote", "is_admin", True),
        ("demote", "is_admin", False),
        ("disable", "is_active", False),
        ("enable", "is_active", True),
    ]:
        assert done(await root.post(f"/admin/users/carol/{act}"))[field] is value
    problem(await carol.get("/users/me"), 401, "invalid-token")
    assert done(await root.post("/admin/users/bob/sign-out"))["username"] == "bob"
    problem(await bob.get("/users/me"), 401, "invalid-token")
    problem(await root.post("/admin/users/root/disable"), 409, "not-possible")
    problem(await root.post("/admin/users/bob/paint"), 422, "invalid")
    names = [each["username"] for each in done(await root.get("/admin/users?find=B"))["items"]]
    assert names == ["bob"]
    first = done(await root.get("/admin/users?limit=1"))
    second = done(await root.get(f"/admin/users?limit=1&cursor={first['next']}"))
    assert first["items"][0]["username"] < second["items"][0]["username"]

    wrong = {"username": "carol", "password": "of no use to her"}
    problem(await hall.nobody.post("/auth/token", json=wrong), 401, "invalid-credentials")
    lines = await entries(root)
    told = [(each["kind"], each["by"], each["about"], each["subject"]) for each in lines]
    assert told[0][0] == "sign_in.failed"
    assert told[0][2] == "carol"
    assert {
        ("account.promoted", "command line, somebody", "root", ""),
        ("feature.off", "root", "", "ruleset:renju"),
        ("feature.on", "root", "", "ruleset:renju"),
        ("account.disabled", "root", "carol", ""),
        ("account.enabled", "root", "carol", ""),
        ("account.promoted", "root", "carol", ""),
        ("account.demoted", "root", "carol", ""),
        ("account.signed_out_everywhere", "root", "bob", ""),
        ("account.registered", "", "bob", ""),
    } <= set(told)
    assert {each["address"] for each in lines if each["by"] == "root"} == {"127.0.0.1"}
    assert lines[0]["agent"].startswith("python-httpx")


async def test_the_log_is_found_through_and_gives_nothing_away(each_hall: Hall) -> None:
    hall = each_hall
    root, bob, carol = await hall.users("root", "bob", "carol")
    await hall.host.write(act_on_user, "root", "promote", hall.host.hall_time(), hall.host.settings)
    game_id = await start_game(bob, carol)
    await hall.host.write(abort_by_operator, game_id, hall.host.hall_time())
    assert [each["subject"] for each in await entries(root, "kind=game")] == [game_id]
    assert {each["about"] for each in await entries(root, "user=carol")} == {"carol"}
    assert await entries(root, "kind=sign") == [], "a kind is a whole word"
    kinds, cursor = [], ""
    while cursor is not None:
        part = done(await root.get(f"/admin/audit?limit=2&cursor={cursor}"))
        kinds += [each["kind"] for each in part["items"]]
        cursor = part["next"]
    assert kinds == [each["kind"] for each in await entries(root)]
    problem(await root.get("/admin/audit?user=nobody"), 404, "not-found")
    problem(await root.get("/admin/audit?cursor=yesterday"), 422, "invalid")
    for each in (bob, hall.nobody):
        assert (await each.get("/admin/audit")).status_code in (401, 403)

    rows = await hall.host.read(lambda connection: [tuple(row) for row in connection.execute(sa.select(tables.audit))])
    text = str(rows)
    tokens = [each.headers["authorization"].removeprefix("Token ") for each in (root, bob, carol)]
    assert not [secret for secret in (PASSWORD, "@example.org", "bob", *tokens) if secret in text]
