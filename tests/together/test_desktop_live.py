"""The desktop client beside a browser on the same hall: whole games, a server that dies, and lines that break."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from gamehall.game import Scene
from gamehall_desktop.state.shown import cells_of
from rig.desktop import Desktop, OpenDesktop
from rig.faultproxy import Addressed, FaultProxy
from rig.hall import lay_out_plugin
from rig.people import Caller, Person, start_game
from rig.processes import free_port
from rig.server import Serve, Server
from rig.strangers import example_file

LineTo = Callable[[Addressed], FaultProxy]


def sign_in(desktop: Desktop, username: str) -> None:
    desktop.sign_in(username)
    desktop.see(user=username, offline="")


def shows_the_truth(desktop: Desktop, caller: Caller, game_id: str, seconds: float = 120) -> dict[str, str]:
    """Waits until the window shows the game as the hall has it: what stands where, the signs, and how it stands."""
    game = caller.ask("GET", f"/games/{game_id}")
    scene = msgspec.convert(game["scene"], Scene)
    told = {"game": game_id, "ply": str(game["ply"]), "status": game["status"], "sending": "", **cells_of(scene)}

    def true() -> bool:
        seen = desktop.shown()
        return told.items() <= seen.items() and {name for name in seen if name.startswith("cell:")} <= told.keys()

    desktop.wait_until(true, seconds)
    return desktop.shown()


def test_a_whole_game_against_a_browser_at_three_sizes(
    chromium: Browser, server: Server, open_desktop: OpenDesktop
) -> None:
    ada, bob = Caller(server.url, "ada"), Caller(server.url, "bob")
    desktop = open_desktop(server)
    game_id = start_game((ada, bob), "gomoku")
    sign_in(desktop, "ada")
    desktop.open_game(game_id)
    browser = Person(chromium, server.url, "bob", live=True)
    browser.sign_in()
    browser.page.goto(f"/games/{game_id}")
    sizes = {2: (700, 860), 4: (560, 420), 6: (1280, 880)}
    moves = ["h8", "H9", "i8", "I9", "j8", "J9", "k8", "K9", "l8"]
    for ply, move in enumerate(moves):
        if ply in sizes:
            desktop.resize(*sizes[ply])
        if ply % 2:
            browser.play(move)
        else:
            desktop.see(ply=str(ply), sending="")
            desktop.click(f"cell:{move}")
            expect(browser.page.locator(f"#cell-{move}")).to_have_class(re.compile("is-last"))
        shows_the_truth(desktop, ada, game_id)
    seen = shows_the_truth(desktop, bob, game_id)
    assert [cell for cell, signs in seen.items() if "line" in signs.split()] == [
        f"cell:{cell}" for cell in ("h8", "i8", "j8", "k8", "l8")
    ]
    assert seen["status"] == "finished"
    browser.reads("You lost")
    assert desktop.stop() == 0


def test_the_server_dies_and_lines_break_in_the_middle_of_a_game(
    serve: Serve, line_to: LineTo, open_desktop: OpenDesktop
) -> None:
    server = serve()
    ada, bob = Caller(server.url, "ada"), Caller(server.url, "bob")
    line = line_to(server)
    desktop = open_desktop(line)
    game_id = start_game((ada, bob), "gomoku")
    sign_in(desktop, "ada")
    desktop.open_game(game_id)

    def moves() -> list[str]:
        made: list[str] = ada.ask("GET", f"/games/{game_id}")["moves"]
        return made

    def answer(move: str) -> None:
        bob.ask("POST", f"/games/{game_id}/moves", 200, {"move": move})

    # The server is killed with ada's move on its way, comes back, and takes it once.
    line.stall()
    desktop.click("cell:h8")
    desktop.wait_until(lambda: bool(desktop.shown()["sending"]))
    server.kill()
    line.cut()
    desktop.wait_until(lambda: bool(desktop.shown()["offline"]))
    desktop.see(sending="h8 waits")
    serve(port=server.port)
    assert moves() == []
    line.heal()
    desktop.see(offline="", ply="1")
    assert moves() == ["h8"]
    # Her next move arrives, but no answer does; meanwhile bob answers it, and the server is killed once more.
    answer("a1")
    desktop.see(ply="2", sending="")
    line.stall()  # else the window may notice before it is clicked, and takes no moves then
    desktop.click("cell:i8")
    desktop.wait_until(lambda: bool(desktop.shown()["sending"]))
    line.lose_answers()
    desktop.see(sending="i8 waits")
    answer("a2")
    line.cut()
    line.heal()
    desktop.see(offline="")
    shows_the_truth(desktop, ada, game_id)
    assert moves() == ["h8", "a1", "i8", "a2"]
    # Connections die without a word: the next move finds out, unless it takes a new one, and else 45 s of silence do.
    line.half_open()
    desktop.click("cell:j8")
    desktop.see(ply="5", sending="")
    answer("a3")
    shows_the_truth(desktop, ada, game_id, 240)
    # What was moved elsewhere while a move could not be sent is seen, and the move is not made.
    line.cut()
    desktop.wait_until(lambda: bool(desktop.shown()["offline"]))
    ada.ask("POST", f"/games/{game_id}/moves", 200, {"move": "c3"})
    answer("a4")
    line.heal()
    line.slow(delay=0.01, piece=50)
    desktop.see(offline="")
    shows_the_truth(desktop, ada, game_id)
    line.cut()
    desktop.wait_until(lambda: bool(desktop.shown()["offline"]))
    assert desktop.stop() == 0  # while it waits for a hall that is away
    assert moves() == ["h8", "a1", "i8", "a2", "j8", "a3", "c3", "a4"]


@pytest.mark.parametrize("name", ["breakthrough"])
def test_a_game_of_two_cells_a_move_and_two_users_at_one_window(
    serve: Serve, open_desktop: OpenDesktop, tmp_path: Path, name: str
) -> None:
    site = tmp_path / "site"
    lay_out_plugin(site, name, example_file(name).read_text())
    server = serve(port=free_port(), settings={"PYTHONPATH": str(site)})
    players = Caller(server.url, "ada"), Caller(server.url, "bob")
    desktop = open_desktop(server)
    game_id = start_game(players, name, width=2, height=4)
    sign_in(desktop, "ada")
    desktop.open_game(game_id)
    for ply, (who, start, end) in enumerate(
        [("ada", "a2", "b3"), ("bob", "a4", "b3"), ("ada", "a1", "a2"), ("bob", "a3", "b2")]
    ):
        if desktop.shown()["user"] != who:
            desktop.choose("sign_out")
            sign_in(desktop, who)
            desktop.open_game(game_id)
        desktop.see(game=game_id, ply=str(ply))
        desktop.click(f"cell:{start}")
        desktop.click(f"cell:{end}")
        shows_the_truth(desktop, players[ply % 2], game_id)
        desktop.see(ply=str(ply + 1))
    assert desktop.stop() == 0
