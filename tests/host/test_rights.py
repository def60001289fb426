"""Who may what: every route that there is, called by everybody whom its rule tells apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gamehall.accounts import user_by_name
from gamehall.declare import SCOPES
from gamehall.guests import add_guest
from gamehall.invitations import invite_code
from gamehall.overseeing import act_on_user
from gamehall.rights import Right, rights_of, unruled
from gamehall.tables import now
from gamehall_web_htmx.tables import passkey
from rig.hall import PASSWORD, Hall, InstallPlugin, StartHall, done, problem, start_game
from rig.postgres import fresh_database

pytestmark = pytest.mark.anyio

# Takes whoever a header names for who is asking, with the scopes that it names; and lets nobody watch games of others.
PASSPORT = """
from gamehall import hookimpl
from gamehall.accounts import user_by_name
from gamehall.declare import Authenticator, Policy, Principal, Verdict


@hookimpl
def gamehall_authenticators(host):
    async def identify(connection):
        name, _, scopes = connection.headers.get("x-passport", "").partition("/")
        if not name:
            return None
        user = await host.read(user_by_name, name)
        who = (user.id, user.username, user.display_name, user.is_admin, "passport", name, user.is_guest)
        return Principal(*who, frozenset(scopes.split()))

    return [Authenticator("passport", area, identify, order=-1) for area in ("api", "pages")]


@hookimpl
def gamehall_policies(host):
    async def answer(user_id, game_id):
        return Verdict(False, "This game is private.")

    return [Policy("watch", answer)]
"""
UNKNOWN = "0" * 26
PROVEN = {"who holds the token", "who has just given their password"}
ALL = " ".join(SCOPES)
# What is said with a request, so that who asks is all that can be wrong with it, by the end of the path.
BODIES: dict[str, dict[str, Any]] = {
    "moves": {"move": "b1"},
    "move": {"move": "b1"},
    "respond": {"action": "accept"},
    **{name: {"action": "offer"} for name in ("draw", "takeback", "pause", "rematch")},
    "claim": {"result": "win", "action": "win"},
    "{key}": {"on": True},
}
HIDDEN = {
    "who may see the game",
    "a player of the game",
    "its owner",
    "its challenger",
    "its two sides",
    "its two sides, anybody an open one",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    with fresh_database(request.getfixturevalue("postgres_server")) as url:
        yield url


@dataclass
class World:
    """A hall in which ada has some of everything that others may not know of; bob is on its other side, carol on none,
    root looks after the hall."""

    hall: Hall
    guest: str
    objects: dict[str, str]

    async def call(self, right: Right, who: str = "", scopes: str = ALL, **objects: str) -> httpx.Response:
        """The answer to this call; without `objects` the things in its path are ada's."""
        known = self.objects | objects
        if "/challenges/" in right.path or "/requests/" in right.path:
            known["username"] = known["game_id"] = ""
        path = re.sub(r"\{(\w+)\}", lambda match: known[match[1]], right.path)
        headers = {"origin": "http://hall", "x-passport": f"{who}/{scopes}" if who else ""}
        body = BODIES.get(right.path.rpartition("/")[2], {})
        streams = right.method == "GET" and ("/live/" in right.path or right.path.endswith("/events"))
        given: dict[str, Any] = {"json": body} if right.path.startswith("/api/") else {"data": body}
        if right.method in ("GET", "DELETE"):
            given = {}
        query = {"channel": "lobby", "cursor": "0-0", "revision": "0"} if streams else {}
        client = self.hall.stranger()
        if streams and (open_ := await client.head(path, headers=headers, params=query)).status_code == 200:
            return open_  # one that is let in gets no end
        return await client.request(right.method, path, headers=headers, params=query, **given)


def add_passkey(connection: sa.Connection, passkey_id: str) -> None:
    """Gives ada a passkey, as no browser is here to make one."""
    ada = user_by_name(connection, "ada")
    row = {"id": passkey_id, "user_id": ada.id, "credential": b"c", "public_key": b"k", "sign_count": 0, "name": ""}
    connection.execute(passkey.insert(), row | {"created_at": now()})


@pytest.fixture
async def world(start_hall: StartHall, install_plugin: InstallPlugin, database_url: str | None) -> World:
    install_plugin("passport", PASSPORT)
    hall = await start_hall(database_url)
    ada, bob, _, _, _ = await hall.users("ada", "bob", "carol", "dora", "root")
    await hall.host.write(act_on_user, "root", "promote", hall.host.hall_time(), hall.host.settings)
    guest = await hall.host.write(add_guest, limited=False)
    game_id = await start_game(ada, bob)
    terms = {"ruleset": "tic-tac-toe"}
    challenge = done(await ada.post("/challenges", json=terms | {"opponent": "bob"}), 201)
    link = done(await ada.post("/challenges", json=terms | {"link": True}), 201)
    request = done(await ada.post("/friends/requests", json={"username": "bob"}), 201)
    tokens = done(await ada.get("/auth/tokens"))["items"]
    form = {"username": "ada", "password": PASSWORD}
    browser = await hall.stranger().post("/login", data=form, headers={"origin": "http://hall"})
    assert browser.status_code == 303, browser.text
    await hall.host.write(add_passkey, tokens[0]["token_id"])
    session = await hall.host.read(lambda connection: connection.scalar(sa.text("SELECT id FROM web_htmx_session")))
    return World(
        hall,
        guest.username,
        {
            "game_id": game_id,
            "challenge_id": challenge["id"],
            "request_id": request["id"],
            "token_id": tokens[0]["token_id"],
            "session_id": str(session),
            "passkey_id": tokens[0]["token_id"],
            "code": invite_code(hall.host.secret, link["id"]),
            "username": "dora",
            "key": "tic-tac-toe",
            "act": "enable",
            "name": "@dora",
            "action": "nothing",
            "path": "nothing",
            "plugin": "nothing",
            "tag": "nothing",
        },
    )


def is_api(right: Right) -> bool:
    return right.path.startswith("/api/")


def asks_to_sign_in(answer: httpx.Response) -> bool:
    """Whether the answer is what strangers get where they have to say who they are."""
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Token ")
        return True
    return answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")


async def test_everybody_at_every_route(world: World) -> None:
    """The rules as they are declared are what those who call find; reading comes first, since it changes nothing."""
    rights = sorted(
        rights_of(world.hall.app.routes), key=lambda right: (right.method != "GET", "{" not in right.path, right.path)
    )
    assert len(rights) > 90
    assert {right.who for right in rights} == {"anybody", "participant", "account", "admin"}
    wrong = []
    for check in (check_stranger, check_guest, check_scopes, check_others, check_owners):
        for right in rights:
            try:
                await check(world, right)
            except AssertionError as error:
                wrong.append(f"{right.method} {right.path}: {check.__name__}: {error}"[:500])
    assert not wrong, "\n".join(wrong)


async def check_stranger(world: World, right: Right) -> None:
    answer = await world.call(right)
    asks = right.who != "anybody" or right.object in PROVEN
    assert asks_to_sign_in(answer) == asks, (answer.status_code, answer.text[:200])
    assert answer.status_code < 500, answer.text


async def check_guest(world: World, right: Right) -> None:
    answer = await world.call(right, world.guest)
    assert asks_to_sign_in(answer) == (right.object in PROVEN), right
    if right.who in ("account", "admin"):
        assert answer.status_code == 403, answer.text
        if is_api(right):
            problem(answer, 403, "account-needed")


async def check_scopes(world: World, right: Right) -> None:
    """A credential without the scope is told which one it lacks, whoever it belongs to; one for reading reads."""
    if not right.scope:
        return
    lacking = " ".join(scope for scope in SCOPES if scope != right.scope)
    answer = await world.call(right, "root", lacking)
    assert answer.status_code == 403, answer.text
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert f'scope="{right.scope}"' in challenge
    if is_api(right):
        problem(answer, 403, "forbidden")
    if right.scope == "read":
        answer = await world.call(right, "carol", "read")
        assert "insufficient_scope" not in answer.headers.get("www-authenticate", ""), right


async def check_others(world: World, right: Right) -> None:
    """Others get no further than strangers and guests where things are not theirs: it is as if there were none."""
    if right.who == "admin":
        answer = await world.call(right, "carol")
        assert answer.status_code == 403, answer.text
        return
    names = [name for name in re.findall(r"\{(\w+)\}", right.path) if name.endswith("_id")]
    if right.object not in HIDDEN or not names:
        return
    answer = await world.call(right, "carol")
    unknown = await world.call(right, "carol", **dict.fromkeys(names, UNKNOWN))
    assert (answer.status_code, answer.text) == (unknown.status_code, unknown.text)
    assert answer.status_code == 404, answer.text


async def check_owners(world: World, right: Right) -> None:
    """Whom a rule lets in gets in: what they are told, if anything is wrong, is about the thing itself."""
    if right.object in PROVEN or right.path == "/api/v1/auth/logout":
        return  # for holders of tokens of the hall, who have tests of their own
    with_code = "{code}" in right.path
    who = "root" if right.who == "admin" else "bob" if right.path.endswith("respond") or with_code else "ada"
    answer = await world.call(right, who)
    assert not asks_to_sign_in(answer), right
    assert answer.status_code != 403, answer.text
    if right.object in HIDDEN and right.who != "anybody":
        assert answer.status_code in (200, 204, 303, 409), answer.text
    if right.method == "GET" and right.object == "who may see the game" and right.scope:
        assert answer.status_code == 200, answer.text


async def test_an_admin_is_one_only_with_the_scope(world: World) -> None:
    """Whoever holds a token without it is told so, and one with it of somebody else is of no use."""
    rights = {right.path: right for right in rights_of(world.hall.app.routes) if right.method == "GET"}
    features, lobby = rights["/api/v1/admin/features"], rights["/"]
    assert done(await world.call(features, "root"))["items"]
    problem(await world.call(features, "root", "read play"), 403, "forbidden")
    problem(await world.call(features, "carol"), 403, "forbidden")
    for scopes, shown in ((ALL, True), ("read play", False)):
        assert ('href="/admin"' in (await world.call(lobby, "root", scopes)).text) is shown


RULELESS = """
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall import hookimpl
from gamehall.declare import Principal


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/open")
    async def undecided() -> None: ...

    @get("/api/v1/open/{name:str}")
    async def whose(viewer: NamedDependency[Principal | None], name: FromPath[str]) -> None: ...

    @get("/api/v1/open/both", opt={"who": "anybody"})
    async def both(caller: NamedDependency[Principal]) -> None: ...

    return [undecided, whose, both]
"""


async def test_a_route_without_a_rule_is_named(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("open", RULELESS)
    hall = await start_hall()
    named = {each.partition(":")[0] for each in unruled(hall.app.routes)}
    assert named == {"GET /api/v1/open", "GET /api/v1/open/both", "GET /api/v1/open/{name}"}
    with pytest.raises(ValueError, match="GET /api/v1/open"):
        rights_of(hall.app.routes)
