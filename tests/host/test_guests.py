"""Guests: who comes by a link, what they can do, and how they come to an account."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.accounts import Registration, User, find_user, register, user_by_name
from gamehall.challenges import ChallengeTerms
from gamehall.features import Switchable, switch
from gamehall.gamelog import load_game
from gamehall.guests import MOST_A_MINUTE, STRAY_AFTER, add_guest, hand_over, remove_strays
from gamehall.invitations import play_as_guest, propose_as_guest
from gamehall.problems import Problem
from gamehall.signingin import sign_in
from gamehall.tables import challenge, event, now, user
from rig.hall import PASSWORD, Client, Hall, InstallPlugin, StartHall, done, problem

pytestmark = pytest.mark.anyio

BOB = Registration(username="bob", email="bob@example.org", password=PASSWORD)


async def invite(who: Client, **terms: Any) -> str:
    """The code of a new invitation, whose maker has the second seat."""
    new = done(await who.post("/challenges", json={"ruleset": "tic-tac-toe", "link": True, "seat": 1} | terms), 201)
    return str(new["invite_url"]).rsplit("/", 1)[-1]


async def sit_down(hall: Hall, who: Client) -> tuple[User, str]:
    """A guest in a game against somebody, and the game's id."""
    guest, settled = await play_as_guest(hall.host, await invite(who))
    assert settled.game_id
    return guest, settled.game_id


async def users(hall: Hall) -> list[User]:
    people = sa.select(user.c.id).where(user.c.played_by.is_(None))
    ids = await hall.host.read(lambda connection: list(connection.scalars(people)))
    return [found for each in ids if (found := await hall.host.read(find_user, each))]


async def test_a_guest_takes_the_seat_that_the_link_offers(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    guest, game_id = await sit_down(each_hall, ada)
    assert guest.is_guest
    assert guest.username.startswith("guest-")
    game = done(await ada.get(f"/games/{game_id}"))
    assert game["seats"][0]["user"] == {"username": guest.username, "display_name": "Guest"}
    assert done(await ada.get(f"/users/{guest.username}"))["display_name"] == "Guest"
    done(await ada.post(f"/games/{game_id}/abort"))


async def test_of_two_guests_one_gets_the_seat_and_the_other_is_not_kept(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    code = await invite(ada)
    came = await asyncio.gather(*(play_as_guest(each_hall.host, code) for _ in range(4)), return_exceptions=True)
    late = [each for each in came if isinstance(each, Problem)]
    assert [each.slug for each in late] == ["challenge-closed"] * 3
    assert len([each for each in await users(each_hall) if each.is_guest]) == 1


async def test_no_password_signs_a_guest_in(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    guest, _ = await sit_down(each_hall, ada)
    for password in ("", "nobody has this password", guest.username):
        with pytest.raises(Problem, match="invalid-credentials"):
            await sign_in(each_hall.host, guest.username, password)


async def test_names_of_guests_are_theirs(hall: Hall) -> None:
    for username in ("guest-1", "Guest-Ada", "GUEST-"):
        account = {"username": username, "email": "x@example.org", "password": PASSWORD}
        (error,) = problem(await hall.nobody.post("/auth/register", json=account), 422, "invalid")["errors"]
        assert error["field"] == "username"
    await hall.user("guesthouse")


async def test_a_guest_is_not_challenged(hall: Hall) -> None:
    ada = await hall.user("ada")
    guest, _ = await sit_down(hall, ada)
    answer = await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "opponent": guest.username})
    assert problem(answer, 422, "invalid")["errors"][0]["field"] == "opponent"


async def test_by_the_api_too_a_guest_can_play_and_nothing_else(
    start_hall: StartHall, install_plugin: InstallPlugin
) -> None:
    install_plugin(
        "door",
        """
from gamehall import hookimpl
from gamehall.accounts import user_by_name
from gamehall.declare import Authenticator, Principal


@hookimpl
def gamehall_authenticators(host):
    async def identify(connection):
        if (name := connection.headers.get("x-user")) is None:
            return None
        found = await host.read(user_by_name, name)
        return Principal(found.id, found.username, "", False, "door", name, is_guest=found.is_guest)

    return [Authenticator("door", "api", identify, order=-1)]
""",
    )
    hall = await start_hall()
    ada = await hall.user("ada")
    guest, game_id = await sit_down(hall, ada)
    headers = {"x-user": guest.username}
    assert done(await hall.nobody.get(f"/games/{game_id}", headers=headers))["to_act"] == 0
    done(await hall.nobody.post(f"/games/{game_id}/moves", json={"move": "b2"}, headers=headers))
    for path, body in (
        ("/challenges", {"ruleset": "tic-tac-toe"}),
        (f"/invitations/{await invite(ada)}", {}),
    ):
        refused = problem(await hall.nobody.post(path, json=body, headers=headers), 403, "account-needed")
        assert "account" in refused["detail"]
    assert done(await ada.get(f"/games/{game_id}"))["ply"] == 1


async def test_a_guest_becomes_the_account_that_they_make(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    guest, game_id = await sit_down(each_hall, ada)
    person = await register(each_hall.host, BOB, guest.id)
    assert (person.id, person.username, person.is_guest) == (guest.id, "bob", False)
    assert (await sign_in(each_hall.host, "bob@example.org", PASSWORD)).id == guest.id
    assert done(await ada.get(f"/games/{game_id}"))["seats"][0]["user"]["username"] == "bob"
    with pytest.raises(Problem, match="not-found"):
        await each_hall.host.read(user_by_name, guest.username)


async def test_a_name_that_is_taken_leaves_the_guest_a_guest(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    guest, _ = await sit_down(each_hall, ada)
    with pytest.raises(Problem, match="already-exists"):
        await register(each_hall.host, msgspec.structs.replace(BOB, username="Ada"), guest.id)
    assert await each_hall.host.read(find_user, guest.id) == guest


async def test_whoever_is_no_guest_any_more_gets_another_account(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    guest, _ = await sit_down(each_hall, ada)
    two = [msgspec.structs.replace(BOB, username=name, email=f"{name}@example.org") for name in ("bob", "cyd")]
    made = await asyncio.gather(*(register(each_hall.host, each, guest.id) for each in two))
    assert len({each.id for each in made}) == 2
    assert guest.id in {each.id for each in made}


async def test_an_account_gets_the_guests_seats(each_hall: Hall) -> None:
    ada, bob, _ = await each_hall.users("ada", "bob", "cyd")
    host = each_hall.host
    guest, game_id = await sit_down(each_hall, ada)
    person = await host.read(user_by_name, "bob")
    before = await host.read(load_game, game_id)
    await hand_over(host, guest.id, person)
    after = await host.read(load_game, game_id)
    assert [seat.username for seat in after.seats] == ["bob", "ada"]
    assert after.revision > before.revision, "who has read it with the guest in it looks again"
    done(await bob.post(f"/games/{game_id}/moves", json={"move": "b2"}))
    assert await host.read(lambda c: c.scalar(sa.select(challenge.c.opponent_id))) == person.id
    rows = await host.read(lambda connection: connection.execute(sa.select(event)).all())
    (notice,) = [row for row in rows if row.kind == "notice"]
    assert "@bob" in msgspec.json.decode(notice.data)["text"]
    assert {f"game-{game_id}", f"user-{person.id}"} <= set(msgspec.json.decode(notice.channels))
    # The guest is no more: nothing happens when they are handed over, or make an account, once again.
    await hand_over(host, guest.id, await host.read(user_by_name, "cyd"))
    assert (
        await register(host, msgspec.structs.replace(BOB, username="dan", email="d@e.org"), guest.id)
    ).id != guest.id


async def test_nobody_plays_against_themselves_that_way(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    host = each_hall.host
    guest, game_id = await sit_down(each_hall, ada)
    with pytest.raises(Problem, match="other player"):
        await hand_over(host, guest.id, await host.read(user_by_name, "ada"))
    assert [seat.username for seat in (await host.read(load_game, game_id)).seats] == [guest.username, "ada"]
    assert await host.read(find_user, guest.id) == guest


POLICY = """
from gamehall import hookimpl
from gamehall.accounts import find_user
from gamehall.declare import Policy, Verdict


@hookimpl
def gamehall_policies(host):
    async def may_play(asker, other):
        found = await host.read(find_user, asker)
        return Verdict(found.username != "eve", "Eve plays with nobody.")

    return [Policy("play", may_play)]
"""


async def test_being_a_guest_is_no_way_round_a_policy(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("picky", POLICY)
    hall = await start_hall()
    ada, _ = await hall.users("ada", "eve")
    guest, _ = await sit_down(hall, ada)
    with pytest.raises(Problem, match="Eve plays with nobody"):
        await hand_over(hall.host, guest.id, await hall.host.read(user_by_name, "eve"))


async def test_where_nobody_can_make_an_account_nobody_is_a_guest(start_hall: StartHall) -> None:
    hall = await start_hall()
    ada = await hall.user("ada")
    code = await invite(ada)
    await hall.host.write(switch, ["signup"], on=False, by="test", known={"signup": Switchable("switch")})
    closed = await start_hall(signup="closed")
    with pytest.raises(Problem, match="forbidden"):
        await play_as_guest(closed.host, code)
    assert [each.username for each in await users(hall)] == ["ada"]


async def test_guests_without_a_seat_are_removed_after_some_days(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    host = each_hall.host
    seated, _ = await sit_down(each_hall, ada)
    fresh = await host.write(add_guest, limited=True)
    stray = await host.write(add_guest, limited=True)
    old = now() - STRAY_AFTER - timedelta(hours=1)
    names = ["ada", seated.username, stray.username]
    aged = user.update().where(user.c.username.in_(names)).values(created_at=old)
    await host.write(lambda connection: connection.execute(aged))
    await remove_strays(host)
    assert {each.username for each in await users(each_hall)} == {"ada", seated.username, fresh.username}


async def test_only_so_many_guests_come_in_a_minute(each_hall: Hall) -> None:
    for _ in range(MOST_A_MINUTE):
        await each_hall.host.write(add_guest, limited=True)
    with pytest.raises(Problem, match="too-many-requests"):
        await each_hall.host.write(add_guest, limited=True)


async def test_an_invitation_by_a_guest_stays_theirs_when_they_sign_in(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    host = each_hall.host
    guest, made = await propose_as_guest(host, ChallengeTerms(ruleset="tic-tac-toe", link=True))
    await hand_over(host, guest.id, await host.read(user_by_name, "ada"))
    (mine,) = done(await ada.get("/challenges?box=sent"))["items"]
    assert mine["id"] == made.id
