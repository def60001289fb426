"""Broken plugins beside good ones: each is named with its reason, and the hall serves."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import httpx
import pytest

from gamehall.plugins import load_plugins
from gamehall.settings import Settings
from rig.environments import Environment, MakeEnvironment
from rig.plugins import CALM, SIX_ROW
from rig.server import Server, serving, without_settings
from rig.strangers import plugin_wheel

GOOD = {"gomoku_rules", "calm", "six_row", "later_host", "unruly"}


@dataclass(frozen=True)
class Bad:
    """A plugin that must stay off: what is wrong with it, how far it comes, and words that the reason must have."""

    source: str
    stage: str
    reason: str
    requires: tuple[str, ...] = ("gamehall",)
    distribution: str | None = None
    entry_point: str | None = None
    files: Mapping[str, str] | None = None


IMPOSTOR = "better_gomoku"

BAD = {
    "fails": Bad('raise RuntimeError("boom")', "compatible", "RuntimeError: boom"),
    "leaves": Bad("import sys\nsys.exit('bye')", "compatible", "SystemExit: bye"),
    "unfinished": Bad("def gamehall_rulesets(:", "compatible", "SyntaxError"),
    "misspelt": Bad(
        """
        from gamehall import hookimpl

        @hookimpl
        def gamehall_rulesetz():
            return []
        """,
        "imported",
        "there is no hook gamehall_rulesetz",
    ),
    "wrong_arguments": Bad(
        """
        from gamehall import hookimpl

        @hookimpl
        def gamehall_routes(host, request):
            return []
        """,
        "imported",
        "request",
    ),
    "raises": Bad(
        """
        from gamehall import hookimpl

        @hookimpl
        def gamehall_rulesets():
            raise RuntimeError("asked too early")
        """,
        "registered",
        "gamehall_rulesets: RuntimeError: asked too early",
    ),
    "exits_when_asked": Bad(
        """
        import sys

        from gamehall import hookimpl

        @hookimpl
        def gamehall_checks(host):
            sys.exit("enough")
        """,
        "collected",
        "gamehall_checks: SystemExit: enough",
    ),
    "from_the_future": Bad(
        "from pathlib import Path\nPath(__file__).with_name('was-imported').touch()",
        "found",
        "it needs gamehall>=99, this is ",
        requires=("gamehall>=99",),
    ),
    IMPOSTOR: Bad(
        "from pathlib import Path\nPath(__file__).with_name('was-imported').touch()",
        "found",
        "only the distribution gamehall-gomoku-rules can be the plugin gomoku_rules",
        entry_point="gomoku_rules",
    ),
    "user": Bad("", "found", "belongs to the hall"),
    "Shouting": Bad("", "found", "must be lower-case"),
    "wrapper": Bad(
        """
        from gamehall import hookimpl

        @hookimpl(wrapper=True)
        def gamehall_rulesets():
            return (yield)
        """,
        "imported",
        "must not be a wrapper",
    ),
    "wrong_settings": Bad(
        """
        import msgspec
        from gamehall import hookimpl

        class Settings(msgspec.Struct):
            limit: int = 3

        @hookimpl
        def gamehall_settings():
            return [Settings]
        """,
        "registered",
        "[plugins.wrong_settings]",
    ),
    "foreign_tables": Bad(
        """
        from pathlib import Path

        import sqlalchemy as sa
        from gamehall import hookimpl
        from gamehall.declare import Tables

        metadata = sa.MetaData()
        sa.Table("notes", metadata, sa.Column("id", sa.Integer, primary_key=True))

        @hookimpl
        def gamehall_tables():
            return [Tables(metadata, Path(__file__).parent)]
        """,
        "registered",
        "its tables must begin with foreign_tables_: notes",
    ),
    "failing_migration": Bad(
        """
        from pathlib import Path

        import sqlalchemy as sa
        from gamehall import hookimpl
        from gamehall.declare import Tables

        metadata = sa.MetaData()
        sa.Table("failing_migration_note", metadata, sa.Column("id", sa.Integer, primary_key=True))

        @hookimpl
        def gamehall_tables():
            return [Tables(metadata, Path(__file__).parent / "migrations")]
        """,
        "collected",
        "its tables are not up to date; run: gamehall db upgrade",
        files={
            "migrations/0001_notes.py": """
                import sqlalchemy as sa
                from alembic import op

                revision = "0001"
                down_revision = None

                def upgrade():
                    op.create_table("failing_migration_note", sa.Column("id", sa.Integer, primary_key=True))
                    raise RuntimeError("half-way")
                """
        },
    ),
    "clashing_routes": Bad(
        """
        from gamehall import hookimpl
        from litestar import delete, get
        from litestar.params import FromPath

        @hookimpl
        def gamehall_routes(host):
            @delete("/api/v1/users/{somebody:str}")
            async def remove(somebody: FromPath[str]) -> None: ...

            @get("/api/v1/clashing-routes")
            async def fine() -> None: ...

            return [remove, fine]
        """,
        "collected",
        "its paths are taken already: /api/v1/users/{somebody:str}",
    ),
    "takes_all_paths": Bad(
        """
        from gamehall import hookimpl
        from litestar import get
        from litestar.params import FromPath

        @hookimpl
        def gamehall_routes(host):
            @get("/api/{rest:path}")
            async def everything(rest: FromPath[str]) -> str:
                return rest

            return [everything]
        """,
        "collected",
        "its paths are taken already",
    ),
    "not_a_route": Bad(
        """
        from gamehall import hookimpl

        @hookimpl
        def gamehall_routes(host):
            return [print]
        """,
        "collected",
        "",
    ),
    "not_a_listener": Bad(
        """
        from gamehall import hookimpl

        @hookimpl
        def gamehall_listeners(host):
            return [print]
        """,
        "collected",
        "gamehall_listeners: TypeError: expected Listener",
    ),
    "taken_key": Bad(
        """
        from gamehall import hookimpl
        from gamehall_gomoku_rules import Gomoku

        @hookimpl
        def gamehall_rulesets():
            return [Gomoku()]
        """,
        "registered",
        "the ruleset key 'gomoku' is taken by gomoku_rules",
    ),
}

# Names a hook that only a later host has, and says that it can do without.
LATER_HOST = """
    from gamehall import hookimpl

    @hookimpl(optionalhook=True)
    def gamehall_tournaments(host):
        return []
    """

# Comes through every stage and fails at run time, each time that something of it is used.
UNRULY = """
    import asyncio
    import contextlib

    from gamehall import hookimpl
    from gamehall.accounts import find_user
    from gamehall.declare import (
        Authenticator, Check, CheckResult, ErrorPage, Lifespan, Listener, Policy, Verdict
    )

    restless = []

    @hookimpl
    def gamehall_listeners(host):
        async def fall_over(event):
            restless.append(event)
            raise SystemExit("the listener left")

        async def hang(event):
            await asyncio.Event().wait()

        return [Listener("game_started", fall_over), Listener("game_started", hang)]

    @hookimpl
    def gamehall_policies(host):
        async def answer(*users):
            names = {(await host.read(find_user, user)).username for user in users}
            if "eve" in names:
                raise RuntimeError("the policy fell over")
            if "mallory" in names:
                await asyncio.Event().wait()
            return Verdict(True)

        return [Policy("challenge", answer)]

    @hookimpl
    def gamehall_authenticators(host):
        async def identify(connection):
            raise RuntimeError("the authenticator fell over")

        return [Authenticator("unruly", "api", identify)]

    @hookimpl
    def gamehall_error_pages(host):
        def render(request, problem):
            raise RuntimeError("the error page fell over")

        return [ErrorPage(render)]

    @hookimpl
    def gamehall_checks(host):
        async def fall_over():
            if restless:
                raise RuntimeError("the check fell over")
            return CheckResult(True)

        async def say_nothing():
            return None if restless else CheckResult(True)

        return [Check("mood", fall_over), Check("voice", say_nothing)]

    @hookimpl
    def gamehall_lifespan(host):
        @contextlib.asynccontextmanager
        async def fall_over_at_the_end():
            yield
            raise RuntimeError("the end fell over")

        return [Lifespan(fall_over_at_the_end)]
    """

# Comes through every stage that can be known beforehand, and then does not start.
STILLBORN = """
    from gamehall import hookimpl
    from gamehall.declare import Lifespan
    from litestar import get

    @hookimpl
    def gamehall_lifespan(host):
        def enter():
            raise SystemExit("no start today")

        return [Lifespan(enter)]

    @hookimpl
    def gamehall_routes(host):
        @get("/api/v1/stillborn")
        async def tell() -> str:
            return "alive"

        return [tell]
    """


@pytest.fixture(scope="module")
def environment(make_environment: MakeEnvironment, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The host and one plugin of the workspace, with everything above."""
    environment = make_environment("gamehall", "gamehall-gomoku-rules")
    folder = tmp_path_factory.mktemp("strangers")
    good = {"calm": CALM, "six_row": SIX_ROW, "later_host": LATER_HOST, "unruly": UNRULY, "stillborn": STILLBORN}
    wheels = [plugin_wheel(folder, name, dedent(source)) for name, source in good.items()]
    wheels += [
        plugin_wheel(
            folder,
            name,
            dedent(bad.source),
            files=bad.files,
            requires=bad.requires,
            entry_point=bad.entry_point,
        )
        for name, bad in BAD.items()
    ]
    environment.install("--no-deps", *wheels)
    return environment


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hall")
    (folder / "gamehall.toml").write_text('[plugins.wrong_settings]\nlimit = "many"\n')
    return folder


@pytest.fixture(scope="module")
def variables(folder: Path) -> dict[str, str]:
    return without_settings(folder / "data") | {"GAMEHALL_CONFIG": str(folder / "gamehall.toml")}


@pytest.fixture(scope="module")
def server(
    request: pytest.FixtureRequest, environment: Environment, folder: Path, variables: dict[str, str]
) -> Iterator[Server]:
    with serving(folder, request.node) as serve:
        yield serve(environment=environment, settings={"GAMEHALL_CONFIG": variables["GAMEHALL_CONFIG"]})


@pytest.fixture(scope="module")
def reports(server: Server, environment: Environment, variables: dict[str, str]) -> list[dict[str, Any]]:
    """What `gamehall plugins list` says while the hall serves."""
    done = environment.run("gamehall", "--json", "plugins", "list", variables=variables)
    reports: list[dict[str, Any]] = json.loads(done.stdout)["data"]
    return reports


@pytest.fixture(scope="module")
def calls(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as calls:
        for username in ("ada", "bob", "eve", "mallory"):
            assert calls.post(f"/calm/users/{username}").status_code == 201
        yield calls


def challenge(calls: httpx.Client, challenger: str, opponent: str | None = None) -> httpx.Response:
    terms = {"ruleset": "six-row", "seat": 0} | ({"opponent": opponent} if opponent else {})
    return calls.post("/challenges", json=terms, headers={"X-User": challenger})


def start_game(calls: httpx.Client) -> str:
    made = challenge(calls, "ada", "bob").json()
    accepted = calls.post(
        f"/challenges/{made['id']}/respond", json={"action": "accept"}, headers={"X-User": "bob"}
    ).json()
    return str(accepted["game_id"])


# -- While it starts


@pytest.mark.parametrize("name", BAD)
def test_a_bad_plugin_is_named_with_its_reason(reports: list[dict[str, Any]], name: str) -> None:
    distribution = f"gamehall-{name.replace('_', '-')}"
    (report,) = (report for report in reports if report["distribution"] == distribution)
    bad = BAD[name]
    assert report["name"] == (bad.entry_point or name)
    assert report["state"] == "failed"
    assert bad.reason in report["reason"]
    assert report["reason"]
    assert report["stage"] == bad.stage


def test_good_plugins_work_beside_them(reports: list[dict[str, Any]]) -> None:
    assert {report["name"] for report in reports if report["state"] == "on"} == GOOD | {"stillborn"}
    assert {report["reason"] for report in reports if report["name"] in GOOD and report["state"] == "on"} == {""}


@pytest.mark.parametrize("name", ["from_the_future", IMPOSTOR])
def test_what_is_not_accepted_is_never_imported(
    reports: list[dict[str, Any]], environment: Environment, name: str
) -> None:
    (package,) = environment.folder.glob(f"lib/*/site-packages/gamehall_{name}")
    assert (package / "__init__.py").exists()
    assert not (package / "was-imported").exists()


def test_a_whole_game_is_played_beside_them(calls: httpx.Client) -> None:
    listed = {ruleset["key"] for ruleset in calls.get("/rulesets").json()["items"]}
    assert {"gomoku", "six-row"} <= listed
    game_id = start_game(calls)
    moves = ["a1", "a2", "b1", "b2", "c1", "c2", "d1", "d2", "e1", "e2", "f1"]
    for number, move in enumerate(moves):
        player = ("ada", "bob")[number % 2]
        played = calls.post(f"/games/{game_id}/moves", json={"move": move}, headers={"X-User": player})
        assert played.status_code == 200, played.text
    assert calls.get(f"/games/{game_id}").json()["result"] == {"winner": 0, "reason": "row"}


@pytest.mark.parametrize(
    "command",
    [
        ["features", "list"],
        ["users", "list"],
        ["db", "status"],
        ["config", "show", "--origin"],
    ],
    ids=" ".join,
)
def test_recovery_commands_run(
    server: Server, environment: Environment, tmp_path: Path, variables: dict[str, str], command: list[str]
) -> None:
    done = environment.run("gamehall", "--json", *command, variables=variables)
    assert json.loads(done.stdout)["ok"] is True


@pytest.mark.parametrize("command", [["doctor"], ["db", "upgrade"]], ids=" ".join)
def test_commands_that_look_for_faults_find_them(
    server: Server, environment: Environment, variables: dict[str, str], command: list[str]
) -> None:
    done = environment.run("gamehall", *command, variables=variables, check=False)
    assert done.returncode == 5
    assert "failing_migration" in done.stderr
    if command == ["db", "upgrade"]:
        assert "RuntimeError: half-way" in done.stderr


def test_strict_refuses_to_start_and_names_the_plugin(
    environment: Environment, tmp_path: Path, variables: dict[str, str]
) -> None:
    strict = variables | {"GAMEHALL_STRICT": "1", "GAMEHALL_DATA_DIR": str(tmp_path)}
    done = environment.run("gamehall", "serve", variables=strict, check=False)
    assert done.returncode != 0
    assert any(f"plugin {bad.entry_point or name}: " in done.stderr for name, bad in BAD.items())


def test_no_order_comes_of_who_was_registered_last(tmp_path: Path) -> None:
    declared = load_plugins(Settings(data_dir=str(tmp_path))).declared("gamehall_tables")
    names = [plugin.name for plugin, _ in declared]
    assert len(names) > 2
    assert names == sorted(names)


# -- While it runs


def wait_for(calls: httpx.Client, heard: int) -> None:
    deadline = time.monotonic() + 120
    while len(calls.get("/calm").json()["heard"]) < heard:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_listeners_that_fail_and_hang_delay_no_other(calls: httpx.Client) -> None:
    before = len(calls.get("/calm").json()["heard"])
    for number in (1, 2):
        start_game(calls)
        wait_for(calls, before + number)


@pytest.mark.parametrize(
    ("opponent", "said"),
    [("eve", (403, "/problems/forbidden")), ("mallory", (503, "/problems/busy"))],
    ids=["raises", "hangs"],
)
def test_a_policy_that_cannot_answer_lets_nobody(calls: httpx.Client, opponent: str, said: tuple[int, str]) -> None:
    answer = challenge(calls, "ada", opponent)
    assert (answer.status_code, answer.json()["type"]) == said
    assert "cannot be decided" in answer.json()["detail"]
    assert challenge(calls, "ada", "bob").status_code == 201


def test_an_authenticator_that_fails_vouches_for_nobody_and_stops_no_other(calls: httpx.Client) -> None:
    assert calls.get("/users/me", headers={"X-User": "ada"}).json()["username"] == "ada"
    assert calls.get("/users/me").status_code == 401


def test_an_error_page_that_fails_hides_no_problem(server: Server) -> None:
    answer = httpx.get(f"{server.url}/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is nothing here" in answer.text


def test_a_check_that_fails_is_a_finding(server: Server, calls: httpx.Client) -> None:
    start_game(calls)
    url = f"{server.url}/health/ready"
    server.wait_until(lambda: httpx.get(url).status_code == 503)  # its listener was told; and each round is a second's
    answer = httpx.get(url)
    findings = answer.json()["checks"]
    assert findings["unruly.mood"] == findings["unruly.voice"]
    assert findings["unruly.mood"]["ok"] is False
    assert "fell over" not in answer.text, "an error's own words are for the log"
    assert findings["database"]["ok"] is True


def test_a_lifespan_that_does_not_start_takes_only_its_plugin_out(server: Server, calls: httpx.Client) -> None:
    assert calls.get("/calm").json()["started"] == [True]
    assert calls.get("/stillborn").status_code == 404
    assert "plugin stillborn stays off after migrated: SystemExit: no start today" in server.log()


def test_a_lifespan_that_fails_at_its_end_stops_no_other(
    request: pytest.FixtureRequest, environment: Environment, tmp_path: Path, variables: dict[str, str]
) -> None:
    settings = {"GAMEHALL_CONFIG": variables["GAMEHALL_CONFIG"]}
    with serving(tmp_path, request.node) as serve:
        server = serve(environment=environment, settings=settings)
        assert server.stop() == 0
    assert (server.data / "calm-ended").exists()
    assert "RuntimeError: the end fell over" in server.log()
