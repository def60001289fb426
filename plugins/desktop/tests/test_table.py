"""The open game: what is shown of it, and what touching it means."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from gamehall.answers import Forbidden, Game
from gamehall.game import CellChange, Input, Mark, Piece, Refusal, Scene
from gamehall_desktop.state.account import Offline, Online, SignedIn, SignedOut
from gamehall_desktop.state.acting import move_buttons
from gamehall_desktop.state.table import Barred, Moved, Refused, Seen, Sending, Shown, Stored, Table
from gamehall_desktop.state.tablewords import headline, notice
from rig.tables import CELLS, stones, told

TAKEN = Refusal("occupied", "There is a stone already.", ("a1", "b1"))


def news(game: Game) -> Moved:
    """The news of a game's last move."""
    last, seat = game.moves[-1], game.movers[-1]
    cells = (CellChange(last, ("black", "white")[seat], seat),)
    clock = game.clock
    return Moved("g", game.ply, last, seat, game.to_act, game.status, clock, cells, 1.0, game.revision)


def table_of(*messages: object) -> Table:
    table = Table(username="ada")
    for message in messages:
        table.take(message)
    return table


@dataclass
class World:
    """A hall in which a game goes on, and every message that it could ever send to ada's table."""

    games: list[Game]
    messages: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        for game in self.games:
            self.messages.append(Shown(game))
        for before, game in zip(self.games, self.games[1:], strict=False):
            if game.ply == before.ply + 1:
                self.messages.append(news(game))
                if game.movers[-1] == 0:
                    sent = Sending("g", before.ply, game.moves[-1])
                    self.messages += [sent, replace_waiting(sent), Stored("g", before.ply)]
            if before.ply % 2 == 0:
                self.messages.append(Refused("g", before.ply, "e5", TAKEN))


def replace_waiting(sent: Sending) -> Sending:
    return Sending(sent.game_id, sent.ply, sent.move, waiting=True)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A game with moves, and now and then turns taken back."""
    moves: list[str] = []
    games = [told()]
    for revision in range(1, draw(st.integers(2, 9))):
        if moves and draw(st.integers(0, 4)) == 0:
            moves = moves[: -draw(st.integers(1, min(2, len(moves))))]
        else:
            moves.append(draw(st.sampled_from([cell for cell in CELLS if cell not in moves])))
        games.append(told(*moves, revision=revision))
    return World(games)


@given(worlds(), st.data())
def test_nothing_older_is_shown_after_something_newer_in_whatever_order_it_comes(
    world: World, data: st.DataObject
) -> None:
    table, newest = table_of(), -1
    for message in data.draw(st.lists(st.sampled_from(world.messages), max_size=30)):
        table.take(message)
        if table.game is not None:
            assert table.game.revision >= newest
            newest = table.game.revision
            assert table.game.moves == world.games[newest].moves
            scene = table.scene
            assert scene is not None
            assert {piece.cell for piece in scene.pieces} == set(table.game.moves)


@given(st.lists(st.sampled_from(CELLS), min_size=1, unique=True), st.data())
def test_no_turn_is_played_twice_in_whatever_order_its_news_comes(moves: list[str], data: st.DataObject) -> None:
    """Whoever touches all the time makes each move once, unless it was refused."""
    world = World([told(*moves[:n]) for n in range(len(moves) + 1)])
    table, made, refused = table_of(Shown(world.games[0])), dict[int, int](), dict[int, int]()
    for message in data.draw(st.lists(st.sampled_from(world.messages), max_size=30)):
        taken = table.sending is not None and not table.stored
        table.take(message)
        if isinstance(message, Refused) and taken and table.sending is None:
            refused[message.ply] = refused.get(message.ply, 0) + 1
        for cell in CELLS:
            if table.touch(cell) is not None:
                assert table.game is not None
                made[table.game.ply] = made.get(table.game.ply, 0) + 1
        assert all(times <= 1 + refused.get(ply, 0) for ply, times in made.items())


def test_a_move_is_shown_at_once_and_until_the_hall_has_it() -> None:
    table = table_of(Shown(told()))
    assert table.touch("c3") == "c3"
    assert (table.pending, headline(table).text) == (Piece("c3", "black", 0), "Sending C3…")
    assert table.touch("a1") is None, "it is on its way"
    assert notice(table) == "Your move is on its way."
    table.take(Sending("g", 0, "c3", waiting=True))
    assert headline(table).text == "Waiting for the hall"
    table.take(Stored("g", 0))
    assert headline(table).text == "C3 is stored"
    table.take(news(told("c3")))
    assert (table.pending, headline(table).text) == (None, "Bob to move")


def test_a_refused_move_says_why_until_the_next_touch() -> None:
    table = table_of(Shown(told()))
    table.touch("c3")
    table.take(Refused("g", 0, "c3", TAKEN))
    assert (table.pending, table.wrong, notice(table)) == (None, ("a1", "b1"), TAKEN.detail)
    assert [table.reason_at(cell) for cell in ("c3", "b1", "e5")] == [TAKEN.detail, TAKEN.detail, ""]
    assert table.touch("d4") == "d4"
    assert not table.wrong


def test_news_of_a_move_is_shown_before_the_game_is_looked_at_anew() -> None:
    ticking = {"kind": "fischer", "initial": 60, "increment": 0, "running": 0}
    after = told("c3", "d4", clock=ticking)
    table = table_of(Shown(told("c3")), news(after))
    assert table.game is not None
    assert (table.game.moves, table.game.to_act, table.game.clock, table.at) == (("c3", "d4"), 0, ticking, 1.0)
    scene = table.scene
    assert scene is not None
    assert (scene.pieces[-1], scene.marks) == (Piece("d4", "white", 1), (Mark("d4", "last"),))
    assert headline(table).text == "Your turn"
    assert table.touch("e5") is None, "what can be played is not known before the look"
    table.take(Shown(after))
    assert table.touch("e5") == "e5"


def test_news_that_misses_something_waits_for_a_look() -> None:
    table = table_of(Shown(told("c3")))
    for missed in (told("c3", "d4", "e5"), told("c3", "d4", revision=3), told("c3", revision=2)):
        table.take(news(missed))
        assert table.game == told("c3")


def test_two_touches_and_a_choice_make_a_move() -> None:
    ways = tuple(Input(f"a4a5{way}", ("a4", "a5"), label) for way, label in (("q", "Queen"), ("r", "Rook")))
    pawn, inputs = Piece("a4", "pawn", 0), (*ways, Input("b1b2", ("b1", "b2")))
    scene = replace(stones((), 0, 0), inputs=inputs, pieces=(pawn,))
    table = table_of(Shown(replace(told(), scene=scene)))
    assert table.touch("a4") is None
    assert notice(table) == "From A4: touch where it goes."
    assert table.touch("a5") is None
    assert [(each.key, each.label) for each in move_buttons(table)] == [("1", "Queen"), ("2", "Rook")]
    table.escape()
    assert not move_buttons(table)
    table.touch("a4")
    table.touch("a5")
    assert table.type_key("3") is None
    assert table.type_key("2") == "a4a5r"
    assert (table.pending, table.touched) == (Piece("a5", "pawn", 0), ()), "the piece that was touched goes there"


def test_a_game_without_a_board_is_played_by_its_buttons_or_their_numbers() -> None:
    scene = Scene(0, 0, inputs=(Input("1", (), "Take one"), Input("take_two")))
    table = table_of(Shown(replace(told(), scene=scene)))
    assert [(each.key, each.label) for each in move_buttons(table)] == [("1", "Take one"), ("2", "Take two")]
    table.go("left")
    assert table.cursor is None
    assert table.press("three") is None
    assert table.type_key("2") == "take_two"


def test_opening_decisions_beside_a_board_are_buttons_with_numbers_too() -> None:
    scene = replace(stones(("c3",), 0, 0), inputs=(Input("swap"), Input("keep")))
    table = table_of(Shown(replace(told("c3"), to_act=0, scene=scene)))
    assert table.type_key("1") == "swap"


@pytest.mark.parametrize("typed", ["b4", "b4\r"])
def test_a_cell_is_played_by_its_name(typed: str) -> None:
    table = table_of(Shown(told()))
    made = [table.enter() if key == "\r" else table.type_key(key) for key in typed]
    assert (table.cursor, made[-1]) == ("b4", "b4" if typed.endswith("\r") else None)
    assert notice(table) == ("Typed: b4" if table.typed else "")


def test_what_cannot_become_a_cell_begins_anew() -> None:
    table = table_of(Shown(told()))
    for key in "b77c2z":
        table.type_key(key)
    assert (table.typed, table.cursor) == ("", "c2")
    for key in "d5":
        table.type_key(key)
    table.rub_out()
    table.type_key("1")
    assert table.enter() == "d1"


def test_the_cursor_walks_the_board_as_it_is_seen_and_plays() -> None:
    table = table_of(Shown(told("a1", "b2")))
    walked = []
    for way in ("up", "up", "left", "left", "down", "right"):
        table.go(way)
        walked.append(table.cursor)
    assert walked == ["b2", "b3", "a3", "a3", "a2", "b2"], "it appears at the last move"
    turned = replace(told(), scene=replace(stones((), 0, 0), turned=True))
    table = table_of(Shown(turned))
    for way in ("up", "up", "right"):
        table.go(way)  # type: ignore[arg-type]
    assert (table.cursor, table.enter()) == ("b2", "b2")


def test_looking_back_takes_no_moves_and_goes_on_with_the_game() -> None:
    table = table_of(Shown(told("a1", "b2", "c3", "d4")))
    assert [table.look_back(3), table.look_back(2), table.look_back(-1)] == [3, 2, 0]
    table.take(Seen("g", 2, stones(("a1", "b2"), 0, 0)))  # overtaken by the next wish
    assert table.seen is None
    table.take(Seen("g", 0, stones((), 0, 0)))
    scene = table.scene
    assert scene is not None
    assert (scene.pieces, scene.inputs, headline(table).text) == ((), (), "Move 0 of 4")
    assert table.touch("e5") is None
    assert "earlier position" in notice(table)
    table.take(Shown(told("a1", "b2", "c3", "d4", "e5")))
    assert headline(table).text == "Move 0 of 5", "news does not call anybody back"
    assert table.look_back(5) is None
    assert table.scene == table.game.scene if table.game else None
    table.look_back(4)
    table.take(Shown(told("a1", revision=6)))  # taken back to before what is looked at
    assert table.wanted is None
    table.look_back(0)
    table.escape()
    assert table.wanted is None


def test_without_the_hall_moves_are_held_back_and_it_says_why() -> None:
    table = table_of(Shown(told()), Offline("nothing answers", 1.0))
    assert table.touch("c3") is None
    assert notice(table) == "The hall does not answer. You can move as soon as it does."
    table.take(Online())
    assert table.touch("c3") == "c3"


def test_a_local_game_needs_no_hall_and_takes_back_what_it_likes() -> None:
    table = table_of(Shown(told("a1", viewer=1, revision=0), local=True), Offline("nothing answers", 1.0), SignedOut())
    assert table.touch("b1") == "b1"
    table.take(Shown(told("a1", "b1", revision=0), local=True))
    table.take(Shown(told(revision=0), local=True))
    assert table.game is not None
    assert (table.game.ply, table.touch("c1")) == (0, "c1")


def test_forbidden_points_are_told_with_their_reasons() -> None:
    table = table_of(Shown(told("a1", "b2")))
    assert not table.lacks_reasons
    table.bars = True
    assert table.lacks_reasons
    table.take(Barred("g", 2, (Forbidden("c3", "double-three", "c3 would make two threes.", ("a1",)),)))
    assert not table.lacks_reasons
    assert table.scene is not None
    assert Mark("c3", "forbidden") in table.scene.marks
    table.cursor = "c3"
    assert notice(table) == table.reason_at("c3") == "c3 would make two threes."
    table.take(Shown(told("a1", "b2", "d4")))
    assert table.reason_at("c3") == ""
    assert table.lacks_reasons


def test_another_game_begins_with_nothing_of_the_one_before() -> None:
    table = table_of(SignedIn("ada", "http://hall"), Shown(told("a1", "b2")))
    table.touch("c3")
    table.look_back(1)
    table.cursor = "e5"
    table.take(Shown(told(identity="h")))
    assert table == table_of(SignedIn("ada", "http://hall"), Shown(told(identity="h")))
