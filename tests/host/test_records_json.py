"""Records as JSON: what they tell, that nothing in them can be changed unseen, and that the rules are held to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gamehall_gomoku_rules
from gamehall.declare import GameRecord
from gamehall.problems import Problem
from gamehall.records.canonical import canonical
from gamehall.records.chain import CLOSING, HEADER, JSON, chain_hash, lay_out
from gamehall.records.proof import prove
from rig.records import random_game, recorded
from rig.strangers import example_ruleset

GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}
EXAMPLES = ("breakthrough", "chess", "connect_four", "go", "hex", "nim", "reversi")


def swapped() -> GameRecord:
    return recorded(GAMES["gomoku"], "h8 h9 i8 more a1 b1 white c1", opening="swap2")


def won() -> GameRecord:
    return recorded(GAMES["tic-tac-toe"], "a1 b1 a2 b2 a3", ("Ada", "Bób \u2028"))


def sentences(content: bytes) -> list[tuple[int | None, str]]:
    return [(each.ply, each.sentence) for each in prove(content, GAMES).differences]


def rehashed(document: dict[str, Any]) -> bytes:
    """The document as somebody would write it who knows the format, whatever it tells."""
    last = document["start_hash"] = chain_hash("", {name: document[name] for name in HEADER})
    for link in document["moves"]:
        link.pop("hash", None)
        last = link["hash"] = chain_hash(last, link)
    document["hash"] = chain_hash(last, {name: document[name] for name in CLOSING})
    return lay_out(document)


def test_a_record_looks_like_this() -> None:
    lines = JSON.write(won()).decode().split("\n")
    assert lines[:2] == ["{", '"format":"gamehall-2",']
    document = json.loads("\n".join(lines))
    assert [each["move"] for each in document["moves"]] == ["a1", "b1", "a2", "b2", "a3"]
    assert [(each["ply"], each["seat"]) for each in document["moves"]] == [(1, 0), (2, 1), (3, 0), (4, 1), (5, 0)]
    assert document["result"] == {"winner": 0, "reason": "row"}
    assert (document["status"], document["ended_by"]) == ("finished", "rules")
    assert document["players"] == document["seats"]
    assert document["players"][1] == {"seat": 1, "side": "nought", "name": "Bób \u2028"}
    assert len([line for line in lines if line.startswith('{"hash"')]) == 5, "a line for each move"


def test_sides_are_told_as_they_were_at_the_start_and_at_the_end() -> None:
    document = json.loads(JSON.write(swapped()))
    assert [each["side"] for each in document["seats"]] == ["black", "white"]
    assert [each["side"] for each in document["players"]] == ["white", "black"]


def test_the_chain_can_be_followed_with_nothing_but_a_hash_and_json() -> None:
    """As somebody else would, from docs/records.md alone."""
    document = json.loads(JSON.write(won()))

    def link(before: str, members: dict[str, Any]) -> str:
        text = json.dumps(members, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(before.encode() + text.encode()).hexdigest()

    header = ("format", "id", "ruleset", "ruleset_version", "options", "seats", "clock", "started_at", "start")
    last = link("", {name: document[name] for name in header})
    assert last == document["start_hash"]
    for move in document["moves"]:
        last = link(last, {name: value for name, value in move.items() if name != "hash"})
        assert last == move["hash"]
    closing = ("status", "result", "ended_by", "finished_at", "players")
    assert link(last, {name: document[name] for name in closing}) == document["hash"]


@pytest.mark.parametrize("key", GAMES)
@pytest.mark.parametrize("seed", [1, 2])
def test_games_are_proven(key: str, seed: int) -> None:
    for options in ({}, *GAMES[key].presets.values()):
        record = random_game(GAMES[key], seed, options=options)
        proof = prove(JSON.write(record), GAMES)
        assert (proof.differences, proof.moves, proof.ruleset) == ((), len(record.moves), key)


@pytest.mark.parametrize("name", EXAMPLES)
def test_so_are_those_of_others(name: str) -> None:
    game = example_ruleset(name)
    assert prove(JSON.write(random_game(game, 1)), {game.key: game}).differences == ()


def test_what_the_hall_ended_is_proven_as_far_as_the_rules_went() -> None:
    resigned = replace(swapped(), status="finished", winner=1, reason="resigned", finished_at="2026-01-02T00:00:00Z")
    assert sentences(JSON.write(resigned)) == []
    assert json.loads(JSON.write(resigned))["ended_by"] == "hall"


# -- Nothing can be changed unseen


@settings(max_examples=300)
@given(st.data())
def test_a_changed_byte_is_found(data: st.DataObject) -> None:
    content = JSON.write(data.draw(st.sampled_from([won(), swapped()])))
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != content[at]))
    assert is_refused(content[:at] + bytes([other]) + content[at + 1 :])


@given(st.data())
def test_a_byte_more_or_less_is_found(data: st.DataObject) -> None:
    content = JSON.write(won())
    at = data.draw(st.integers(0, len(content) - 1))
    assert is_refused(content[:at] + content[at + 1 :])
    assert is_refused(content[:at] + bytes([data.draw(st.integers(0, 255))]) + content[at:])


def is_refused(content: bytes) -> bool:
    try:
        return bool(prove(content, GAMES).differences)
    except Problem:
        return True


def leaves(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything in a document that is no list and no object."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*way, key))
    else:
        yield way


DOCUMENT = json.loads(JSON.write(won()))


@pytest.mark.parametrize("way", [*leaves(DOCUMENT)], ids=lambda way: ".".join(map(str, way)))
def test_a_changed_value_is_found_even_when_the_file_is_laid_out_anew(way: tuple[Any, ...]) -> None:
    document = json.loads(json.dumps(DOCUMENT))
    holder = document
    for key in way[:-1]:
        holder = holder[key]
    old = holder[way[-1]]
    holder[way[-1]] = old + 1 if isinstance(old, int) else f"{old}x" if isinstance(old, str) else "x"
    assert is_refused(lay_out(document))


@pytest.mark.parametrize("change", ["swap", "repeat", "drop"])
def test_moves_in_another_order_are_found(change: str) -> None:
    document = json.loads(JSON.write(won()))
    moves = document["moves"]
    match change:
        case "swap":
            moves[0], moves[2] = moves[2], moves[0]
        case "repeat":
            moves.insert(1, moves[0])
        case "drop":
            del moves[-1]
    assert is_refused(lay_out(document))


def test_a_second_value_for_a_member_is_found() -> None:
    content = JSON.write(won()).replace(b'"format"', b'"id":"other",\n"format"', 1)
    assert (None, "line 2 is not written as records are") in sentences(content)


# -- The rules are held to, also in a chain that fits


def changed(record: GameRecord, change: Callable[[dict[str, Any]], None]) -> list[tuple[int | None, str]]:
    """What is found in a record that was changed by somebody who made all hashes anew."""
    document = json.loads(JSON.write(record))
    change(document)
    return sentences(rehashed(document))


def test_the_ply_that_differs_is_named() -> None:
    def taken(document: dict[str, Any]) -> None:
        document["moves"][3]["move"] = "a1"

    assert changed(won(), taken) == [(4, "move 4 (a1) is not allowed: a1 is already taken")]

    def out_of_turn(document: dict[str, Any]) -> None:
        document["moves"][2]["seat"] = 1

    assert changed(won(), out_of_turn) == [(3, "move 3 (a2) is made by seat 1, but seat 0 is to move")]

    def other_move(document: dict[str, Any]) -> None:
        document["moves"][1]["move"] = "c1"

    assert changed(won(), other_move)[0] == (2, "the position after move 2 (c1) is another one by the rules")

    def further(document: dict[str, Any]) -> None:
        document["moves"].append({**document["moves"][-1], "ply": 6, "seat": 1, "move": "c3"})

    assert changed(won(), further) == [(6, "move 6 (c3) is made by seat 1, but the game is over before it")]

    def counted_wrongly(document: dict[str, Any]) -> None:
        document["moves"][4]["ply"] = 7

    assert changed(won(), counted_wrongly) == [(5, "move 5 (a3) is counted as ply 7")]


def test_another_result_than_that_of_the_rules_is_named() -> None:
    def other_winner(document: dict[str, Any]) -> None:
        document["result"] = {"winner": 1, "reason": "row"}

    ends = "by the rules the game ends with a win of seat 0 (row), by the record with"
    assert changed(won(), other_winner) == [(5, f"{ends} a win of seat 1 (row)")]

    def of_the_hall(document: dict[str, Any]) -> None:
        document["ended_by"] = "hall"

    assert changed(won(), of_the_hall) == [(5, f"{ends} no result")]

    def going_on(document: dict[str, Any]) -> None:
        document |= {"status": "active", "result": None, "ended_by": None}

    assert changed(won(), going_on) == [(5, f"{ends} no result")]

    def without_a_result(document: dict[str, Any]) -> None:
        document["status"] = "finished"

    assert changed(swapped(), without_a_result) == [(8, "the record is finished, which does not go with no result")]


def test_other_sides_and_names_are_named() -> None:
    def unswapped(document: dict[str, Any]) -> None:
        document["players"] = document["seats"]

    assert changed(swapped(), unswapped) == [(8, "the sides at the end are white and black, not black and white")]

    def renamed(document: dict[str, Any]) -> None:
        document["players"][0]["name"] = "Eve"

    assert changed(won(), renamed) == [(5, "other players are named at the end than at the start")]

    def other_start(document: dict[str, Any]) -> None:
        document["seats"][0]["side"] = "nought"

    assert changed(won(), other_start)[0] == (0, "the sides at the start are cross and nought, not nought and nought")


def test_options_that_the_rules_do_not_take_are_named() -> None:
    def larger(document: dict[str, Any]) -> None:
        document["options"]["board_size"] = 1000

    ((ply, sentence),) = changed(recorded(GAMES["gomoku"], "a1"), larger)
    assert ply == 0
    assert sentence.startswith("the rules do not take its options")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Line 1: this is not valid JSON"),
        (b'{\n"format": "gamehall-2",\n!', "Line 3: this is not valid JSON"),
        (b'{"format": "gamehall-1"}', "Its format is 'gamehall-1'; only records of the format 'gamehall-2'"),
        (b'{"format": "gamehall-2"}', "This is no record of a game: Object missing required field `id`"),
        (b'{"format": "gamehall-2", "options": ' + b"[" * 100_000, "The file is nested too deeply"),
        (b"\n\xff", "Line 2: this is not valid JSON"),
    ],
)
def test_what_is_no_record_is_told_with_its_line(content: bytes, sentence: str) -> None:
    with pytest.raises(Problem) as problem:
        prove(content, GAMES)
    assert problem.value.slug == "malformed"
    assert sentence in problem.value.detail


def test_nothing_is_proven_without_the_rules() -> None:
    with pytest.raises(Problem) as problem:
        prove(JSON.write(won()), {})
    assert problem.value.slug == "not-found"


def test_the_canonical_form_is_that_of_the_standard_library() -> None:
    value = {"b": [1, True, None, 'ü \u2028 \x7f \x1f \\ " / \n'], "a": {"z": -1.5, "Ä": {}}}
    assert canonical(value).decode() == json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
