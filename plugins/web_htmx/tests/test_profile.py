"""Somebody's games, counted and sifted: on their profile, and in the list of all games."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gamehall_web_htmx.browsers import browser_words
from rig.hall import Client, Hall, done, play, start_game

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
FIRST_WINS = "a1 a2 b1 b2 c1"
DRAWN = "a1 b2 a3 a2 c2 b1 b3 c3 c1"


async def played(first: Client, second: Client, moves: str, **more: Any) -> str:
    game_id = await start_game(first, second, **more)
    await play(game_id, [first, second], moves)
    return f"/games/{game_id}"


def games(page: Any) -> list[str]:
    """The paths of the games that a page lists."""
    return [path for path in page.attribute("a", "href") if re.fullmatch("/games/[0-9a-z]{26}", path)]


async def test_a_profile_counts_and_sifts_games(hall: Hall, person: Make) -> None:
    ada, bob, cleo = await hall.users("ada", "bob", "cleo")
    won, lost = await played(ada, bob, FIRST_WINS), await played(bob, ada, FIRST_WINS)
    drawn = await played(ada, cleo, DRAWN)
    gomoku = await played(cleo, ada, "h8 h9", ruleset="gomoku")
    done(await cleo.post(f"{gomoku}/resign"))
    running = await played(ada, bob, "b2")
    aborted = f"/games/{await start_game(ada, bob)}"
    done(await ada.post(f"{aborted}/abort"))

    reader = person()
    page = await reader.page("/@ADA")
    assert re.search(r"here since [0-9]+ \w+ [0-9]{4}", page.text)
    assert "Tic-tac-toe 3 1 1 1 Gomoku 1 1 0 0" in page.text
    assert games(page) == [running, aborted, gomoku, drawn, lost, won]
    for query, wanted in (
        ("result=won", [gomoku, won]),
        ("result=lost", [lost]),
        ("result=drawn", [drawn]),
        ("opponent=@Cleo", [gomoku, drawn]),
        ("opponent=cleo&result=won&ruleset=gomoku", [gomoku]),
        ("ruleset=renju", []),
        ("result=nonsense&ruleset=%00", [running, aborted, gomoku, drawn, lost, won]),
        (f"before={drawn.rpartition('/')[2]}", [lost, won]),
    ):
        assert games(await reader.page(f"/@ada?{query}")) == wanted, query
    page = await reader.page("/@ada?opponent=zoe")
    assert page.words("f-opponent-error") == "There is no user 'zoe'."
    await reader.page("/@ada?before=x", 404)

    await reader.sign_in("bob")
    assert games(await reader.page("/games?mine=on")) == [aborted, running, lost, won]
    assert games(await reader.page("/games?mine=on&player=cleo")) == []
    assert games(await reader.page("/games?mine=on&player=ada&status=finished")) == [lost, won]
    assert games(await person().page("/games?mine=on&status=finished")) == [gomoku, drawn, lost, won]


async def test_who_has_played_nothing_is_invited(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    page = await ada.page("/@ada")
    assert "You have not finished a game yet." in page.text
    assert "/settings" in page.attribute("a", "href")
    assert "/play?opponent=bob" in (await ada.page("/@bob")).attribute("a", "href")
    assert "Nobody has played here yet." in (await ada.page("/games")).text
    page = await ada.page("/games?ruleset=renju")
    assert "/play?ruleset=renju" in page.attribute("a", "href")


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge on Windows"),
        ("lynx", "lynx"),
        ("", ""),
    ],
)
def test_browsers_have_names(agent: str, words: str) -> None:
    assert browser_words(agent) == words
