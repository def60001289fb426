"""The lobby's other sides: invitations by link, who may challenge whom, and what is told to whom."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.features import Switchable, switch
from gamehall.invitations import challenge_by_code, invite_code
from gamehall.lobby import respond
from gamehall.mail import stop_code
from gamehall.problems import Problem
from gamehall.tables import event
from rig.hall import Client, Hall, InstallPlugin, StartHall, done, problem

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe"}


async def identity(who: Client) -> str:
    return str(done(await who.get("/users/me"))["id"])


async def told(hall: Hall) -> list[tuple[str, set[str], dict[str, Any]]]:
    rows = await hall.host.read(lambda c: c.execute(sa.select(event).order_by(event.c.tx, event.c.id)).all())
    return [(row.kind, set(msgspec.json.decode(row.channels)), msgspec.json.decode(row.data)) for row in rows]


async def test_whoever_has_the_link_may_accept(each_hall: Hall) -> None:
    host = each_hall.host
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    new = done(await ada.post("/challenges", json=GAME | {"link": True}), 201)
    code = new["invite_url"].rsplit("/", 1)[-1]
    assert challenge_by_code(host.secret, code) == new["id"]
    accepted = await respond(host, new["id"], await identity(bob), "accept", by_code=True)
    assert accepted.status == "accepted"
    game = done(await cyd.get(f"/games/{accepted.game_id}"))
    assert {seat["user"]["username"] for seat in game["seats"]} == {"ada", "bob"}
    with pytest.raises(Problem, match="challenge-closed"):
        await respond(host, new["id"], await identity(cyd), "accept", by_code=True)
    assert "invite_url" not in done(await ada.get(f"/challenges/{new['id']}")), "it cannot be used any more"
    assert done(await bob.get(f"/challenges/{new['id']}"))["status"] == "accepted"


async def test_a_link_cannot_be_made_up(hall: Hall) -> None:
    ada = await hall.user("ada")
    new = done(await ada.post("/challenges", json=GAME | {"link": True}), 201)
    code = new["invite_url"].rsplit("/", 1)[-1]
    secret = hall.host.secret
    for wrong in (
        code[:-1],
        code + "0",
        new["id"],
        "",
        code.upper(),
        "é" * 42,
        code[:-1] + ("1" if code[-1] == "0" else "0"),
    ):
        with pytest.raises(Problem, match="not-found"):
            challenge_by_code(secret, wrong)
    for made in (invite_code(b"another secret", new["id"]), stop_code(secret, new["id"])):
        assert len(made) == len(code)
        with pytest.raises(Problem, match="not-found"):
            challenge_by_code(secret, made)


async def test_a_challenge_is_told_to_whom_it_concerns(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    people = {f"user-{await identity(who)}" for who in (ada, bob)}
    one = done(await ada.post("/challenges", json=GAME | {"opponent": "bob"}), 201)["id"]
    done(await bob.post(f"/challenges/{one}/respond", json={"action": "decline"}))
    received, answered = await told(each_hall)
    assert (received[0], received[1]) == ("challenge_received", {f"user-{await identity(bob)}"})
    assert received[2] | {"challenge_id": one, "ruleset": "tic-tac-toe", "challenger": "ada"} == received[2]
    assert answered == ("challenge_answered", people, {"challenge_id": one, "status": "declined", "game_id": None})


async def test_an_open_challenge_is_told_in_the_lobby(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    new = done(await ada.post("/challenges", json=GAME), 201)["id"]
    game_id = done(await bob.post(f"/challenges/{new}/respond", json={"action": "accept"}))["game_id"]
    events = await told(each_hall)
    assert [kind for kind, _, _ in events] == [
        "challenge_opened",
        "game_started",
        "challenge_answered",
        "challenge_closed",
    ]
    assert events[0][1] == events[3][1] == {"lobby"}
    assert events[3][2] == events[2][2] == {"challenge_id": new, "status": "accepted", "game_id": game_id}
    assert "lobby" in events[1][1]


async def test_a_challenge_by_link_is_not_told_in_the_lobby(hall: Hall) -> None:
    ada = await hall.user("ada")
    new = done(await ada.post("/challenges", json=GAME | {"link": True}), 201)["id"]
    done(await ada.post(f"/challenges/{new}/respond", json={"action": "cancel"}))
    ((kind, channels, data),) = await told(hall)
    assert (kind, channels, data["status"]) == ("challenge_answered", {f"user-{await identity(ada)}"}, "cancelled")


async def test_a_ruleset_that_went_off_takes_its_challenges_with_it(start_hall: StartHall) -> None:
    hall = await start_hall()
    ada, bob = await hall.users("ada", "bob")
    new = done(await ada.post("/challenges", json=GAME), 201)["id"]
    known = {"ruleset:tic-tac-toe": Switchable("ruleset", ("tic-tac-toe",))}
    await hall.host.write(switch, list(known), on=False, by="test", known=known)
    other = await start_hall()
    headers = {"authorization": bob.headers["authorization"]}
    answer = await other.nobody.post(f"/challenges/{new}/respond", json={"action": "accept"}, headers=headers)
    problem(answer, 409, "challenge-closed")


POLICY = """
from gamehall import hookimpl
from gamehall.accounts import find_user
from gamehall.declare import Policy, Verdict


@hookimpl
def gamehall_policies(host):
    async def may_play(asker, other):
        names = [(await host.read(find_user, each)).username for each in (asker, other)]
        if "odd" in names:
            raise LookupError("odd")
        return Verdict("eve" not in names, "Eve plays with nobody.")

    return [Policy("challenge", may_play), Policy("play", may_play)]
"""


async def test_a_policy_decides_who_may_challenge_and_play_whom(
    start_hall: StartHall, install_plugin: InstallPlugin
) -> None:
    install_plugin("picky", POLICY)
    hall = await start_hall()
    ada, eve, odd, bob = await hall.users("ada", "eve", "odd", "bob")
    for who, opponent in [(ada, "eve"), (eve, "ada")]:
        answer = await who.post("/challenges", json=GAME | {"opponent": opponent})
        assert problem(answer, 403, "forbidden")["detail"] == "Eve plays with nobody."
    new = done(await ada.post("/challenges", json=GAME), 201)["id"]
    answer = await eve.post(f"/challenges/{new}/respond", json={"action": "accept"})
    assert problem(answer, 403, "forbidden")["detail"] == "Eve plays with nobody."
    answer = await odd.post(f"/challenges/{new}/respond", json={"action": "accept"})
    assert "secret" not in problem(answer, 403, "forbidden")["detail"], "a policy that fails says no"
    done(await bob.post(f"/challenges/{new}/respond", json={"action": "accept"}))
