"""The end of an account: its games stay, its name does not, and nothing else does."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.accounts import find_user, update_user, user_by_name
from gamehall.audit import list_audit
from gamehall.features import SIGNUP, Switchable, switch
from gamehall.leaving import delete_user
from gamehall.problems import Problem
from gamehall.tables import challenge, user
from rig.command import CONFLICT, DONE, FAILED, Run
from rig.hall import PASSWORD, Client, Hall, done, play, problem, start_game

pytestmark = pytest.mark.anyio


async def leave(client: Client, password: str = PASSWORD) -> Any:
    return await client.request("DELETE", "/users/me", json={"password": password})


async def everything(hall: Hall) -> str:
    """All that is in the database but for the events, which tell what was so."""

    def read(connection: sa.Connection) -> str:
        names = [name for name in sa.inspect(connection).get_table_names() if name != "event"]
        return repr([connection.execute(sa.select(sa.text("*")).select_from(sa.table(name))).all() for name in names])

    return await hall.host.read(read)


async def test_games_stay_and_the_name_does_not(each_hall: Hall) -> None:
    ada, bob, cyd, dan = await each_hall.users("lovelace", "bob", "cyd", "dan")
    won = await start_game(ada, bob)
    await play(won, [ada, bob], "b2 a1 b3 a2 b1")
    running, begun = await start_game(bob, ada), await start_game(ada, bob)
    await play(running, [bob, ada], "b2 a1")
    await play(begun, [ada, bob], "b2")
    terms = {"ruleset": "tic-tac-toe"}
    sent = done(await ada.post("/challenges", json=terms | {"opponent": "cyd"}), 201)["id"]
    received = done(await cyd.post("/challenges", json=terms | {"opponent": "lovelace"}), 201)["id"]
    opened = done(await ada.post("/challenges", json=terms), 201)["id"]
    done(await ada.post("/friends/requests", json={"username": "bob"}), 201)
    assert (await dan.put("/friends/blocks/lovelace")).status_code == 204
    known = {SIGNUP: Switchable("switch")}
    await each_hall.host.write(switch, [SIGNUP], on=True, by="lovelace", known=known)
    before = done(await bob.get(f"/games/{won}"))

    problem(await leave(ada, "wrong"), 422, "invalid")
    assert (await leave(ada)).status_code == 204

    problem(await ada.get("/users/me"), 401, "invalid-token")
    sign_in = {"username": "lovelace", "password": PASSWORD}
    problem(await each_hall.nobody.post("/auth/token", json=sign_in), 401, "invalid-credentials")
    after = done(await bob.get(f"/games/{won}"))
    name = after["seats"][0]["user"]["username"]
    assert name.startswith("deleted-")
    assert after["seats"][0]["user"]["display_name"] == "Deleted player"
    unchanged = ("moves", "status", "result", "options", "finished_at")
    assert [after[each] for each in unchanged] == [before[each] for each in unchanged]
    problem(await bob.post(f"/games/{won}/rematch", json={"action": "offer"}), 409, "not-possible")
    assert "Deleted player" in (await bob.get(f"/games/{won}/record?format=text")).text
    for gone in ("lovelace", name):
        problem(await bob.get(f"/users/{gone}"), 404, "not-found")
    left = done(await bob.get(f"/games/{running}"))
    assert left["result"] == {"winner": 0, "reason": "resigned"}
    assert done(await bob.get(f"/games/{begun}"))["status"] == "aborted"
    assert done(await cyd.get(f"/challenges/{received}"))["status"] == "declined"
    assert done(await cyd.get(f"/challenges/{sent}"))["status"] == "cancelled"
    assert opened not in repr(done(await bob.get("/challenges?box=open")))
    assert done(await bob.get("/friends/requests?box=received"))["items"] == []
    assert done(await dan.get("/friends/blocks"))["items"] == []
    async with asyncio.timeout(120):
        while True:  # what others were told goes a moment later
            if "lovelace" not in await everything(each_hall):
                break
            await asyncio.sleep(0)
    (entry,) = await each_hall.host.read(list_audit, kind="account.deleted")
    assert entry.about == name

    again = await each_hall.user("lovelace")
    assert done(await again.get("/users/me/data"))["games"] == [], "the name is free, and brings nothing with it"


async def test_many_leave_while_it_is_written_down_that_they_are_there(each_hall: Hall) -> None:
    """Both take hold of a user's row and of the rows that refer to it: in one order, or each waits for the other."""
    names = [f"u{number}" for number in range(12)]
    clients = await each_hall.users(*names)
    presence, hall_time = each_hall.host.presence, each_hall.host.hall_time()
    ids = [each["id"] for each in [done(await client.get("/users/me")) for client in clients]]
    left = asyncio.gather(*map(leave, clients))
    rounds = 0
    while not left.done():
        for user_id in ids:
            presence.seen(user_id)
        await presence.write_down(hall_time + rounds)
        rounds += 1
    assert [answer.status_code for answer in await left] == [204] * len(names)
    assert rounds


async def test_what_is_left_of_an_account_cannot_be_brought_back(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    mine = done(await ada.get("/users/me"))["id"]
    assert (await leave(ada)).status_code == 204
    for change in ({"is_active": True}, {"is_admin": True}, {}):
        with pytest.raises(Problem, match="not-possible"):
            await each_hall.host.write(update_user, mine, change)
    with pytest.raises(Problem, match="not-possible"):
        await each_hall.host.write(delete_user, mine, 0, each_hall.host.settings)
    for name in ("", " ", "deleted", (await found(each_hall, mine)).username):
        answer = await each_hall.nobody.post("/auth/token", json={"username": name, "password": ""})
        problem(answer, 401, "invalid-credentials")


async def found(hall: Hall, user_id: str) -> Any:
    return await hall.host.read(find_user, user_id)


async def test_there_is_always_an_admin(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    for name in ("ada", "bob"):
        person = await each_hall.host.read(user_by_name, name)
        await each_hall.host.write(update_user, person.id, {"is_admin": True})
    assert (await leave(ada)).status_code == 204
    problem(await leave(bob), 409, "not-possible")
    done(await bob.get("/users/me"))


async def test_accounts_that_plugins_play_stay(hall: Hall) -> None:
    (played,) = await hall.host.read(
        lambda c: list(c.scalars(sa.select(user.c.id).where(user.c.played_by.is_not(None))))
    )
    with pytest.raises(Problem, match="not-possible"):
        await hall.host.write(delete_user, played, 0, hall.host.settings)


async def test_accepted_challenges_stay_with_their_games(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    game_id = await start_game(ada, bob)
    assert (await leave(ada)).status_code == 204
    kept = await hall.host.read(lambda c: c.scalar(sa.select(challenge.c.status).where(challenge.c.game_id == game_id)))
    assert kept == "accepted"


def test_by_the_command_line(bare: Run) -> None:
    assert bare("db", "upgrade").code == DONE
    created = ("users", "create", "ada", "--email", "ada@example.org", "--admin", "--password-stdin")
    assert bare(*created, stdin=PASSWORD).code == DONE
    link = bare("users", "reset-link", "ada").out.strip()
    assert "/reset/" in link
    assert bare("users", "delete", "ada", typed="n\n").code == FAILED
    assert bare("users", "show", "ada").code == DONE
    ended = bare("--yes", "users", "delete", "ada")
    assert ended.code == DONE
    assert "no admin now" in ended.out
    (row,) = bare("users", "list").rows[1:]
    assert row[1:] == ["Deleted player", "", "player", "deleted"]
    for command in ("enable", "promote", "delete", "reset-link"):
        assert bare("--yes", "users", command, row[0]).code == CONFLICT, command
