"""Playing by a link in the browser without an account, and coming to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import PASSWORD, Hall, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
COOKIE = "gamehall_session"
BOB = {"username": "bob", "email": "bob@example.org", "password": PASSWORD}


async def invitation(who: Any) -> str:
    """The path of an invitation of somebody who has the second seat."""
    page = await who.page(await who.challenges("", whom="link", seat="1"))
    (link,) = [value for value in page.attribute("input", "value") if "/c/" in value]
    return "/c/" + str(link).rsplit("/", 1)[-1]


@pytest.fixture
async def seated(hall: Hall, person: Make) -> tuple[Any, Any, str]:
    """ada, a guest who begins, and the path of their game."""
    ada = await person().register("ada")
    path = await invitation(ada)
    guest = person()
    return ada, guest, await guest.go(path, path)


async def test_pressing_play_is_enough_for_a_seat(seated: Any) -> None:
    ada, guest, game = seated
    page = await guest.page(game)
    assert page.text.startswith("Your turn")
    assert "You are here as a guest" in page.text
    ways = page.attribute("a", "href")
    back = game.replace("/", "%2F")
    assert {f"/register?next={back}", f"/login?next={back}"} <= set(ways)
    assert "Guest" in (await ada.page(game)).text
    assert game in (await guest.page("/")).attribute("a", "href")


async def test_a_guest_is_called_one(hall: Hall, seated: Any) -> None:
    ada, guest, game = seated
    name = (await hall.nobody.get(game)).json()["seats"][0]["user"]["username"]
    for who in (ada, guest):
        ways = (await who.page(f"/@{name}")).attribute("a", "href")
        assert f"/play?opponent={name}" not in ways
    assert "/settings" not in ways


async def test_to_move_an_account_is_made_and_the_seat_is_kept(hall: Hall, seated: Any) -> None:
    _, guest, game = seated
    form = (await guest.page(game)).form(f"{game}/move").values
    answer = await guest.post(f"{game}/move", form | {"move": "b2"}, headers={"Referer": f"http://hall{game}"})
    assert answer.status_code == 403
    assert "Make an account" in answer.text
    assert 'action="/register"' in answer.text
    assert f'value="{game}"' in answer.text, "and then back to the game"

    before = guest.cookies[COOKIE]
    assert await guest.go(f"/register?next={game}", "/register", **BOB) == game
    assert guest.cookies[COOKIE] != before
    page = await guest.page(game)
    assert "as a guest" not in page.text
    assert page.text.startswith("Your turn")
    assert await guest.go(game, f"{game}/move", move="b2") == game
    seats = (await hall.nobody.get(game)).json()["seats"]
    assert [each["user"]["username"] for each in seats] == ["bob", "ada"]


async def test_what_is_wrong_with_the_account_leaves_the_seat(seated: Any) -> None:
    _, guest, game = seated
    await guest.refused("/register", "/register", 409, **BOB | {"username": "ADA"})
    assert "You are here as a guest" in (await guest.page(game)).text


async def test_signing_in_brings_the_seat_along(hall: Hall, seated: Any, person: Make) -> None:
    _, guest, game = seated
    bob = await person().register("bob")
    stolen = guest.cookies[COOKIE]
    assert await guest.go(f"/login?next={game}", "/login", username="bob", password=PASSWORD) == game
    assert await bob.go(game, f"{game}/move", move="b2") == game
    page = await person(**{COOKIE: stolen}).page(game)
    assert "guest" not in page.text.lower()


async def test_nobody_signs_in_to_the_other_side(seated: Any) -> None:
    _, guest, game = seated
    page = await guest.refused("/login", "/login", 409, username="ada", password=PASSWORD)
    assert "You are the other player" in page.text
    assert "You are here as a guest" in (await guest.page(game)).text
    assert await guest.go(game, "/logout") == "/"
    assert await guest.sign_in("ada") == "/"


async def test_a_guest_can_do_nothing_else(hall: Hall, seated: Any) -> None:
    ada, guest, game = seated
    open_one = await ada.challenges("", whom="open")
    token = (await guest.page(game)).form(f"{game}/move").values["form_token"]
    for path in ("/play", "/settings", "/friends", "/admin"):
        answer = await guest.get(path)
        assert answer.status_code == 403, path
        assert 'action="/register"' in answer.text
    open_to_all = {"/login", "/register", "/logout", "/c/{code}", "/replay", "/mail/{code}"}
    known = {"game_id": game.rsplit("/", 1)[-1], "challenge_id": open_one.rsplit("/", 1)[-1], "name": "friends"}
    actions = {
        route.path_format
        for route in hall.app.routes
        if "POST" in getattr(route, "methods", ()) and not route.path.startswith("/api")
    }
    assert {"/play", "/play/pair", "/games/{game_id}/move", "/games/{game_id}/resign"} <= actions
    for path in sorted(actions - open_to_all):
        for name in ("game_id", "challenge_id", "name", "action", "session_id"):
            path = path.replace(f"{{{name}}}", known.get(name, "ask"))
        answer = await guest.post(path, {"form_token": token, "action": "accept", "username": "ada"})
        assert answer.status_code == 403, path
        assert "Make an account" in answer.text, path


async def test_a_guest_takes_another_seat_as_the_same_guest(hall: Hall, seated: Any) -> None:
    ada, guest, game = seated
    path = await invitation(ada)
    other = await guest.go(path, path)
    names = [(await hall.nobody.get(each)).json()["seats"][0]["user"]["username"] for each in (game, other)]
    assert names[0] == names[1]


async def test_a_seat_that_is_taken_is_not_taken_again(seated: Any, person: Make) -> None:
    ada, _, _ = seated
    path = await invitation(ada)
    form = (await person().page(path)).form(path).values
    await person().go(path, path)
    late = person()
    answer = await late.post(path, form)
    assert answer.status_code == 409
    assert "already" in answer.text
    assert COOKIE not in late.cookies


async def test_where_nobody_can_join_one_signs_in_to_play(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall()
    ada = await newcomer(hall).register("ada")
    path = await invitation(ada)
    closed = newcomer(await start_hall(signup="closed"))
    page = await closed.page(path)
    assert path not in [form.action for form in page.forms]
    assert f"/login?next={path}" in page.attribute("a", "href")
    assert (await closed.post(path)).status_code == 403
