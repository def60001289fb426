"""After sides were swapped every place names the right player for the right colour."""

from __future__ import annotations

import json
import re

import pytest

from rig.people import Caller, client, play_moves, start_game
from rig.server import Server

GAMES = {
    "gomoku/pie": ("h8 swap h9 i8", "white"),
    "gomoku/swap": ("h8 h9 i8 black i9", "white"),
    "gomoku/swap2": ("h8 h9 i8 more i9 j8 black j9", "black"),
    "renju/rif": ("h8 i9 j8 swap a1 offer-b1 offer-c1 c1 o1", "white"),
    "renju/yamaguchi": ("h8 i9 j8 offers-1 keep a1 offer-b1 b1 o1", "black"),
    "renju/soosyrv-8": ("h8 i9 j8 swap a1 offers-1 keep offer-b1 b1 o1", "white"),
    "renju/taraguchi-10": ("h8 swap i9 swap j8 swap k5 keep l4 keep o1", "white"),
}


@pytest.mark.parametrize("name", GAMES)
def test_every_place_says_who_has_which_colour(server: Server, name: str) -> None:
    players = Caller(server.url, "ada"), Caller(server.url, "bob")
    (ruleset, opening), (moves, adas) = name.split("/"), GAMES[name]
    bobs = "black" if adas == "white" else "white"
    game_id = start_game(players, ruleset, opening=opening)
    played = play_moves(game_id, players, moves)

    assert [(seat["side"], seat["user"]["username"]) for seat in played["seats"]] == [(adas, "ada"), (bobs, "bob")]
    assert played["scene"]["sides"] == [adas, bobs]
    owners = {(piece["kind"], piece["seat"]) for piece in played["scene"]["pieces"]}
    assert owners == {(adas, 0), (bobs, 1)}
    first, second = ("ada", "bob") if adas == "black" else ("bob", "ada")

    def record(form: str) -> str:
        with client(server.url) as once:
            return once.get(f"/api/v1/games/{game_id}/record?format={form}").text

    with client(server.url) as once:
        page = once.get(f"/games/{game_id}").text
    cards = re.findall(r'class="player-name"[^>]*>(\w+)</a>.*?class="player-side">(\w+)<', page, re.DOTALL)
    assert {(who, side.lower()) for who, side in cards} == {("ada", adas), ("bob", bobs)}
    assert f"Black: {first}\n" in record("text")
    assert f"White: {second}\n" in record("text")
    assert record("psq").splitlines()[-2:] == [first, second]
    players_told = json.loads(record("json"))["players"]
    assert [(each["side"], each["name"]) for each in players_told] == [(adas, "ada"), (bobs, "bob")]
    assert f"PB[{first}]PW[{second}]" in record("sgf")

    # Whoever has black loses it: the result names the other one as the winner.
    with client(server.url) as once:
        loser = players[0 if adas == "black" else 1]
        once.post(f"/api/v1/games/{game_id}/resign", headers=loser.headers).raise_for_status()
        page = once.get(f"/games/{game_id}").text
    assert f"{second} won" in page
    assert f"{second} (white) wins (resigned)" in record("text")
