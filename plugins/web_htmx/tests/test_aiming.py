"""Without scripts, whoever wants to be asked aims with one form and places with the next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

# A man that steps along a row, or stays where he is; and a line at whose end he asks how to go on.
STEPS = """
from gamehall import hookimpl
from gamehall.game import Input, Look, Outcome, Piece, Position, Ruleset, Scene

class At(Position, frozen=True):
    cell: str = "a1"
    turn: int = 0

class Steps(Ruleset):
    key, title, Position = "steps", "Steps", At

    def start(self, options):
        return At()

    def to_act(self, position):
        return None if self.outcome(position) else position.turn

    def moves(self, position):
        ways = {"a1": ["b1", "c1"], "b1": ["c1"], "c1": ["d1=left", "d1=right"]}.get(position.cell, [])
        return [*ways, "pass"] if ways else []

    def play(self, position, move):
        return At(position.cell if move == "pass" else move[:2], 1 - position.turn)

    def outcome(self, position):
        return Outcome(1 - position.turn, "there") if position.cell == "d1" else None

    def scene(self, position, seat):
        inputs = [
            Input(move, () if move == "pass" else (position.cell, move[:2]), move.partition("=")[2])
            for move in self.moves(position) if seat == self.to_act(position)
        ]
        looks = {"man": Look("M", picture="steps/{side}-man")}
        man = (Piece(position.cell, "man", 0),)
        sides = self.seats
        return Scene(4, 1, "squares", man, tuple(inputs), (), sides, "On.", "Step." if inputs else "", looks, seat == 1)

@hookimpl
def gamehall_rulesets():
    return [Steps()]
"""
MAN = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>'


async def test_a_stone_is_aimed_and_then_placed(table: Any) -> None:
    ada, bob, game = table
    assert "aim" not in (await ada.page(game)).form(f"{game}/move").values
    await ada.go("/look", "/look?next=/", confirm="always")
    aimed = await ada.go(game, f"{game}/move", move="b2", auto="on")
    assert aimed == f"{game}?auto=on&from=b2"
    page = await ada.page(aimed)
    assert ("move", "b2", "Place at B2") in page.form(f"{game}/move").buttons
    assert page.words("cell-b2") == "B2, touched"
    # Anything else that is touched is aimed at instead, and nothing has been played; the page goes on looking again.
    assert {f"{game}?auto=on&from=a1", f"{game}?auto=on"} <= set(page.attribute("a", "href"))
    assert (await bob.page(game)).words("cell-b2") == "B2"
    assert await ada.go(aimed, f"{game}/move", move="b2") == f"{game}?auto=on"
    assert (await bob.page(game)).words("cell-b2") == "B2 cross, last move"
    # What is no move is refused at once, with its reason.
    await bob.go("/look", "/look?next=/", confirm="always")
    await bob.refused(game, f"{game}/move", 422, move="b2")


async def test_only_games_without_a_running_clock_ask_if_wished(players: list[Any]) -> None:
    ada, bob = players
    await ada.go("/look", "/look?next=/", confirm="slow")
    for clock, asks in (("no-clock", True), ("3-days", True), ("5+3", False)):
        challenge = await ada.challenges("bob", clock=clock)
        game = await bob.go(challenge, f"{challenge}/respond", action="accept")
        assert ("aim" in (await ada.page(game)).form(f"{game}/move").values) is asks, clock


async def test_moves_of_two_cells_and_pieces_that_a_plugin_draws(
    install_plugin: InstallPlugin, start_hall: StartHall, newcomer: Make
) -> None:
    pieces = install_plugin("steps", STEPS) / "gamehall_steps/pieces"
    pieces.mkdir()
    (pieces / "black-man.svg").write_text(MAN)
    hall = await start_hall()
    ada, bob = [await newcomer(hall).register(name) for name in ("ada", "bob")]
    challenge = await ada.challenges("bob", ruleset="steps")
    game = await bob.go(challenge, f"{challenge}/respond", action="accept")
    page = await ada.page(game)
    drawings = {each for each in page.attribute("img", "src") if "steps" in each}
    assert len(drawings) == 1
    answer = await ada.get(drawings.pop())
    assert (answer.text, answer.headers["content-type"]) == (MAN, "image/svg+xml")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert page.words("cell-a1") == "A1 black man"
    assert page.ids.index("cell-a1") < page.ids.index("cell-d1")
    opposite = await bob.page(game)
    assert opposite.ids.index("cell-a1") > opposite.ids.index("cell-d1")
    assert [each for each in (await ada.page("/games")).attribute("image", "href") if "steps" in each]

    await ada.go("/look", "/look?next=/", confirm="always")
    told = await ada.go(f"{game}?from=a1", f"{game}/move", move="c1")
    page = await ada.page(told)
    assert [words for _, _, words in page.form(f"{game}/move").buttons if words.startswith("Move")] == ["Move A1 – C1"]
    assert await ada.go(told, f"{game}/move", move="c1") == game
    # Passing has its own question, and a choice among several ways is one already.
    await bob.go("/look", "/look?next=/", confirm="always")
    page = await bob.page(game)
    assert ("move", "pass", "Yes, pass") in page.form(f"{game}/move").buttons
    choice = await bob.page(f"{game}?from=c1,d1")
    assert "aim" not in choice.form(f"{game}/move").values
    await bob.go(f"{game}?from=c1,d1", f"{game}/move", move="d1=left")
    end = await bob.page(game)
    assert end.words("status").startswith("You won")
    assert end.ids.index("cell-a1") > end.ids.index("cell-d1")  # still from the other side


async def test_forbidden_points_stay_shown_while_one_plays(table: Any) -> None:
    ada, _, game = table
    asking = f"{game}?forbidden=on"
    assert await ada.go(asking, f"{game}/move", move="b2") == asking


async def test_a_move_can_be_typed(table: Any) -> None:
    ada, bob, game = table
    page = await ada.page(game)
    assert page.attribute("form", "id").count("move-bar") == 1
    (typed,) = [given for tag, given in page.attributes if given.get("id") == "move-text"]
    assert typed["name"] == "move"
    await ada.go(game, f"{game}/move", move="B2")
    assert "move-bar" in (await bob.page(game)).ids
    assert "move-bar" not in (await bob.page(f"{game}?ply=0")).ids
