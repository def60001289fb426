"""One's own games on the pages: above all others, the way to the next one, and mails about those that wait."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from gamehall.accounts import user_by_name
from gamehall.mail import stop_code
from rig.hall import Client, Hall, StartHall, done

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
DAYS = {"kind": "correspondence", "days": 3}


async def start(first: Client, second: Client, **clock: Any) -> str:
    """The path of a game by correspondence, the first to move."""
    terms = {"ruleset": "tic-tac-toe", "seat": 0, "clock": clock or DAYS}
    challenge = done(await first.post("/challenges", json=terms), 201)
    answer = await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"})
    return f"/games/{done(answer)['game_id']}"


def games(page: Any) -> list[str]:
    """The paths of the games that a page lists."""
    return [path for path in page.attribute("a", "href") if re.fullmatch("/games/[0-9a-z]{26}", path)]


async def test_own_games_stand_above_the_others_whose_turn_first(hall: Hall, person: Make) -> None:
    ada, bob, cleo = await hall.users("ada", "bob", "cleo")
    others = await start(bob, cleo)
    waiting = await start(bob, ada)
    long, short = await start(ada, bob), await start(ada, cleo, kind="correspondence", days=1)
    free = await start(ada, bob, kind="none")
    over = await start(ada, bob)
    done(await bob.post(f"{over}/resign"))
    reader = person()
    await reader.sign_in("ada")
    page = await reader.page("/games")
    assert games(page) == [short, long, free, waiting, over, others]
    assert "3 wait for your move" in page.text
    assert re.search("vs cleo Tic-tac-toe Your turn · (1 day|23 hours 59 minutes) left", page.text)
    assert re.search(r"vs bob Tic-tac-toe Your turn · for (no time|[0-9]+ seconds?)", page.text)
    assert re.search("vs bob Tic-tac-toe bob to move · (3 days|2 days 23 hours) left", page.text)
    assert "bob vs cleo" in page.text
    assert games(await reader.page("/games?status=active")) == [free, short, long, waiting, others]
    assert games(await reader.page(f"/games?before={others.rpartition('/')[2]}")) == []
    assert games(await reader.page("/"))[:4] == [short, long, free, waiting]
    assert games(await person().page("/games")) == [over, free, short, long, waiting, others]
    for who, action in ((bob, "offer"), (ada, "accept")):
        done(await who.post(f"{long}/pause", json={"action": action}))
    assert "vs bob Tic-tac-toe Your turn · paused" in (await reader.page("/games")).text


async def test_the_lobby_has_own_games_by_turn_and_those_of_others_newest_first(
    each_hall: Hall, newcomer: Make
) -> None:
    ada, bob, cleo = await each_hall.users("ada", "bob", "cleo")
    older, waiting = await start(bob, cleo), await start(bob, ada)
    newer, own = await start(cleo, bob), await start(ada, cleo)
    reader, stranger = newcomer(each_hall), newcomer(each_hall)
    await reader.sign_in("ada")
    assert games(await reader.page("/")) == [own, waiting, newer, older]
    assert games(await stranger.page("/")) == [own, newer, waiting, older]
    await reader.send("/@cleo", "/friends/block")
    assert games(await reader.page("/")) == [own, waiting], "whom one has blocked is not met"


async def test_the_next_game_is_one_link_away(hall: Hall, person: Make) -> None:
    ada, bob = await hall.users("ada", "bob")
    reader = person()
    answer = await reader.get("/games/next")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fgames%2Fnext")
    await reader.sign_in("ada")
    page = await reader.page("/games/next")
    assert "No other game waits for your move." in page.text
    long, short = await start(ada, bob), await start(ada, bob, kind="correspondence", days=1)
    for after, wanted in (("", short), (short, long), (long, short), ("\0", short), ("nothing", short)):
        answer = await reader.get("/games/next", params={"after": after.rpartition("/")[2]})
        assert (answer.status_code, answer.headers["location"]) == (303, wanted), after
    assert "Next game (1)" in (await reader.page(short)).text
    await reader.go(short, f"{short}/move", move="b2")
    page = await reader.page(short)
    assert "Next game (1)" in page.text
    assert f"/games/next?after={short.rpartition('/')[2]}" in page.attribute("a", "href")
    assert "Next game" not in (await reader.page(long)).text, "no other waits"
    assert "Next game" not in (await person().page(short)).text
    assert "/games/next" in (await reader.page("/")).attribute("a", "href")


async def test_mails_are_switched_in_the_settings(hall: Hall, players: list[Any], start_hall: StartHall) -> None:
    ada, _ = players
    for wanted in ({}, {"mail_notices": "on"}):
        form = (await ada.page("/settings")).form("/settings/mail")
        form.values.pop("mail_notices", None)
        assert (await ada.post("/settings/mail", form.values | wanted)).status_code == 303
        assert ((await ada.page("/settings?saved")).form("/settings/mail").values.get("mail_notices") == "on") is bool(
            wanted
        )
        assert (await hall.host.read(user_by_name, "ada")).mail_notices is bool(wanted)
    assert "This hall sends no mails at the moment." in (await ada.page("/settings")).text


async def test_the_link_in_a_mail_ends_them_for_whoever_has_it(hall: Hall, person: Make) -> None:
    await hall.user("ada")
    ada = await hall.host.read(user_by_name, "ada")
    path = f"/mail/{stop_code(hall.host.secret, ada.id)}"
    page = await person().page(path)
    assert (await hall.host.read(user_by_name, "ada")).mail_notices, "programs look at links"
    answer = await person().post(path, page.form(path).values)
    assert "No more mails" in answer.text
    assert not (await hall.host.read(user_by_name, "ada")).mail_notices
    await hall.host.write(lambda c: c.exec_driver_sql('UPDATE "user" SET mail_notices = 1'))
    # As mail programs do it (RFC 8058): nothing but the link, and no redirect.
    answer = await hall.root.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert not (await hall.host.read(user_by_name, "ada")).mail_notices
    for wrong in ("/mail/x", path[:-1], f"/mail/{stop_code(b'other', ada.id)}"):
        assert "not whole" in (await person().page(wrong, 404)).text
        assert (await hall.root.post(wrong)).status_code == 404
