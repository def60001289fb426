"""Asking, answering, ending and blocking, by the API of a real hall."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa

from gamehall.accounts import update_user, user_by_name
from gamehall_friends.tables import relation
from rig.acquaintances import Join, Person, ask, events, make_friends, names, slug
from rig.hall import Client

pytestmark = pytest.mark.anyio


async def test_a_request_is_seen_by_both_and_accepted(hall: Client, join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    answer = await ask(ada, "BOB")
    assert answer.status_code == 201
    request = answer.json()
    assert (request["username"], request["display_name"], request["status"]) == ("bob", "Bob", "pending")
    assert await names(ada, "/friends/requests?box=sent") == ["bob"]
    assert await names(bob, "/friends/requests") == await names(bob, "/friends/requests?box=received") == ["ada"]
    assert await names(ada, "/friends/requests") == await names(bob, "/friends/requests?box=sent") == []
    assert await names(ada, "/friends") == []

    answered = await bob("POST", f"/friends/requests/{request['id']}/respond", action="accept")
    assert (answered.status_code, answered.json()) == (200, {"id": request["id"], "status": "friends"})
    assert await names(ada, "/friends") == ["bob"]
    (friend,) = (await bob("GET", "/friends")).json()["items"]
    assert friend.keys() == {"username", "display_name", "since", "presence"}
    assert await names(ada, "/friends/requests?box=sent") == await names(bob, "/friends/requests") == []
    assert await events(hall) == [
        ("friend_request", 1, {"request_id": request["id"], "username": "ada", "display_name": "Ada"}),
        (
            "friend_answered",
            2,
            {"request_id": request["id"], "status": "friends", "requester": "ada", "addressee": "bob"},
        ),
    ]


async def test_asking_the_one_who_asked_makes_friends(join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    await ask(ada, "bob")
    answer = await ask(bob, "ada")
    assert (answer.status_code, answer.json()["status"]) == (201, "friends")
    assert await names(ada, "/friends") == ["bob"]
    assert await slug(ask(ada, "bob")) == await slug(ask(bob, "ada")) == "already-exists"


async def test_requests_that_cross_make_one_friendship(hall: Client, join: Join) -> None:
    people = {name: await join(name) for name in ("ada", "bob", "eve")}
    pairs = [(one, other) for one in people for other in people if one != other]
    answers = await asyncio.gather(*(ask(people[one], other) for one, other in pairs * 3))
    assert {answer.status_code for answer in answers} <= {201, 409}
    for name, person in people.items():
        assert await names(person, "/friends") == sorted(people.keys() - {name})
    rows = await hall.app.state.host.read(lambda connection: connection.execute(sa.select(relation)).all())
    assert len(rows) == 3


async def test_one_pair_has_one_row(hall: Client, join: Join) -> None:
    await make_friends(await join("ada"), await join("bob"), "ada", "bob")
    host = hall.app.state.host
    (row,) = await host.read(lambda connection: connection.execute(sa.select(relation)).all())
    again = row._asdict() | {"id": "0" * 26}
    crossed = again | {"user_low": row.user_high, "user_high": row.user_low}
    for values in (again, crossed):
        with pytest.raises(sa.exc.IntegrityError):
            await host.write(lambda connection, values: connection.execute(relation.insert(), values), values)


async def test_a_request_is_declined_or_taken_back(hall: Client, join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    for person, action, status in ((bob, "decline", "declined"), (ada, "cancel", "cancelled")):
        request_id = (await ask(ada, "bob")).json()["id"]
        answer = await person("POST", f"/friends/requests/{request_id}/respond", action=action)
        assert answer.json() == {"id": request_id, "status": status}
        assert (await events(hall))[-1][2]["status"] == status
        assert await names(bob, "/friends/requests") == await names(bob, "/friends") == []
        assert await slug(person("POST", f"/friends/requests/{request_id}/respond", action=action)) == "not-found"


async def test_who_may_answer_what(join: Join) -> None:
    ada, bob, eve = await join("ada"), await join("bob"), await join("eve")
    path = f"/friends/requests/{(await ask(ada, 'bob')).json()['id']}/respond"
    assert await slug(ada("POST", path, action="accept")) == "forbidden"
    assert await slug(ada("POST", path, action="decline")) == "forbidden"
    assert await slug(bob("POST", path, action="cancel")) == "forbidden"
    assert await slug(eve("POST", path, action="accept")) == "not-found"
    assert await slug(bob("POST", path, action="eat")) == "invalid"
    assert await names(bob, "/friends/requests") == ["ada"]
    assert (await bob("POST", path, action="accept")).status_code == 200
    assert await slug(bob("POST", path, action="decline")) == "conflict"
    assert await names(bob, "/friends") == ["ada"]


async def test_nobody_befriends_an_account_that_a_plugin_plays(join: Join) -> None:
    ada = await join("ada")
    answer = await ask(ada, "computer")
    assert (answer.status_code, answer.json()["detail"]) == (
        403,
        "Computer is always there for everybody and makes no friends.",
    )
    assert await names(ada, "/friends/requests?box=sent") == []


async def test_whatever_happens_at_once_leaves_one_state_that_the_events_tell(hall: Client, join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    for _ in range(4):
        path = f"/friends/requests/{(await ask(ada, 'bob')).json()['id']}/respond"
        answers = await asyncio.gather(
            bob("POST", path, action="accept"),
            ada("POST", path, action="cancel"),
            bob("POST", path, action="decline"),
            ask(bob, "ada"),
            bob("PUT", "/friends/blocks/ada"),
            ada("DELETE", "/friends/bob"),
        )
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 403, 404, 409}
        assert await names(ada, "/friends") == await names(bob, "/friends") == []
        assert await state_by_events(hall) == await state(hall)
        await bob("DELETE", "/friends/blocks/ada")
        await clear(ada, bob)
    for _ in range(4):
        path = f"/friends/requests/{(await ask(ada, 'bob')).json()['id']}/respond"
        crossed = await asyncio.gather(
            bob("POST", path, action="accept"), ada("POST", path, action="cancel"), ask(bob, "ada"), ask(ada, "bob")
        )
        assert {answer.status_code for answer in crossed} <= {200, 201, 404, 409}
        assert await state_by_events(hall) == await state(hall)
        await clear(ada, bob)


async def state(hall: Client) -> str:
    """What is between the only two people here."""
    rows = await hall.app.state.host.read(lambda connection: connection.execute(sa.select(relation)).all())
    assert len(rows) <= 1
    return str(rows[0].status) if rows else "nothing"


async def state_by_events(hall: Client) -> str:
    """The same, as whoever has heard every event knows it."""
    kind, _, data = (await events(hall))[-1]
    return "pending" if kind == "friend_request" else "friends" if data["status"] == "friends" else "nothing"


async def clear(*people: Person) -> None:
    for person in people:
        for name in await names(person, "/friends"):
            await person("DELETE", f"/friends/{name}")
        for item in (await person("GET", "/friends/requests?box=sent")).json()["items"]:
            await person("POST", f"/friends/requests/{item['id']}/respond", action="cancel")


async def test_a_friendship_ends(hall: Client, join: Join) -> None:
    ada, bob = await join("ada"), await join("bob")
    assert await slug(ada("DELETE", "/friends/bob")) == "not-found"
    await ask(ada, "bob")
    assert await slug(bob("DELETE", "/friends/ada")) == "not-found", "a request is no friendship"
    await ask(bob, "ada")
    assert (await bob("DELETE", "/friends/Ada")).status_code == 204
    assert await names(ada, "/friends") == await names(bob, "/friends") == []
    assert (await events(hall))[-1][2]["status"] == "ended"
    assert (await ask(ada, "bob")).json()["status"] == "pending"


async def test_whom_nobody_can_ask(join: Join) -> None:
    ada = await join("ada")
    assert await slug(ask(ada, "ada")) == await slug(ada("PUT", "/friends/blocks/ada")) == "invalid"
    for name in ("nobody", "", "\u0000", "x" * 1000):
        assert await slug(ask(ada, name)) == "not-found"
    for method, path in (("DELETE", "/friends/{}"), ("PUT", "/friends/blocks/{}"), ("DELETE", "/friends/blocks/{}")):
        for name in ("nobody", "%00", "%ff", "a%2Fb"):
            assert (await ada(method, path.format(name))).status_code == 404
    assert await slug(ada("POST", "/friends/requests", username=1)) == "invalid"
    assert await slug(ada("POST", "/friends/requests/x/respond", action="accept")) == "not-found"


async def test_long_lists_come_in_parts(join: Join) -> None:
    async def paged(path: str) -> list[str]:
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            part = (await ada("GET", f"{path}?limit=2&cursor={cursor}")).json()
            assert len(part["items"]) <= 2
            seen += [item["username"] for item in part["items"]]
            cursor = part["next"]
        return seen

    ada = await join("ada")
    others = [f"user{n}" for n in range(5)]
    for name in others:
        await ask(await join(name), "ada")
    assert await paged("/friends/requests") == others[::-1]
    for name in others:
        await ask(ada, name)
    assert await paged("/friends") == others
    for name in others:
        await ada("PUT", f"/friends/blocks/{name}")
    assert await paged("/friends/blocks") == others


async def test_strange_places_in_lists(join: Join) -> None:
    ada = await join("ada")
    assert (await ada("GET", "/friends?cursor=%00&limit=-1")).status_code == 200
    assert (await ada("GET", "/friends/blocks?cursor=%ff&limit=1000")).status_code == 200
    assert await slug(ada("GET", "/friends/requests?cursor=zz")) == "invalid"
    assert await slug(ada("GET", "/friends/requests?box=other")) == "invalid"


async def test_who_was_disabled_is_not_shown(hall: Client, join: Join) -> None:
    ada, bob, eve = await join("ada"), await join("bob"), await join("eve")
    await make_friends(ada, bob, "ada", "bob")
    await ask(eve, "ada")
    host = hall.app.state.host
    for name in ("bob", "eve"):
        person = await host.read(user_by_name, name)
        await host.write(update_user, person.id, {"is_active": False})
    assert await names(ada, "/friends") == await names(ada, "/friends/requests") == []


async def test_strangers_see_nothing(hall: Client) -> None:
    for path in ("", "/requests", "/blocks", "/follows", "/settings", "/suggestions", "/activity", "/invite"):
        assert (await hall.get(f"/api/v1/friends{path}")).status_code == 401
