"""Pages speak the visitor's language, and nothing else does: not the API, and not what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.tables import game as games
from rig.hall import Hall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


@pytest.fixture
def mailed(hall: Hall) -> Callable[[str], Any]:
    """In which language mails speak to somebody."""
    return lambda name: hall.host.read(lambda connection: user_by_name(connection, name).language)


async def test_a_game_is_told_in_the_language_of_whoever_looks(hall: Hall, table: Any, person: Make) -> None:
    ada, bob, game = table
    ada.client.headers["Accept-Language"] = "de-AT,de;q=0.9,en;q=0.5"
    spaniard = person()
    spaniard.client.headers["Accept-Language"] = "es"
    assert "Du bist am Zug als Kreuz." in (await ada.page(game)).words("status")
    assert "Turno de cruces." in (await spaniard.page(game)).words("status")
    assert "Cross to move." in (await person().page(game)).words("status")
    refused = await ada.refused(game, f"{game}/move", 422, move="z9")
    assert "Den Punkt z9 gibt es auf diesem Brett nicht." in refused.text
    for number, cell in enumerate(["b2", "a1", "c1", "a3", "c2"]):
        await (ada, bob)[number % 2].go(game, f"{game}/move", move=cell)
    # The last move is a German's: what is said inside a transaction is German too, and what is stored is not.
    late = await ada.refused(game, f"{game}/move", 409, move="b1")
    assert "Du bist nicht am Zug" in late.text or "Dein Gegner ist am Zug." in late.text
    await bob.go(game, f"{game}/move", move="b3")
    await ada.go(game, f"{game}/move", move="a2")
    stored = await hall.host.read(lambda c: c.execute(sa.select(games.c.final_scene, games.c.start_scene)).one())
    final, start = (msgspec.json.decode(text)["status"] for text in stored)
    assert (final, start) == ("Cross wins with three in a row.", "Cross to move.")
    told = (await hall.stranger().get(f"/api/v1{game}", headers={"Accept-Language": "de"})).json()
    assert told["scene"]["status"] == final
    assert "Kreuz gewinnt mit drei in einer Reihe." in (await ada.page(game)).words("status")
    assert "Victoria de cruces con tres en línea." in (await spaniard.page(game)).words("status")
    assert final in (await bob.page(game)).words("status")


async def test_a_chosen_language_goes_before_that_of_the_browser(
    hall: Hall, players: list[Any], newcomer: Make, mailed: Callable[[str], Any]
) -> None:
    ada, bob = players
    stranger = newcomer(hall)
    assert await stranger.go("/games", "/look?next=%2Fgames", language="es") == "/games"
    page = await stranger.page("/games")
    assert "Partidas" in page.text
    assert page.attribute("html", "lang") == ["es"]
    assert "Aquí no hay nada" in (await stranger.page("/nowhere", 404)).text

    # An account keeps it wherever it signs in, whatever the browser there asks for, and its mails speak it.
    await ada.go("/", "/look?next=%2F", language="de")
    elsewhere = newcomer(hall)
    await elsewhere.sign_in("ada")
    elsewhere.client.headers["Accept-Language"] = "es"
    for path in ("/", "/settings", "/friends", "/@bob"):
        assert "Spielen" in (await elsewhere.page(path)).text, path
    assert "Es gibt hier niemanden mit dem Namen" in (await elsewhere.page("/@nobody", 404)).text
    assert await mailed("ada") == "de"
    await elsewhere.go("/look", "/look?next=/", language="")
    assert "Jugar" in (await elsewhere.page("/")).text
    assert await mailed("ada") == ""
    assert (await bob.page("/")).attribute("html", "lang") == ["en"]


async def test_an_end_by_the_hall_and_a_page_that_is_none(table: Any) -> None:
    ada, bob, game = table
    await ada.go(game, f"{game}/move", move="b2")
    await bob.go(game, f"{game}/move", move="a1")
    await ada.go(game, f"{game}/resign")
    bob.client.headers["Accept-Language"] = "de"
    assert "Kreuz hat aufgegeben. Kreis gewinnt." in (await bob.page(game)).words("status")
    assert "Hier ist nichts" in (await bob.page("/nowhere", 404)).text
