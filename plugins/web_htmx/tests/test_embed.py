"""The page of a game for frames on other sites: what it shows, to whom, and that it needs nothing of the visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import Hall, InstallPlugin, StartHall, play, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

PRIVATE = """
from gamehall import hookimpl
from gamehall.declare import Policy, Verdict

async def answer(user_id, game_id):
    return Verdict(False, "This game is private.")

@hookimpl
def gamehall_policies(host):
    return [Policy("watch", answer)]
"""


def refreshes(page: Any) -> list[str]:
    return [given["content"] for tag, given in page.attributes if tag == "meta" and given.get("http-equiv")]


@pytest.fixture
async def game_id(hall: Hall) -> str:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, "b2 a3")
    return game_id


async def test_a_game_that_goes_on(hall: Hall, person: Make, game_id: str) -> None:
    page = await person().page(f"/embed/games/{game_id}")
    assert page.words("cell-b2") == "B2 cross"
    assert page.words("cell-a3") == "A3 nought, last move"
    assert {"ada", "bob", "Tic-tac-toe", "ada to move"} <= {text.strip() for text in page.texts}
    assert page.forms == []
    assert page.tags["button"] == 0
    assert refreshes(page) == ["15"]
    assert f"/games/{game_id}" in page.attribute("a", "href")
    assert page.attribute("base", "target") == ["_blank"]


async def test_other_sites_may_frame_it_and_no_other_page(hall: Hall, person: Make, game_id: str) -> None:
    for path, framed in [(f"/embed/games/{game_id}", True), ("/embed/games/x", True), (f"/games/{game_id}", False)]:
        headers = (await person().get(path)).headers
        assert ("frame-ancestors *" in headers["content-security-policy"]) == framed
        assert ("x-frame-options" in headers) != framed
        assert headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in headers


async def test_the_games_page_gives_the_code(hall: Hall, person: Make, game_id: str) -> None:
    page = await person().page(f"/games/{game_id}")
    address = hall.host.settings.address
    assert f"{address}/games/{game_id}" in page.attribute("input", "value")
    assert page.words("share-embed").startswith(f'<iframe src="{address}/embed/games/{game_id}" title=')
    assert page.words("share-embed").endswith("></iframe>")


async def test_an_earlier_position_and_an_end_stay_as_they_are(hall: Hall, person: Make, game_id: str) -> None:
    page = await person().page(f"/embed/games/{game_id}?ply=1")
    assert (page.words("cell-b2"), page.words("cell-a3")) == ("B2 cross, last move", "A3")
    assert "Move 1" in page.text
    assert refreshes(page) == []
    other = await hall.users("cyd", "dan")
    over = await start_game(*other)
    await play(over, other, "b2 a1 b3 a2 b1")
    page = await person().page(f"/embed/games/{over}")
    assert "cyd won" in page.text
    assert refreshes(page) == []


async def test_clocks_are_shown(hall: Hall, person: Make) -> None:
    ada, bob = await hall.users("ada", "bob")
    clock = {"kind": "fischer", "initial": 600}
    made = (await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "seat": 0, "clock": clock})).json()
    game_id = (await bob.post(f"/challenges/{made['id']}/respond", json={"action": "accept"})).json()["game_id"]
    page = await person().page(f"/embed/games/{game_id}")
    assert "10:00" in page.words("clock-1")
    assert "running" in page.words("clock-0")


async def test_a_game_that_is_none(person: Make) -> None:
    page = await person().page("/embed/games/" + "0" * 26, status=404)
    assert "There is no such game." in page.text
    assert page.attribute("a", "href") == ["/"]


async def test_a_private_game_is_shown_to_nobody(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make
) -> None:
    install_plugin("private", PRIVATE)
    hall = await start_hall()
    ada = await newcomer(hall).register("ada")
    bob = await hall.user("bob")
    challenge = await ada.challenges("bob")
    answer = await bob.post(f"/challenges/{challenge.rpartition('/')[2]}/respond", json={"action": "accept"})
    game_id = answer.json()["game_id"]
    await ada.page(f"/games/{game_id}")
    for somebody in (ada, newcomer(hall)):  # whoever frames the page must not see by it what only its visitor may
        page = await somebody.page(f"/embed/games/{game_id}", status=404)
        assert "There is no such game." in page.text
        assert "bob" not in page.text
        assert page.tags["span"] == 0
    for path in ("", "/scene", "/record"):
        assert (await hall.nobody.get(f"/games/{game_id}{path}")).status_code == 404
