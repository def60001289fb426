"""The last way to sign in stays on, and switches outlive what they are for."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gamehall.origins import Origin, asked_from
from gamehall.overseeing import act_on_user
from rig.command import CONFLICT, DONE, Run
from rig.hall import InstallPlugin, StartHall, done, problem

# Lets nobody in who comes; that it could is enough.
GATE = """
from gamehall import hookimpl
from gamehall.declare import Authenticator, Check


@hookimpl
def gamehall_authenticators(host):
    async def identify(connection):
        return None

    return [Authenticator("gate", {area!r}, identify)]


@hookimpl
def gamehall_checks(host):
    return [{check}]
"""
WORKS, BROKEN = "", "1 / 0"


def test_the_last_way_to_sign_in_stays_on(gamehall: Run, tmp_path: Path) -> None:
    ended = gamehall("--json", "features", "off", "signup", "web_htmx", "enhanced_auth")
    assert ended.code == CONFLICT
    assert ended.envelope["error"]["code"] == "not-possible"
    assert ended.envelope["error"]["message"].endswith("Leave one of these on: enhanced_auth, web_htmx.")
    with closing(sqlite3.connect(tmp_path / "data/gamehall.db")) as database:
        assert database.execute("SELECT count(*) FROM feature").fetchone() == (0,), "all of it or nothing"

    assert gamehall("features", "off", "web_htmx").code == DONE
    ended = gamehall("features", "off", "enhanced_auth")
    assert ended.code == CONFLICT
    assert ended.err.endswith("Switch on another way first: web_htmx.\n")
    assert gamehall("features", "on", "web_htmx").code == DONE
    assert gamehall("features", "off", "enhanced_auth").code == DONE


@pytest.mark.parametrize(
    ("area", "check", "code"),
    [
        pytest.param("api", WORKS, DONE, id="another-way"),
        pytest.param("api", BROKEN, CONFLICT, id="one-that-is-broken"),
        pytest.param("pages", WORKS, CONFLICT, id="one-to-pages-that-are-off-too"),
    ],
)
def test_another_way_counts_where_it_leads_somewhere(
    gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch, area: str, check: str, code: int
) -> None:
    folder = install_plugin("gate", GATE.format(area=area, check=check))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert gamehall("features", "off", "web_htmx", "enhanced_auth").code == code


def test_a_plugin_that_is_gone_keeps_its_switch_and_lets_nobody_in(
    gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install_plugin("gate", GATE.format(area="api", check=WORKS))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert gamehall("features", "on", "gate").code == DONE
    assert gamehall("features", "on", "gtae").err.endswith("Did you mean gate?\n")
    monkeypatch.delenv("PYTHONPATH")
    shutil.rmtree(folder)

    rows = {row[0]: row[1:] for row in gamehall("features", "list").rows[1:]}
    assert rows["gate"][:2] == ["on, not installed", "plugin"]
    assert rows["gate"][3].startswith("command line, ")
    assert rows["signup"] == ["on", "switch", "-", "-"]
    assert gamehall("features", "off", "web_htmx", "enhanced_auth").code == CONFLICT
    assert gamehall("features", "on", "gate").out == "gate is on, but it is not installed\n"


def test_the_list_says_what_each_is_who_threw_it_and_what_failed(
    gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = install_plugin("gate", GATE.format(area="api", check=BROKEN))
    monkeypatch.setenv("PYTHONPATH", str(folder))
    assert gamehall("features", "off", "ruleset:renju").code == DONE
    listed = {each["key"]: each for each in gamehall("--json", "features", "list").envelope["data"]}
    assert {key: listed[key]["kind"] for key in ("signup", "friends", "ruleset:renju")} == {
        "signup": "switch",
        "friends": "plugin",
        "ruleset:renju": "ruleset",
    }
    renju = listed["ruleset:renju"]
    assert (renju["on"], renju["installed"], renju["reason"]) == (False, True, "")
    assert renju["changed_by"].startswith("command line, ")
    with closing(sqlite3.connect(tmp_path / "data/gamehall.db")) as database:
        ((stored,),) = database.execute("SELECT changed_at FROM feature WHERE key = 'ruleset:renju'").fetchall()
    assert renju["changed_at"][:19] == stored.replace(" ", "T")[:19]
    assert "ZeroDivisionError" in listed["gate"]["reason"]
    assert {row[0]: row[1] for row in gamehall("features", "list").rows}["gate"] == "on, failed"


@pytest.mark.anyio
async def test_admins_cannot_shut_it_by_the_api_either(start_hall: StartHall) -> None:
    hall = await start_hall(off=["web_htmx"])
    root = await hall.user("root")
    with asked_from(Origin(by="test")):
        await hall.host.write(act_on_user, "root", "promote", hall.host.hall_time(), hall.host.settings)
    refused = problem(await root.put("/admin/features/enhanced_auth", json={"on": False}), 409, "not-possible")
    assert refused["detail"].endswith("Switch on another way first: web_htmx.")
    listed = {each["key"]: each for each in done(await root.get("/admin/features"))["items"]}
    assert (listed["enhanced_auth"]["on"], listed["web_htmx"]["on"]) == (True, False)
    assert (listed["web_htmx"]["kind"], listed["web_htmx"]["changed_by"]) == ("plugin", "test")
    assert done(await root.put("/admin/features/web_htmx", json={"on": True}))["late"] == []
    assert done(await root.put("/admin/features/enhanced_auth", json={"on": False}))["on"] is False
