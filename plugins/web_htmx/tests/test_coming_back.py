"""Whoever has to sign in first, or sent what cannot be taken, is told how to go on and loses no move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gamehall.accounts import end_credentials, user_by_name
from gamehall.gamelog import load_game
from rig.hall import PASSWORD, Hall, StartHall, play, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


async def signed_out(hall: Hall, username: str) -> None:
    """Everything that the user is signed in with ends, and they do not know yet."""
    user_id = (await hall.host.read(user_by_name, username)).id
    await hall.host.write(end_credentials, user_id)


async def signs_in(who: Any, path: str) -> Any:
    """The page that signing in at this address leads to in the end."""
    page = await who.page(path)
    assert "Your move is kept" in page.text
    answer = await who.post("/login", page.form("/login").values | {"username": "ada", "password": PASSWORD})
    return await who.page(answer.headers["location"])


async def test_a_move_survives_the_end_of_a_session(hall: Hall, table: Any) -> None:
    ada, _, game = table
    page = await ada.page(game)
    await signed_out(hall, "ada")
    sent = page.form(f"{game}/move").values | {"move": "b2"}
    answer = await ada.post(f"{game}/move", sent)
    assert answer.status_code == 303
    live = await ada.post(f"{game}/move", sent, headers={"HX-Request": "true"})
    assert (live.status_code, live.headers["hx-redirect"]) == (200, answer.headers["location"])
    page = await signs_in(ada, answer.headers["location"])
    board = page.form(f"{game}/move")
    assert ("move", "b2") in [(name, value) for name, value, _ in board.buttons]
    assert "B2" in page.text
    # A form from before signing in is of no use any more; the move in it is.
    stale = await ada.post(f"{game}/move", sent)
    assert stale.headers["location"] == f"{game}/move?move=b2"
    assert (await ada.get(stale.headers["location"])).headers["location"] == f"{game}?from=b2"
    assert await ada.go(f"{game}?from=b2", f"{game}/move", move="b2") == game
    assert (await hall.host.read(load_game, game.rpartition("/")[2])).ply == 1
    # Nobody can make it now; the game shows how it stands.
    for move in ("b2", "z9", "", "\0"):
        assert (await ada.get(f"{game}/move", params={"move": move})).headers["location"] == game


async def test_a_decision_without_a_cell_survives_too(hall: Hall, person: Make) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(bob, ada, ruleset="gomoku", opening="pie")
    await play(game_id, [bob, ada], "h8")
    who, path = person(), f"/games/{game_id}/move"
    await who.sign_in("ada")
    sent = (await who.page(f"/games/{game_id}")).form(path).values | {"move": "swap"}
    await signed_out(hall, "ada")
    page = await signs_in(who, (await who.post(path, sent)).headers["location"])
    assert "Your move was not made yet" in page.text
    answer = await who.post(path, page.form(path).values | {"move": "swap"})
    assert answer.headers["location"] == f"/games/{game_id}"
    assert (await hall.host.read(load_game, game_id)).ply == 2


async def test_error_pages_say_how_to_go_on(hall: Hall, players: list[Any], person: Make) -> None:
    ada, _ = players
    page = await person().page("/@nobody?x=1", 404)
    assert "/login?next=%2F%40nobody%3Fx%3D1" in page.attribute("a", "href")
    page = await ada.page("/@nobody", 404)
    assert "/login" not in " ".join(page.attribute("a", "href"))
    assert "@ada" in page.text
    page = await ada.page("/nothing/here/at/all", 404)  # nobody has asked who is looking
    assert "Sign in" not in page.text
    assert "@ada" not in page.text

    token = (await ada.page("/settings")).form("/settings").values
    came = {"Referer": "http://hall/games?status=active"}
    answer = await ada.post("/challenges/x/respond", token, headers=came)
    assert answer.status_code == 400
    assert 'href="/games?status=active"' in answer.text
    answer = await ada.post("/settings", {"form_token": "x"}, headers={"Referer": "http://[broken"})
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text


async def test_an_error_page_needs_no_database(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall()
    ada = await newcomer(hall).register("ada")
    await hall.host.write(lambda connection: connection.exec_driver_sql("DROP TABLE web_htmx_session"))
    page = await ada.page("/games?status=active", 500)
    assert "Nothing that you did before is lost." in page.text
    assert "/games?status=active" in page.attribute("a", "href")
    assert "Sign in" not in page.text
