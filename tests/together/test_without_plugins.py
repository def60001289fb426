"""A hall without plugins, and without each of them in turn: what is left works."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gamehall import __version__
from rig.environments import Environment, MakeEnvironment
from rig.people import PASSWORD, Caller, Person, client, play_moves, play_through, sit_down, start_game
from rig.server import Serve, Server, serving, without_settings
from rig.tree import PLUGINS

UNKNOWN = "/api/v1/nobody-knows"


@pytest.fixture(scope="module")
def everything(make_environment: MakeEnvironment) -> Environment:
    return make_environment("gamehall[all]")


@contextmanager
def without(plugin: str, environment: Environment) -> Iterator[None]:
    """The environment with one distribution less."""
    distribution = f"gamehall-{plugin.replace('_', '-')}"
    environment.uninstall(distribution)
    try:
        yield
    finally:
        environment.install(distribution)


@pytest.fixture
def server(request: pytest.FixtureRequest, everything: Environment, tmp_path: Path) -> Iterator[Server]:
    """A hall of all plugins but the one that the test is for."""
    absent: str = request.param
    with without(absent, everything), serving(tmp_path, request.node) as serve:
        server = serve(environment=everything)
        assert "stays off" not in server.log()  # what it says of a plugin that does not come through
        yield server


def gone(plugin: str) -> pytest.MarkDecorator:
    """The test runs on a hall without this plugin."""
    return pytest.mark.parametrize("server", [plugin], indirect=True)


def is_unknown(server: Server, path: str) -> bool:
    """Whether a path is answered like one that nobody knows."""
    with client(server.url) as once:
        found, unknown = once.get(path), once.get(UNKNOWN)
    return (found.status_code, found.content) == (unknown.status_code, unknown.content) == (404, unknown.content)


def plays_by_api(server: Server) -> tuple[Caller, Caller]:
    """Two who have made accounts and played a whole game with their programs."""
    players = Caller(server.url, "ada"), Caller(server.url, "bob")
    finished = play_moves(start_game(players), players, "a1 b1 a2 b2 a3")
    assert (finished["status"], finished["result"]["winner"]) == ("finished", 0)
    return players


def plays_in_browsers(browser: Browser, server: Server) -> tuple[Person, Person]:
    """Two who have made accounts on the pages and played a whole game there."""
    cyd, dan = Person(browser, server.url, "cyd"), Person(browser, server.url, "dan")
    cyd.register()
    dan.register()
    sit_down(cyd, dan, "Tic-tac-toe", "Cross")
    play_through((cyd, dan), ["A1", "B1", "A2", "B2", "A3"])
    cyd.reads("You won, cyd!")
    dan.reads("You lost – cyd won")
    return cyd, dan


def streams(server: Server, caller: Caller) -> bool:
    """Whether the caller's event stream greets them."""
    with (
        client(server.url) as once,
        once.stream("GET", "/api/v1/events?channel=user", headers=caller.headers) as answer,
    ):
        return answer.status_code == 200 and next(answer.iter_lines()).startswith(("id:", "event: hello", ":", "retry"))


def test_a_hall_without_plugins(make_environment: MakeEnvironment, serve: Serve, tmp_path: Path) -> None:
    environment = make_environment("gamehall")
    variables = without_settings(tmp_path / "data")
    assert "up to date: gamehall." in environment.run("gamehall", "db", "upgrade", variables=variables).stdout
    made = subprocess.run(
        [environment.script("gamehall"), "users", "create", "ada", "--email", "ada@example.org", "--password-stdin"],
        env=variables,
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (made.returncode, made.stdout) == (0, "Made the account ada.\n"), made.stderr

    server = serve(environment=environment)
    with client(server.url) as once:
        assert once.get("/health/ready").json() == {
            "status": "ok",
            "checks": {name: {"ok": True, "detail": ""} for name in ("database", "reading")},
            "version": __version__,
        }
        assert once.get("/health").json()["status"] == "ok"
        assert once.get("/api/v1/rulesets").json() == {"items": [], "next": None}
        assert once.get("/api/v1/users/ada").json()["username"] == "ada"
        assert once.get("/api/v1/users/me").status_code == 401
        assert "/api/v1/games" in once.get("/api/openapi.json").json()["paths"]
    assert is_unknown(server, "/")
    assert json.loads(server.command("--json", "plugins", "list").stdout)["data"] == []


@gone("gomoku_rules")
def test_without_its_games_people_still_have_accounts_and_friends(server: Server, chromium: Browser) -> None:
    ada, bob = Caller(server.url, "ada"), Caller(server.url, "bob")
    assert ada.ask("GET", "/rulesets")["items"] == []
    ada.ask("POST", "/challenges", 422, {"ruleset": "gomoku"})
    ada.ask("POST", "/friends/requests", 201, {"username": "bob"})
    assert len(bob.ask("GET", "/friends/requests?box=received")["items"]) == 1
    assert streams(server, ada)
    Person(chromium, server.url, "cyd").register()


@gone("friends")
def test_without_friends_everything_else_works(server: Server, chromium: Browser) -> None:
    ada, _ = plays_by_api(server)
    assert is_unknown(server, "/api/v1/friends")
    assert streams(server, ada)
    cyd = Person(chromium, server.url, "cyd")
    cyd.register()
    expect(cyd.page.get_by_role("link", name="Friends")).to_have_count(0)


@gone("enhanced_auth")
def test_without_device_tokens_people_register_sign_in_and_play_on_the_pages(server: Server, chromium: Browser) -> None:
    assert is_unknown(server, "/api/v1/auth/token")
    cyd, _ = plays_in_browsers(chromium, server)
    cyd.page.locator("summary", has_text="cyd").click()
    cyd.page.get_by_role("button", name="Sign out").click()
    cyd.page.goto("/login")
    cyd.page.get_by_label("User name").fill("cyd")
    cyd.page.get_by_label("Password").fill(PASSWORD)
    cyd.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(cyd.page.get_by_role("heading", level=1)).to_have_text("Lobby")


@gone("sse_push")
def test_without_a_stream_moves_still_work(server: Server, chromium: Browser) -> None:
    plays_by_api(server)
    assert is_unknown(server, "/api/v1/events")
    plays_in_browsers(chromium, server)


@gone("web_htmx")
def test_without_pages_the_api_plays(server: Server) -> None:
    ada, bob = plays_by_api(server)
    ada.ask("POST", "/friends/requests", 201, {"username": "bob"})
    assert streams(server, bob)
    for path in ("/", "/login", "/play", "/friends"):
        assert is_unknown(server, path)


@gone("desktop")
def test_without_the_desktop_everything_else_works(server: Server, chromium: Browser) -> None:
    done = server.command("desktop")
    assert done.returncode == 2
    assert re.search(r"No such command .desktop.", done.stderr)
    ada, _ = plays_by_api(server)
    assert streams(server, ada)
    Person(chromium, server.url, "cyd").register()


@gone("pictures")
def test_without_pictures_games_are_told_in_words(server: Server) -> None:
    players = plays_by_api(server)
    (game,) = players[0].ask("GET", "/games")["items"]
    for name in ("svg", "png", "gif"):
        players[0].ask("GET", f"/games/{game['id']}/record?format={name}", 404)
    for name in ("json", "sgf", "text", "psq"):
        assert players[0].ask("GET", f"/games/{game['id']}/record?format={name}")
    with client(server.url) as once:
        page = once.get(f"/games/{game['id']}").text
    assert "format=sgf" in page
    assert "format=png" not in page


@gone("computer")
def test_without_the_computer_people_play_each_other(server: Server) -> None:
    ada, _ = plays_by_api(server)
    ada.ask("POST", "/challenges", 404, {"ruleset": "tic-tac-toe", "opponent": "computer"})
    with client(server.url) as once:
        assert "Computer" not in once.get("/").text


def test_each_plugin_has_been_left_out_once() -> None:
    marks = [mark for name, test in globals().items() if name.startswith("test_without") for mark in test.pytestmark]
    assert {plugin for mark in marks for plugin in mark.args[1]} == set(PLUGINS)
