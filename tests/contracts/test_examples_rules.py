"""What random games of the examples hardly ever come to, and why they refuse moves."""

from __future__ import annotations

import random
from typing import Any

import chess
import pyspiel  # type: ignore[import-not-found]  # it ships no types
import pytest

from gamehall.game import Outcome, Refusal, Ruleset, Scene, cell_name
from rig.rulesets import played
from rig.soak import Share
from rig.strangers import example_ruleset

KIWIPETE = "r3k2r/p1ppqpb1/bn2pnp1/3PN3/1p2P3/2N2Q1p/PPPBBPPP/R3K2R w KQkq - 0 1"
PROMOTIONS = "rnbq1k1r/pp1Pbppp/2p5/8/2B5/8/PPP1NnPP/RNBQK2R w KQ - 1 8"
ROOKS = "r3k2r/8/8/8/8/8/8/R3K2R w KQkq - 0 1"
ONE_ROOK = "8/8/4k3/8/8/4K3/8/R7 w - - 0 1"


def marked(scene: Scene, kind: str) -> set[str]:
    return {mark.cell for mark in scene.marks if mark.kind == kind}


def test_reversi_whoever_can_turn_nothing_has_to_pass() -> None:
    game = example_ruleset("reversi")
    for seed in range(100):
        chance, position = random.Random(seed), game.start(game.Options(board_size=4))
        while (moves := list(game.moves(position))) and moves != ["pass"]:
            position = game.play(position, chance.choice(moves))
        if moves:
            break
    (button,) = game.scene(position, position.turn).inputs
    assert (button.cells, button.label) == ((), "Pass")
    after = game.play(position, "pass")
    assert game.to_act(after) == 1 - position.turn
    assert game.scene(after, None).pieces == game.scene(position, None).pieces
    assert game.refusal(played(game, ""), "a1") == Refusal("turns-no-disc", "A disc on a1 would turn no other over.")
    assert game.refusal(played(game, ""), "pass") is not None


def test_connect_four_a_column_takes_six_discs() -> None:
    game = example_ruleset("connect_four")
    position = played(game, "d d d d d d")
    assert sorted(game.moves(position)) == list("abcefg")
    assert game.refusal(position, "d") == Refusal("column-full", "No disc can fall into d.")
    assert marked(game.scene(played(game, "a a b b c c d"), None), "line") == {"a1", "b1", "c1", "d1"}


@pytest.mark.parametrize("choice", ["swap", "keep"])
def test_hex_after_the_pie_rule_goes_on_as_in_open_spiel(choice: str) -> None:
    """There a swap gives the second player a stone of their own on the mirrored cell: from then on its board is ours,
    mirrored; and the stone can be swapped for as long as the second one is not placed."""
    game, oracle = example_ruleset("hex"), pyspiel.load_game("hex(board_size=5,swap=True)")
    for seed in range(30):
        chance, state = random.Random(seed), oracle.new_initial_state()
        first = chance.choice(state.legal_actions())
        state.apply_action(first)
        row, column = divmod(first, 5)
        position = played(game, f"{cell_name(row, column, 5)} {choice}", board_size=5)
        if choice == "swap":
            state.apply_action(25)
        while not state.is_terminal():
            assert game.to_act(position) == state.current_player()
            legal = {_cell(position, action): action for action in state.legal_actions() if action != 25}
            assert set(game.moves(position)) == set(legal)
            move = chance.choice(sorted(legal))
            state.apply_action(legal[move])
            position = game.play(position, move)
        assert game.outcome(position) == Outcome(state.returns().index(1), "chain")


def _cell(position: Any, action: int) -> str:
    row, column = divmod(action, 5)
    return cell_name(column, row, 5) if position.swapped else cell_name(row, column, 5)


def test_hex_marks_a_shortest_chain() -> None:
    game = example_ruleset("hex")
    position = played(game, "b3 a1 c3 a2 b2 a3 c2 b1 c1", board_size=3, opening="none")
    assert game.outcome(position) == Outcome(0, "chain")
    assert marked(game.scene(position, None), "line") == {"c3", "c2", "c1"}


def test_breakthrough_is_won_as_well_when_the_other_side_has_no_men_left() -> None:
    game = example_ruleset("breakthrough")
    position = played(game, "a2b3 a3a2 b1a2 a4b3 a2b3 b4a3", width=2, height=4)
    assert game.refusal(position, "b2b3") == Refusal(
        "illegal-move", "A man steps one row ahead, straight or aslant, and takes only aslant."
    )
    assert game.outcome(game.play(position, "b2a3")) == Outcome(0, "no-men-left")


def count(game: Ruleset[Any, Any], position: Any, depth: int) -> int:
    moves = game.moves(position)
    return len(list(moves)) if depth == 1 else sum(count(game, game.play(position, move), depth - 1) for move in moves)


@pytest.mark.oracle
@pytest.mark.parametrize(
    ("fen", "counts"), [(KIWIPETE, (48, 2039, 97862)), (PROMOTIONS, (44, 1486, 62379))], ids=["castling", "promotions"]
)
def test_chess_counts_of_positions_known_for_them(share: Share, fen: str, counts: tuple[int, ...]) -> None:
    game = example_ruleset("chess")
    for depth, known in enumerate(counts[: share(2, 3)], start=1):
        assert count(game, game.Position(fen), depth) == known


@pytest.mark.parametrize("fen", [ONE_ROOK, ROOKS])
def test_chess_repetitions_are_counted_from_the_moves_that_are_kept(fen: str) -> None:
    """The same games on one board of `chess` that remembers all its moves."""
    game, claims = example_ruleset("chess"), 0
    for seed in range(4):
        chance, board, position = random.Random(seed), chess.Board(fen), game.Position(fen)
        while board.outcome() is None:
            assert game.outcome(position) is None
            claimable = board.is_repetition(3) or board.is_fifty_moves()
            claims += claimable
            legal = [move.uci() for move in board.legal_moves]
            assert list(game.moves(position)) == legal + ["claim-draw"] * claimable
            move = chance.choice(legal)
            board.push_uci(move)
            position = game.play(position, move)
        end = board.outcome()
        assert end is not None
        reason = end.termination.name.lower().replace("_", "-")
        assert game.outcome(position) == Outcome(None if end.winner is None else int(not end.winner), reason)
    assert claims


def test_chess_a_third_repetition_can_be_claimed() -> None:
    game = example_ruleset("chess")
    there_and_back = " g1f3 g8f6 f3g1 f6g8"
    assert "claim-draw" not in game.moves(played(game, "e2e4 e7e5" + there_and_back))
    position = played(game, "e2e4 e7e5" + 2 * there_and_back)
    assert "Claim a draw" in {touch.label for touch in game.scene(position, 0).inputs if not touch.cells}
    after = game.play(position, "claim-draw")
    assert game.outcome(after) == Outcome(None, "threefold-repetition")
    assert game.scene(after, None).status == "Threefold repetition: a draw."


def test_chess_a_promotion_is_a_choice() -> None:
    game = example_ruleset("chess")
    scene = game.scene(game.Position(PROMOTIONS), 0)
    choices = {touch.label: touch.move for touch in scene.inputs if touch.cells == ("d7", "c8")}
    assert choices == {"Queen": "d7c8q", "Rook": "d7c8r", "Bishop": "d7c8b", "Knight": "d7c8n"}


def test_chess_says_what_is_wrong_with_a_move() -> None:
    game = example_ruleset("chess")
    checked = played(game, "e2e4 e7e5 d1h5 b8c6 h5f7")
    assert game.refusal(checked, "c6d4") == Refusal("in-check", "Your king would be open to attack.", ("f7",))
    pinned = played(game, "d2d4 e7e6 c2c4 f8b4 b1c3 g8f6")
    assert game.refusal(pinned, "c3e4") == Refusal("into-check", "Your king would be open to attack.")


def test_go_no_board_comes_about_twice() -> None:
    """Two stones are sent, one comes back: not the simple ko, which is that a single stone is taken back at once."""
    game = example_ruleset("go")
    position = played(game, "c2 a2 d1 b2 b1 e9 a1 c1")
    assert {piece.cell for piece in game.scene(position, None).pieces} == {"c2", "a2", "d1", "b2", "e9", "c1"}
    refusal = game.refusal(position, "b1")
    assert refusal == Refusal("superko", "That would bring an earlier board back.", ("b1",))
    assert game.refusal(game.play(game.play(position, "f9"), "g9"), "b1") is None


def test_go_refuses_suicide_but_not_a_capture_from_within() -> None:
    game = example_ruleset("go")
    surrounded = played(game, "e5 a2 e6 b1")
    assert game.refusal(surrounded, "a1") == Refusal("suicide", "A stone on a1 would have no liberty.", ("a1",))
    assert game.refusal(played(game, "e5 a2 b2 b1 a3 e6 c1 e7"), "a1") is None
    assert game.refusal(surrounded, "e5") == Refusal("occupied", "e5 is already taken.", ("e5",))


def test_go_is_counted_by_area() -> None:
    game = example_ruleset("go")
    wall = " ".join(f"d{n} e{n}" for n in range(1, 10)) + " pass pass"
    position = played(game, wall, komi=9)
    assert game.scene(position, None).status == "Black has 36 points, white 54 with 9 as komi."
    assert game.outcome(position) == Outcome(1, "area")
    assert game.outcome(played(game, "pass pass", komi=0)) == Outcome(None, "area")
    assert game.outcome(played(game, "e5 pass pass", komi=7.5)) == Outcome(0, "area")
