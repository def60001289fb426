"""The hall that the kit gives to plugins' authors."""

from __future__ import annotations

import pytest

from gamehall.testing.hall import Hall


def test_a_game_is_played_in_it(new_hall: Hall) -> None:
    game = new_hall.play("tic-tac-toe", "a1 b1 a2 b2 a3")
    assert game["status"] == "finished"
    assert game["result"] == {"winner": 0, "reason": "row"}
    assert [seat["user"]["username"] for seat in game["seats"]] == ["first-player", "second-player"]


def test_it_says_why_something_was_refused(new_hall: Hall) -> None:
    ada = new_hall.user("ada")
    with pytest.raises(AssertionError, match="There is no ruleset"):
        ada("POST", "/challenges", ruleset="no-such-game")
    with pytest.raises(AssertionError, match="the game was over before c3"):
        new_hall.play("tic-tac-toe", "a1 b1 a2 b2 a3 c3")


def test_strangers_see_what_strangers_see(new_hall: Hall) -> None:
    assert new_hall.client.get("/api/v1/users/me").status_code == 401
    assert new_hall.client.get("/health/ready").json()["status"] == "ok"
