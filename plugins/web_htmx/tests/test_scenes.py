"""Whatever a scene can say is on the page: hexes, looks, no board at all, forbidden points, the reason of a refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rig.hall import InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

# Games that end when somebody says so; a position is the moves made.
GALLERY = """
from gamehall import hookimpl
from gamehall.game import Input, Look, Mark, Outcome, Piece, Position, Refusal, Ruleset, Scene, board_cells

class Moves(Position, frozen=True):
    made: tuple[str, ...] = ()

class Game(Ruleset):
    Position = Moves

    def start(self, options):
        return Moves()

    def to_act(self, position):
        return None if self.outcome(position) else len(position.made) % 2

    def moves(self, position):
        return [each.move for each in self.offers(position)] if self.outcome(position) is None else []

    def play(self, position, move):
        return Moves((*position.made, move))

    def outcome(self, position):
        return Outcome(None, "enough") if "end" in position.made else None

    def inputs(self, position, seat):
        return tuple(self.offers(position)) if seat is not None and seat == self.to_act(position) else ()

class Tiles(Game):
    key, title, seats = "tiles", "Tiles", ("red", "blue")

    def offers(self, position):
        taken = {*position.made, *self.forbidden(position)}
        return [*(Input(cell, (cell,)) for cell in board_cells(3, 2) if cell not in taken), Input("end")]

    def forbidden(self, position):
        first = position.made[:1]
        edge = ("c1", "c2") if first else ()
        return {cell: Refusal("edge", "The edge is not for you.", (*first, cell)) for cell in edge}

    def refusal(self, position, move):
        return self.forbidden(position).get(move) or super().refusal(position, move)

    def scene(self, position, seat):
        pieces = [Piece(cell, self.seats[n % 2], n % 2) for n, cell in enumerate(position.made) if cell != "end"]
        marks = tuple(Mark(piece.cell, "last") for piece in pieces[-1:])
        looks = {"red": Look("", "#c23b2e"), "blue": Look("Bl", "#2b62ad")}
        return Scene(3, 2, "hexes", tuple(pieces), self.inputs(position, seat), marks, self.seats, looks=looks)

class Sums(Game):
    key, title, seats = "sums", "Sums", ("first", "second")

    def offers(self, position):
        return [*(Input(str(number), (), f"Add {number}") for number in range(1, 10)), Input("end")]

    def scene(self, position, seat):
        status = f"The sum is {sum(int(move) for move in position.made if move != 'end')}."
        prompt = "Add something." if self.inputs(position, seat) else ""
        return Scene(0, 0, inputs=self.inputs(position, seat), sides=self.seats, status=status, prompt=prompt)

@hookimpl
def gamehall_rulesets():
    return [Tiles(), Sums()]
"""


@pytest.fixture
async def sit_down(install_plugin: InstallPlugin, start_hall: StartHall, newcomer: Make) -> Callable[[str], Any]:
    """Gives ada, bob and the path of their game of a ruleset of the gallery."""
    install_plugin("gallery", GALLERY)
    hall = await start_hall()

    async def begin(ruleset: str) -> tuple[Any, Any, str]:
        ada, bob = [await newcomer(hall).register(name) for name in ("ada", "bob")]
        challenge = await ada.challenges("bob", ruleset=ruleset)
        return ada, bob, await bob.go(challenge, f"{challenge}/respond", action="accept")

    return begin


def discs(page: Any) -> list[str]:
    """The colours of the discs in the page's pictures."""
    return [given["fill"] for tag, given in page.attributes if tag == "circle" and "fill" in given]


async def test_hexes_are_played_and_their_pieces_have_their_colours_everywhere(sit_down: Callable[[str], Any]) -> None:
    ada, bob, game = await sit_down("tiles")
    page = await ada.page(game)
    assert discs(page) == ["#2b62ad", "#c23b2e"]  # of the players: bob sits opposite
    classes = page.attribute("div", "class")
    assert "board hexes w3 h2" in classes
    assert [each for each in classes if each.startswith("line")] == ["line r0", "line r1"]
    await ada.go(game, f"{game}/move", move="a1")
    await bob.go(game, f"{game}/move", move="b2")
    page = await ada.page(game)
    assert page.words("cell-a1").startswith("A1 red")
    assert page.words("cell-b2").startswith("B2 blue, last move")
    # On the board, in the list of moves, and beside the players' names.
    assert sorted(discs(page)) == ["#2b62ad"] * 3 + ["#c23b2e"] * 3
    assert "Bl" in page.texts
    listed = await ada.page("/games")
    assert sorted(discs(listed)) == ["#2b62ad", "#c23b2e"]


async def test_a_game_without_a_board_is_its_words_and_buttons(sit_down: Callable[[str], Any]) -> None:
    ada, bob, game = await sit_down("sums")
    page = await ada.page(game)
    assert page.words("status") == "Your turn The sum is 0. Add something."
    assert [words for _, _, words in page.form(f"{game}/move").buttons] == [*(f"Add {n}" for n in range(1, 10)), "End"]
    for number, move in enumerate(("4", "5", "end")):
        mover = (ada, bob)[number % 2]
        await mover.go(game, f"{game}/move", move=move)
    pages = [await ada.page(f"{game}?ply={ply}") for ply in range(4)]
    assert ["The sum is 4." in page.text for page in pages] == [False, True, False, False]
    for page in (*pages, await bob.page(game)):
        assert not [name for name in page.ids if name.startswith("cell-")]
        assert not [each for each in page.attribute("div", "class") if each.split()[:1] == ["board"]]
    assert "Draw" in (await bob.page(game)).words("status")
    listed = await ada.page("/games")
    assert game in listed.attribute("a", "href")
    assert "0 0 0 0" not in listed.attribute("svg", "viewbox")


async def test_forbidden_points_are_shown_to_whoever_asks(sit_down: Callable[[str], Any]) -> None:
    ada, bob, game = await sit_down("tiles")
    asking = f"{game}?forbidden=on"
    assert asking not in (await ada.page(game)).attribute("a", "href")  # there is none yet
    assert (await ada.page(asking)).words("forbidden") == "No point is forbidden in this position."
    await ada.go(game, f"{game}/move", move="a1")
    page = await bob.page(game)
    assert "forbidden" not in page.words("cell-c1")
    assert asking in page.attribute("a", "href")

    page = await bob.page(asking)
    assert page.words("forbidden") == "C1, C2 The edge is not for you."
    assert page.words("cell-c1") == "C1, forbidden"
    assert "is-forbidden" in next(each["class"] for _, each in page.attributes if each.get("id") == "cell-c2").split()
    assert game in page.attribute("a", "href")
    assert f"{game}?ply=0&forbidden=on" in page.attribute("a", "href")  # replays keep it

    page = await bob.page(f"{game}?ply=0&forbidden=on")
    assert {f"{game}?ply=0", asking} <= set(page.attribute("a", "href"))
    await bob.go(game, f"{game}/move", move="end")
    assert asking not in (await bob.page(game)).attribute("a", "href")
    assert "forbidden-h" not in (await bob.page(asking)).ids


async def test_a_refused_move_shows_its_reason_on_the_board(sit_down: Callable[[str], Any]) -> None:
    ada, bob, game = await sit_down("tiles")
    await ada.go(game, f"{game}/move", move="a1")
    page = await bob.refused(game, f"{game}/move", 422, move="c2")
    assert "The edge is not for you." in page.words("alert")
    assert "A1, C2" in page.words("alert")
    assert page.words("note") == "The edge is not for you."  # at the point itself
    assert "note r0 k2" in page.attribute("p", "class")
    assert page.words("cell-a1").startswith("A1 red, last move, part of the reason")
    assert page.words("cell-c2") == "C2, part of the reason"
    assert [given["id"] for _, given in page.attributes if "is-reason" in given.get("class", "").split()] == [
        "cell-c2",
        "cell-a1",
    ]
    again = await bob.page(game)
    assert "part of the reason" not in again.text
    assert "note" not in again.ids
