"""Every kind of contribution, switched off and on again on four workers of two hosts while people play.

The plugin is that of the hooks' reference, `applause`, which uses every hook there is. Each row of the matrix says what
can be seen of one kind while it is on; then while it is off; then while it is on again.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Thread

import pytest
import sqlalchemy as sa

from gamehall.client import Client
from gamehall.database import sync_url
from gamehall_desktop.declare import Panel, Row
from gamehall_desktop.installed import load_installed
from rig.command import Ended, call
from rig.hall import lay_out_plugin
from rig.halls import Halls, playing, two_hosts, until
from rig.hooks import lay_out_reference, specified
from rig.people import PASSWORD, Caller, asked, client, start_game
from rig.plugins import WITNESS
from rig.postgres import fresh_database
from rig.server import without_settings

pytestmark = pytest.mark.timeout(900)  # all of it is one round on each database

KIOSK = {"X-Kiosk": "the key of the kiosk"}
HTML = {"Accept": "text/html"}
LOBBY = "/live/lobby?cursor=0-0"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg"/>'


@dataclass(frozen=True)
class World:
    """The hall, who is there, and a game that ada and bob are in all the time."""

    halls: Halls
    database_url: str
    ada: Caller
    bob: Caller
    cyd: Caller
    zoe: Caller
    players: tuple[Caller, Caller]
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

    def command(self, *words: str) -> Ended:
        return call(self.halls.servers[0].environment, *words)


Seen = Callable[[World], Iterator[None]]


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
    def offered() -> set[bool]:
        pages = world.halls.texts("/play?ruleset=tic-tac-toe", headers=world.cookie)
        return {"The claqueur" in page for page in pages}

    challenge = {"ruleset": "tic-tac-toe", "opponent": "claqueur"}
    assert world.ada.ask("POST", "/challenges", 201, challenge)["status"] == "accepted"
    assert offered() == {True}
    yield
    answers = list(world.halls.answers("/api/v1/challenges", "POST", json=challenge, headers=world.ada.headers))
    assert {answer.status_code for answer in answers} == {422}
    assert all(answer.json()["detail"] for answer in answers)
    assert offered() == {False}
    yield
    assert world.ada.ask("POST", "/challenges", 201, challenge)["status"] == "accepted"
    assert offered() == {True}


def checks(world: World) -> Iterator[None]:
    def named() -> set[bool]:
        return {"applause.counted" in answer.json()["checks"] for answer in world.halls.answers("/health/ready")}

    assert named() == {True}
    yield
    assert named() == {False}
    yield
    assert named() == {True}


def gauges(world: World) -> Iterator[None]:
    def shown() -> set[bool]:
        return {"gamehall_applause_games" in text for text in world.halls.texts("/metrics")}

    until(lambda: shown() == {True}, "every host showed it")  # figures are taken every few seconds
    yield
    until(lambda: shown() == {False}, "no host showed it any more")
    yield
    until(lambda: shown() == {True}, "every host showed it again")


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


class Following:
    """A stream that somebody has open, read to its end beside the test."""

    def __init__(self, url: str, path: str, headers: dict[str, str]) -> None:
        self.lines: list[str] = []
        self._reader = Thread(target=self._read, args=(url, path, headers), daemon=True)
        self._reader.start()
        until(lambda: bool(self.lines), f"{path} began")

    def _read(self, url: str, path: str, headers: dict[str, str]) -> None:
        with client(url) as once, once.stream("GET", path, headers=headers) as answer:
            for line in answer.iter_lines():
                self.lines += [line]

    @property
    def goes_on(self) -> bool:
        return self._reader.is_alive()

    def end(self) -> tuple[str, str]:
        """The last event and its data, once the stream has ended."""
        self._reader.join(60)
        assert not self.goes_on
        last = {name: text for name, _, text in (line.partition(": ") for line in self.lines)}
        return last.get("event", ""), last["data"]


def web_pushers(world: World) -> Iterator[None]:
    """The pages take the first of two. An open stream of it ends with it, and others go on."""

    def is_its(url: str) -> bool:
        with client(url) as once, once.stream("GET", LOBBY, headers=world.cookie) as answer:
            return next(answer.iter_lines()).startswith("data: <")

    streams = [Following(server.url, LOBBY, world.cookie) for server in world.halls.servers]
    assert all(stream.lines[0].startswith("data: <") for stream in streams)
    yield
    for stream in streams:
        stream.end()
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
    """The panel of a client beside which the plugin is installed asks the hall, which has nothing of the kind."""

    async def rows(panel: Panel) -> Sequence[Row] | None:
        async with Client(world.halls.url, world.ada.headers["Authorization"].split()[1]) as caller:
            return await panel.load(caller)

    (panel,) = [each for _, each in load_installed().panels if each.name == "applause"]
    assert asyncio.run(rows(panel))
    yield
    assert asyncio.run(rows(panel)) is None
    yield
    assert asyncio.run(rows(panel))


def desktop_themes(world: World) -> Iterator[None]:
    """What is installed beside a client is not the hall's."""
    for _ in range(3):
        assert "stage" in {each.name for _, each in load_installed().themes}
        yield


def commands(world: World) -> Iterator[None]:
    """They are the operator's."""
    for _ in range(3):
        assert world.command("applause").out.endswith(" claps.\n")
        yield


def hookspecs(world: World) -> Iterator[None]:
    """Whoever uses its hooks does not notice."""
    for _ in range(3):
        for answer in world.halls.answers("/api/v1/witness"):
            assert answer.json()["sounds"] == [["witness", "hands"]]
        yield


def tables(world: World) -> Iterator[None]:
    """They stay, with what is in them."""
    query = sa.text("SELECT claps FROM applause_clap WHERE game_id = :game")
    world.clap(world.game)
    for _ in range(3):
        with sa.create_engine(sync_url(world.database_url), poolclass=sa.NullPool).connect() as connection:
            assert connection.execute(query, {"game": world.game}).all() == [(1,)]
        yield


def retention(world: World) -> Iterator[None]:
    """What is kept for a while only ends all the same."""
    for _ in range(3):
        assert "claps" in {each["name"] for each in world.command("--json", "db", "status").envelope["data"]["kept"]}
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


MATRIX: dict[str, Seen] = {
    "gamehall_hookspecs": hookspecs,
    "gamehall_settings": settings,
    "gamehall_tables": tables,
    "gamehall_retention": retention,
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
    "gamehall_gauges": gauges,
    "gamehall_error_pages": error_pages,
    "web_slots": web_slots,
    "web_pages": web_pages,
    "web_pushers": web_pushers,
    "web_notices": web_notices,
    "desktop_panels": desktop_panels,
    "desktop_themes": desktop_themes,
}
"""By the hook. A hook that is not here fails `test_every_hook_has_a_row`."""
BESIDES: dict[str, Seen] = {"the API's document": described, "files": files}
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
        stack.callback(sys.modules.pop, "gamehall_applause", None)
        stack.callback(sys.modules.pop, "gamehall_witness", None)
        stack.enter_context(pytest.MonkeyPatch.context()).syspath_prepend(folder / "site")
        yield World(halls, url, ada, bob, cyd, zoe, (dan, eve), ids, halls.signed_in("ada"), game)


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
    with playing(world.halls, world.players) as games:
        for state in ("on", "off", "on again"):
            if state != "on":
                world.halls.switch(state.split()[0], "applause")
            for name, row in running.items():
                try:
                    if not wrong[name]:
                        next(row, None)
                except Exception:  # noqa: BLE001 - told by the row's own test
                    wrong[name] = f"{state}: {traceback.format_exc()}"
    assert games, "people have played to the end meanwhile"
    return wrong


@pytest.mark.parametrize("row", ROWS)
def test_what_a_plugin_contributes_goes_and_comes_with_its_switch(seen: dict[str, str], row: str) -> None:
    assert seen[row] == ""


def reason(stream: Following) -> str:
    """Why a stream was closed."""
    event, data = stream.end()
    assert event == "closed"
    return str(json.loads(data)["reason"])


def test_streams_and_sign_ins_end_with_their_plugin_and_everything_else_goes_on(world: World) -> None:
    halls, me = world.halls, "/api/v1/users/me"
    halls.switch("off", "applause")  # which would push to the pages
    events = "/api/v1/events?channel=user&channel=lobby"
    programs = [Following(server.url, events, world.ada.headers) for server in halls.servers]
    strangers = [Following(server.url, LOBBY, {}) for server in halls.servers]
    people = [Following(server.url, LOBBY, world.cookie) for server in halls.servers]

    halls.switch("off", "web_htmx")
    assert {reason(stream) for stream in (*strangers, *people)} == {"switched-off"}
    assert all(stream.goes_on for stream in programs)
    for path, unknown in {
        "/": "/nobody",
        "/login": "/nobody",
        LOBBY: "/nobody/lobby",
        "/static/0/a.css": "/0/0",
    }.items():
        assert halls.statuses(path, headers=world.cookie) == halls.statuses(unknown) == {404}
    assert halls.statuses(me, headers=world.ada.headers) == {200}
    halls.switch("on", "web_htmx", "applause")
    assert halls.statuses("/settings", headers=world.cookie) == {200}, "who was signed in still is"

    halls.switch("off", "sse_push")
    assert {reason(stream) for stream in programs} == {"switched-off"}
    assert halls.statuses(events, headers=world.ada.headers) == {404}
    halls.switch("on", "sse_push")

    program = Following(halls.url, events, world.ada.headers)
    halls.switch("off", "enhanced_auth")
    assert reason(program) == "not-allowed"
    assert halls.statuses(me, headers=world.ada.headers) == {401}
    assert halls.statuses(me, headers=KIOSK) == {200}
    assert halls.statuses("/settings", headers=world.cookie) == {200}
    halls.switch("on", "enhanced_auth")
    assert halls.statuses(me, headers=world.ada.headers) == {200}
