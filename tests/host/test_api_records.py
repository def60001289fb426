"""Games as files, by the API: taken home one by one and many at once, and read to be replayed."""

from __future__ import annotations

import json
import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import msgspec
import pytest

import gamehall.api.records
from gamehall.game import Scene
from gamehall.gamelog import load_state
from gamehall.problems import Problem
from gamehall.records.proof import prove
from gamehall.records.sgf import SGF
from gamehall.records.stored import load_record, read_record
from rig.changing import ChangingPlugin
from rig.hall import Client, Hall, InstallPlugin, StartHall, done, play, problem, start_game
from rig.records import recorded

pytestmark = pytest.mark.anyio

WON = "a1 b1 a2 b2 a3"

# Strangers see nothing.
VEIL = """
from gamehall import hookimpl
from gamehall.declare import Policy, Verdict

async def answer(viewer, game_id):
    return Verdict(bool(viewer), "Sign in to watch.")

@hookimpl
def gamehall_policies(host):
    return [Policy("watch", answer)]
"""

# A format that cannot tell games of one move, and fails on games of two.
FUSSY = """
from gamehall import hookimpl
from gamehall.declare import Exporter
from gamehall.problems import Problem

def write(record):
    if len(record.moves) == 1:
        raise Problem("unknown-format", "One move is too little to tell.")
    return bytes(10 // (len(record.moves) - 2))

@hookimpl
def gamehall_exporters():
    return [Exporter("fussy", "text/x-fussy", "fussy", write)]
"""


async def taken(who: Client, game_id: str, **query: Any) -> httpx.Response:
    answer = await who.get(f"/games/{game_id}/record", params=query)
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_record_is_proven_as_it_was_played(each_hall: Hall) -> None:
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, WON)
    content = (await taken(each_hall.nobody, game_id)).content
    proof = prove(content, each_hall.host.rulesets)
    assert (proof.differences, proof.moves, proof.game_id) == ((), 5, game_id)
    told = json.loads(content)
    assert all(isinstance(move["spent"], int) for move in told["moves"])
    assert (told["ended_by"], told["clock"]) == ("rules", {"kind": "none"})


async def test_clocks_are_told(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    clock = {"kind": "fischer", "initial": 300, "increment": 3}
    terms = {"ruleset": "gomoku", "opponent": "bob", "seat": 0, "clock": clock}
    challenge = done(await ada.post("/challenges", json=terms), 201)
    answer = done(await bob.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"}))
    await play(answer["game_id"], [ada, bob], "h8 h9")
    assert (await taken(ada, answer["game_id"])).json()["clock"] == clock
    sgf = (await taken(ada, answer["game_id"], format="sgf")).text
    assert "TM[300]OT[3 fischer]" in sgf
    (left,) = re.findall(r";B\[hh\]BL\[([\d.]+)\]GHMV", sgf)
    assert 290 < float(left) <= 303


async def test_a_record_up_to_a_ply(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, WON)
    assert [move["move"] for move in (await taken(hall.nobody, game_id, ply=2)).json()["moves"]] == ["a1", "b1"]
    assert prove((await taken(hall.nobody, game_id, ply=2)).content, hall.host.rulesets).differences == ()
    assert "Not finished." in (await taken(hall.nobody, game_id, format="text", ply=0)).text
    assert pieces_in((await taken(hall.nobody, game_id, format="svg", ply=3)).text) == 3
    assert pieces_in((await taken(hall.nobody, game_id, format="svg")).text) == 5
    problem(await hall.nobody.get(f"/games/{game_id}/record?ply=6"), 404, "not-found")
    assert (await hall.nobody.get(f"/games/{game_id}/record?ply=-1")).status_code == 422


def pieces_in(svg: str) -> int:
    """Crosses and noughts in a picture."""
    return svg.count("m0 -.52") + svg.count('r="0.28"')


async def test_every_format_is_offered_with_its_kind(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players, ruleset="gomoku")
    await play(game_id, players, "h8 h9")
    kinds = {}
    for name in ("json", "sgf", "psq", "text", "svg", "png", "gif"):
        answer = await taken(hall.nobody, game_id, format=name)
        kinds[name] = answer.headers["content-type"]
        assert answer.headers["content-disposition"].startswith(f'attachment; filename="gomoku-{game_id}.')
    assert kinds == {
        "json": "application/json",
        "sgf": "application/x-go-sgf",
        "psq": "text/plain; charset=utf-8",
        "text": "text/plain; charset=utf-8",
        "svg": "image/svg+xml",
        "png": "image/png",
        "gif": "image/gif",
    }


async def test_games_are_told_when_their_rules_are_gone(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    rules = ChangingPlugin(install_plugin)
    hall = await start_hall()
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players, ruleset="pile")
    await play(game_id, players, "take-1 take-2 take-3 take-3")
    rules.vanish()
    later = await start_hall()
    formats = done(await later.nobody.get("/formats"))["items"]
    assert {"format": "text", "suffix": "txt", "media_type": "text/plain; charset=utf-8"} in formats
    for name in ("json", "sgf", "text", "svg", "png", "gif"):
        assert any(each["format"] == name for each in formats)
        for ply in (0, 2, 4):
            assert (await taken(later.nobody, game_id, format=name, ply=ply)).content
    told = (await taken(later.nobody, game_id, format="sgf")).text
    assert "RU[pile]" in told
    assert "LB[aa:S]" in told


async def test_a_format_that_fails_is_no_fault_of_whoever_asked(
    start_hall: StartHall, install_plugin: InstallPlugin
) -> None:
    install_plugin("fussy", FUSSY)
    hall = await start_hall()
    players = await hall.users("ada", "bob")
    games = []
    for moves in ("a1", "a1 b1", "a1 b1 a2"):
        games.append(await start_game(*players))
        await play(games[-1], players, moves)
    refusal = problem(await hall.nobody.get(f"/games/{games[0]}/record?format=fussy"), 404, "unknown-format")
    assert refusal["detail"] == "One move is too little to tell."
    problem(await hall.nobody.get(f"/games/{games[1]}/record?format=fussy"), 404, "unknown-format")
    assert (await taken(hall.nobody, games[2], format="fussy")).content == bytes(10)
    archive = ZipFile(BytesIO((await hall.nobody.get("/games/export?format=fussy")).content))
    contents = json.loads(archive.read("contents.json"))
    assert [each["id"] for each in contents["games"]] == [games[2]]
    assert {each["id"]: each["reason"] for each in contents["left_out"]} == {
        games[0]: "One move is too little to tell.",
        games[1]: "The format fussy cannot tell this game.",
    }


# -- Many at once


async def archive(who: Client, path: str = "/games/export", **query: Any) -> tuple[ZipFile, str | None]:
    """(the zip, the path of the next one)."""
    answer = await who.get(path, params=query or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/zip"
    following = re.fullmatch(r'<([^>]*)>; rel="next"', answer.headers.get("link", ""))
    return ZipFile(BytesIO(answer.content)), following[1].removeprefix("/api/v1") if following else None


def ids(zipped: ZipFile) -> list[str]:
    return [each["id"] for each in json.loads(zipped.read("contents.json"))["games"]]


async def test_many_games_at_once_newest_first(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    first = await start_game(ada, bob)
    await play(first, [ada, bob], WON)
    second = await start_game(bob, cyd, ruleset="gomoku")
    third = await start_game(ada, cyd)
    whole, following = await archive(each_hall.nobody)
    assert (ids(whole), following) == ([third, second, first], None)
    name = f"tic-tac-toe-{first}.json"
    assert whole.read(name) == (await taken(ada, first)).content
    assert whole.testzip() is None
    for query, expected in (
        ({"player": "ada"}, [third, first]),
        ({"status": "finished"}, [first]),
        ({"ruleset": "gomoku"}, [second]),
        ({"ruleset": "nothing"}, []),
    ):
        assert ids((await archive(each_hall.nobody, **query))[0]) == expected
    pictures, _ = await archive(each_hall.nobody, format="svg", player="ada")
    assert pictures.read(f"tic-tac-toe-{third}.svg").startswith(b"<svg")
    problem(await each_hall.nobody.get("/games/export?player=nobody"), 404, "not-found")
    problem(await each_hall.nobody.get("/games/export?format=nothing"), 404, "unknown-format")


async def test_an_archive_goes_on_where_it_ended(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, bob = await hall.users("ada", "bob")
    games = [await start_game(ada, bob) for _ in range(5)][::-1]
    found: list[str] = []
    path: str | None = "/games/export?limit=2&player=ada&format=text"
    sizes = []
    while path:
        zipped, path = await archive(hall.nobody, path)
        sizes.append(len(ids(zipped)))
        found += ids(zipped)
    assert (found, sizes) == (games, [2, 2, 1])
    # So does one that has grown too large.
    monkeypatch.setattr(gamehall.api.records, "LARGEST_ARCHIVE", 0)
    path, found = "/games/export", []
    while path:
        zipped, path = await archive(hall.nobody, path)
        found += ids(zipped)
        assert len(ids(zipped)) == 1
    assert found == games


async def test_an_archive_has_only_what_the_caller_may_see(
    start_hall: StartHall, install_plugin: InstallPlugin
) -> None:
    install_plugin("veil", VEIL)
    hall = await start_hall()
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    assert ids((await archive(ada))[0]) == [game_id]
    nothing, following = await archive(hall.nobody)
    assert (nothing.namelist(), following) == (["contents.json"], None)
    assert json.loads(nothing.read("contents.json"))["left_out"] == [], "nor is it told that there is more"
    problem(await hall.nobody.get(f"/games/{game_id}/record"), 404, "not-found")


# -- Read again


async def test_a_file_is_played_through(hall: Hall) -> None:
    record = recorded(hall.host.rulesets["gomoku"], "h8 h9 i8 more a1 b1 white c1", opening="swap2")
    content = SGF.write(record).decode()
    found = done(await hall.nobody.post("/replay", json={"content": content}))
    scene = msgspec.convert(found.pop("scene"), Scene)
    assert found == {
        "ruleset": "gomoku",
        "options": {"board_size": 15, "opening": "swap2"},
        "players": ["Ada", "Bob"],
        "moves": ["h8", "h9", "i8", "more", "a1", "b1", "white", "c1"],
        "result": None,
        "ply": 8,
    }
    assert (len(scene.pieces), scene.sides) == (6, ("white", "black"))
    earlier = done(await hall.nobody.post("/replay?ply=2", json={"content": content, "format": "sgf"}))
    assert [piece["cell"] for piece in earlier["scene"]["pieces"]] == ["h9", "h8"]
    assert earlier["scene"]["inputs"] == []


async def test_files_of_others_are_read_as_what_they_are_or_are_said_to_be(hall: Hall) -> None:
    foreign = {"content": "(;GM[4]CA[ISO-8859-1]SZ[15]PB[Müller]RE[W+];B[hh])"}
    found = done(await hall.nobody.post("/replay", json=foreign))
    assert (found["ruleset"], found["players"]) == ("gomoku", ["Müller", "White"])
    assert done(await hall.nobody.post("/replay", json=foreign | {"ruleset": "renju"}))["ruleset"] == "renju"
    psq = {"content": "Piskvorky 15x15, 0:0, 0\r\n8,8,0\r\nAda\r\nBob\r\n"}
    assert done(await hall.nobody.post("/replay", json=psq))["moves"] == ["h8"]


@pytest.mark.parametrize(
    ("body", "status", "slug", "said"),
    [
        ({}, 422, "invalid", "content"),
        ({"content": "nothing"}, 400, "malformed", "formats that are read: json, psq, sgf"),
        ({"content": "(;GM[4]SZ[15];B[hh])", "format": "pgn"}, 404, "unknown-format", "there are json, psq, sgf"),
        ({"content": "(;GM[4]SZ[15];B[hh])", "format": "psq"}, 400, "malformed", "Line 1"),
        ({"content": "(;GM[4]SZ[15];B[hh])", "ruleset": "nothing"}, 404, "not-found", "'nothing'"),
        ({"content": "(;GHRS[gomoku];GHMV[z9])"}, 422, "invalid", "Move 1, z9: There is no point z9"),
        ({"content": "(;GHRS[gomoku]" + ";GHMV[h8]" * 1_001 + ")"}, 413, "too-large", "1001 moves"),
        ({"content": "(" + " " * 200_000}, 413, "too-large", "192 KiB"),
    ],
)
async def test_what_cannot_be_replayed(hall: Hall, body: dict[str, str], status: int, slug: str, said: str) -> None:
    refusal = problem(await hall.nobody.post("/replay", json=body), status, slug)
    assert said in refusal["detail"]


async def test_a_replay_is_a_file_as_well(hall: Hall) -> None:
    query: dict[str, Any] = {
        "ruleset": "gomoku",
        "options": '{"board_size":9}',
        "moves": "a1 b1",
        "player": ["Ada", "Bob"],
    }
    answer = await hall.nobody.get("/replay/record", params=query | {"format": "sgf"})
    assert answer.headers["content-disposition"] == 'attachment; filename="gomoku-replay.sgf"'
    assert "SZ[9]" in answer.text
    assert "PB[Ada]PW[Bob]" in answer.text
    ended = query | {"result": "1 resigned", "format": "text"}
    assert "Bob (white) wins (resigned)." in (await hall.nobody.get("/replay/record", params=ended)).text
    assert prove((await hall.nobody.get("/replay/record", params=query)).content, hall.host.rulesets).moves == 2
    for change, status, slug in (
        ({"options": "[]"}, 422, "invalid"),
        ({"moves": "a1 a1"}, 422, "invalid"),
        ({"result": "9 won"}, 422, "invalid"),
        ({"ruleset": "nothing"}, 404, "not-found"),
        ({"format": "nothing"}, 404, "unknown-format"),
        ({"ply": "3"}, 404, "not-found"),
    ):
        problem(await hall.nobody.get("/replay/record", params=query | change), status, slug)


async def test_a_record_is_of_one_moment_though_players_go_on(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players)
    await play(game_id, players, "a1 b1")
    seen = await hall.host.read(load_state, game_id)
    done(await players[0].post(f"/games/{game_id}/moves", json={"move": "a2"}))
    with pytest.raises(Problem, match="has just changed"):
        await hall.host.read(load_record, seen, None)
    assert [made.move for made in (await read_record(hall.host, seen)).moves] == ["a1", "b1", "a2"]
