"""The hall's screen in a real window: a game of two without a hall, and then challenges, people and live games."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gamehall.client import Client
from gamehall_desktop.localgames import StoredGame
from rig.desktop import Desktop, OpenDesktop
from rig.server import Server

PASSWORD = "correct horse battery"


def choose(desktop: Desktop, name: str, value: str) -> None:
    """Chooses one of the words that a button unfolds; what the form says while it is written moves the button."""
    while f"{name}={value}" not in desktop.places():
        before = desktop.find(name)
        if before == desktop.find(name):
            desktop.click(name)
            desktop.press("shift")  # some time for the list to open
    desktop.click(f"{name}={value}")
    desktop.wait_until(lambda: f"{name}={value}" not in desktop.places())  # then the form is as it was chosen


@pytest.mark.anyio
async def test_two_at_one_computer_and_then_the_hall(server: Server, open_desktop: OpenDesktop, tmp_path: Path) -> None:
    folder = tmp_path / "share/gamehall/local_games"

    def stored() -> StoredGame | None:
        found = list(folder.glob("*.json"))
        return msgspec.json.decode(found[0].read_bytes(), type=StoredGame) if found else None

    def moves() -> tuple[str, ...]:
        found = stored()
        return found.moves if found else ()

    desktop = open_desktop(server)
    desktop.click("new_here")
    choose(desktop, "ruleset", "gomoku")
    desktop.write("option:board_size", "9")
    desktop.click("propose")
    desktop.find("cell:i9")
    for number, cell in enumerate(("e5", "e6", "f5"), start=1):
        desktop.click(f"cell:{cell}")
        desktop.wait_until(lambda number=number: len(moves()) == number)  # type: ignore[misc]
    desktop.kill()

    desktop = open_desktop(server)
    game = stored()
    assert game is not None
    assert (game.moves, game.options["board_size"]) == (("e5", "e6", "f5"), 9)
    desktop.click(f"resume:{game.id}")
    desktop.click("cell:a1")
    desktop.wait_until(lambda: moves() == ("e5", "e6", "f5", "a1"))
    desktop.click("takeback:offer")
    desktop.wait_until(lambda: moves() == ("e5", "e6", "f5"))

    desktop.click("screen:hall")
    for name, text in (("username", "ada"), ("password", PASSWORD), ("email", "ada@example.org")):
        desktop.write(name, text)
    desktop.click("register")
    async with Client(server.url) as bob, Client(server.url) as cyd:
        await bob.register("bob", "bob@example.org", PASSWORD)
        await cyd.register("cyd", "cyd@example.org", PASSWORD)
        desktop.click("new_challenge")
        choose(desktop, "ruleset", "gomoku")
        desktop.write("option:board_size", "99")
        choose(desktop, "way", "name")
        desktop.write("opponent", "bob")
        desktop.write("option:board_size", "11")
        desktop.click("propose")
        while not (received := (await bob.challenges("received")).items):
            pass
        assert (received[0].options["board_size"], received[0].challenger.username) == (11, "ada")
        desktop.click("form_back")
        desktop.click(f"cancel:{received[0].id}")
        desktop.wait_until(lambda: f"cancel:{received[0].id}" not in desktop.places())

        opened = await bob.challenge("tic-tac-toe", seat=1)
        desktop.click(f"accept:{opened.id}")
        desktop.click("cell:b2")
        while not (games := (await bob.games(player="ada", status="active")).items) or games[0].ply == 0:
            pass

        between = await bob.challenge("gomoku", "cyd", seat=0)
        watched = (await cyd.respond(between.id, "accept")).game_id
        assert watched is not None
        desktop.click("screen:hall")
        desktop.click("tab:watch")
        desktop.click(f"game:{watched}")
        desktop.find("cell:o15")
        await bob.play(watched, "h8", 0)
        assert (await bob.game(watched)).spectators <= 1
        desktop.click("screen:hall")
        desktop.click("tab:play")
        desktop.click(f"game:{games[0].id}")
        desktop.find("cell:c3")
    assert desktop.stop() == 0
