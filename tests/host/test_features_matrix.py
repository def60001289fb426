"""Every kind of contribution, switched off and on again on four workers of two hosts while people play.

The plugin is that of the hooks' reference, `applause`, which uses every hook there is. Each row of the matrix says what
can be seen of one kind while it is on; then while it is off; then while it is on again.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.database import sync_url
from rig.command import call
from rig.hall import lay_out_plugin
from rig.halls import Halls, playing, two_hosts, until
from rig.hooks import lay_out_reference, specified
from rig.people import PASSWORD, Caller, client, start_game
from rig.plugins import WITNESS
from rig.postgres import fresh_database
from rig.server import without_settings

KIOSK = {"X-Kiosk": "the key of the kiosk"}
HTML = {"Accept": "text/html"}
LOBBY = "/live/lobby?cursor=0-0"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass(frozen=True)
class World:
    """The hall, who is there, and a game that ada and bob are in all the time."""

    halls: Halls
    folder: Path
    database_url: str
    ada: Caller
    bob: Caller
    cyd: Caller
    zoe: Caller
    ids: dict[str, str]
    cookie: dict[str, str]
    game: str

    def clap(self, game: str) -> None:
        """Bob is told of applause for a game, and every worker has heard of it when this returns."""
        seen: set[int] = set()
        before = self._heard(game)
        with client(self.halls.url) as once:
            assert once.post(f"/api/v1/witness/{game}/{self.ids['bob']}").status_code == 201

        def everywhere() -> bool:
            seen.update(pid for pid, times in self._heard(game).items() if times > before.get(pid, 0))
            return len(seen) == 4

        until(everywhere, "every worker heard of the applause")

    def _heard(self, game: str) -> dict[int, int]:
        told = [answer.json() for answer in self.halls.answers("/api/v1/witness")]
        found = {each["worker"]: each["heard"].count(game) for each in told}
        return found if len(found) == 4 else self._heard(game)

    def claps(self, game: str) -> set[int]:
        return {answer.json()["claps"] for answer in self.halls.answers(f"/api/v1/games/{game}/applause")}

    def plugins(self, script: str) -> Any:
        """What a program beside the hall finds with the plugins that are installed there."""
        done = subprocess.run(
            [sys.executable, "-c", dedent(script), self.halls.url, self.ada.headers["Authorization"].split()[1]],
            env=self.halls.servers[0].environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


Row = Callable[[World], Iterator[None]]


def routes(world: World) -> Iterator[None]:
    path, unknown = (f"/api/v1/games/{world.game}/{name}" for name in ("applause", "silences"))
    assert world.halls.statuses(path) == {200}
    yield
    for server in world.halls.servers:
        for method in METHODS:
            assert asked(server.url, method, path) == asked(server.url, method, unknown), method
    assert world.halls.statuses(path) == {404}
    yield
    assert world.halls.statuses(path) == {200}


def asked(url: str, method: str, path: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """(status, headers but the date, body) of an answer, but for the name that was asked for."""
    with client(url) as once:
        answer = once.request(method, path)
    headers = sorted((name, value) for name, value in answer.headers.items() if name != "date")
    return answer.status_code, headers, answer.content.replace(path.encode(), b"<path>")


def described(world: World) -> Iterator[None]:
    def has() -> set[bool]:
        return {"/api/v1/games/{game_id}/applause" in text for text in world.halls.texts("/api/openapi.json")}

    assert has() == {True}
    yield
    assert has() == {False}
    yield
    assert has() == {True}


def rulesets(world: World) -> Iterator[None]:
    key, replayed = "first-clap", "/api/v1/replay/record?ruleset=first-clap&moves=clap"
    game = start_game((world.ada, world.cyd), key)
    assert world.halls.statuses(f"/api/v1/rulesets/{key}") == world.halls.statuses(replayed) == {200}
    yield
    assert world.halls.statuses(f"/api/v1/rulesets/{key}") == {404}
    world.ada.ask("POST", "/challenges", 422, {"ruleset": key})
    assert world.halls.statuses(replayed) == {404}
    assert world.ada.ask("POST", f"/games/{game}/moves", 200, {"move": "clap"})["status"] == "finished"
    yield
    assert world.halls.statuses(f"/api/v1/rulesets/{key}") == {200}


def listeners(world: World) -> Iterator[None]:
    game = start_game((world.ada, world.bob))
    world.clap(game)
    until(lambda: world.claps(game) == {1}, "every worker counted")
    yield
    world.clap(game)  # what is missed is not told later
    yield
    assert world.claps(game) == {1}
    world.clap(game)
    until(lambda: world.claps(game) == {3}, "every worker counted again")


def authenticators(world: World) -> Iterator[None]:
    def who() -> set[str]:
        return {answer.json().get("username", "nobody") for answer in world.halls.answers(me, headers=KIOSK)}

    me = "/api/v1/users/me"
    assert who() == {"kiosk"}
    yield
    assert who() == {"nobody"}
    assert world.halls.statuses(me, headers=KIOSK) == {401}
    yield
    assert who() == {"kiosk"}


def policies(world: World) -> Iterator[None]:
    challenge = {"ruleset": "tic-tac-toe", "opponent": "cyd"}
    first = world.ada.ask("POST", "/challenges", 201, challenge)
    sentence = world.bob.ask("POST", "/challenges", 403, challenge)["detail"]
    assert sentence == "This player has enough challenges for now."
    yield
    made = [
        answer.json()
        for answer in world.halls.answers("/api/v1/challenges", "POST", json=challenge, headers=world.bob.headers)
    ]
    assert {each["status"] for each in made} == {"pending"}
    for each in made:
        world.bob.ask("POST", f"/challenges/{each['id']}/respond", 200, {"action": "cancel"})
    yield
    assert world.halls.statuses("/api/v1/challenges", "POST", json=challenge, headers=world.bob.headers) == {403}
    world.ada.ask("POST", f"/challenges/{first['id']}/respond", 200, {"action": "cancel"})


def hidings(world: World) -> Iterator[None]:
    made = world.zoe.ask("POST", "/challenges", 201, {"ruleset": "renju"})["id"]

    def met() -> set[bool]:
        return {made in text for text in world.halls.texts("/api/v1/challenges?box=open", headers=world.bob.headers)}

    assert met() == {False}
    yield
    assert met() == {True}
    yield
    assert met() == {False}


def exporters(world: World) -> Iterator[None]:
    path = f"/api/v1/games/{world.game}/record?format=moves"
    assert set(world.halls.texts(path)) == {"moves tic-tac-toe a1\n"}
    yield
    assert {answer.json()["type"] for answer in world.halls.answers(path)} == {"/problems/unknown-format"}
    yield
    assert set(world.halls.texts(path)) == {"moves tic-tac-toe a1\n"}


def importers(world: World) -> Iterator[None]:
    file = {"json": {"content": "moves tic-tac-toe a1 b2"}}
    assert world.halls.statuses("/api/v1/replay", "POST", **file) == {200}
    yield
    assert world.halls.statuses("/api/v1/replay", "POST", **file) == {400}
    yield
    assert world.halls.statuses("/api/v1/replay", "POST", **file) == {200}


def lifespan(world: World) -> Iterator[None]:
    """Entered once: what it counted at its entry is what workers know, whatever stands in the table since."""
    game = start_game((world.ada, world.bob))
    world.clap(game)
    until(lambda: world.claps(game) == {1}, "every worker counted")
    yield
    with sa.create_engine(sync_url(world.database_url), poolclass=sa.NullPool).begin() as connection:
        connection.execute(sa.text("UPDATE applause_clap SET claps = 9 WHERE game_id = :game"), {"game": game})
    yield
    assert world.claps(game) == {1}


def opponents(world: World) -> Iterator[None]:
    challenge = {"ruleset": "tic-tac-toe", "opponent": "claqueur"}
    assert world.ada.ask("POST", "/challenges", 201, challenge)["status"] == "accepted"
    assert {
        "The claqueur" in text for text in world.halls.texts("/play?ruleset=tic-tac-toe", headers=world.cookie)
    } == {True}
    yield
    answers = list(world.halls.answers("/api/v1/challenges", "POST", json=challenge, headers=world.ada.headers))
    assert {answer.status_code // 100 for answer in answers} == {4}
    assert all(answer.json()["detail"] for answer in answers)
    assert {
        "The claqueur" in text for text in world.halls.texts("/play?ruleset=tic-tac-toe", headers=world.cookie)
    } == {False}
    yield
    assert world.ada.ask("POST", "/challenges", 201, challenge)["status"] == "accepted"


def checks(world: World) -> Iterator[None]:
    def named() -> set[bool]:
        return {"applause.counted" in answer.json()["checks"] for answer in world.halls.answers("/health/ready")}

    assert named() == {True}
    yield
    assert named() == {False}
    yield
    assert named() == {True}


def error_pages(world: World) -> Iterator[None]:
    def silence() -> set[bool]:
        return {"Nobody claps here." in answer.text for answer in world.halls.answers("/applause/x/y", headers=HTML)}

    assert silence() == {True}
    yield
    assert silence() == {False}
    yield
    assert silence() == {True}


def web_slots(world: World) -> Iterator[None]:
    def shown() -> set[bool]:
        return {" claps</p>" in text for text in world.halls.texts(f"/games/{world.game}", headers=world.cookie)}

    assert shown() == {True}
    yield
    assert shown() == {False}
    yield
    assert shown() == {True}


def web_pages(world: World) -> Iterator[None]:
    def in_menu() -> set[bool]:
        return {'href="/applause"' in text for text in world.halls.texts("/", headers=world.cookie)}

    assert world.halls.statuses("/applause", headers=world.cookie) == {200}
    assert in_menu() == {True}
    yield
    for server in world.halls.servers:
        for method in METHODS:
            assert asked(server.url, method, "/applause") == asked(server.url, method, "/silences"), method
    assert world.halls.statuses("/applause", headers=world.cookie) == {404}
    assert in_menu() == {False}
    yield
    assert world.halls.statuses("/applause", headers=world.cookie) == {200}
    assert in_menu() == {True}


def files(world: World) -> Iterator[None]:
    """What belongs to pages of a plugin: styles, scripts, pictures."""
    path = f"/static/{hashlib.sha256(DRAWING.encode()).hexdigest()[:8]}/applause/hands.svg"
    assert world.halls.statuses(path) == {200}
    yield
    assert world.halls.statuses(path) == {404}
    yield
    assert world.halls.statuses(path) == {200}


def web_pushers(world: World) -> Iterator[None]:
    """The pages take the first of two. An open stream of it ends with it, and others go on."""

    def is_its(url: str) -> bool:
        with client(url) as once, once.stream("GET", LOBBY, headers=world.cookie) as answer:
            return next(answer.iter_lines()).startswith("data: <")

    def follow() -> None:
        with client(world.halls.url) as once, once.stream("GET", LOBBY, headers=world.cookie) as answer:
            for line in answer.iter_lines():
                lines.append(line)

    lines: list[str] = []
    reader = Thread(target=follow, daemon=True)
    reader.start()
    until(lambda: bool(lines), "the stream began")
    assert lines[0].startswith("data: <")
    yield
    reader.join(30)
    assert not reader.is_alive()
    assert not any(is_its(server.url) for server in world.halls.servers)
    yield
    assert all(is_its(server.url) for server in world.halls.servers)


def web_notices(world: World) -> Iterator[None]:
    game, missed = (start_game((world.ada, world.bob)) for _ in range(2))
    cookie = world.halls.signed_in("bob")

    def told(of: str) -> set[bool]:
        return {
            f'"/games/{of}"' in text and "has had applause" in text
            for text in world.halls.texts("/notices", headers=cookie)
        }

    world.clap(game)
    until(lambda: told(game) == {True}, "bob had a notice")
    yield
    world.clap(missed)
    assert told(game) == {False}
    yield
    assert told(game) == {True}
    assert all(
        "has had applause" in text and f"/games/{missed}" not in text
        for text in world.halls.texts("/notices", headers=cookie)
    )


def desktop_panels(world: World) -> Iterator[None]:
    def rows() -> Any:
        return world.plugins(
            """
            import asyncio, json, sys
            from gamehall.client import Client
            from gamehall_desktop.installed import load_installed
            _, panel = next(each for each in load_installed().panels if each[1].name == "applause")
            async def look():
                async with Client(sys.argv[1], token=sys.argv[2]) as client:
                    return await panel.load(client)
            rows = asyncio.run(look())
            print(json.dumps(rows and [row.note for row in rows]))
            """
        )

    assert rows()
    yield
    assert rows() is None
    yield
    assert rows()


def desktop_themes(world: World) -> Iterator[None]:
    """What is installed beside a client is not the hall's."""
    for _ in range(3):
        themes = world.plugins(
            """
            import json
            from gamehall_desktop.installed import load_installed
            print(json.dumps([each.name for _, each in load_installed().themes]))
            """
        )
        assert "stage" in themes
        yield


def commands(world: World) -> Iterator[None]:
    """They are the operator's."""
    for _ in range(3):
        assert world.halls.servers[0].command("applause").stdout.endswith(" claps.\n")
        yield


def hookspecs(world: World) -> Iterator[None]:
    """Whoever uses its hooks does not notice."""
    for _ in range(3):
        for answer in world.halls.answers("/api/v1/witness"):
            assert answer.json()["sounds"] == [["witness", "hands"]]
        yield


def kept(world: World) -> Iterator[None]:
    """Tables stay with what is in them, and what is kept for a while only ends all the same."""
    world.clap(world.game)
    for _ in range(3):
        status = json.loads(world.halls.servers[0].command("--json", "db", "status").stdout)["data"]
        (held,) = [each for each in status["kept"] if each["name"] == "claps"]
        assert held["rows"] >= 1
        yield


def settings(world: World) -> Iterator[None]:
    """They are read at the start: what they say is in force again with the plugin."""
    path = f"/api/v1/games/{start_game((world.ada, world.bob))}/applause"
    claps = [world.ada.ask("POST", path.removeprefix("/api/v1"))["claps"] for _ in range(4)]
    assert claps == [1, 2, 3, 3]
    yield
    world.ada.ask("POST", path.removeprefix("/api/v1"), 404)
    yield
    answers = world.halls.answers(path, "POST", headers=world.ada.headers)
    assert {answer.json()["claps"] for answer in answers} == {3}


MATRIX: dict[str, Row] = {
    "gamehall_hookspecs": hookspecs,
    "gamehall_settings": settings,
    "gamehall_tables": kept,
    "gamehall_retention": kept,
    "gamehall_rulesets": rulesets,
    "gamehall_routes": routes,
    "gamehall_listeners": listeners,
    "gamehall_authenticators": authenticators,
    "gamehall_policies": policies,
    "gamehall_hidings": hidings,
    "gamehall_exporters": exporters,
    "gamehall_importers": importers,
    "gamehall_lifespan": lifespan,
    "gamehall_opponents": opponents,
    "gamehall_commands": commands,
    "gamehall_checks": checks,
    "gamehall_error_pages": error_pages,
    "web_slots": web_slots,
    "web_pages": web_pages,
    "web_pushers": web_pushers,
    "web_notices": web_notices,
    "desktop_panels": desktop_panels,
    "desktop_themes": desktop_themes,
}
"""By the hook. A hook that is not here fails `test_every_hook_has_a_row`."""
BESIDES: dict[str, Row] = {"the API's document": described, "files": files}
ROWS = MATRIX | BESIDES


def test_every_hook_has_a_row() -> None:
    assert set(MATRIX) == set(specified()), "say here what becomes of it while its plugin is off"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("matrix")
    package = lay_out_reference(folder / "site")
    (package / "static").mkdir()
    (package / "static/hands.svg").write_text(DRAWING)
    lay_out_plugin(folder / "site", "witness", WITNESS)
    with ExitStack() as stack:
        url = f"sqlite+aiosqlite:///{folder / 'data/gamehall.db'}"
        if request.param == "postgres":
            url = stack.enter_context(fresh_database(request.getfixturevalue("postgres_server")))
        variables = without_settings(folder / "data") | {"GAMEHALL_DATABASE_URL": url}
        assert call(variables, "db", "upgrade").code == 0
        ids = {name: make_account(variables, name) for name in ("bob", "zoe")}
        (folder / "gamehall.toml").write_text(
            f'[plugins.applause]\nkiosk_key = "{KIOSK["X-Kiosk"]}"\nmost_challenges = 1\nmost_claps = 3\n'
            f'feuds = {{{ids["bob"]} = "{ids["zoe"]}"}}\n'
        )
        halls = stack.enter_context(two_hosts(folder, url, PYTHONPATH=str(folder / "site")))
        bob, zoe = (Caller(halls.url, name, known=True) for name in ids)
        ada, cyd, _kiosk, dan, eve = (Caller(halls.url, name) for name in ("ada", "cyd", "kiosk", "dan", "eve"))
        game = start_game((ada, bob))
        ada.ask("POST", f"/games/{game}/moves", 200, {"move": "a1"})
        games = stack.enter_context(playing(halls, (dan, eve)))
        yield World(halls, folder, url, ada, bob, cyd, zoe, ids, halls.signed_in("ada"), game)
        assert games, "people have played meanwhile"


def make_account(variables: dict[str, str], name: str) -> str:
    words = ["users", "create", name, "--email", f"{name}@example.org", "--password-stdin"]
    done = call(variables, "--json", *words, stdin=f"{PASSWORD}\n")
    assert done.code == 0, done
    return str(done.envelope["data"]["id"])


@pytest.fixture(scope="module")
def seen(world: World) -> dict[str, str]:
    """For each row what went wrong, empty where it is as it should be; the switch is thrown once for all of them."""
    running = {name: row(world) for name, row in ROWS.items()}
    wrong = dict.fromkeys(ROWS, "")
    for state in ("on", "off", "on again"):
        if state != "on":
            world.halls.switch(state.split()[0], "applause")
        for name, row in running.items():
            try:
                if not wrong[name]:
                    next(row, None)
            except Exception:  # noqa: BLE001 - told by the row's own test
                wrong[name] = f"{state}: {traceback.format_exc()}"
    return wrong


@pytest.mark.parametrize("row", ROWS)
def test_what_a_plugin_contributes_goes_and_comes_with_its_switch(seen: dict[str, str], row: str) -> None:
    assert seen[row] == ""
