"""What is seen of a game whose address is passed on: its picture, and the preview that other sites make of its page."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import Hall, InstallPlugin, StartHall, play, start_game
from rig.tree import ROOT

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


def preview(page: Any) -> dict[str, str]:
    """What a page tells other sites of itself, by property."""
    tags = [given for tag, given in page.attributes if tag == "meta"]
    return {given.get("property") or given.get("name", ""): given.get("content", "") for given in tags}


async def test_a_position_as_a_picture(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, "b2 a3")
    path = f"/games/{game_id}/picture"
    now = await hall.root.get(f"{path}.svg")
    assert now.headers["content-type"].startswith("image/svg+xml")
    assert now.text.startswith("<svg")
    before = await hall.root.get(f"{path}.svg?ply=1")
    assert before.text != now.text
    assert (await hall.root.get(f"{path}.svg?ply=2")).content == now.content
    drawn = await hall.root.get(f"{path}.png")
    assert drawn.headers["content-type"] == "image/png"
    assert drawn.content.startswith(b"\x89PNG")
    for missing in (f"{path}.svg?ply=3", f"{path}.gif", f"{path}.webp", f"/games/{'0' * 26}/picture.svg"):
        assert (await hall.root.get(missing)).status_code == 404, missing


async def test_a_picture_is_kept_as_long_as_it_is_true(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    path = f"/games/{game_id}/picture.svg"
    first = await hall.root.get(path)
    assert first.headers["cache-control"] == "public, no-cache"
    known = {"If-None-Match": first.headers["etag"]}
    assert (await hall.root.get(path, headers=known)).status_code == 304
    await play(game_id, players, "b2")
    assert (await hall.root.get(path, headers=known)).status_code == 200
    await play(game_id, players[::-1], "a1 b3 a2 b1")
    for at in ("", "?ply=3"):
        over = await hall.root.get(path + at)
        assert "immutable" in over.headers["cache-control"]
        assert "set-cookie" not in over.headers


async def test_a_games_page_tells_other_sites_what_it_is(hall: Hall, person: Make) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, "b2 a3")
    page = await person().page(f"/games/{game_id}?ply=1")
    told, address = preview(page), hall.host.settings.address
    assert told["og:title"] == "Tic-tac-toe: ada – bob"
    assert told["og:description"] == told["description"]
    assert told["og:description"].startswith("Move 1. ")
    assert told["og:url"] == f"{address}/games/{game_id}?ply=1"
    assert told["og:image"] == f"{address}/games/{game_id}/picture.png?ply=1"
    drawn = (await hall.root.get(told["og:image"].removeprefix(address))).content
    assert struct.unpack(">II", drawn[16:24]) == (int(told["og:image:width"]), int(told["og:image:height"]))
    assert "cross" not in told["og:image:alt"]
    # What is offered to pass on is this position, too.
    values = page.attribute("input", "value")
    assert told["og:url"] in values
    assert f"/games/{game_id}/picture.svg?ply=1" in page.attribute("a", "href")
    assert f"/embed/games/{game_id}?ply=1" in page.words("share-embed")
    now = preview(await person().page(f"/games/{game_id}"))
    assert now["og:description"].startswith("ada to move. ")
    assert now["og:image"] == f"{address}/games/{game_id}/picture.png"


async def test_an_invitation_shows_who_invites_and_the_board(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    waiting = await ada.go("/play?ruleset=gomoku", "/play", whom="link", board_size="9")
    told = preview(await ada.page(waiting))
    link = next(each for each in (await ada.page(waiting)).attribute("input", "value") if "/c/" in each)
    told = preview(await person().page(link.removeprefix(hall.host.settings.address)))
    assert told["og:title"] == "ada invites you to a game of Gomoku"
    assert told["og:url"] == link
    board = await hall.root.get(told["og:image"].removeprefix(hall.host.settings.address))
    assert board.headers["content-type"] == "image/png"
    assert struct.unpack(">II", board.content[16:24]) == (
        int(told["og:image:width"]),
        int(told["og:image:height"]),
    )


async def test_there_is_no_picture_where_nothing_draws_one(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall(off=["pictures"])
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    page = await newcomer(hall).page(f"/games/{game_id}")
    assert "og:title" in preview(page)
    assert "og:image" not in preview(page)
    assert "picture." not in page.html
    assert (await hall.root.get(f"/games/{game_id}/picture.png")).status_code == 404


async def test_there_is_no_picture_of_a_game_without_a_board(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make
) -> None:
    install_plugin("nim", (ROOT / "examples/nim/gamehall_nim.py").read_text())
    hall = await start_hall()
    game_id = await start_game(*await hall.users("ada", "bob"), ruleset="nim")
    page = await newcomer(hall).page(f"/games/{game_id}")
    assert "og:image" not in preview(page)
    assert "picture." not in page.html
    assert (await hall.root.get(f"/games/{game_id}/picture.svg")).status_code == 404
