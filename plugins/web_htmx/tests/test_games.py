"""Playing on the page of a game: what it shows to whom, what it takes, and how it refuses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gamehall.game import read_options
from gamehall_web_htmx.listing import options_words
from rig.hall import Hall, InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

# One piece that goes one step to the right or two; from b1 its last step may be made in two ways.
WALKER = """
from gamehall import hookimpl
from gamehall.game import Input, Outcome, Piece, Position, Ruleset, Scene

class Place(Position, frozen=True):
    column: int = 0
    turn: int = 0

class Walk(Ruleset):
    key, title, seats = "walk", "Walk", ("left", "right")
    Position = Place

    def start(self, options):
        return Place()

    def to_act(self, position):
        return None if position.column == 2 else position.turn

    def moves(self, position):
        here = "abc"[position.column] + "1"
        match position.column:
            case 0:
                return [here + "b1", here + "c1"]
            case 1:
                return [here + "c1-slow", here + "c1-fast"]
        return []

    def play(self, position, move):
        return Place("abc".index(move[2]), 1 - position.turn)

    def outcome(self, position):
        return Outcome(1 - position.turn, "arrived") if position.column == 2 else None

    def scene(self, position, seat):
        here = "abc"[position.column] + "1"
        deciding = seat is not None and seat == self.to_act(position)
        inputs = [Input(m, (m[:2], m[2:4]), m[5:]) for m in self.moves(position)] if deciding else []
        return Scene(3, 1, "squares", (Piece(here, "walker", 0),), tuple(inputs), sides=self.seats)

@hookimpl
def gamehall_rulesets():
    return [Walk()]
"""


def cells(page: Any, kind: str = "") -> list[str]:
    """The names of the cells, or of those that are of a kind: `button`, `a`, `span`."""
    return [
        given["id"].removeprefix("cell-")
        for tag, given in page.attributes
        if given.get("id", "").startswith("cell-") and kind in ("", tag)
    ]


async def test_each_sees_the_game_from_their_side(table: Any, person: Make) -> None:
    ada, bob, game = table
    page = await ada.page(game)
    assert page.text.startswith("Your turn – Tic-tac-toe")
    assert page.words("status").startswith("Your turn")
    assert len(cells(page)) == len(cells(page, "button")) == 9
    for other, kind in ((bob, "button"), (person(), "span")):
        page = await other.page(game)
        assert page.words("status").startswith("ada to move")
        assert len(cells(page, kind)) == 9  # a player's free cells are the same on every turn
    assert f"{game}/resign" in [form.action for form in (await bob.page(game)).forms]
    assert f"{game}/resign" not in [form.action for form in (await person().page(game)).forms]


async def test_a_whole_game(table: Any, person: Make) -> None:
    ada, bob, game = table
    for number, cell in enumerate(["b2", "a1", "c1", "a3", "c2", "a2"]):
        mover = (ada, bob)[number % 2]
        assert await mover.go(game, f"{game}/move", move=cell) == game
        page = await mover.page(game)
        assert page.words(f"cell-{cell}").startswith(f"{cell.upper()} {('cross', 'nought')[number % 2]}, ")
    for who, headline in ((ada, "You lost – bob won"), (bob, "You won, bob!"), (person(), "bob won")):
        page = await who.page(game)
        assert page.words("status").startswith(headline)
        assert page.text.startswith(headline)
        assert cells(page, "span") == ["a3", "b3", "c3", "a2", "b2", "c2", "a1", "b1", "c1"]
        assert [name for name in cells(page) if "winning line" in page.words(f"cell-{name}")] == ["a3", "a2", "a1"]
        assert page.words("player-1").endswith("winner")
    for path in (link for link in page.attribute("a", "href") if "/record?" in link):
        assert (await ada.get(path)).status_code == 200
    answer = await ada.post(f"{game}/move", (await ada.page(game)).form(f"{game}/move").values | {"move": "b1"})
    assert answer.status_code == 409
    assert "over" in answer.text


async def test_it_can_be_replayed(table: Any, person: Make) -> None:
    ada, bob, game = table
    for number, cell in enumerate(["b2", "a1", "c1"]):
        await (ada, bob)[number % 2].go(game, f"{game}/move", move=cell)
    stranger = person()
    filled = []
    for ply in range(4):
        page = await stranger.page(f"{game}?ply={ply}")
        filled.append({name for name in cells(page) if " " in page.words(f"cell-{name}")})
        assert not cells(page, "button")
    assert filled == [set(), {"b2"}, {"b2", "a1"}, {"b2", "a1", "c1"}]
    assert not cells(await bob.page(f"{game}?ply=2"), "button")
    links = (await stranger.page(f"{game}?ply=2")).attribute("a", "href")
    assert {f"{game}?ply=0", f"{game}?ply=1", game} <= set(links)
    for asked, status in (("4", 404), ("-1", 422), ("x", 422), ("9" * 30, 422)):
        await stranger.page(f"{game}?ply={asked}", status)


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"row": "1", "col": "1"}, 303),
        ({"move": "b2"}, 303),
        ({"move": " B2 "}, 303),
        ({"move": "b2", "row": "1", "col": "1"}, 422),
        ({"row": "1"}, 422),
        ({}, 422),
        ({"move": ""}, 422),
        ({"move": "z9"}, 422),
        ({"move": "x" * 1000}, 422),
        ({"move": "<script>"}, 422),
        ({"row": "-1", "col": "1"}, 422),
        ({"row": "9" * 40, "col": "1"}, 422),
        ({"row": "1", "col": "٣"}, 422),
        ({"row": "7", "col": "1"}, 422),
        ({"move": "b2", "ply": "1"}, 409),
        ({"move": "b2", "ply": "one"}, 422),
    ],
)
async def test_what_a_move_may_be(table: Any, sent: dict[str, str], status: int) -> None:
    ada, _, game = table
    token = {"form_token": (await ada.page(game)).form(f"{game}/move").values["form_token"]}
    answer = await ada.post(f"{game}/move", token | sent)
    assert answer.status_code == status
    page = await ada.page(game)
    assert page.words("cell-b2") == ("B2 cross, last move" if status == 303 else "B2")
    if status != 303:
        assert 'role="alert"' in answer.text
        assert "<script>" not in answer.text


async def test_the_same_move_sent_twice_counts_once(table: Any) -> None:
    ada, _, game = table
    form = (await ada.page(game)).form(f"{game}/move").values | {"move": "b2"}
    assert [(await ada.post(f"{game}/move", form)).status_code for _ in range(2)] == [303, 303]
    assert len([link for link in (await ada.page(game)).attribute("li", "id") if link.startswith("move-")]) == 1


async def test_only_whose_turn_it_is_moves(table: Any, person: Make) -> None:
    ada, bob, game = table
    token = (await bob.page("/settings")).form("/settings").values
    answer = await bob.post(f"{game}/move", token | {"move": "b2"})
    assert answer.status_code == 409
    assert "opponent&#39;s turn" in answer.text
    cyd = await person().register("cyd")
    token = (await cyd.page("/settings")).form("/settings").values
    for action in ("move", "resign"):
        assert (await cyd.post(f"{game}/{action}", token | {"move": "b2"})).status_code == 403
    assert (await ada.page(game)).words("cell-b2") == "B2"


async def test_resigning(table: Any) -> None:
    ada, bob, game = table
    assert await bob.go(game, f"{game}/resign") == game
    assert (await ada.page(game)).words("status").startswith("You won, ada!")
    assert (await bob.page(game)).words("status").startswith("You lost – ada won")
    token = (await ada.page("/settings")).form("/settings").values
    assert (await ada.post(f"{game}/resign", token)).status_code == 409


async def test_htmx_gets_only_what_changes(table: Any) -> None:
    """A move of a page that is up to date is answered by its cells; whoever is behind gets everything that lives."""
    ada, bob, game = table

    async def sent(who: Any, move: str, form: dict[str, str]) -> tuple[int, str]:
        answer = await who.post(f"{game}/move", form | {"move": move}, headers={"HX-Request": "true"})
        assert "<html" not in answer.text
        assert "form_token" not in answer.text
        return answer.status_code, answer.text

    def parts(html: str) -> set[str]:
        return set(re.findall(r'id="((?:alert|status|position|moves-card|cell-..))"', html))

    form = (await ada.page(game)).form(f"{game}/move").values
    status, html = await sent(ada, "b2", form)
    assert (status, parts(html)) == (200, {"status", "cell-b2"})
    assert "bob to move" in html
    everything = {"alert", "status", "position", "moves-card", *(f"cell-{c}{r}" for c in "abc" for r in (1, 2, 3))}
    status, html = await sent(ada, "a1", form)
    assert (status, parts(html)) == (409, everything)
    assert "moved on" in html
    form = (await bob.page(game)).form(f"{game}/move").values
    status, html = await sent(bob, "a1", form | {"revision": "0"})
    assert (status, parts(html)) == (200, everything)


async def test_a_move_meant_for_another_position_is_not_made(table: Any) -> None:
    ada, bob, game = table
    form = (await bob.page(game)).form(f"{game}/move").values
    await ada.go(game, f"{game}/move", move="b2")
    shown = (await bob.page(game)).form(f"{game}/move").values
    await ada.go(game, f"{game}/takeback", action="offer")
    await bob.go(game, f"{game}/takeback", action="accept")
    await ada.go(game, f"{game}/move", move="c3")
    answer = await bob.post(f"{game}/move", form | {"ply": "1", "seen": shown["seen"], "move": "a1"})
    assert answer.status_code == 409
    assert "moved on" in answer.text
    assert (await bob.page(game)).words("status").startswith("Your turn")


async def test_a_move_of_two_cells_is_aimed_and_then_played(
    install_plugin: InstallPlugin, start_hall: StartHall, newcomer: Make
) -> None:
    install_plugin("walk", WALKER)
    hall = await start_hall()
    ada, bob = newcomer(hall), newcomer(hall)
    await ada.register("ada")
    await bob.register("bob")
    challenge = await ada.challenges("bob", ruleset="walk")
    game = await bob.go(challenge, f"{challenge}/respond", action="accept")

    page = await ada.page(game)
    assert (cells(page, "a"), cells(page, "button")) == (["a1"], [])
    assert page.words("cell-a1").startswith("A1 left walker")
    assert f"{game}?from=a1" in page.attribute("a", "href")
    page = await ada.page(f"{game}?from=a1")
    assert (cells(page, "a"), cells(page, "button")) == (["a1"], ["b1", "c1"])
    assert ("move", "a1b1") in [(name, value) for name, value, _ in page.form(f"{game}/move").buttons]
    await ada.go(f"{game}?from=a1", f"{game}/move", move="a1b1")

    page = await bob.page(f"{game}?from=b1")
    assert (cells(page, "a"), cells(page, "button")) == (["b1", "c1"], [])
    assert f"{game}?from=b1%2Cc1" in page.attribute("a", "href")
    page = await bob.page(f"{game}?from=b1%2Cc1")
    assert page.form(f"{game}/move").buttons == [("move", "b1c1-slow", "slow"), ("move", "b1c1-fast", "fast")]
    assert page.words("choices-prompt") == "B1 – C1: which of these do you mean?"
    for nonsense in ("c1", "zz", ",", "b1,c1,c1", "%00"):
        assert cells(await bob.page(f"{game}?from={nonsense}"), "a") == ["b1"]
    await bob.go(f"{game}?from=b1", f"{game}/move", move="b1c1-fast")
    assert (await bob.page(game)).words("status").startswith("You won")


async def test_choices_of_an_opening_are_buttons(players: list[Any]) -> None:
    ada, bob = players
    challenge = await ada.challenges("bob", ruleset="gomoku", option_opening="swap2")
    game = await bob.go(challenge, f"{challenge}/respond", action="accept")
    kinds = []
    for cell in ("h8", "i8", "k9"):
        kinds += [name for name in ("ghost-black", "ghost-white") if name in (await ada.page(game)).html]
        await ada.go(game, f"{game}/move", move=cell)
    assert kinds == ["ghost-black", "ghost-white", "ghost-black"]
    form = (await bob.page(game)).form(f"{game}/move")
    assert [value for _, value, _ in form.buttons] == ["black", "white", "more"]
    await bob.go(game, f"{game}/move", move="white")
    assert (await bob.page(game)).words("player-1").startswith("bob you White")


async def test_the_list_of_games_is_filtered_and_paged(hall: Hall, players: list[Any], person: Make) -> None:
    ada, bob = players
    games = []
    for _ in range(26):
        challenge = await ada.challenges("bob")
        games.append(await bob.go(challenge, f"{challenge}/respond", action="accept"))
    await ada.go(games[0], f"{games[0]}/resign")

    async def listed(path: str) -> list[str]:
        page = await person().page(path)
        return [link for link in page.attribute("a", "href") if re.fullmatch(r"/games/[0-9a-z]{26}", link)]

    assert await listed("/games") == games[:1:-1]
    older = next(link for link in (await person().page("/games")).attribute("a", "href") if "before=" in link)
    assert await listed(older) == games[1::-1]
    assert await listed("/games?status=finished&ruleset=tic-tac-toe&player=ADA") == games[:1]
    assert await listed("/games?ruleset=gomoku") == []
    assert await listed("/games?player=zoe") == []
    for path in ("/games?player=%00", "/games?ruleset=%00", "/games?status=%00&ruleset=%FF"):
        assert await listed(path) in ([], games[:1:-1])
    await person().page("/games?before=zzz", 404)


@pytest.mark.parametrize(
    ("ruleset", "options", "words"),
    [
        ("gomoku", {"board_size": 19}, "board size 19"),
        ("gomoku", {"opening": "swap2"}, "board size 15 · opening swap2"),
        ("renju", {}, ""),
        ("renju", {"opening": "taraguchi-10", "foul_policy": "loses"}, "opening taraguchi-10 · fouls loses"),
        ("pente", {"keryo": True}, "board size 19 · keryo-pente"),
        ("mnk", {"gravity": True}, "columns 7 · rows 7 · in a row 4 · gravity"),
    ],
)
async def test_options_are_told_in_short(hall: Hall, ruleset: str, options: dict[str, Any], words: str) -> None:
    chosen = msgspec.to_builtins(read_options(hall.host.rulesets[ruleset], options))
    assert options_words(hall.host, ruleset, chosen) == words


async def test_options_of_a_game_that_is_gone_are_told_as_stored(hall: Hall) -> None:
    assert options_words(hall.host, "gone", {"board_size": 9, "opening": "none"}) == "board size 9"
