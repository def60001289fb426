"""What users are told has happened to them: who learns of what, how it is read, and how much of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.retention import forget_some
from gamehall.tables import now
from gamehall_web_htmx.notices import KEPT
from gamehall_web_htmx.tables import OLD_NOTICES, notice
from rig.hall import Hall, StartHall, done, play

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]


async def told(hall: Hall, username: str, sentence: str) -> str:
    """The page that an unread notice with this sentence leads to, once it has been put down."""
    user_id = (await hall.host.read(user_by_name, username)).id
    async with asyncio.timeout(120):
        while True:
            for row in await rows(hall, user_id):
                if sentence in row.facts or sentence == row.kind:
                    return str(row.link)
            await asyncio.sleep(0)


async def rows(hall: Hall, user_id: str) -> list[Any]:
    own = sa.select(notice).where(notice.c.user_id == user_id).order_by(notice.c.tx, notice.c.event_id)
    return await hall.host.read(lambda connection: list(connection.execute(own)))


def count(page: Any) -> str:
    return str(page.words("notice-count"))


async def test_users_are_told_what_others_did_and_read_it_by_looking(hall: Hall, person: Make) -> None:
    ada, bob = await hall.users("ada", "bob")
    reader = person()
    await reader.sign_in("bob")
    assert "Nothing has happened yet." in (await reader.page("/notices")).text
    done(await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "opponent": "bob", "seat": 0}), 201)
    link = await told(hall, "bob", "challenge_received")
    page = await reader.page("/notices")
    assert "ada challenges you to a game of Tic-tac-toe." in page.text
    assert count(page) == "1, 1 unread"
    assert link in page.attribute("a", "href")
    assert count(await reader.page(link)) == ""
    assert "new" not in (await reader.page("/notices")).text.split()

    done(await ada.post("/challenges", json={"ruleset": "gomoku", "opponent": "bob"}), 201)
    other = await told(hall, "bob", '"gomoku"')
    assert count(await reader.page("/")) == "1, 1 unread"
    done(await bob.post(f"{other}/respond", json={"action": "decline"}))
    assert await told(hall, "ada", "declined") == other
    assert count(await reader.page("/")) == "", "whoever has answered knows of it"

    done(await bob.post(f"{link}/respond", json={"action": "accept"}))
    game = await told(hall, "ada", "accepted")
    await play(game.rpartition("/")[2], [ada, bob], "a1 a2 b1 b2")
    done(await ada.post(f"{game}/draw", json={"action": "offer"}))
    await told(hall, "bob", "draw_offer")
    done(await ada.post(f"{game}/moves", json={"move": "c1"}))
    assert await told(hall, "bob", "game_over") == game
    done(await ada.post(f"{game}/rematch", json={"action": "offer"}))
    await told(hall, "bob", "rematch_offer")
    again = done(await bob.post(f"{game}/rematch", json={"action": "accept"}))["rematch"]
    page = await reader.page("/notices")
    assert "ada offers you another game of Tic-tac-toe." in page.text
    assert "You lost the game of Tic-tac-toe against ada." in page.text
    assert "ada offers you a draw in your game of Tic-tac-toe." in page.text
    assert count(page) == "3, 3 unread"
    assert await reader.go("/notices", "/notices/read") == "/notices"
    assert count(await reader.page("/")) == ""

    assert await told(hall, "ada", '"again"') == f"/games/{again}"
    winner = person()
    await winner.sign_in("ada")
    page = await winner.page("/notices")
    assert "bob accepted your challenge. The game of Tic-tac-toe has begun." in page.text
    assert "bob accepted the rematch." in page.text
    assert "You won" not in page.text, "whoever made the last move knows it"
    assert "challenges you" not in page.text


async def test_plugins_tell_of_their_own_and_operators_of_the_rest(hall: Hall, person: Make) -> None:
    ada, bob = await hall.users("ada", "bob")
    done(await ada.post("/friends/requests", json={"username": "bob"}), 201)
    assert await told(hall, "bob", "friend_request") == "/friends"
    done(await bob.post("/friends/requests", json={"username": "ada"}), 201)
    assert await told(hall, "ada", "friend_answered") == "/@bob"
    user_id = (await hall.host.read(user_by_name, "ada")).id
    text = NewEvent("notice", (user_channel(user_id),), {"text": "The hall <b>moves</b>."})
    await hall.host.write(lambda connection: emit(connection, [text]))
    await told(hall, "ada", "moves")
    reader = person()
    await reader.sign_in("ada")
    page = await reader.page("/notices")
    assert "You and bob are friends now." in page.text
    assert "The hall <b>moves</b>." in page.text
    await person().page("/notices")  # leads to signing in


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_notices_are_written_once_and_bounded(
    start_hall: StartHall, request: pytest.FixtureRequest, database: str
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    workers = [await start_hall(url) for _ in range(2)]
    hall = workers[0]
    await hall.user("ada")
    user_id = (await hall.host.read(user_by_name, "ada")).id

    async def say(*texts: str) -> list[str]:
        """What is kept once the last of these has been put down."""
        news = [NewEvent("notice", (user_channel(user_id),), {"text": text}) for text in texts]
        await hall.host.write(lambda connection: emit(connection, news))
        await told(hall, "ada", texts[-1])
        return [msgspec.json.decode(row.facts)["text"] for row in await rows(hall, user_id)]

    texts = [f"number {number:03}" for number in range(KEPT + 2)]
    assert await say(*texts) == texts[2:]
    long_ago = {"user_id": user_id, "tx": 2**60, "event_id": 1, "at": now() - timedelta(days=91)}
    words = {"plugin": "web_htmx", "kind": "notice", "facts": '{"text":"long ago"}', "link": "/", "is_read": False}
    await hall.host.write(lambda connection: connection.execute(notice.insert(), long_ago | words))
    assert await hall.host.write(forget_some, OLD_NOTICES, hall.host.settings) == 1
    assert await say("the last") == [*texts[3:], "the last"]
    for worker in workers:
        assert [each.failures for each in worker.host.installed_plugins if each.name == "web_htmx"] == [0]
