"""The pages themselves: each is whole, says what it should, and shows texts of people as texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gamehall.accounts import update_user, user_by_name
from gamehall.features import Switchable, switch
from gamehall.gamelog import load_game
from rig.hall import PASSWORD, Hall, StartHall, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
HOSTILE = '<img src=x onerror="a()">\'&amp;{{123*456}}'


async def test_every_page_is_well_made(hall: Hall, table: Any, person: Make) -> None:
    ada, bob, game = table
    pending = await ada.challenges("bob")
    by_link = await ada.challenges("", whom="link")
    link = (await ada.page(by_link)).attribute("input", "value")
    code = next(value for value in link if "/c/" in value).split("hall:8000")[-1].split("/c/")[-1]
    everybody = ["/", "/games", "/games?status=finished&player=ada", "/@ada", game, f"{game}?ply=0", f"/c/{code}"]
    for path in (*everybody, "/register", "/register?setup=x", "/login"):
        await person().page(path)
    own = ["/play", "/play?opponent=bob", *(f"/play?ruleset={key}" for key in hall.host.offered_rulesets), "/settings"]
    for path in (*everybody, *own, pending):
        assert (await bob.page(path)).form("/logout").method == "post"
    await ada.page(pending)


async def test_texts_of_people_stay_texts(hall: Hall, table: Any, person: Make) -> None:
    ada, _, game = table
    await ada.go("/settings", "/settings", display_name=HOSTILE)
    challenge = await ada.challenges("", whom="open")
    for path in ("/", "/games", "/@ada", game, challenge, "/settings"):
        page = await ada.page(path)
        assert HOSTILE in page.text
        assert "onerror" not in [name for tag, given in page.attributes for name in given]
        assert "56088" not in page.text
    page = await ada.page(f"/games?player={HOSTILE}".replace("&", "%26"))
    assert page.form("/games").values["player"] == HOSTILE
    await person().page(f"/@{HOSTILE}".replace("/amp", ""), 404)


async def test_problems_have_a_page_that_says_what_to_do(hall: Hall, players: list[Any], person: Make) -> None:
    for path in ("/nothing", "/nothing/here", "/a/b/c/d", "/@nobody", "/games/nothing", "/static/x/app.css", "/c/x"):
        page = await person().page(path, 404)
        assert "/" in page.attribute("a", "href")
    machine = await hall.root.get("/nothing")
    assert machine.headers["content-type"] == "application/problem+json"
    ada, _ = players
    page = await ada.page("/admin", 403)
    assert "ada" in page.text  # who is signed in stays so on the page of an error
    refused = await ada.post("/login", headers={"Origin": "http://other"})
    assert refused.status_code == 403
    assert "http://other" not in refused.text


async def test_what_is_wrong_stands_at_its_field(hall: Hall, players: list[Any], person: Make) -> None:
    page = await person().refused("/register", "/register", 422, username="_", email="nowhere", password="short")
    for name in ("username", "email", "password"):
        given = next(given for tag, given in page.attributes if given.get("id") == name)
        assert given["aria-invalid"] == "true"
        assert f"{name}-error" in given["aria-describedby"].split()
        assert page.words(f"{name}-error")
    assert page.form("/register").values["email"] == "nowhere"
    assert "short" not in page.html
    taken = await person().refused(
        "/register", "/register", 409, username="Ada", email="x@example.org", password=PASSWORD
    )
    assert "taken" in taken.words("username-error")

    ada, _ = players
    page = await ada.refused("/play?ruleset=gomoku", "/play", 422, option_board_size="99", whom="name", opponent="zoe")
    assert page.words("option-board_size-error") == "Give a whole number from 5 to 25."
    assert page.form("/play").values["option_board_size"] == "99"
    page = await ada.refused("/play?ruleset=gomoku", "/play", 422, option_board_size="x", option_opening="y")
    assert page.words("option-opening-error")
    page = await ada.refused("/play?ruleset=gomoku", "/play", 422, whom="name", opponent="zoe")
    assert "zoe" in page.words("opponent-error")
    page = await ada.refused("/settings", "/settings", 422, display_name="x" * 51)
    assert page.words("display_name-error")


async def test_a_preset_fills_the_form(players: list[Any]) -> None:
    ada, _ = players
    assert (await ada.page("/play?ruleset=gomoku")).form("/play").values["option_board_size"] == "15"
    assert (await ada.page("/play?ruleset=gomoku&preset=Large")).form("/play").values["option_board_size"] == "19"
    form = (await ada.page("/play?ruleset=gomoku&preset=Swap2&opponent=bob")).form("/play")
    assert form.values["option_opening"] == "swap2"
    assert (form.values["whom"], form.values["opponent"]) == ("name", "bob")


async def test_the_lobby_shows_what_waits(hall: Hall, players: list[Any], person: Make) -> None:
    ada, bob = players
    await ada.challenges("bob", seat="1")
    await ada.challenges("", whom="open", ruleset="gomoku")
    await ada.challenges("", whom="link")
    page = await bob.page("/")
    answers = [form for form in page.forms if form.action.endswith("/respond")]
    assert [[value for _, value, _ in form.buttons] for form in answers] == [["accept", "decline"], ["accept"]]
    assert len([form for form in (await ada.page("/")).forms if form.action.endswith("/respond")]) == 3
    stranger = await person().page("/")
    assert not [form for form in stranger.forms if form.action.endswith("/respond")]
    assert len([link for link in stranger.attribute("a", "href") if link.startswith("/challenges/")]) == 2
    game = await bob.go("/", answers[0].action, action="accept")
    assert (await bob.page("/")).text.startswith("Your turn")
    assert game in (await person().page("/")).attribute("a", "href")


async def test_a_declined_and_a_withdrawn_challenge(players: list[Any]) -> None:
    ada, bob = players
    for who, action, says in ((bob, "decline", "bob declined"), (ada, "cancel", "ada withdrew it")):
        challenge = await ada.challenges("bob")
        assert await who.go(challenge, f"{challenge}/respond", action=action) == "/"
        assert says in (await ada.page(challenge)).words("status")
        token = (await bob.page("/settings")).form("/settings").values
        answer = await bob.post(f"{challenge}/respond", token | {"action": "accept"})
        assert answer.status_code == 409
        assert "already" in answer.text


async def test_an_invitation_is_for_whoever_has_its_link(players: list[Any], person: Make) -> None:
    ada, bob = players
    challenge = await ada.challenges("", whom="link")
    await bob.page(challenge, 404)
    await person().page(challenge, 404)
    link = next(value for value in (await ada.page(challenge)).attribute("input", "value") if "/c/" in value)
    invitation = "/c/" + link.rsplit("/", 1)[-1]
    await person().page(invitation[:-1] + "x", 404)
    token = (await bob.page("/settings")).form("/settings").values
    assert (await bob.post(f"{challenge}/respond", token | {"action": "accept"})).status_code == 404
    assert (await bob.post(f"{invitation[:-1]}x", token)).status_code == 404
    game = await bob.go(invitation, invitation)
    assert (await ada.get(challenge)).headers["location"] == game
    assert (await ada.get(f"{challenge}?auto=on")).headers["location"] == f"{game}?auto=on"
    late = await person().page(invitation)
    assert "accepted" in late.words("status")


async def test_looking_again_by_itself_is_asked_for_and_can_be_stopped(table: Any) -> None:
    ada, bob, game = table
    assert (await bob.page(game)).attribute("meta", "http-equiv") == []
    waiting = await bob.page(f"{game}?auto=on")
    assert waiting.attribute("meta", "http-equiv") == ["refresh"]
    assert game in waiting.attribute("a", "href")
    # Whoever is to move is not disturbed, and waits again as before afterwards.
    assert (await ada.page(f"{game}?auto=on")).attribute("meta", "http-equiv") == []
    assert await ada.go(f"{game}?auto=on", f"{game}/move", move="b2") == f"{game}?auto=on"


async def test_admins_switch_things_while_people_play(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall()
    ada, bob = newcomer(hall), newcomer(hall)
    await ada.register("ada")
    await bob.register("bob")
    user_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(update_user, user_id, {"is_admin": True})
    await ada.sign_in("ada")
    page = await ada.page("/admin")
    assert "failed" not in page.text
    keys = [form.values["key"] for form in page.forms if form.action == "/admin/features"]
    assert {"signup", "friends", "ruleset:gomoku"} <= set(keys)
    assert "web_htmx" not in keys  # it would end the page that could switch it on again
    token = page.form("/admin/features").values
    assert (await ada.post("/admin/features", token | {"key": "ruleset:gomoku", "state": "off"})).status_code == 303
    states = {
        form.values["key"]: form.buttons[0][1] for form in (await ada.page("/admin")).forms if "key" in form.values
    }
    assert states["ruleset:gomoku"] == "on"
    assert states["ruleset:tic-tac-toe"] == "off"
    assert (await ada.post("/admin/features", token | {"key": "web_htmx", "state": "off"})).status_code == 404
    assert "@bob" in (await ada.page("/admin?find=BO")).text
    assert "@bob" not in (await ada.page("/admin?find=%25")).text


async def test_games_that_a_command_has_suspended_go_on_when_an_admin_switches_on(
    start_hall: StartHall, newcomer: Make
) -> None:
    hall = await start_hall()
    game_id = await start_game(*await hall.users("cleo", "dan"))
    for key in ("ruleset:tic-tac-toe", "gomoku_rules"):  # the ruleset by itself, and with its plugin
        known = {key: Switchable("plugin", ("tic-tac-toe",))}
        assert (await hall.host.write(switch, [key], on=False, by="test", known=known, suspend=True)).games == 1
        assert (await hall.host.read(load_game, game_id)).status == "suspended"
        ada = newcomer(hall)
        await ada.register(f"ada-{key[0]}")
        user_id = (await hall.host.read(user_by_name, f"ada-{key[0]}")).id
        await hall.host.write(update_user, user_id, {"is_admin": True})
        await ada.sign_in(f"ada-{key[0]}")
        token = (await ada.page("/admin")).form("/admin/features").values
        assert (await ada.post("/admin/features", token | {"key": key, "state": "on"})).status_code == 303
        assert (await hall.host.read(load_game, game_id)).status == "active"


async def test_only_admins_see_or_switch(players: list[Any]) -> None:
    ada, _ = players
    await ada.page("/admin", 403)
    token = (await ada.page("/settings")).form("/settings").values
    answer = await ada.post("/admin/features", token | {"key": "signup", "state": "off"})
    assert answer.status_code == 403


async def test_closed_signup_is_said_and_not_offered(start_hall: StartHall, newcomer: Make) -> None:
    somebody = newcomer(await start_hall(signup="closed"))
    assert "/register" not in (await somebody.page("/")).attribute("a", "href")
    page = await somebody.refused("/register", "/register", 403, username="ada", email="a@b.org", password=PASSWORD)
    assert "no new users" in page.text
