"""A hall in which everything has happened that some page shows, and the people who can look at it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rig.hall import lay_out_plugin
from rig.people import PASSWORD, Caller, play_moves, start_game
from rig.processes import free_port
from rig.server import Server, serving
from rig.strangers import example_file

# A game without a board, one with hexes, and one whose pieces are moved.
_EXAMPLES = ("nim", "hex", "chess")
_BROKEN = 'raise RuntimeError("the engine of this game is not installed")'
_FISCHER = {"kind": "fischer", "initial": 5_400, "increment": 30}
_LONG = " ".join(f"{column}{row}" for row in range(1, 9, 2) for column in "abcdefghijklmno")  # nobody gets five
_DOUBLE_THREE = "h8 a1 g8 a3 i9 a5 i10 a7"  # black, who is to move, may not play i8


@contextmanager
def eventful_hall(folder: Path, node: pytest.Collector) -> Iterator[tuple[Server, dict[str, str]]]:
    """The server, and by name the ids of games and challenges and the codes of invitations that are in its hall."""
    site = folder / "site"
    for name in _EXAMPLES:
        source = example_file(name)
        lay_out_plugin(site, name, source.read_text())
        if source.stem == "__init__":
            shutil.copytree(source.parent, site / f"gamehall_{name}", dirs_exist_ok=True)
    lay_out_plugin(site, "broken", _BROKEN)
    with serving(folder, node) as serve:
        port = free_port()
        # Under a name, because there are no passkeys at an address of numbers.
        settings = {"PYTHONPATH": str(site), "GAMEHALL_PUBLIC_URL": f"http://localhost:{port}"}
        server = serve(port=port, settings=settings)
        server.url = settings["GAMEHALL_PUBLIC_URL"]
        yield server, _let_things_happen(server)


def _let_things_happen(server: Server) -> dict[str, str]:
    ada, bob, root, *_ = (Caller(server.url, name) for name in ("ada", "bob", "root", "newcomer", "careful"))
    assert server.command("users", "promote", "root").returncode == 0
    players = (ada, bob)
    games = {
        "running": start_game(players, "gomoku"),
        "offered": _with_clock(players),
        "choosing": start_game(players, "gomoku", opening="swap2"),
        "forbidden": start_game(players, "renju"),
        "won": start_game(players),
        "connect6": start_game(players, "connect6"),
        "without_board": start_game(players, "nim"),
        "hexes": start_game(players, "hex", board_size=7),
        "moved": start_game(players, "chess"),
        "aborted": start_game(players),
        "long": start_game(players, "gomoku"),
        "suspended": start_game(players, "omok"),
        "computer": _at_once(ada, "computer"),
        "alone": _at_once(ada, "ada"),
    }
    for name, moves in {
        "running": "h8 h9 i8",
        "offered": "h8 h9",
        "choosing": "h8 h9 i9",
        "forbidden": _DOUBLE_THREE,
        "won": "b2 a1 b3 a2 b1",
        "connect6": "j10 k10 k11",
        "hexes": "d4",
        "moved": "e2e4",
        "long": _LONG,
        "suspended": "h8 h9",
    }.items():
        play_moves(games[name], players, moves)
    play_moves(games["alone"], (ada, ada), "b2 a1")
    for offer in ("draw", "takeback"):
        bob.ask("POST", f"/games/{games['offered']}/{offer}", 200, {"action": "offer"})
    ada.ask("POST", f"/games/{games['won']}/rematch", 200, {"action": "offer"})
    ada.ask("POST", f"/games/{games['aborted']}/abort", 200)
    bob.ask("POST", "/friends/requests", 201, {"username": "ada"})
    root.ask("POST", "/friends/requests", 201, {"username": "bob"})
    ada.ask("PUT", "/friends/follows/bob", 204)
    code = root.ask("GET", "/friends/invite")["code"]
    ada.ask("POST", f"/friends/invitations/{code}")
    assert server.command("features", "off", "ruleset:omok", "--now").returncode == 0
    made = server.command("users", "reset-link", "newcomer")
    codes = {"reset": made.stdout.strip().rpartition("/")[2], "friends_code": code}
    return games | _challenges(ada, bob) | codes


def _with_clock(players: tuple[Caller, Caller]) -> str:
    terms = {"ruleset": "gomoku", "seat": 0, "clock": _FISCHER}
    made = players[0].ask("POST", "/challenges", 201, terms)
    return str(players[1].ask("POST", f"/challenges/{made['id']}/respond", 200, {"action": "accept"})["game_id"])


def _at_once(player: Caller, opponent: str) -> str:
    """A game against somebody who need not be asked."""
    terms = {"ruleset": "tic-tac-toe", "opponent": opponent, "seat": 0}
    return str(player.ask("POST", "/challenges", 201, terms)["game_id"])


def _challenges(ada: Caller, bob: Caller) -> dict[str, str]:
    terms = {"ruleset": "gomoku", "options": {"board_size": 19}}
    links = [ada.ask("POST", "/challenges", 201, terms | {"link": True}) for _ in range(2)]
    declined = bob.ask("POST", "/challenges", 201, terms | {"opponent": "ada"})
    ada.ask("POST", f"/challenges/{declined['id']}/respond", 200, {"action": "decline"})
    return {
        "link": links[0]["id"],
        "code": links[0]["invite_url"].rpartition("/")[2],
        "guests_code": links[1]["invite_url"].rpartition("/")[2],
        "pair": ada.ask("POST", "/challenges", 201, {"ruleset": "renju", "clock": _FISCHER, "pair": True})["id"],
        "open": bob.ask("POST", "/challenges", 201, terms | {"clock": _FISCHER})["id"],
        "received": bob.ask("POST", "/challenges", 201, terms | {"opponent": "ada"})["id"],
        "declined": declined["id"],
    }


def visitors(browser: Browser, url: str, guests_code: str) -> Mapping[str, BrowserContext]:
    """Browsers by who sits there: a stranger, ada, bob, root the administrator, a newcomer to whom nothing has
    happened, somebody careful who signs in in two steps, and a guest who plays against ada. All but the stranger have a
    tab open, on nothing."""
    everybody = {}
    for name in ("stranger", "ada", "bob", "root", "newcomer", "careful", "guest"):
        everybody[name] = browser.new_context(base_url=url, reduced_motion="reduce")
        if name != "stranger":
            page = everybody[name].new_page()
            if name == "guest":
                _sit_down(page, guests_code)
            else:
                _sign_in(page, name)
            if name == "careful":
                _turn_two_steps_on(page)
            page.goto("about:blank")
    return everybody


def stay_trusted(server: Server) -> None:
    """For whoever has signed in in a browser: pages that ask for the password again some minutes later do so after the
    walk, however long it takes."""
    late = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d %H:%M:%S.%f}"
    with closing(sqlite3.connect(server.data / "gamehall.db", timeout=60)) as connection, connection:
        connection.execute("UPDATE web_htmx_session SET confirmed_at = ? WHERE confirmed_at IS NOT NULL", [late])


def _sign_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


def _turn_two_steps_on(page: Page) -> None:
    page.goto("/settings/sign-in")
    page.get_by_role("button", name="Set it up").click()
    secret = page.locator("code").inner_text().replace(" ", "")
    page.get_by_label("The code that the app shows then").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn two-step sign-in on").click()
    page.get_by_text("Keep these recovery codes").wait_for()


def _sit_down(page: Page, code: str) -> None:
    page.goto(f"/c/{code}")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_url("**/games/*")
