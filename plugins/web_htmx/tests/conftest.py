"""People at browsers, as far as a server can tell: they keep cookies, and send forms as they were shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import httpx
import pytest

from rig.hall import PASSWORD, Hall

ORIGIN = "http://hall"
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Form:
    """A form with the values that it would send as it stands; `buttons` are (name, value, words)."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


class Document(HTMLParser):
    """A page taken apart. Raises AssertionError for tags that do not match.

    Buttons that send the values of a form elsewhere on the page to a path of their own are a form for that path.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.forms: list[Form] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.attributes: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.by_id: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self._select = ""
        self._form_ids: dict[str, Form] = {}
        self._elsewhere: dict[str, tuple[str, Form]] = {}
        self._pressed: Form | None = None
        self.feed(html)
        self.close()
        assert not self._open, f"never closed: {self._open}"
        for owner, form in self._elsewhere.values():
            form.method, form.values = self._form_ids[owner].method, self._form_ids[owner].values
            self.forms.append(form)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        self.attributes.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in _VOID:
            self._open.append((tag, given.get("id", "")))
        if tag == "form":
            self.forms.append(Form(given.get("action", ""), given.get("method", "get")))
            self._form_ids[given.get("id", "")] = self.forms[-1]
        elif tag == "button" and "form" in given:
            action = given["formaction"]
            _, form = self._elsewhere.setdefault(action, (given["form"], Form(action, "")))
            self._press(form, given)
        elif self.forms and ("form", "") in [(name, "") for name, _ in self._open]:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        form, name = self.forms[-1], given.get("name", "")
        if tag == "input" and name and (given.get("type") not in ("radio", "checkbox") or "checked" in given):
            form.values[name] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and ("selected" in given or self._select not in form.values):
            form.values[self._select] = given.get("value", "")
        elif tag == "textarea":
            form.values[name] = ""
        elif tag == "button":
            self._press(form, given)

    def _press(self, form: Form, given: dict[str, str]) -> None:
        form.buttons.append((given.get("name", ""), given.get("value", ""), ""))
        self._pressed = form

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # As in SVG: nothing is left open.
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        name, _ = self._open.pop()
        assert name == tag, f"</{tag}> closes <{name}>"

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        for _, name in self._open:
            if name:
                self.by_id[name] = self.by_id.get(name, "") + data
        if self._open and self._open[-1][0] == "button" and self._pressed is not None:
            name, value, words = self._pressed.buttons[-1]
            self._pressed.buttons[-1] = (name, value, words + data)

    @property
    def text(self) -> str:
        """What can be read on it, with single spaces."""
        return " ".join(" ".join(self.texts).split())

    def words(self, element_id: str) -> str:
        """What can be read in one element."""
        return " ".join(self.by_id.get(element_id, "").split())

    def form(self, action: str) -> Form:
        found = [form for form in self.forms if form.action == action]
        assert found, f"no form for {action}, only for {[form.action for form in self.forms]}"
        return found[0]

    def attribute(self, tag: str, name: str) -> list[str]:
        return [given[name] for each, given in self.attributes if each == tag and name in given]


def read_page(answer: httpx.Response) -> Document:
    """The page, which must be of the kind that every page is: whole, safe, and readable by any means."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = Document(answer.text)
    assert page.tags["h1"] == page.tags["main"] == page.tags["header"] == page.tags["title"] == 1
    assert page.tags["style"] == 0
    assert len(page.attribute("script", "src")) == len(page.attribute("script", "defer")) == page.tags["script"]
    assert not [(tag, given) for tag, given in page.attributes for name in given if name == "style" or name[:2] == "on"]
    assert [name for name, count in Counter(page.ids).items() if count > 1] == []
    assert {name for tag, given in page.attributes if tag == "body" for name in given} <= {"class"}, (
        "who would renew it"
    )
    tokens = [each for each in page.attributes if each[1].get("name") == "form_token"]
    assert {(tag, given["type"]) for tag, given in tokens} <= {("input", "hidden")}
    labelled = set(page.attribute("label", "for"))
    for tag, given in page.attributes:
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            assert given.get("id") in labelled, f"no label for {given}"
        if given.get("name") in ("password", "current"):  # hidden from others, and known to managers of passwords
            assert (given["type"], given["autocomplete"].partition("-")[2]) == ("password", "password"), given
        for reference in ("aria-describedby", "aria-labelledby"):
            assert set(given.get(reference, "").split()) <= set(page.ids), given
    return page


class Person:
    """Somebody at a browser."""

    def __init__(self, hall: Hall, **cookies: str) -> None:
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(hall.app),
            base_url=ORIGIN,
            headers={"Accept": "text/html", "Origin": ORIGIN},
        )
        for name, value in cookies.items():  # under the domain that the server's own answers are filed under
            self.client.cookies.set(name, value, domain="hall.local")

    @property
    def cookies(self) -> dict[str, str]:
        return dict(self.client.cookies)

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.client.get(path, **more)

    async def page(self, path: str, status: int = 200) -> Document:
        """The page at a path, after its redirects."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == status, f"{path}: {answer.status_code} {answer.text[-2000:]}"
        return read_page(answer)

    async def post(self, path: str, data: dict[str, str] | None = None, **more: Any) -> httpx.Response:
        return await self.client.post(path, data=data, **more)

    async def send(self, path: str, action: str, /, **typed: str) -> httpx.Response:
        """Fills in the form for `action` on the page at `path` and sends it."""
        form = (await self.page(path)).form(action)
        assert form.method == "post"
        return await self.post(action, form.values | typed)

    async def refused(self, path: str, action: str, status: int, /, **typed: str) -> Document:
        """Sends a form that comes back, with what is wrong with it."""
        answer = await self.send(path, action, **typed)
        assert answer.status_code == status, f"{answer.status_code} {answer.text[-2000:]}"
        return read_page(answer)

    async def go(self, path: str, action: str, /, **typed: str) -> str:
        """Sends a form that must work; where it leads."""
        answer = await self.send(path, action, **typed)
        assert answer.status_code == 303, f"{answer.status_code} {answer.text[-2000:]}"
        return str(answer.headers["location"])

    async def register(self, username: str, **typed: str) -> Person:
        account = {"username": username, "email": f"{username}@example.org", "password": PASSWORD}
        await self.go("/register", "/register", **account | typed)
        return self

    async def sign_in(self, username: str, password: str = PASSWORD) -> str:
        return await self.go("/login", "/login", username=username, password=password)

    async def challenges(self, opponent: str, ruleset: str = "tic-tac-toe", **typed: str) -> str:
        """The path of a new challenge, by default with this person in seat 0."""
        wanted = {"whom": "name", "opponent": opponent, "seat": "0"} | typed
        return await self.go(f"/play?ruleset={ruleset}", "/play", **wanted)


@pytest.fixture
def person(hall: Hall) -> Callable[..., Person]:
    """Makes people at browsers; cookies can be put into them."""

    def make(**cookies: str) -> Person:
        return Person(hall, **cookies)

    return make


@pytest.fixture
def newcomer() -> type[Person]:
    """Makes people at browsers of another hall than the usual one."""
    return Person


@pytest.fixture
async def players(hall: Hall) -> list[Person]:
    """ada and bob, signed in."""
    return [await Person(hall).register(name) for name in ("ada", "bob")]


@pytest.fixture
async def table(players: list[Person]) -> tuple[Person, Person, str]:
    """ada, who begins, bob, and the path of their game of tic-tac-toe."""
    ada, bob = players
    challenge = await ada.challenges("bob")
    return ada, bob, await bob.go(challenge, f"{challenge}/respond", action="accept")
