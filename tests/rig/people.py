"""People at a hall: at a browser, or with a program that uses the API."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, expect

PASSWORD = "correct horse battery"
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def client(url: str = "") -> httpx.Client:
    """One for a connection of its own, quick to make: nothing here is encrypted."""
    return httpx.Client(base_url=url, verify=_NO_CERTIFICATES, timeout=60, trust_env=False)


def asked(url: str, method: str, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """(status, headers, body) of an answer on a new connection, but for what differs each time and for the path."""
    with client() as once:
        request = once.build_request(method, url)
        request.url = httpx.URL(url).copy_with(raw_path=path.encode())
        answer = once.send(request)
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in ("date", "x-request-id"))
    return answer.status_code, headers, answer.content.replace(path.encode(), b"<path>")


class Caller:
    """Somebody with a new account, or a `known` one, signed in to the API. Each request comes on a connection of its
    own."""

    def __init__(self, url: str, username: str, *, known: bool = False) -> None:
        self.username = username
        self.api = f"{url}/api/v1"
        account = {"username": username, "password": PASSWORD}
        path, status, more = ("token", 200, {}) if known else ("register", 201, {"email": f"{username}@example.org"})
        self.headers = {"Authorization": f"Token {self.ask('POST', f'/auth/{path}', status, account | more)['token']}"}

    def ask(self, method: str, path: str, status: int = 200, body: Mapping[str, Any] | None = None) -> Any:
        """The answer's JSON, or its bytes where it is something else; it must have this status."""
        with client() as once:
            answer = once.request(method, self.api + path, json=body, headers=getattr(self, "headers", None))
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        is_json = answer.headers.get("content-type", "").partition(";")[0].endswith("json")
        return answer.json() if is_json else answer.content


def start_game(players: Sequence[Caller], ruleset: str = "tic-tac-toe", **options: Any) -> str:
    """A game of the two, the first in seat 0; its id."""
    first, second = players
    made = first.ask("POST", "/challenges", 201, {"ruleset": ruleset, "seat": 0, "options": options})
    return str(second.ask("POST", f"/challenges/{made['id']}/respond", 200, {"action": "accept"})["game_id"])


def play_moves(game_id: str, players: Sequence[Caller], moves: str) -> dict[str, Any]:
    """Plays moves, separated by spaces, each by whose turn it is; the game after them."""
    for move in moves.split():
        to_act = players[0].ask("GET", f"/games/{game_id}")["to_act"]
        players[to_act].ask("POST", f"/games/{game_id}/moves", 200, {"move": move})
    state: dict[str, Any] = players[0].ask("GET", f"/games/{game_id}")
    return state


def moves_without_end() -> Iterator[str]:
    """Cells for two players of gomoku in turn, of which no five are in a row: 210 of them."""
    by_seat: tuple[list[str], list[str]] = ([], [])
    for column, row in product(range(15), range(14)):
        by_seat[(column // 2 + row) % 2].append(f"{'abcdefghijklmno'[column]}{row + 1}")
    return chain.from_iterable(zip(*by_seat, strict=True))


class Person:
    """Somebody at a browser of their own."""

    def __init__(self, browser: Browser, url: str, name: str, *, live: bool = False) -> None:
        """Without JavaScript, unless their pages shall be `live`."""
        self.name, self.live = name, live
        context = browser.new_context(java_script_enabled=live, base_url=url, viewport={"width": 1280, "height": 900})
        self.page: Page = context.new_page()

    def register(self) -> None:
        self.page.goto("/")
        self.page.get_by_role("banner").get_by_role("link", name="Join").click()
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("E-mail address").fill(f"{self.name}@example.org")
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Join").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Lobby")

    def sign_in(self) -> None:
        self.page.goto("/login")
        self.page.get_by_label("User name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("main").get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Lobby")

    def challenge(self, other: Person, game: str, side: str) -> None:
        self.page.goto("/play")
        self.page.get_by_role("link", name=game, exact=True).click()
        self.page.get_by_label("A user by name").check()
        self.page.get_by_label("User name of the opponent").fill(other.name)
        self.page.get_by_text(side, exact=True).click()
        self.page.get_by_role("button", name="Start the game").click()
        expect(self.page.get_by_role("status")).to_contain_text(f"Waiting for {other.name}")

    def accept(self, other: Person) -> None:
        self.page.goto("/")
        received = self.page.get_by_role("region", name="Challenges to you")
        received.get_by_role("button", name=re.compile(f"^Accept .* from {other.name}$")).click()
        expect(self.page).to_have_url(re.compile("/games/"))

    def look_again(self) -> None:
        self.page.get_by_role("link", name="Check again").click()

    def play(self, cell: str) -> None:
        expect(self.page.get_by_role("status")).to_contain_text("Your turn")
        expect(self.page).to_have_title(re.compile("^Your turn – "))
        self.cell(cell).click()

    def cell(self, name: str) -> Locator:
        """A cell that can be touched: scripts make the board a grid."""
        return self.page.get_by_role("gridcell" if self.live else "button", name=name, exact=True)

    def reads(self, headline: str) -> None:
        expect(self.page.get_by_role("status")).to_contain_text(headline)
        expect(self.page).to_have_title(re.compile(f"^{re.escape(headline)} – "))


def sit_down(ada: Person, bob: Person, game: str, first_side: str) -> None:
    ada.challenge(bob, game, first_side)
    bob.accept(ada)
    ada.look_again()
    expect(ada.page).to_have_url(bob.page.url)


def play_through(players: tuple[Person, Person], cells: Sequence[str]) -> None:
    """Plays the cells in turn. Whoever waits looks again after each move."""
    for number, cell in enumerate(cells):
        mover, waiting = players[number % 2], players[1 - number % 2]
        mover.play(cell)
        expect(mover.page.locator(f"#cell-{cell.lower()}")).to_have_text(re.compile(f"^{cell} .*last move"))
        waiting.look_again()
