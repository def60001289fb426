"""The table of the real window, played with real keys, against a real server."""

from __future__ import annotations

import pytest

from gamehall.client import Client, Game
from rig.desktop import Desktop, OpenDesktop
from rig.hall import InstallPlugin
from rig.people import PASSWORD
from rig.server import Serve
from rig.strangers import example_file


async def played(bob: Client, desktop: Desktop, game_id: str, *moves: str) -> Game:
    """The game once the window shows that these moves were made in it."""
    desktop.see(game=game_id, ply=str(len(moves)), sending="")
    game = await bob.game(game_id)
    assert game.moves == moves
    return game


async def accepted(bob: Client, desktop: Desktop, ruleset: str) -> str:
    """A game that bob, sitting at the second seat, has proposed and that was accepted in the window."""
    challenge = await bob.challenge(ruleset, "ada", seat=1)
    desktop.click(f"accept:{challenge.id}")
    desktop.wait_until(lambda: f"accept:{challenge.id}" not in desktop.places())
    desktop.find("cell:a1")
    game_id = (await bob.show_challenge(challenge.id)).game_id
    assert game_id is not None
    return game_id


def reach(desktop: Desktop, name: str) -> None:
    """Goes round by Tab until something is reached; it comes to the same place twice when that is not to be had."""
    desktop.find_still(name)
    passed: list[str] = []
    while (reached := desktop.shown()["reached"]) != name:
        assert passed.count(reached) < 2, passed
        passed.append(reached)
        desktop.press("Tab")


@pytest.mark.anyio
async def test_a_game_by_keys_its_replay_its_rematch_and_a_choice_of_pieces(
    install_plugin: InstallPlugin, serve: Serve, open_desktop: OpenDesktop
) -> None:
    server = serve(settings={"PYTHONPATH": str(install_plugin("chess", example_file("chess").read_text()))})
    async with Client(server.url) as bob:
        await bob.register("bob", "bob@example.org", PASSWORD)
        desktop = open_desktop(server)
        desktop.register("ada")
        desktop.find("new_challenge")

        game_id = await accepted(bob, desktop, "tic-tac-toe")
        desktop.find("cell:b2")
        desktop.press("b", "2", "Return")
        await played(bob, desktop, game_id, "b2")
        await bob.play(game_id, "a1", 1)
        desktop.find("ply:2")
        desktop.press("Left", "Up", "space")  # from the cell that was typed
        await played(bob, desktop, game_id, "b2", "a1", "a3")
        await bob.draw(game_id, "offer")
        reach(desktop, "draw:decline")
        desktop.press("space")
        desktop.wait_until(lambda: "draw:decline" not in desktop.places())
        desktop.press("Prior")
        desktop.find("live")
        desktop.press("c", "1", "Return")  # an earlier position takes no moves
        desktop.press("Home", "Right", "Escape", "Escape")
        desktop.wait_until(lambda: "live" not in desktop.places())
        await bob.play(game_id, "b1", 3)
        desktop.find("ply:4")
        desktop.press("c", "1", "Return")
        assert (await played(bob, desktop, game_id, "b2", "a1", "a3", "b1", "c1")).result is not None

        desktop.find("rematch:offer")
        desktop.click("download")
        desktop.click("save:text")
        downloads = desktop.downloads
        desktop.wait_until(lambda: [path.name for path in downloads.glob("*")] == [f"tic-tac-toe-{game_id}.txt"])
        await bob.rematch(game_id, "offer")
        desktop.click("rematch:accept")
        desktop.see(ply="0")
        rematch = (await bob.game(game_id)).rematch
        assert rematch is not None
        desktop.see(game=rematch)
        await bob.play(rematch, "b2", 0)
        desktop.find("ply:1")
        desktop.press("a", "1", "Return")
        await played(bob, desktop, rematch, "b2", "a1")
        await bob.resign(rematch)

        reach(desktop, "screen:hall")
        desktop.press("Return")
        game_id = await accepted(bob, desktop, "chess")
        moves = ("h2h4", "g7g5", "h4g5", "h7h6", "g5h6", "g8f6", "h6h7", "f6g8")
        async with Client(server.url) as ada:  # the same user at another device, up to the choice
            await ada.sign_in("ada", PASSWORD)
            for ply, move in enumerate(moves):
                await (ada, bob)[ply % 2].play(game_id, move, ply)
        desktop.see(game=game_id, ply=str(len(moves)))
        desktop.press("h", "7", "Return", "g", "8", "Return")
        desktop.find("move:h7g8q")
        desktop.press("2")
        await played(bob, desktop, game_id, *moves, "h7g8r")
        assert desktop.stop() == 0
