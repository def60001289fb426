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
    assert "You play as a guest" in page.text
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


async def test_a_guest_plays_and_keeps_the_game_with_an_account(hall: Hall, seated: Any) -> None:
    ada, guest, game = seated
    assert await guest.go(game, f"{game}/move", move="b2") == game
    assert await guest.go(game, f"{game}/draw", action="offer") == game
    assert "offers a draw" in (await ada.page(game)).words("offers")
    assert await ada.go(game, f"{game}/move", move="a1") == game

    before = guest.cookies[COOKIE]
    assert await guest.go(f"/register?next={game}", "/register", **BOB) == game
    assert guest.cookies[COOKIE] != before
    page = await guest.page(game)
    assert "as a guest" not in page.text
    assert page.text.startswith("Your turn")
    assert await guest.go(game, f"{game}/move", move="c3") == game
    seats = (await hall.nobody.get(game)).json()["seats"]
    assert [each["user"]["username"] for each in seats] == ["bob", "ada"]


async def test_what_is_wrong_with_the_account_leaves_the_seat(seated: Any) -> None:
    _, guest, game = seated
    await guest.refused("/register", "/register", 409, **BOB | {"username": "ADA"})
    assert "You play as a guest" in (await guest.page(game)).text


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
    assert "You play as a guest" in (await guest.page(game)).text
    assert await guest.go(game, "/logout") == "/"
    assert await guest.sign_in("ada") == "/"


async def test_a_guest_can_do_nothing_else(hall: Hall, seated: Any) -> None:
    ada, guest, game = seated
    open_one = await ada.challenges("", whom="open")
    token = (await guest.page(game)).form(f"{game}/move").values["form_token"]
    for path in ("/settings", "/friends", "/admin"):
        answer = await guest.get(path)
        assert answer.status_code == 403, path
        assert 'action="/register"' in answer.text
    open_to_all = {"/login", "/login/code", "/register", "/logout", "/c/{code}", "/replay", "/look", "/mail/{code}"}
    open_to_all |= {"/login/passkey", "/play/now", "/forgot", "/reset/{code}", "/email/{code}"}
    playing = ("move", "resign", "abort", "draw", "takeback", "pause", "rematch", "claim")
    open_to_all |= {f"/games/{{game_id}}/{name}" for name in playing}
    known = {"game_id": game.rsplit("/", 1)[-1], "challenge_id": open_one.rsplit("/", 1)[-1], "name": "friends"}
    actions = {
        route.path_format
        for route in hall.app.routes
        if "POST" in getattr(route, "methods", ()) and not route.path.startswith(("/api", "/health"))
    }
    assert {"/play", "/play/pair", "/games/{game_id}/move", "/games/{game_id}/resign"} <= actions
    for path in sorted(actions - open_to_all):
        for name in ("game_id", "challenge_id", "name", "action", "session_id", "passkey_id"):
            path = path.replace(f"{{{name}}}", known.get(name, "ask"))
        typed = {"form_token": token, "action": "accept", "username": "ada", "ruleset": "tic-tac-toe"}
        for whom in ("open", "pair", "name") if path == "/play" else ("",):
            answer = await guest.post(path, typed | {"whom": whom, "opponent": "ada"})
            assert answer.status_code == 403, path
            assert "This needs an account" in answer.text, path
    refused = await guest.post("/play/now", {"form_token": token, "ruleset": "tic-tac-toe", "whom": "@ada"})
    assert refused.status_code == 422
    other = await ada.go("/", "/play/now", ruleset="tic-tac-toe", whom="alone")
    outside = await guest.post(f"{other}/move", {"form_token": token, "move": "b2"})
    assert outside.status_code == 403
    assert "Only the players" in outside.text


async def test_a_stranger_plays_at_once(hall: Hall, person: Make) -> None:
    stranger = person()
    computer = await stranger.go("/", "/play/now", ruleset="tic-tac-toe", whom="@computer")
    assert computer.startswith("/games/")
    assert "You play as a guest" in (await stranger.page(computer)).text
    alone = await stranger.go("/play", "/play/now", ruleset="tic-tac-toe", whom="alone")
    for move, headline in (("b2", "Cross to move"), ("a1", "Nought to move"), ("c3", "Cross to move")):
        assert headline in (await stranger.page(alone)).words("status")
        assert await stranger.go(alone, f"{alone}/move", move=move) == alone
    assert await stranger.go(alone, f"{alone}/takeback", action="offer") == alone
    assert "Cross to move" in (await stranger.page(alone)).words("status")
    invitation = await stranger.go("/play?ruleset=gomoku", "/play", whom="link", option_board_size="19")
    page = await stranger.page(invitation)
    assert page.tags["svg"] > 0
    (link,) = [value for value in page.attribute("input", "value") if "/c/" in value]
    assert (await person().go("/c/" + link.rsplit("/", 1)[-1], "/c/" + link.rsplit("/", 1)[-1])).startswith("/games/")
    assert await stranger.go("/register", "/register", **BOB) == "/"
    profile = await stranger.page("/@bob")
    assert {computer, alone} <= set(profile.attribute("a", "href"))


async def test_whoever_only_looks_is_no_guest(hall: Hall, person: Make, newcomer: Make, start_hall: StartHall) -> None:
    stranger = person()
    await stranger.page("/play?ruleset=tic-tac-toe")
    refused = await stranger.refused("/play?ruleset=gomoku", "/play", 422, whom="alone", option_board_size="99")
    assert refused.words("option-board_size-error")
    assert COOKIE not in stranger.cookies
    answer = await stranger.send("/play?ruleset=gomoku", "/play", whom="open")
    assert answer.headers["location"].startswith("/login")
    assert (await stranger.get("/play?opponent=ada")).headers["location"].startswith("/login")
    closed = newcomer(await start_hall(signup="closed"))
    assert (await closed.get("/play")).headers["location"].startswith("/login")


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
