"""The pages for admins: what is on and how plugins do, users, and games that have to end."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gamehall.accounts import update_user, user_by_name
from gamehall.gamelog import load_game
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from rig.hall import PASSWORD, Hall, InstallPlugin, StartHall, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


async def promoted(hall: Hall, admin: Any, username: str) -> Any:
    await admin.register(username)
    user_id = (await hall.host.read(user_by_name, username)).id
    await hall.host.write(update_user, user_id, {"is_admin": True})
    await admin.sign_in(username)  # sessions end when their user becomes more, or less, than they were
    return admin


def acts(page: Any) -> set[str]:
    return {form.action.rsplit("/", 1)[-1] for form in page.forms if form.action.startswith("/admin/users/")}


async def test_a_switch_says_that_every_worker_has_taken_it_up(start_hall: StartHall, newcomer: Make) -> None:
    halls = [await start_hall() for _ in range(2)]
    ada = await promoted(halls[0], newcomer(halls[0]), "ada")
    game_id = await start_game(*await halls[0].users("bob", "cleo"))
    token = (await ada.page("/admin")).form("/admin/features").values
    off = token | {"key": "ruleset:tic-tac-toe", "state": "off", "suspend": "on"}
    page = await ada.page((await ada.post("/admin/features", off)).headers["location"])
    assert "Tic-tac-toe is switched off. Games that are suspended now: 1. Every worker has taken it up." in page.text
    assert all("ruleset:tic-tac-toe" not in each.host.features for each in halls)
    page = await ada.page("/admin/games")
    assert "The operator has switched this game off for now." in page.text
    page = await ada.page("/admin?switched=ruleset:tic-tac-toe&epoch=99999")
    assert "These workers have not taken it up yet" in page.text
    assert "/admin?switched=ruleset:tic-tac-toe&epoch=99999" in page.attribute("a", "href")
    abort = f"/admin/games/{game_id}/abort"
    assert "is aborted" in (await ada.page(await ada.go("/admin/games?player=bob", abort))).text
    assert (await halls[0].host.read(load_game, game_id)).status == "aborted"
    assert "No game is running." in (await ada.page("/admin/games")).text
    assert "There is no user 'zoe'." in (await ada.page("/admin/games?player=zoe")).text


async def test_what_failed_is_named_with_its_reason_and_what_to_do(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make
) -> None:
    install_plugin("broken", "raise RuntimeError('no <b>cheese</b> left')")
    hall = await start_hall()
    ada = await promoted(hall, newcomer(hall), "ada")
    page = await ada.page("/admin")
    assert "A plugin does not work." in page.text
    assert "RuntimeError: no <b>cheese</b> left" in page.text
    assert "gamehall plugins uninstall broken" in page.text


async def test_admins_look_after_users(hall: Hall, person: Make) -> None:
    ada, bob = await promoted(hall, person(), "ada"), await person().register("bob")
    page = await ada.page("/admin/users/BOB")
    assert "bob@example.org" in page.text
    assert acts(page) == {"sign-out", "disable", "promote", "delete"}
    assert acts(await ada.page("/admin/users/ada")) == set()
    path = "/admin/users/bob"
    assert await ada.go(path, f"{path}/sign-out") == f"{path}?done=sign-out"
    assert (await bob.get("/settings")).status_code == 303
    await bob.sign_in("bob")

    page = await ada.page(await ada.go(path, f"{path}/disable"))
    assert "kept out" in page.text
    assert acts(page) == {"enable", "delete"}
    with pytest.raises(Problem, match="invalid-credentials"):
        await sign_in(hall.host, "bob", PASSWORD)
    profile = await ada.page("/@bob")
    assert "not in use any more" in profile.text
    assert "/play?opponent=bob" not in profile.attribute("a", "href")
    assert "disabled" in (await ada.page("/admin?find=bo")).text
    await ada.go(path, f"{path}/enable")
    await bob.sign_in("bob")

    await ada.go(path, f"{path}/promote")
    assert (await bob.get("/settings")).status_code == 303
    await bob.sign_in("bob")
    assert acts(await bob.page("/admin/users/ada")) == {"sign-out", "disable", "demote", "delete"}
    token = (await ada.page(path)).form(f"{path}/demote").values
    answer = await ada.post("/admin/users/ada/demote", token)
    assert answer.status_code == 409
    assert "ask another admin" in answer.text
    assert (await ada.post(f"{path}/nothing", token)).status_code == 404
    await bob.go("/admin/users/ada", "/admin/users/ada/demote")
    await ada.sign_in("ada")
    token = (await ada.page("/settings")).form("/settings").values
    assert (await ada.post(f"{path}/demote", token)).status_code == 403
    for where in ("/admin", "/admin/games", path):
        await ada.page(where, 403)


async def test_others_get_nowhere(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    game_id = await start_game(*await hall.users("cleo", "dan"))
    token = (await ada.page("/settings")).form("/settings").values
    for path in ("/admin/users/bob/disable", f"/admin/games/{game_id}/abort", "/admin/features"):
        assert (await ada.post(path, token | {"key": "signup", "state": "off"})).status_code == 403
    assert (await hall.host.read(load_game, game_id)).status == "active"
    assert "signup" in hall.host.features


async def test_the_log_in_words(hall: Hall, person: Make) -> None:
    ada, bob = await promoted(hall, person(), "ada"), person()
    await bob.register("bob")
    await person().refused("/login", "/login", 422, username="ada", password="not this one")
    await ada.go("/admin/users/bob", "/admin/users/bob/disable")
    page = await ada.page("/admin/audit")
    for sentence in ("@bob was kept out.", "Somebody failed to sign in as @ada.", "@bob made an account."):
        assert sentence in page.text
    page = await ada.page("/admin/audit?kind=account&user=bob")
    assert "@bob was kept out." in page.text
    assert "by ada" in page.text
    assert "sign in as" not in page.text
    assert "There is no user 'zoe'." in (await ada.page("/admin/audit?user=zoe")).text
    for _ in range(26):
        for act in ("enable", "disable"):
            await ada.go("/admin/users/bob", f"/admin/users/bob/{act}")
    older = next(each for each in (await ada.page("/admin/audit?user=bob")).attribute("a", "href") if "before=" in each)
    assert "@bob made an account." in (await ada.page(older)).text


async def test_admins_delete_accounts(hall: Hall, person: Make) -> None:
    ada = await promoted(hall, person(), "ada")
    await person().register("bob")
    path = "/admin/users/bob"
    assert "cannot be undone" in (await ada.page(path)).text
    page = await ada.page(await ada.go(path, f"{path}/delete"))
    assert "The account is deleted." in page.text
    assert "bob" not in (await ada.page("/admin?find=bo")).attribute("a", "href")
    await ada.page(path, 404)
    token = (await ada.page("/settings")).form("/settings").values
    assert (await ada.post("/admin/users/ada/delete", token)).status_code == 409


async def test_what_the_command_line_says_is_on_the_pages(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make, tmp_path: Path
) -> None:
    install_plugin("broken", "raise RuntimeError('no cheese left')")
    hall = await start_hall(metrics_token="nobody may read this one", debug=True, redis_url="")
    (tmp_path / "data/backups").mkdir()
    (tmp_path / "data/backups/before-1.backup").write_bytes(b"\0" * (3 << 20))
    ada = await promoted(hall, newcomer(hall), "ada")
    page = await ada.page("/admin/health")
    assert "plugins.broken bad gamehall-broken 1.0 stays off" in page.text
    assert "settings.debug note" in page.text
    assert "GAMEHALL_DEBUG=off" in page.text
    assert page.text.index("plugins.broken") < page.text.index("settings.debug") < page.text.index("database.tables")
    assert f"{socket.gethostname()}/{os.getpid()}" in page.text
    page = await ada.page("/admin/plugins")
    assert "RuntimeError: no cheese left" in page.text
    assert "POST /api/v1/auth/token" in page.text
    page = await ada.page("/admin/settings")
    assert 'metrics_token "(hidden)"' in page.text
    assert "nobody may read this one" not in page.text
    page = await ada.page("/admin/data")
    assert "before-1.backup" in page.text
    assert "3.0 MiB" in page.text
    assert "kept for 365 days" in page.text


async def test_only_admins_see_how_the_hall_does(hall: Hall, person: Make) -> None:
    bob = await person().register("bob")
    for path in ("/admin/health", "/admin/plugins", "/admin/settings", "/admin/data"):
        await bob.page(path, 403)
