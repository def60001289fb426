"""What a worker keeps of its pages is never shown to another visitor, nor after a change."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gamehall.features import Switchable, switch
from rig.hall import InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
PATHS = ("/", "/games", "/@ada")
PASSING = re.compile(
    r'name="form_token" value="\w*"|cursor=[\w-]+|(?<=<span class="meta">· )[^<]+|(?<=<p class="meta">)[^<]+ago'
)  # tokens, places in the feed, and how long ago something was


async def seen_by(browsers: dict[str, Any], game: str) -> dict[str, str]:
    """What each of them is shown, without what passes with time."""
    return {
        f"{name} at {path}": PASSING.sub("", (await browser.page(path)).html)
        for name, browser in browsers.items()
        for path in (*PATHS, game)
    }


async def test_a_page_is_as_a_worker_makes_it_that_has_kept_nothing(
    start_hall: StartHall, newcomer: Make, database_url: str
) -> None:
    hall = await start_hall(database_url)
    ada, bob, eve = [await newcomer(hall).register(name) for name in ("ada", "bob", "eve")]
    browsers = {"ada": ada, "bob": bob, "eve": eve, "a stranger": newcomer(hall)}
    game = ""

    async def begin() -> None:
        nonlocal game
        challenge = await ada.challenges("bob")
        game = await bob.go(challenge, f"{challenge}/respond", action="accept")

    async def move(who: Any, cell: str) -> None:
        await who.go(game, f"{game}/move", move=cell)

    async def without_friends() -> None:
        taken_up = asyncio.Event()
        hall.host.features.watch(taken_up.set)
        await hall.host.write(switch, ["friends"], on=False, by="test", known={"friends": Switchable("plugin")})
        await taken_up.wait()

    rounds: list[list[Callable[[], Awaitable[Any]]]] = [
        [begin, lambda: move(ada, "b2"), lambda: move(bob, "a1")],
        [
            lambda: eve.go("/play?ruleset=gomoku", "/play", whom="open"),
            lambda: bob.go("/look", "/look?next=%2Flook", language="de", board="slate"),
            lambda: ada.go("/settings", "/settings", display_name="Ada L."),
        ],
        [
            lambda: eve.go("/@ada", "/friends/block"),
            lambda: ada.go(game, f"{game}/resign"),
            without_friends,
        ],
    ]
    for steps in rounds:
        for step in steps:
            await step()
            kept = await seen_by(browsers, game)
        fresh = await start_hall(database_url)
        others = {name: newcomer(fresh, **each.cookies) for name, each in browsers.items()}
        assert kept == await seen_by(others, game)


PLUGIN = """
from gamehall import hookimpl

async def context(caller, query):
    return {"wish": query.get("wish", "")}

async def act(caller, fields):
    return "/garden?wish=" + caller.username

@hookimpl(optionalhook=True)
def web_pages(host):
    from gamehall_web_htmx.declare import Page
    return [Page("/garden", "Garden", "garden/page.html", context, {"act": act})]
"""
TEMPLATE = """{% extends "web_htmx/base.html" %}
{% block content %}<h1>Garden</h1>
{% kept on wish %}
<form method="post" action="/garden/act">{{ form_token }}<p id="wish">{{ wish }}</p></form>
{% endkept %}
{% endblock %}"""


async def test_a_kept_form_has_the_token_of_whoever_is_shown_it(
    start_hall: StartHall, install_plugin: InstallPlugin, newcomer: Make
) -> None:
    package: Path = install_plugin("garden", PLUGIN) / "gamehall_garden"
    (package / "templates").mkdir()
    (package / "templates/page.html").write_text(TEMPLATE)
    hall = await start_hall()
    ada, bob = [await newcomer(hall).register(name) for name in ("ada", "bob")]
    for each in (ada, bob, ada):
        shown = await each.page("/garden?wish=<rain>")
        assert shown.words("wish") == "<rain>"
        token = shown.form("/garden/act").values["form_token"]
        assert (await each.post("/garden/act", {"form_token": token})).status_code == 303
    stolen = (await bob.page("/garden?wish=<rain>")).form("/garden/act").values
    assert (await ada.post("/garden/act", stolen)).status_code == 403
    assert (await ada.page("/garden?wish=sun")).words("wish") == "sun"


async def test_a_thumbnail_follows_its_game(table: tuple[Any, Any, str]) -> None:
    ada, bob, game = table

    async def stones(who: Any) -> tuple[int, int]:
        html = (await who.page("/")).html
        return html.count('class="t-cross"'), html.count('class="t-nought"')

    seen = [await stones(ada)]
    for who, cell in ((ada, "b2"), (bob, "a1"), (ada, "c3")):
        await who.go(game, f"{game}/move", move=cell)
        assert await stones(ada) == await stones(bob)
        seen.append(await stones(ada))
    assert seen == [(0, 0), (1, 0), (1, 1), (2, 1)]


async def test_a_card_tells_each_how_their_game_stands_whoever_has_changed_it(
    start_hall: StartHall, newcomer: Make, database_url: str
) -> None:
    hall, elsewhere = await start_hall(database_url), await start_hall(database_url)
    ada, bob, eve = [await newcomer(hall).register(name) for name in ("ada", "bob", "eve")]
    await bob.go("/look", "/look?next=%2Flook", language="de")
    challenge = await ada.challenges("bob")
    game = await bob.go(challenge, f"{challenge}/respond", action="accept")
    ada_there, bob_there = [newcomer(elsewhere, **each.cookies) for each in (ada, bob)]
    known = {"tic-tac-toe": Switchable("ruleset", ("tic-tac-toe",))}

    async def cards(path: str = "/") -> list[list[str]]:
        """Who plays, and how it stands, on the cards that ada, bob and eve are shown, without what passes with time."""
        shown = []
        for each in (ada, bob, eve):
            html = (await each.page(path)).html
            words = re.findall(r'<a class="stretched-link".*?</a>|<p class="state.*?(?= <span class="meta"|</p>)', html)
            shown.append([re.sub("<[^>]*>", "", each) for each in words])
        return shown

    async def switched(*, on: bool) -> None:
        await elsewhere.host.write(switch, [*known], on=on, by="test", known=known, suspend=True)

    begun = [["vs bob", "Your turn"], ["gegen ada", "ada ist am Zug"], ["ada vs bob", "ada to move"]]
    assert await cards() == begun
    await ada_there.go(game, f"{game}/move", move="b2")
    moved = [["vs bob", "bob to move"], ["gegen ada", "Du bist am Zug"], ["ada vs bob", "bob to move"]]
    assert await cards() == moved
    await bob_there.go("/settings", "/settings", display_name="B & B")
    named = [["vs B &amp; B", "B &amp; B to move"], moved[1], ["ada vs B &amp; B", "B &amp; B to move"]]
    assert await cards() == named
    await switched(on=False)
    assert await cards() == [[named[0][0], "Suspended"], [named[1][0], "Ausgesetzt"], []]
    await switched(on=True)
    assert await cards() == named
    await ada_there.go(game, f"{game}/resign")
    assert await cards() == [[], [], []]
    won = ["B &amp; B won", "Du hast gewonnen", "B &amp; B won"]
    who = ["ada vs B &amp; B", "ada gegen B &amp; B", "ada vs B &amp; B"]
    assert await cards("/games") == [list(each) for each in zip(who, won, strict=True)]
