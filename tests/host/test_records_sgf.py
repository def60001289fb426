"""SGF files: what an independent reader sees in them at every node, and what is read from those of others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sgfmill import boards, sgf

import gamehall_gomoku_rules
from gamehall.clocks import SeatTime
from gamehall.declare import GameRecord, ImportedGame
from gamehall.game import CellChange, Piece, Ruleset, Scene, cell_name, read_options
from gamehall.problems import Problem
from gamehall.records.sgf import SGF
from gamehall.records.sgfreading import READ_SGF
from rig.records import random_game, recorded
from rig.strangers import example_ruleset

GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}
EXAMPLES = {
    game.key: game for game in map(example_ruleset, ("breakthrough", "chess", "connect_four", "go", "hex", "reversi"))
}
Stones = dict[str, str]


class Reader:
    """An SGF file as sgfmill reads it, which takes boards that are not square for square ones."""

    def __init__(self, content: bytes) -> None:
        self.text = content.decode()
        width, _, height = self.size.partition(":")
        self.height = int(height or width)
        square = str(max(int(width), self.height)).encode()
        self.game = sgf.Sgf_game.from_bytes(content.replace(f"SZ[{self.size}]".encode(), b"SZ[" + square + b"]"))
        self.nodes = list(self.game.get_main_sequence())

    @property
    def size(self) -> str:
        return str(re.findall(r"SZ\[([\d:]+)\]", self.text)[0])

    def cell(self, point: tuple[int, int]) -> str:
        """sgfmill counts rows from the bottom of the square."""
        row, column = point
        return cell_name(self.game.get_size() - 1 - row, column, self.height)

    def positions(self) -> Iterator[Stones]:
        """The stones after each node: a move places one, and takes what has no liberty in files of number 1."""
        stones: Stones = {}
        for node in self.nodes:
            moves, setup = [name for name in "BW" if node.has_property(name)], node.has_setup_stones()
            assert not (moves and setup), "a move and a setup in one node"
            for colour, points in zip(("b", "w", ""), node.get_setup_stones(), strict=True):
                stones = stones | {self.cell(point): colour for point in points}
            colour, point = node.get_move()
            if point is not None:
                assert not stones.get(self.cell(point))
                stones = self._after_move(stones, colour, point)
            stones = {cell: colour for cell, colour in stones.items() if colour}
            yield stones

    def _after_move(self, stones: Stones, colour: str, point: tuple[int, int]) -> Stones:
        if "GM[1]" not in self.text:
            return stones | {self.cell(point): colour}
        size = self.game.get_size()
        board = boards.Board(size)
        points = {self.cell((row, column)): (row, column) for row in range(size) for column in range(size)}
        each_colour = [[points[cell] for cell, stone in stones.items() if stone == each] for each in "bw"]
        assert board.apply_setup(*each_colour, [])
        board.play(*point, colour)
        return {self.cell(at): stone for stone, at in board.list_occupied_points()}


def colour_of(game: Ruleset[Any, Any], side: str) -> str:
    black = "black" if "black" in game.seats else game.seats[0]
    return "b" if side == black else "w"


def by_rules(game: Ruleset[Any, Any], record: GameRecord) -> Iterator[Stones]:
    """The stones after each move as the rules show them, with no help of the record but for its moves."""
    position = game.start(read_options(game, record.options))
    for move in (None, *(made.move for made in record.moves)):
        position = position if move is None else game.play(position, move)
        scene = game.scene(position, None)
        yield {
            piece.cell: colour_of(game, piece.kind if piece.kind in game.seats else scene.sides[piece.seat or 0])
            for piece in scene.pieces
        }


def agrees(game: Ruleset[Any, Any], record: GameRecord) -> Reader:
    """The file as sgfmill reads it, which must be the game as the rules play it, and read back as the very same."""
    content = SGF.write(record)
    reader = Reader(content)
    assert list(reader.positions()) == list(by_rules(game, record))
    back = READ_SGF.read(content, {})
    assert (back.ruleset, back.options) == (game.key, record.options)
    assert back.moves == tuple(made.move for made in record.moves)
    assert back.names == record.names
    return reader


@pytest.mark.parametrize("key", GAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_every_game_is_read_as_it_was_played(key: str, seed: int) -> None:
    for options in ({}, *GAMES[key].presets.values()):
        agrees(GAMES[key], random_game(GAMES[key], seed, options=options))


@pytest.mark.parametrize("key", EXAMPLES)
def test_so_are_those_of_others(key: str) -> None:
    agrees(EXAMPLES[key], random_game(EXAMPLES[key], 4, longest=120))


@given(st.integers(0, 10_000), st.sampled_from(["none", "pro", "swap", "swap2", "pie"]), st.integers(9, 25))
def test_openings_are_read_as_they_were_played(seed: int, opening: str, size: int) -> None:
    options = {"opening": opening, "board_size": size}
    agrees(GAMES["gomoku"], random_game(GAMES["gomoku"], seed, longest=16, options=options))


@pytest.mark.parametrize(("width", "height"), [(9, 6), (6, 9), (25, 25), (25, 3), (1, 7)])
def test_corners_are_where_they_belong(width: int, height: int) -> None:
    last = cell_name(0, width - 1, height)
    record = recorded(GAMES["mnk"], f"a1 {last}", width=width, height=height, k=max(width, height))
    reader = agrees(GAMES["mnk"], record)
    assert list(reader.positions())[-1] == {"a1": "b", last: "w"}
    assert reader.size == (str(width) if width == height else f"{width}:{height}")


def test_a_file_looks_like_this() -> None:
    record = replace(
        recorded(GAMES["gomoku"], "a1 h8 o15", ("Ada", "Bob")),
        status="finished",
        winner=1,
        reason="resigned",
        started_at="2026-01-01T23:59:59.000Z",
        finished_at="2026-01-02T00:10:00.000Z",
    )
    assert SGF.write(record).decode().split("\n") == [
        (
            "(;FF[4]GM[4]CA[UTF-8]AP[Gamehall:0.1.0]SZ[15]GN[Gomoku: Ada – Bob]PB[Ada]PW[Bob]DT[2026-01-01,2026-01-02]"
            'RU[Gomoku]RE[W+R]GHRS[gomoku]GHRV[1]GHOP[{"board_size":15,"opening":"none"}]GHPN[Ada][Bob]GHRE[1 resigned]'
        ),
        ";B[ao]GHMV[a1]",
        ";W[hh]GHMV[h8]",
        ";B[oa]GHMV[o15])",
        "",
    ]


def test_swapped_sides_are_named_right() -> None:
    record = recorded(GAMES["gomoku"], "h8 h9 i8 more a1 b1 white c1", opening="swap2")
    reader = agrees(GAMES["gomoku"], record)
    assert (reader.game.get_player_name("b"), reader.game.get_player_name("w")) == ("Bob", "Ada")
    swap = reader.nodes[7]
    assert swap.get("C") == "Ada (black): white"
    assert swap.get_move() == (None, None)
    winner = replace(record, status="finished", winner=0, reason="time")
    assert Reader(SGF.write(winner)).game.get_winner() == "w"


@pytest.mark.parametrize(
    ("ending", "result"),
    [
        ({"status": "finished", "winner": 0, "reason": "five"}, "B+"),
        ({"status": "finished", "winner": 0, "reason": "time"}, "B+T"),
        ({"status": "finished", "winner": None, "reason": "agreed"}, "0"),
        ({"status": "aborted", "winner": None, "reason": "aborted"}, "Void"),
    ],
)
def test_results(ending: dict[str, Any], result: str) -> None:
    reader = Reader(SGF.write(replace(recorded(GAMES["gomoku"], "h8"), **ending)))
    assert reader.game.get_root().get("RE") == result
    assert b"RE[" not in SGF.write(recorded(GAMES["gomoku"], "h8"))


@given(st.text(min_size=1, max_size=30).filter(lambda name: name == name.strip()))
def test_names_of_any_kind_come_through(name: str) -> None:
    record = replace(recorded(GAMES["gomoku"], "h8"), names=(name, "]:\\"))
    reader = Reader(SGF.write(record))
    shown = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]", " ", name)
    assert reader.game.get_player_name("b") == shown
    assert reader.game.get_player_name("w") == "]:\\"
    assert READ_SGF.read(SGF.write(record), {}).names == (shown, "]:\\")


@pytest.mark.parametrize(
    ("clock", "main", "overtime"),
    [
        ({"kind": "fischer", "initial": 300, "increment": 3}, 300.0, "3 fischer"),
        ({"kind": "byoyomi", "initial": 600, "period": 30, "periods": 3}, 600.0, "3x30 byo-yomi"),
        ({"kind": "canadian", "initial": 600, "period": 300, "moves": 15}, 600.0, "15/300 Canadian"),
        ({"kind": "correspondence", "days": 3}, None, "3 days a turn"),
    ],
)
def test_clocks(clock: dict[str, Any], main: float | None, overtime: str) -> None:
    root = Reader(SGF.write(replace(recorded(GAMES["gomoku"], "h8"), clock=clock))).game.get_root()
    assert root.get("OT") == overtime
    assert (root.get("TM") if root.has_property("TM") else None) == main


def test_the_time_left_is_told_with_a_move_and_not_with_a_setup() -> None:
    record = recorded(GAMES["gomoku"], "a1 b1 c1 black", opening="swap")
    in_main, in_period = SeatTime(main=61_500, period=30_000, periods=3), SeatTime(period=12_000, periods=2)
    left = [(in_main, in_main), (in_period, in_main), (in_period, in_main), (in_period, in_main)]
    moves = tuple(replace(made, left=each) for made, each in zip(record.moves, left, strict=True))
    clock = {"kind": "byoyomi", "initial": 60, "period": 30, "periods": 3}
    nodes = Reader(SGF.write(replace(record, moves=moves, clock=clock))).nodes
    assert (nodes[1].get("BL"), nodes[1].has_property("OB")) == (61.5, False)
    assert (nodes[2].get("BL") if nodes[2].has_property("BL") else nodes[2].get("WL")) == 12.0
    assert not {"BL", "WL", "OB", "OW"} & set(nodes[4].properties())


def test_pieces_that_are_no_stones_have_letters() -> None:
    chess = EXAMPLES["chess"]
    nodes = Reader(SGF.write(recorded(chess, "g1f3"))).nodes
    assert ((0, 4), "K") in nodes[0].get("LB")
    assert dict(nodes[1].get("LB"))[2, 5] == "N"
    assert nodes[1].get_setup_stones() == (set(), {(2, 5)}, {(0, 6)})


def test_passes_and_captures_are_moves_where_readers_know_them() -> None:
    class Numbered(type(EXAMPLES["go"])):  # type: ignore[misc]  # a class found at run time
        sgf = 1

    game = Numbered()
    record = recorded(game, "a2 a1 b1 pass pass")
    reader = agrees(game, record)
    assert [node.get_move() for node in reader.nodes[3:]] == [("b", (0, 1)), ("w", None), ("b", None)]
    assert list(reader.positions())[3] == {"a2": "b", "b1": "b"}
    agrees(game, random_game(game, 9, longest=150))


def test_stones_turned_are_moves_where_readers_know_them() -> None:
    class Numbered(type(EXAMPLES["reversi"])):  # type: ignore[misc]
        sgf = 2

    content = SGF.write(random_game(Numbered(), 5, longest=60)).decode()
    assert content.count(";B[") + content.count(";W[") == content.count("GHMV[") - content.count("GHMV[pass]")
    assert content.count("AB[") == 1, "only the start is set up"


def test_what_sgf_cannot_tell_is_refused() -> None:
    record = recorded(GAMES["gomoku"], "h8")
    with pytest.raises(Problem, match="at most 52 lines"):
        SGF.write(replace(record, start=Scene(53, 1, sides=("black", "white"))))
    with pytest.raises(Problem, match="two players"):
        SGF.write(replace(record, names=("Ada",)))


def test_pieces_that_nobody_owns_are_letters_alone() -> None:
    record = recorded(GAMES["gomoku"], "h8")
    (move,) = record.moves
    rock = replace(move, changes=(CellChange("h8", "rock"),))
    start = replace(record, start=Scene(3, 3, pieces=(Piece("a1", "rock"),), sides=record.start.sides), moves=())
    assert "LB[ac:R]" in SGF.write(start).decode()
    assert "B[hh]" not in SGF.write(replace(record, moves=(rock,))).decode()


# -- Files of others


def read(text: str, **more: Any) -> ImportedGame:
    return READ_SGF.read(text.encode(), more or GAMES)


def test_a_file_of_another_program_is_read() -> None:
    found = read("(;GM[4]FF[4]SZ[15]PB[Ada]PW[Bob]RE[B+R]\n;B[hh];W[ao]C[a \\] and ( in a comment];B[oa])")
    assert (found.ruleset, found.moves, found.names) == ("gomoku", ("h8", "a1", "o15"), ("Ada", "Bob"))
    assert found.options["board_size"] == 15
    assert read("(;GM[4]SZ[19];B[jj])").options["board_size"] == 19
    assert read("(;GM[4]SZ[15];B[hh])", renju=GAMES["renju"]).ruleset == "renju"
    assert read("(;GM[1]SZ[7:6];B[af])", mnk=GAMES["mnk"]).moves == ("a1",)


def test_the_main_line_is_read_whatever_variations_there_are() -> None:
    text = "(;GM[4]SZ[15](;B[aa](;W[ba];B[ca])(;W[zz](;Q[])))(;W[bb]))"
    assert read(text).moves == ("a15", "b15", "c15")
    assert read("\ufeff  " + text + "(;GM[4])").moves == ("a15", "b15", "c15")


def test_names_of_properties_and_sets_of_characters_of_older_files() -> None:
    assert read("(;GaMe[4]SiZe[15]PlayerBlack[Ada];Black[hh])").moves == ("h8",)
    content = "(;GM[4]CA[ISO-8859-2]SZ[15]PB[Blažek];B[hh])".encode("iso-8859-2")
    assert READ_SGF.read(content, GAMES).names == ("Blažek", "")
    assert READ_SGF.read("(;GM[4]SZ[15]PB[Müller];B[hh])".encode("latin-1"), GAMES).names == ("Müller", "")
    assert READ_SGF.read("(;GM[4]CA[klingon]SZ[15]PB[Müller];B[hh])".encode(), GAMES).names == ("Müller", "")


def test_a_game_is_read_by_rules_by_which_the_winner_won() -> None:
    """Six in a row at once: whoever made them won in one game and not in the other."""
    moves = "".join(
        f";B[{at}];W[{to}]"
        for at, to in zip(("aa", "ba", "ca", "ea", "fa"), ("ao", "co", "eo", "go", "io"), strict=True)
    )
    six = f"(;GM[4]SZ[15]RE[B+]{moves};B[da])"
    assert read(six).ruleset == "gomoku"
    assert read(six, **{"gomoku-exact": GAMES["gomoku-exact"], "caro": GAMES["caro"]}).ruleset == "caro"
    assert read(f"(;GM[4]SZ[15]{moves};B[da];W[oo])").ruleset == "gomoku-exact"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("(;GM[4]SZ[15]\n;B[hh]\n;W[hh])", "Line 3: h8 is already taken"),
        ("(;GM[4]SZ[15]\n;W[hh])", "Line 2: move 1, h8 is no stone of white by the rules of Gomoku."),
        ("(;GM[4]SZ[15]\n\n;B[zz])", "Line 3: there is no point 'zz' on a board of 15×15."),
        ("(;GM[4]SZ[15]\n;AB[aa][bb])", "Line 2: stones are set up by AB"),
        ("(;GM[4]SZ[big];B[aa])", "Line 1: SZ has to be the size of the board"),
        ("(;GM[4];B[aa])", "Line 1: SZ has to be the size of the board"),
        ("(;GM[4]SZ[99];B[aa])", "Line 1: a board of SGF has 1 to 52 lines."),
        ("(;GM[x]SZ[15])", "Line 1: GM is 'x'"),
        ("(;GM[17]SZ[15])", "No game here is number 17 of SGF. Choose the game that it is."),
        ("(;GM[4]SZ[52])", "No game here is played with stones on a board of 52×52."),
        ("(;GM[4]SZ[15]\n;B[hh\n", "Line 2: the property B has no value that ends."),
        ("(;GM[4]SZ[15]\n;B[hh]\n", "Line 3: the file ends before its game does."),
        ("(;GM[4]SZ[15]\n;B[hh]]", "Line 2: ']' is out of place"),
        ("(B[hh])", "Line 1: there is no node in this file."),
        ("(;GHRS[gomoku]GHOP[15])", "Line 1: GHOP is no JSON object of options"),
        ("(;GHRS[gomoku]\n;B[hh])", "Line 2: the move of this node is not told in GHMV"),
        ("(" + ";" * 6_000 + ")", "longer than 5000 nodes"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        read(text)
    assert problem.value.slug == "malformed"
    assert sentence in problem.value.detail


@given(st.binary(max_size=60) | st.text("();[]BWAGHM4\\\n", max_size=60).map(str.encode))
def test_whatever_is_no_game_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(Problem) as problem:
        READ_SGF.read(b"(" + content + b"(", GAMES)
    assert problem.value.slug == "malformed"
    assert problem.value.detail
