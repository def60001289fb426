"""What admins are told of the hall by the API: findings, plugins, workers, settings, and what is stored."""

from __future__ import annotations

import os
import socket
from typing import Any

import pytest

from gamehall.accounts import update_user, user_by_name
from rig.hall import Client, Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio

PARTS = ("findings", "plugins", "workers", "settings", "data")


async def an_admin(hall: Hall) -> Client:
    root = await hall.user("root")
    user = await hall.host.read(user_by_name, "root")
    await hall.host.write(update_user, user.id, {"is_admin": True})
    return root


async def test_admins_are_told_how_the_hall_does(start_hall: StartHall, database_url: str) -> None:
    hall = await start_hall(database_url)  # in which nothing has failed, as it may have in one that many tests share
    root = await an_admin(hall)
    told: dict[str, Any] = {part: done(await root.get(f"/admin/{part}")) for part in PARTS}
    findings = {each["key"]: each for each in told["findings"]["items"]}
    assert [key for key, each in findings.items() if each["state"] == "bad"] == []
    assert findings["settings.rate_limits"]["remedy"] == "GAMEHALL_RATE_LIMITS=on"
    for key in ("database.tables", "workers", "clocks.time", "kept", "plugins", "checks"):
        assert findings[key]["state"] == "ok", findings[key]
    assert ("feed.horizon" in findings) == ("postgresql" in hall.host.settings.database_url)
    (worker,) = told["workers"]["items"]
    assert worker["name"] == f"{socket.gethostname()}/{os.getpid()}"
    assert (worker["late"], worker["failures"], abs(worker["skew"]) < 60) == (False, {}, True)
    plugins = {each["name"]: each for each in told["plugins"]["items"]}
    assert {each["state"] for each in plugins.values()} == {"on"}
    assert "GET /api/v1/events" in str(plugins["sse_push"]["contributes"]["gamehall_routes"])
    settings = {each["key"]: each for each in told["settings"]["items"]}
    assert settings["mail"] == {"key": "mail", "value": "off", "origin": "default"}
    assert {"events", "audit", "tokens"} <= {each["name"] for each in told["data"]["kept"]}
    assert {"gamehall", "friends"} <= {each["owner"] for each in told["data"]["tables"]}
    assert told["data"]["backups"] == []


async def test_others_are_not(hall: Hall) -> None:
    ada = await hall.user("ada")
    for part in PARTS:
        problem(await ada.get(f"/admin/{part}"), 403, "forbidden")
        problem(await hall.nobody.get(f"/admin/{part}"), 401, "unauthenticated")
