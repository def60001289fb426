"""Both sides of a game by one person, who asks nobody."""

from __future__ import annotations

import pytest

from rig.hall import Hall, done

pytestmark = pytest.mark.anyio


async def test_one_person_plays_both_sides(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    terms = {"ruleset": "tic-tac-toe", "opponent": "ADA"}
    made = done(await ada.post("/challenges", json=terms), 201)
    assert made["status"] == "accepted"
    path = f"/games/{made['game_id']}"
    assert [seat["user"]["username"] for seat in done(await bob.get(path))["seats"]] == ["ada", "ada"]
    for cell in ("b2", "a1", "c3"):
        done(await ada.post(f"{path}/moves", json={"move": cell}))
    taken = done(await ada.post(f"{path}/takeback", json={"action": "offer"}))
    assert (taken["ply"], taken["to_act"]) == (2, 0)
    for cell in ("b3", "a2", "b1"):
        done(await ada.post(f"{path}/moves", json={"move": cell}))
    game = done(await ada.get(path))
    assert game["result"] == {"winner": 0, "reason": "row"}
    again = done(await ada.post(f"{path}/rematch", json={"action": "offer"}))["rematch"]
    done(await ada.post(f"/games/{again}/draw", json={"action": "offer"}))
    assert done(await ada.get(f"/games/{again}"))["result"] == {"winner": None, "reason": "agreed"}
