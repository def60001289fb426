"""A hall in which everything has happened that some page shows, and the people who can look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from rig.hall import lay_out_plugin
from rig.people import PASSWORD, Caller, play_moves, start_game
from rig.server import Server, serving
from rig.tree import ROOT

# A game without a board, one with hexes, and one whose pieces are moved.
_EXAMPLES = ("nim", "hex", "chess")
_FISCHER = {"kind": "fischer", "initial": 5_400, "increment": 30}
_LONG = " ".join(f"{column}{row}" for row in range(1, 9, 2) for column in "abcdefghijklmno")  # nobody gets five
_DOUBLE_THREE = "h8 a1 g8 a3 i9 a5 i10 a7"  # black, who is to move, may not play i8


@contextmanager
def eventful_hall(folder: Path, node: pytest.Collector) -> Iterator[tuple[Server, dict[str, str]]]:
    """The server, and by name the ids of games and challenges and the codes of invitations that are in its hall."""
    for name in _EXAMPLES:
        source = (ROOT / "examples" / name / f"gamehall_{name}.py").read_text()
        lay_out_plugin(folder / "site", name, source)
    with serving(folder, node) as serve:
        server = serve(settings={"PYTHONPATH": str(folder / "site")})
        yield server, _let_things_happen(server)


def _let_things_happen(server: Server) -> dict[str, str]:
    ada, bob, root = (Caller(server.url, name) for name in ("ada", "bob", "root"))
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
    }.items():
        play_moves(games[name], players, moves)
    for offer in ("draw", "takeback"):
        bob.ask("POST", f"/games/{games['offered']}/{offer}", 200, {"action": "offer"})
    ada.ask("POST", f"/games/{games['won']}/rematch", 200, {"action": "offer"})
    ada.ask("POST", f"/games/{games['aborted']}/abort", 200)
    bob.ask("POST", "/friends/requests", 201, {"username": "ada"})
    root.ask("POST", "/friends/requests", 201, {"username": "bob"})
    return games | _challenges(ada, bob)


def _with_clock(players: tuple[Caller, Caller]) -> str:
    terms = {"ruleset": "gomoku", "seat": 0, "clock": _FISCHER}
    made = players[0].ask("POST", "/challenges", 201, terms)
    return str(players[1].ask("POST", f"/challenges/{made['id']}/respond", 200, {"action": "accept"})["game_id"])


def _challenges(ada: Caller, bob: Caller) -> dict[str, str]:
    terms = {"ruleset": "gomoku", "options": {"board_size": 19}}
    links = [ada.ask("POST", "/challenges", 201, terms | {"link": True}) for _ in range(2)]
    declined = bob.ask("POST", "/challenges", 201, terms | {"opponent": "ada"})
    ada.ask("POST", f"/challenges/{declined['id']}/respond", 200, {"action": "decline"})
    return {
        "link": links[0]["id"],
        "code": links[0]["invite_url"].rpartition("/")[2],
        "guests_code": links[1]["invite_url"].rpartition("/")[2],
        "open": bob.ask("POST", "/challenges", 201, terms | {"clock": _FISCHER})["id"],
        "received": bob.ask("POST", "/challenges", 201, terms | {"opponent": "ada"})["id"],
        "declined": declined["id"],
    }


def visitors(browser: Browser, url: str, guests_code: str) -> Mapping[str, BrowserContext]:
    """Browsers by who sits there: a stranger, ada, bob, root the administrator, and a guest who plays against ada."""
    everybody = {}
    for name in ("stranger", "ada", "bob", "root", "guest"):
        everybody[name] = browser.new_context(base_url=url, reduced_motion="reduce")
        if name != "stranger":
            page = everybody[name].new_page()
            if name == "guest":
                _sit_down(page, guests_code)
            else:
                _sign_in(page, name)
            page.close()
    return everybody


def _sign_in(page: Page, name: str) -> None:
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url("/")


def _sit_down(page: Page, code: str) -> None:
    page.goto(f"/c/{code}")
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_url("**/games/*")
