"""The real window on a real screen, with a real mouse, against a real server."""

from __future__ import annotations

from contextlib import aclosing
from functools import partial
from pathlib import Path

import pytest

from gamehall.client import Client
from rig.desktop import OpenDesktop
from rig.hall import InstallPlugin
from rig.server import Serve, Server

# A walk over hexes whose last step can be taken in two ways, and then no board is left: there is only to leave.
WALK = """
from gamehall import hookimpl
from gamehall.game import Input, Look, Outcome, Piece, Position, Ruleset, Scene

class Steps(Position, frozen=True):
    made: tuple[str, ...] = ()

class Walk(Ruleset):
    key, title, seats = "walk", "Walk", ("red", "blue")
    Position = Steps

    def start(self, options):
        return Steps()

    def to_act(self, position):
        return None if len(position.made) == 2 else 0

    def moves(self, position):
        return [] if len(position.made) == 2 else ["leave"] if position.made else ["slow", "fast"]

    def play(self, position, move):
        return Steps((*position.made, move))

    def outcome(self, position):
        return Outcome(0, "left") if len(position.made) == 2 else None

    def scene(self, position, seat):
        inputs = [Input(m, () if position.made else ("a1", "c3"), m.upper()) for m in self.moves(position)]
        inputs = tuple(inputs) if seat == 0 else ()
        if position.made:
            return Scene(0, 0, inputs=inputs, sides=self.seats, status="It is time.")
        piece, looks = Piece("a1", "walker", 0), {"walker": Look("Wa", "#c23b2e")}
        return Scene(4, 3, "hexes", (piece,), inputs, sides=self.seats, looks=looks)

@hookimpl
def gamehall_rulesets():
    return [Walk()]
"""


@pytest.mark.anyio
async def test_a_game_in_the_window(server: Server, open_desktop: OpenDesktop, tmp_path: Path) -> None:
    async with Client(server.url) as bob:
        await bob.register("bob", "bob@example.org", "correct horse battery")
        desktop = open_desktop(server)
        desktop.register("ada")
        desktop.find("new_challenge")
        async with aclosing(bob.events(["user"])) as events:
            assert (await anext(events)).kind == "hello"
            challenge = await bob.challenge("gomoku", "ada", seat=1)
            desktop.click(f"accept:{challenge.id}")
            desktop.click("cell:h8")
            while (event := await anext(events)).kind != "game_move":
                pass
            game = event.data["game_id"]
            assert event.data["move"] == "h8"
            await bob.play(game, "h9", 1)
            desktop.see(ply="2")
            desktop.click("cell:a1")
            desktop.see(ply="3", sending="")
            assert (await bob.game(game)).moves == ("h8", "h9", "a1")
            desktop.click("resign")
            desktop.click("resign:yes")
            while (event := await anext(events)).kind != "game_over":
                pass
            assert event.data["result"] == {"winner": 1, "reason": "resigned"}

    assert desktop.stop() == 0
    again = open_desktop(server)  # the token is kept
    again.choose("sign_out")
    again.find("sign_in")
    assert again.stop() == 0
    for kept in (tmp_path / "share/gamehall/desktop_tokens.json", tmp_path / "config/gamehall/desktop.json"):
        assert kept.stat().st_mode & 0o077 == 0
        assert "hall_" not in kept.read_text()


@pytest.mark.anyio
async def test_hexes_a_choice_of_ways_and_a_game_without_a_board(
    install_plugin: InstallPlugin, serve: Serve, open_desktop: OpenDesktop
) -> None:
    server = serve(settings={"PYTHONPATH": str(install_plugin("walk", WALK))})
    async with Client(server.url) as bob:
        await bob.register("bob", "bob@example.org", "correct horse battery")
        desktop = open_desktop(server)
        desktop.register("ada")
        desktop.find("new_challenge")
        challenge = await bob.challenge("walk", "ada", seat=1)
        desktop.click(f"accept:{challenge.id}")
        desktop.click("cell:a1")
        desktop.click("cell:c3")
        desktop.find("move:slow")
        desktop.click("move:fast")
        desktop.click("move:leave")
        desktop.wait_until(lambda: "move:leave" not in desktop.places())
        assert not [name for name in desktop.places() if name.startswith("cell:")]
        assert (game_id := (await bob.show_challenge(challenge.id)).game_id) is not None
        assert (await bob.game(game_id)).moves == ("fast", "leave")
    assert desktop.stop() == 0


@pytest.mark.anyio
async def test_clicks_mean_their_cells_at_any_size_and_in_any_look(
    server: Server, open_desktop: OpenDesktop, tmp_path: Path
) -> None:
    async with Client(server.url) as bob, Client(server.url) as ada:
        await bob.register("bob", "bob@example.org", "correct horse battery")
        await bob.rename("山田太郎 Łukasz")
        await ada.register("ada", "ada@example.org", "correct horse battery")
        challenge = await bob.challenge("gomoku", "ada", seat=1)
        game = (await ada.respond(challenge.id, "accept")).game_id
        assert game is not None
        desktop = open_desktop(server)
        desktop.sign_in("ada", "correct horse battery")
        desktop.open_game(game)

        async def move(cell: str) -> None:
            """Moves once the window has heard of bob's move, and has bob answer."""
            made = (await bob.game(game)).ply
            desktop.see(ply=str(made))
            desktop.click(f"cell:{cell}")
            desktop.see(ply=str(made + 1), sending="")
            assert (await bob.game(game)).moves[-1] == cell
            await bob.play(game, f"{cell[0]}1", made + 1)

        for (width, height), cell in (((700, 860), "a15"), ((560, 420), "o14"), ((1240, 880), "b7")):
            desktop.resize(width, height)
            await move(cell)
        desktop.click("screen:settings")
        kept = tmp_path / "config/gamehall/desktop.json"

        def is_kept(setting: str) -> bool:
            return setting in kept.read_text()

        for choice in ("theme:light", "scale:125", "language:de", "board:slate"):  # which another plugin brings
            desktop.click(f"settings:{choice}")
            desktop.wait_until(partial(is_kept, choice.partition(":")[2]))
        desktop.press("ctrl+minus")
        desktop.wait_until(partial(is_kept, '"scale": 110'))
        desktop.click("screen:table")
        await move("c3")
        desktop.click("screen:hall")
        desktop.find(f"game:{game}")
    assert desktop.stop() == 0
