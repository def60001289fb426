"""Switches on a hall of two workers, thrown by command while it serves."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from textwrap import dedent
from typing import Any

import pytest

from gamehall.features import known_features
from gamehall.features import switch as throw_switch
from gamehall.gamelog import load_game
from rig.command import call
from rig.hall import Hall, InstallPlugin
from rig.hall import start_game as start_hall_game
from rig.people import Caller, asked, client, start_game
from rig.plugins import SIX_ROW
from rig.postgres import fresh_database
from rig.server import Serve, Server, serving

WORKERS = 2
ROUNDS = 12  # each on a connection of its own, so that every worker is asked

# Of the plugin that is switched here, with as unknown a path of the same shape. Two ways to write a path are tried.
PATHS = {
    "/api/v1/friends": "/api/v1/strangers",
    "/api/v1/friends/": "/api/v1/strangers/",
    "/api/v1//friends": "/api/v1//strangers",
    "/api/v1/friends/requests": "/api/v1/strangers/requests",
    "/api/v1/friends/blocks/bob": "/api/v1/strangers/blocks/bob",
    "/friends": "/strangers",
}
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with ExitStack() as stack:
        url = None
        if request.param == "postgres":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        folder = tmp_path_factory.mktemp("hall")
        serve = stack.enter_context(serving(folder, request.node))
        told = stack.enter_context(closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)))
        told.bind(str(folder / "notify"))
        told.settimeout(120)
        server = serve(workers=WORKERS, database_url=url, settings={"NOTIFY_SOCKET": str(folder / "notify")})
        assert told.recv(100) == b"READY=1"  # all of them answer: one that falls before that ends the hall
        yield server


@pytest.fixture(scope="module")
def players(server: Server) -> tuple[Caller, Caller]:
    return Caller(server.url, "ada"), Caller(server.url, "bob")


def friends(caller: Caller) -> list[str]:
    return [friend["username"] for friend in caller.ask("GET", "/friends")["items"]]


def switch(server: Server, *arguments: str, status: int = 0) -> dict[str, Any]:
    """What `gamehall features …` answers, once every worker has taken it up."""
    done = call(server.environment, "--json", "features", *arguments)
    assert done.code == status, done
    return done.envelope


def test_what_is_off_answers_as_what_nobody_knows(server: Server, players: tuple[Caller, Caller]) -> None:
    ada, bob = players
    ada.ask("POST", "/friends/requests", 201, {"username": "bob"})
    bob.ask("POST", "/friends/requests", 201, {"username": "ada"})
    assert friends(ada) == ["bob"]
    assert any(path.startswith("/api/v1/friends") for path in described(server))

    switch(server, "off", "friends")
    for known, unknown in PATHS.items():
        for method in METHODS:
            assert asked(server.url, method, known) == asked(server.url, method, unknown), f"{method} {known}"
    for _ in range(ROUNDS):
        assert asked(server.url, "GET", "/api/v1/friends")[0] == 404
        assert not any(path.startswith("/api/v1/friends") for path in described(server))

    switch(server, "on", "friends")
    for _ in range(ROUNDS):
        assert friends(ada) == ["bob"]
    assert any(path.startswith("/api/v1/friends") for path in described(server))


def described(server: Server) -> list[str]:
    """The paths of the OpenAPI document."""
    with client() as once:
        return list(once.get(f"{server.url}/api/openapi.json").json()["paths"])


def test_a_ruleset_that_is_off_is_not_offered_and_its_games_finish(
    server: Server, players: tuple[Caller, Caller]
) -> None:
    ada, bob = players
    game = start_game(players)
    waiting = ada.ask("POST", "/challenges", 201, {"ruleset": "tic-tac-toe"})
    stranger = {"username": "eve", "email": "eve@example.org", "password": "correct horse battery"}

    switch(server, "off", "ruleset:tic-tac-toe", "signup")
    for _ in range(ROUNDS):
        assert "tic-tac-toe" not in {one["key"] for one in ada.ask("GET", "/rulesets")["items"]}
        ada.ask("GET", "/rulesets/tic-tac-toe", 404)
        ada.ask("POST", "/challenges", 422, {"ruleset": "tic-tac-toe"})
        bob.ask("POST", f"/challenges/{waiting['id']}/respond", 409, {"action": "accept"})
        assert ada.ask("POST", "/auth/register", 403, stranger)["type"].endswith("/forbidden")
    for number, move in enumerate(["a1", "b1", "a2", "b2", "a3"]):
        players[number % 2].ask("POST", f"/games/{game}/moves", 200, {"move": move})
    assert ada.ask("GET", f"/games/{game}")["result"]["winner"] == 0

    switch(server, "on", "ruleset:tic-tac-toe", "signup")
    for _ in range(ROUNDS):
        ada.ask("GET", "/rulesets/tic-tac-toe")
    bob.ask("POST", f"/challenges/{waiting['id']}/respond", 200, {"action": "accept"})
    ada.ask("POST", "/auth/register", 201, stranger)


def test_now_suspends_running_games_until_it_is_on_again(server: Server, players: tuple[Caller, Caller]) -> None:
    ada, bob = players
    game = start_game(players)
    ada.ask("POST", f"/games/{game}/moves", 200, {"move": "b2"})

    assert switch(server, "off", "gomoku_rules", "--now")["data"]["games"] >= 1
    for _ in range(ROUNDS):
        assert ada.ask("GET", "/rulesets")["items"] == []
        refused = bob.ask("POST", f"/games/{game}/moves", 409, {"move": "a1"})
        assert refused["type"].endswith("/game-suspended")
    shown = ada.ask("GET", f"/games/{game}")
    assert (shown["status"], shown["moves"]) == ("suspended", ["b2"])
    assert shown["scene"]["status"] == refused["detail"]

    switch(server, "on", "gomoku_rules")
    assert bob.ask("POST", f"/games/{game}/moves", 200, {"move": "a1"})["ply"] == 2


@pytest.mark.anyio
async def test_a_game_goes_on_once_no_switch_keeps_its_rules_off(each_hall: Hall) -> None:
    game_id = await start_hall_game(*await each_hall.users("ada", "bob"))
    known = known_features(each_hall.host.installed_plugins)
    keys = ["ruleset:tic-tac-toe", "gomoku_rules"]

    async def throw(keys: list[str], *, on: bool) -> int:
        made = await each_hall.host.write(throw_switch, keys, on=on, by="test", known=known, suspend=not on)
        return made.games

    async def status() -> str:
        return (await each_hall.host.read(load_game, game_id)).status

    assert await throw(keys, on=False) == 1
    assert await throw(keys[1:], on=True) == 0
    assert await status() == "suspended"
    assert await throw(keys[:1], on=True) == 1
    assert await status() == "active"


def test_an_unknown_key_is_not_found_and_switches_nothing(server: Server) -> None:
    answer = switch(server, "off", "signup", "signpu", status=3)
    assert answer["error"]["code"] == "not-found"
    assert answer["error"]["message"] == "There is no switch 'signpu'. Did you mean signup?"
    for number in range(ROUNDS):
        Caller(server.url, f"late-{number}")


def test_a_worker_that_was_killed_keeps_nobody_waiting_for_ever(server: Server) -> None:
    before = server.workers()
    assert len(before) == WORKERS
    os.kill(before[0], signal.SIGKILL)
    switch(server, "off", "sse_push")
    server.wait_until(lambda: len(server.workers()) == WORKERS and server.ready())
    for _ in range(ROUNDS):
        assert asked(server.url, "GET", "/api/v1/events")[0] == 404
    switch(server, "on", "sse_push")


def test_where_new_plugins_start_off_those_of_the_first_start_are_on(
    serve: Serve, install_plugin: InstallPlugin
) -> None:
    settings = {"GAMEHALL_NEW_PLUGINS": "off"}
    server = serve(settings=settings)
    before = offered(server)
    assert "gomoku" in before
    server.stop()
    folder = install_plugin("six_row", dedent(SIX_ROW))
    server = serve(settings=settings | {"PYTHONPATH": str(folder)})
    assert offered(server) == before
    switch(server, "on", "six_row")
    assert offered(server) == before | {"six-row"}


def offered(server: Server) -> set[str]:
    with client() as once:
        return {ruleset["key"] for ruleset in once.get(f"{server.url}/api/v1/rulesets").json()["items"]}
