"""Forgotten passwords, new addresses and the end of an account, as people see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gamehall.accounts import user_by_name
from gamehall.mail import claim, compose
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from rig.hall import PASSWORD, Hall, done, play, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
NEW = "another good sentence"


@pytest.fixture
def posting_hall(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A hall whose mails wait for a worker that is not there, so that they can be read."""
    monkeypatch.setattr(hall.host, "settings", msgspec.structs.replace(hall.host.settings, mail="file"))
    return hall


async def link_in(hall: Hall, below: str) -> str:
    """The path of the link in the only mail that has one; all of them go out."""
    texts = []
    while (each := await hall.host.write(claim, hall.host.hall_time() + 1)) is not None:
        texts.append(compose(each, hall.host.settings, hall.host.secret).get_content())
    (found,) = [link[0] for text in texts if (link := re.search(rf"/{below}/[\w-]+", text))]
    return found


async def test_a_forgotten_password(posting_hall: Hall, person: Make) -> None:
    ada, stranger = await person().register("ada"), person()
    assert "/forgot" in (await stranger.page("/login")).attribute("a", "href")
    assert (await stranger.refused("/forgot", "/forgot", 422, email="nobody")).words("email-error")
    answers = [await stranger.send("/forgot", "/forgot", email=f"{name}@example.org") for name in ("ada", "nobody")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert "If there is an account" in answers[0].text
    link = await link_in(posting_hall, "reset")
    for _ in range(2):  # looking uses nothing up
        answer = await stranger.get(link)
        assert answer.status_code == 200
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
    assert "at least 10" in (await stranger.refused(link, link, 422, password="short")).words("password-error")
    answer = await stranger.post(link, {"password": NEW}, headers={"Origin": "null", "Sec-Fetch-Site": "cross-site"})
    assert answer.headers["location"] == "/login?done=reset", "as browsers send it from a page that is not to be named"
    assert "Your new password is set." in (await stranger.page("/login?done=reset")).text
    assert not stranger.cookies.get("gamehall_session"), "nobody is signed in by a mail"
    assert (await ada.get("/settings")).status_code == 303
    assert "works no more" in (await stranger.page(link, 404)).text
    assert (await stranger.post(link, {"password": NEW})).status_code == 404
    await stranger.sign_in("ada", NEW)


async def test_without_mails_the_page_names_the_operator(hall: Hall, person: Make) -> None:
    page = await person().page("/forgot")
    assert "This hall sends no mails" in page.text
    assert "/forgot" not in [form.action for form in page.forms]
    assert (await person().post("/forgot", {"email": "ada@example.org"})).status_code == 409


async def test_a_new_address_waits_for_its_reader(posting_hall: Hall, person: Make) -> None:
    ada, reader = await person().register("ada"), person()
    to = await ada.go("/settings", "/settings/email", current=PASSWORD, email="new@example.org")
    page = await ada.page(to)
    assert "A mail is on its way" in page.text
    assert "new@example.org waits to be confirmed" in page.text
    link = await link_in(posting_hall, "email")
    assert "Shall new@example.org be the address of ada" in (await reader.page(link)).text
    assert (await posting_hall.host.read(user_by_name, "ada")).email == "ada@example.org"
    answer = await reader.post(link, headers={"Origin": "null"})
    assert answer.status_code == 200
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert (await posting_hall.host.read(user_by_name, "ada")).email == "new@example.org"
    assert "waits" not in (await ada.page("/settings")).text
    await reader.page(link, 404)


async def test_names_are_refused_where_they_are_typed(players: list[Any]) -> None:
    ada, _ = players
    for name, status, why in (("Bob", 409, "somebody else"), ("Admin", 422, "speaks for the hall")):
        page = await ada.refused("/settings", "/settings", status, display_name=name)
        assert why in page.words("display_name-error")
        assert page.form("/settings").values["display_name"] == name


async def test_leaving_for_good(hall: Hall, person: Make) -> None:
    ada, phone = await person().register("ada"), person()
    await phone.sign_in("ada")
    answer = await ada.get("/settings/data")
    assert "attachment" in answer.headers["content-disposition"]
    assert done(answer)["email"] == "ada@example.org"
    path = "/settings/delete"
    assert path in (await ada.page("/settings")).attribute("a", "href")
    for typed, field in [({"username": "bob"}, "username"), ({"password": "wrong"}, "password")]:
        page = await ada.refused(path, path, 422, **{"username": "ada", "password": PASSWORD} | typed)
        assert page.words(f"{field}-error")
    assert await ada.go(path, path, username="Ada", password=PASSWORD) == "/login?done=deleted"
    assert "Your account is deleted." in (await ada.page("/login?done=deleted")).text
    assert (await phone.get("/settings")).status_code == 303
    await phone.page("/@ada", 404)
    with pytest.raises(Problem, match="invalid-credentials"):
        await sign_in(hall.host, "ada", PASSWORD)


async def test_pages_of_old_games_lose_the_name(hall: Hall, person: Make) -> None:
    ada, bob = await hall.user("ada", display_name="Countess"), await hall.user("bob")
    game_id = await start_game(ada, bob)
    await play(game_id, [ada, bob], "b2 a1 b3 a2 b1")
    watcher = person()
    for path in (f"/games/{game_id}", f"/games/{game_id}?ply=2", "/games?status=finished", f"/embed/games/{game_id}"):
        assert "Countess" in (await watcher.get(path)).text, path
    assert (await ada.request("DELETE", "/users/me", json={"password": PASSWORD})).status_code == 204
    for path in (f"/games/{game_id}", f"/games/{game_id}?ply=2", "/games?status=finished", f"/embed/games/{game_id}"):
        text = (await watcher.get(path)).text
        assert "Deleted player" in text, path
        assert "Countess" not in text, path
