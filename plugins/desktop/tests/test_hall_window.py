"""The hall's screen in a real window: a game of two without a hall, and then challenges, people and live games."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from gamehall.client import Client
from gamehall_desktop.localgames import StoredGame
from rig.desktop import PASSWORD, Desktop, OpenDesktop
from rig.server import Server


def choose(desktop: Desktop, name: str, value: str) -> None:
    """Chooses one of the words that a button unfolds."""
    desktop.click(name)
    desktop.click(f"{name}={value}")
    desktop.wait_until(lambda: f"{name}={value}" not in desktop.places())  # then the form is as it was chosen


def stay_out(desktop: Desktop) -> None:
    """Closes the dialog that a window begins with: nobody has to sign in."""
    desktop.click("username")
    desktop.press("Escape")
    desktop.wait_until(lambda: "create_account" not in desktop.places())


def about(desktop: Desktop, verb: str) -> str:
    """What the only button of this kind is about, once there is one."""

    def found() -> list[str]:
        return [name.removeprefix(f"{verb}:") for name in desktop.places() if name.startswith(f"{verb}:")]

    desktop.wait_until(lambda: bool(found()))
    return found()[0]


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
    stay_out(desktop)
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
    stay_out(desktop)
    game = stored()
    assert game is not None
    assert (game.moves, game.options["board_size"]) == (("e5", "e6", "f5"), 9)
    desktop.click(f"resume:{game.id}")
    desktop.click("cell:a1")
    desktop.wait_until(lambda: moves() == ("e5", "e6", "f5", "a1"))
    desktop.click("takeback:offer")
    desktop.wait_until(lambda: moves() == ("e5", "e6", "f5"))

    desktop.click("screen:hall")
    desktop.click("open_sign_in")
    desktop.register("ada")
    async with Client(server.url) as bob, Client(server.url) as cyd:
        await bob.register("bob", "bob@example.org", PASSWORD)
        await cyd.register("cyd", "cyd@example.org", PASSWORD)
        desktop.click("new_challenge")
        choose(desktop, "ruleset", "gomoku")
        desktop.write("option:board_size", "99")
        desktop.find("error:option:board_size")
        choose(desktop, "way", "name")
        desktop.write("opponent", "bob")
        desktop.write("option:board_size", "11")
        desktop.wait_until(lambda: not any(name.startswith("error:") for name in desktop.places()))
        desktop.click("propose")
        withdrawn = about(desktop, "cancel")
        challenge = await bob.show_challenge(withdrawn)
        assert (challenge.options["board_size"], challenge.challenger.username) == (11, "ada")
        desktop.click(f"cancel:{withdrawn}")
        desktop.wait_until(lambda: f"cancel:{withdrawn}" not in desktop.places())
        assert (await bob.show_challenge(withdrawn)).status == "cancelled"

        opened = await bob.challenge("tic-tac-toe", seat=1)
        desktop.click(f"accept:{opened.id}")
        desktop.click("cell:b2")
        desktop.see(ply="1", sending="")
        played = desktop.shown()["game"]
        desktop.click("screen:hall")
        desktop.click(f"game:{played}")  # which is open still
        desktop.see(screen="table", game=played)

        between = await bob.challenge("gomoku", "cyd", seat=0)
        watched = (await cyd.respond(between.id, "accept")).game_id
        assert watched is not None
        desktop.click("screen:hall")
        desktop.click("tab:watch")
        desktop.click(f"game:{watched}")
        desktop.find("cell:o15")
        await bob.play(watched, "h8", 0)
        desktop.see(game=watched, ply="1")
        desktop.click("screen:hall")
        desktop.click("tab:play")
        desktop.click(f"game:{played}")
        desktop.see(screen="table", game=played, ply="1")
        desktop.find("cell:c3")
    assert desktop.stop() == 0
