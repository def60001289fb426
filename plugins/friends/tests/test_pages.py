"""Friends on the pages, used as a browser without JavaScript uses them: by links and forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
import sqlalchemy as sa

from rig.hall import Client

pytestmark = pytest.mark.anyio


class Forms(HTMLParser):
    """The forms of a page by the words on their buttons: (action, fields)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, dict[str, str]]] = {}
        self._action: str | None = None
        self._fields: dict[str, str] = {}
        self._words: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._action, self._fields = given["action"], {}
        elif tag == "input" and self._action is not None:
            self._fields[given["name"]] = given.get("value", "")
        elif tag == "button":
            self._words = ""

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._words is not None and self._action is not None:
            self.found[" ".join(self._words.split())] = (self._action, self._fields)
            self._words = None
        elif tag == "form":
            self._action = None


class Browser:
    """Somebody at the pages of a hall, with a session of their own."""

    def __init__(self, hall: Client) -> None:
        self._hall = hall
        self._cookies: dict[str, str] = {}

    async def open(self, path: str, form: dict[str, str] | None = None) -> Any:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
        method = "GET" if form is None else "POST"
        answer = await self._hall.request(method, path, data=form, headers=headers, follow_redirects=False)
        self._cookies |= dict(answer.cookies)
        self._hall.cookies.clear()
        return await self.open(answer.headers["location"]) if answer.status_code == 303 else answer

    async def press(self, path: str, words: str, **typed: str) -> Any:
        """The answer to the form on a page whose button has these words."""
        action, fields = Forms((await self.open(path)).text).found[words]
        return await self.open(action, fields | typed)


async def visitor(hall: Client, username: str, display_name: str) -> Browser:
    browser = Browser(hall)
    account = {"username": username, "email": f"{username}@example.org", "password": "correct horse battery"}
    await browser.open("/register", account | {"display_name": display_name})
    return browser


async def test_becoming_friends_by_forms(hall: Client) -> None:
    ada, bob = await visitor(hall, "ada", "Ada"), await visitor(hall, "bob", "Bob")
    page = await ada.press("/friends", "Ask to be friends", username="@bob")
    assert "Waiting for an answer" in page.text
    assert "Take back: Bob" in Forms(page.text).found
    assert "1 request waits" in (await bob.open("/")).text
    page = await bob.press("/friends", "Accept: Ada")
    assert "End the friendship: Ada" in Forms(page.text).found
    lobby = (await bob.open("/")).text
    assert 'href="/play?opponent=ada"' in lobby
    assert "request waits" not in lobby
    page = await ada.press("/friends", "End the friendship: Bob")
    assert "Nobody yet" in page.text


async def test_what_a_profile_offers(hall: Client) -> None:
    ada, bob = await visitor(hall, "ada", "Ada"), await visitor(hall, "bob", "Bob")
    await ada.press("/@bob", "Ask to be friends: Bob")
    await ada.press("/@bob", "Take back: Bob")
    await ada.press("/@bob", "Ask to be friends: Bob")
    await bob.press("/@ada", "Decline: Ada")
    await ada.press("/@bob", "Ask to be friends: Bob")
    await bob.press("/@ada", "Accept: Ada")
    assert "Friends since" in (await ada.open("/@bob")).text
    await ada.press("/@bob", "Block: Bob")
    page = await bob.press("/@ada", "Ask to be friends: Ada")
    assert page.status_code == 403
    assert "You cannot ask Ada to be friends at the moment." in page.text
    assert "Unblock: Bob" in Forms((await ada.open("/friends")).text).found
    await ada.press("/@bob", "Unblock: Bob")
    assert "Ask to be friends: Bob" in Forms((await ada.open("/@bob")).text).found
    assert "Friendship" not in (await ada.open("/@ada")).text


async def test_what_cannot_be_done_is_said_on_the_page(hall: Client) -> None:
    ada = await visitor(hall, "ada", "Ada")
    for name, status in (("nobody", 404), ("ada", 422), ("", 404)):
        page = await ada.press("/friends", "Ask to be friends", username=name)
        assert page.status_code == status
        assert 'role="alert"' in page.text
        assert "<h1>Friends</h1>" in page.text
    _, fields = Forms((await ada.open("/friends")).text).found["Ask to be friends"]
    assert (await ada.open("/friends/respond", fields | {"action": "eat", "id": "x"})).status_code == 422
    assert (await ada.open("/friends/respond", fields | {"action": "accept", "id": "x"})).status_code == 404


async def test_names_are_text(hall: Client) -> None:
    ada, eve = await visitor(hall, "ada", "Ada"), await visitor(hall, "eve", '<b title="">Eve</b>')
    await eve.press("/friends", "Ask to be friends", username="ada")
    for path in ("/friends", "/@eve", "/"):
        assert "<b title" not in (await ada.open(path)).text
    page = await ada.press("/friends", 'Accept: <b title="">Eve</b>')
    assert "&lt;b title" in page.text


async def test_strangers_are_sent_to_sign_in(hall: Client) -> None:
    await visitor(hall, "ada", "Ada")
    stranger = Browser(hall)
    assert "Friends" not in (await stranger.open("/")).text
    assert "Friendship" not in (await stranger.open("/@ada")).text
    assert 'action="/login' in (await stranger.open("/friends")).text


async def test_more_friends_do_not_mean_more_statements(hall: Client) -> None:
    ada = await visitor(hall, "ada", "Ada")
    statements: list[str] = []
    sa.event.listen(sa.Engine, "before_cursor_execute", listener := lambda *given: statements.append(given[2]))
    counts = []
    try:
        for names in (["bob"], ["eve", "kim", "lou"]):
            for name in names:
                other = await visitor(hall, name, name)
                await other.press("/friends", "Ask to be friends", username="ada")
                await ada.press("/friends", f"Accept: {name}")
            statements.clear()
            for path in ("/friends", "/"):
                assert names[-1] in (await ada.open(path)).text
            counts.append(sum("friends_" in statement for statement in statements))
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listener)
    assert counts[0] == counts[1] > 0
