"""Friends on the pages, used as a browser without JavaScript uses them: by links and forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.database.prepared import at_length
from gamehall.origins import origin
from gamehall.tables import new_id, now, presence, user
from gamehall_friends.invitations import code_of
from gamehall_friends.tables import block, follow, relation
from rig.hall import PASSWORD, Client

pytestmark = pytest.mark.anyio


class Forms(HTMLParser):
    """What can be sent from a page, by the words on its buttons: (where to, fields)."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: dict[str, tuple[str, dict[str, str]]] = {}
        self._forms: dict[str, dict[str, str]] = {}
        self._form: tuple[str, dict[str, str]] = ("", {})
        self._button: tuple[str, dict[str, str]] | None = None
        self._words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self._form = (given.get("action", ""), self._forms.setdefault(given.get("id", ""), {}))
            self._form[1].clear()
        elif tag in ("input", "select") and "name" in given:
            self._form[1][given["name"]] = given.get("value", "")
        elif tag == "button":
            action, fields = self._form
            fields = dict(self._forms.get(given["form"], {}) if "form" in given else fields)
            own = {given["name"]: given.get("value", "")} if "name" in given else {}
            self._button, self._words = (given.get("formaction", action), fields | own), ""

    def handle_data(self, data: str) -> None:
        self._words += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None:
            self.found[" ".join(self._words.split())] = self._button
            self._button = None


class Browser:
    """Somebody at the pages of a hall, with a session of their own."""

    def __init__(self, hall: Client) -> None:
        self._hall = hall
        self._cookies: dict[str, str] = {}

    async def open(self, path: str, form: dict[str, str] | None = None, *, agent: str = "") -> Any:
        cookie = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", "Cookie": cookie, "User-Agent": agent}
        method = "GET" if form is None else "POST"
        answer = await self._hall.request(method, path, data=form, headers=headers, follow_redirects=False)
        self._cookies |= dict(answer.cookies)
        self._hall.cookies.clear()
        return await self.open(answer.headers["location"]) if answer.status_code == 303 else answer

    async def press(self, path: str, words: str, **typed: str) -> Any:
        """The answer to the form on a page whose button has these words."""
        action, fields = Forms((await self.open(path)).text).found[words]
        return await self.open(action, fields | typed)


async def visitor(hall: Client, username: str, display_name: str, query: str = "") -> Browser:
    browser = Browser(hall)
    account = {"username": username, "email": f"{username}@example.org", "password": PASSWORD}
    await browser.open(f"/register{query}", account | {"display_name": display_name})
    return browser


async def test_becoming_friends_by_forms(hall: Client) -> None:
    ada, bob = await visitor(hall, "ada", "Ada"), await visitor(hall, "bob", "Bob")
    page = await ada.press("/friends", "Ask to be friends", username="@bob")
    assert "Waiting for an answer" in page.text
    assert "Take back: Bob" in Forms(page.text).found
    piece = page.text.partition('id="page-piece"')[2].partition("<aside")[0]
    assert "Waiting for an answer" in piece
    assert "<form" not in piece, "what is put into open pages holds no token"
    assert "1 request waits" in (await bob.open("/")).text
    page = await bob.press("/friends", "Accept: Ada")
    assert "End the friendship: Ada" in Forms(page.text).found
    lobby = (await bob.open("/")).text
    assert "Challenge: Ada" in Forms(lobby).found
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
    assert "Take back: Ada" in Forms(page.text).found, "he cannot tell that she will not hear of it"
    assert "Accept: Bob" not in (await ada.open("/friends")).text
    assert "Unblock: Bob" in Forms((await ada.open("/friends")).text).found
    page = await ada.press("/@bob", "Unblock: Bob")
    assert "Accept: Bob" in Forms(page.text).found
    assert "Friendship" not in (await ada.open("/@ada")).text


async def test_what_cannot_be_done_is_said_on_the_page(hall: Client) -> None:
    ada = await visitor(hall, "ada", "Ada")
    for name, status in (("nobody", 404), ("ada", 422), ("", 404)):
        page = await ada.press("/friends", "Ask to be friends", username=name)
        assert page.status_code == status
        assert 'role="alert"' in page.text
        assert "<h1>Friends</h1>" in page.text
    _, fields = Forms((await ada.open("/friends")).text).found["Ask to be friends"]
    assert (await ada.open("/friends/accept", fields | {"id": "x"})).status_code == 404
    assert (await ada.open("/friends/choose", fields | {"watching": "x"})).status_code == 422


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


async def test_an_invitation_is_seen_by_anybody_and_taken_after_making_an_account(hall: Client) -> None:
    ada = await visitor(hall, "ada", "Ada")
    (link,) = re.findall(r'value="(http[^"]*/befriend[?]code=[^"]*)"', (await ada.open("/friends")).text)
    path = link[link.index("/befriend") :]
    page = await Browser(hall).open(path)
    assert "would like to be friends with you" in page.text
    assert f'href="/register?next={quote(path, safe="")}"' in page.text
    assert "your own invitation" in (await ada.open(path)).text
    bob = await visitor(hall, "bob", "Bob", f"?next={quote(path, safe='')}")
    page = await bob.press(path, "Become friends")
    assert "End the friendship: Ada" in Forms(page.text).found
    assert "are friends" in (await bob.open(path)).text
    await ada.press("/friends", "Make a new link")
    page = await Browser(hall).open(path)
    assert (page.status_code, "not valid any more" in page.text) == (404, True)


async def test_a_challenge_at_one_press_is_by_the_terms_of_the_last_game(hall: Client) -> None:
    ada, bob = await visitor(hall, "ada", "Ada"), await visitor(hall, "bob", "Bob")
    await ada.press("/@bob", "Ask to be friends: Bob")
    await bob.press("/friends", "Accept: Ada")
    page = await ada.press("/friends", "Challenge: Bob")
    assert "You challenged" in page.text
    waiting = page.url.path
    assert (await ada.press("/friends", "Challenge: Bob")).url.path == waiting, "one is enough"
    assert (await bob.press("/@ada", "Challenge at once: Ada")).url.path == waiting
    page = await bob.press(waiting, "Accept and play")
    assert "/games/" in page.url.path
    _, token = Forms((await ada.open("/friends")).text).found["Ask to be friends"]
    await ada.open(f"{page.url.path}/resign", token)
    profile = (await ada.open("/@bob")).text
    assert "You have won 0, drawn 0 and lost 1." in profile
    eve = await visitor(hall, "eve", "Eve")
    await eve.press("/@bob", "Follow: Bob")
    assert "Bob won against Ada" in (await eve.open("/friends")).text


PAGES = ("/friends", "/", "/@user001", "/settings", "/befriend?code={code}")
CALLS = (
    "",
    "?limit=100",
    "/requests",
    "/requests?box=sent",
    "/blocks",
    "/follows",
    "/settings",
    "/suggestions",
    "/activity",
    "/invite",
    "/invitations/{code}",
    "/head-to-head/user001",
)


async def test_many_friends_do_not_mean_more_statements(hall: Client) -> None:
    """Every page and call that shows something of friends, with one of each kind and with two hundred."""
    ada, host = await visitor(hall, "ada", "Ada"), hall.app.state.host
    me = (await host.read(user_by_name, "ada")).id
    token = (await hall.post("/api/v1/auth/token", json={"username": "ada", "password": PASSWORD})).json()["token"]
    code = await host.read(code_of, me, host.secret)
    counts: list[dict[str, int]] = []
    for crowd in (range(1, 2), range(2, 201)):
        await host.write(befriend, me, [f"{number:03}" for number in crowd])
        found = {}
        with counted_statements() as statements:
            for path in PAGES:
                statements.clear()
                answer = await ada.open(path.format(code=code), agent=COUNTED)
                assert answer.status_code == 200, path
                found[path] = len(statements)
            for path in CALLS:
                statements.clear()
                headers = {"Authorization": f"Token {token}", "User-Agent": COUNTED}
                answer = await hall.get(f"/api/v1/friends{path.format(code=code)}", headers=headers)
                assert answer.status_code == 200, path
                found[f"API {path}"] = len(statements)
        counts.append(found)
    assert counts[0] == counts[1]
    assert min(counts[0].values()) > 0


COUNTED = "a visitor who is counted"


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """What is asked of the database for requests of this visitor; the hall's own work beside them is not."""
    statements: list[str] = []

    def hear(*given: Any) -> None:
        if origin().agent == COUNTED:
            statements.append(given[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", hear)
    try:
        with at_length():
            yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", hear)


def befriend(connection: sa.Connection, me: str, crowd: Sequence[str]) -> None:
    """Gives this user friends with these numbers, each of whom is there, and as many who have asked, were asked, are
    blocked and are followed."""
    for kind in ("user", "asks", "asked", "blocked", "followed"):
        ids = [f"{kind}{number}".ljust(26, "0") for number in crowd]
        people = [
            {
                "id": id_,
                "username": f"{kind}{number}",
                "username_key": f"{kind}{number}",
                "email": f"{kind}{number}@example.org",
                "email_key": f"{kind}{number}@example.org",
                "display_name": f"{kind} {number}",
                "password_hash": "",
                "created_at": now(),
            }
            for id_, number in zip(ids, crowd, strict=True)
        ]
        connection.execute(user.insert(), people)
        if kind == "blocked":
            connection.execute(block.insert(), [{"blocker_id": me, "blocked_id": i, "created_at": now()} for i in ids])
        elif kind == "followed":
            connection.execute(
                follow.insert(), [{"follower_id": me, "followed_id": i, "created_at": now()} for i in ids]
            )
        else:
            connection.execute(relation.insert(), [related(me, id_, kind) for id_ in ids])
    there = [{"user_id": f"user{number}".ljust(26, "0"), "seen_at": 2**40, "by_stream": True} for number in crowd]
    connection.execute(presence.insert(), there)


def related(me: str, other: str, kind: str) -> dict[str, Any]:
    low, high = sorted((me, other))
    return {
        "user_low": low,
        "user_high": high,
        "id": new_id(),
        "requested_by": me if kind == "asked" else other,
        "status": "friends" if kind == "user" else "pending",
        "since": now(),
    }
