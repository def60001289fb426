"""The command line, as it is called: what it prints, how it ends, and that its own examples work."""

from __future__ import annotations

import os
import pty
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import click
import httpx
import pytest

from gamehall.cli import cli
from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, REFUSED, USAGE, Ended, Run
from rig.commandtree import EVERY
from rig.hall import PASSWORD, InstallPlugin, done, problem
from rig.processes import free_port
from rig.server import Serve, without_settings


def create(gamehall: Run, username: str, *options: str, password: str = PASSWORD) -> Ended:
    email = f"{username}@example.org"
    return gamehall(
        "--json", "users", "create", username, "--email", email, "--password-stdin", *options, stdin=password
    )


def examples() -> Iterator[tuple[str, str]]:
    for path, command in [((), cli), *EVERY]:
        block = (command.help or "").partition("\b")[2]
        for line in re.findall(r"(?:echo .*\| )?gamehall .*", block):
            yield " ".join(path), line


EXAMPLES = list(dict.fromkeys(line for _, line in examples()))
ELSEWHERE = (
    *("gamehall db backup", "gamehall --yes db backup", "gamehall db restore"),  # see the tests of backups
    *("gamehall users import", "gamehall games import"),  # see the tests of moving
    *("gamehall plugins purge", "gamehall --yes plugins purge"),
    "gamehall serve",
    *("gamehall plugins install", "gamehall plugins uninstall", "gamehall --yes plugins uninstall"),  # of installing
    "gamehall --json plugins check",  # plays every game: the test of the documents does so once
    *(
        "gamehall tokens revoke 0",
        "gamehall friends remove",
        "gamehall --yes friends remove",
    ),  # see their tests
    "gamehall desktop",  # opens a window: see its tests
    *("gamehall games show", "gamehall games export"),  # see the tests of games
    *("gamehall games watch", "gamehall --json games watch"),  # see the tests of watching, as for abort
    *("gamehall games abort", "gamehall --yes games abort"),
    *("gamehall verify", "gamehall --json verify"),  # see the tests of records
)


def test_every_command_has_an_example_of_itself() -> None:
    shown = dict(examples())
    for path, command in EVERY:
        assert command.help, path
        if not isinstance(command, click.Group):
            assert re.search(rf"gamehall (--\S+ )*{' '.join(path)}\b", shown.get(" ".join(path), "")), path


@pytest.mark.parametrize("line", EXAMPLES)
def test_the_examples_are_understood(line: str) -> None:
    words = shlex.split(line.rpartition("| ")[2])[1:]
    command: click.Command = cli
    context = cli.make_context("gamehall", list(words))
    while isinstance(command, click.Group):
        rest = [*context._protected_args, *context.args]
        _, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command, context = found, found.make_context(found.name, rest, parent=context)


@pytest.mark.parametrize(
    "line", [line for line in EXAMPLES if not line.startswith(ELSEWHERE) and line != "gamehall plugins check"]
)
def test_the_examples_work(line: str, gamehall: Run) -> None:
    typed, _, call = line.rpartition("| ")
    if "users create " not in line:
        assert create(gamehall, "ada").code == DONE
    words = shlex.split(call.replace("NAME", "friends").replace("VERSION", "0.1.0"))[1:]
    piped = shlex.split(typed)[1] + "\n" if typed else ""
    ended = gamehall(*words, stdin=piped, typed=None if typed else "y\n")
    assert ended.code == DONE, ended
    assert ended.out.strip()


def test_help_is_there_for_every_command_and_needs_nothing(bare: Run, tmp_path: Path) -> None:
    for path, _ in EVERY:
        ended = bare(*path, "-h")
        assert ended.code == DONE
        assert ended.out.startswith(f"Usage: gamehall {' '.join(path)}")
        if "--version" not in ended.out:  # a program of its own has its own way to fail
            wrong = bare("--json", *path, "--nothing")
            assert (wrong.code, wrong.envelope["error"]["code"]) == (USAGE, "usage"), path
            assert wrong.envelope["error"]["hint"].startswith("gamehall "), path
    assert not (tmp_path / "data").exists()


def test_accounts_from_the_first_to_the_last_day(gamehall: Run) -> None:
    made = create(gamehall, "ada", "--admin", "--name", "Ada L.").envelope["data"]
    assert (made["username"], made["display_name"], made["is_admin"]) == ("ada", "Ada L.", True)
    assert create(gamehall, "bob").envelope["data"]["is_admin"] is False
    assert gamehall("users", "list").rows == [
        ["USERNAME", "NAME", "EMAIL", "ROLE", "STATE"],
        ["ada", "Ada L.", "ada@example.org", "admin", "active"],
        ["bob", "bob", "bob@example.org", "player", "active"],
    ]
    for command, field, value in [
        ("promote", "is_admin", True),
        ("demote", "is_admin", False),
        ("disable", "is_active", False),
        ("enable", "is_active", True),
    ]:
        assert gamehall("--json", "users", command, "BOB").envelope["data"][field] is value
        assert gamehall("--json", "users", "show", "bob@example.org").envelope["data"][field] is value
    secrets = gamehall("--json", "users", "list").out + gamehall("users", "show", "ada").out
    assert "argon2" not in secrets
    assert "password" not in secrets


def test_how_commands_end(gamehall: Run) -> None:
    assert create(gamehall, "ada").code == DONE
    for code, slug, arguments in [
        (NOT_FOUND, "not-found", ("users", "show", "nobody")),
        (NOT_FOUND, "not-found", ("users", "promote", "a\u0000b")),
        (USAGE, "usage", ("users", "show")),
        (USAGE, "usage", ("users", "nothing")),
        (USAGE, "usage", ("nothing",)),
        (USAGE, "usage", ("users", "list", "--nothing")),
        (FAILED, "settings", ("--config", "absent.toml", "config", "show")),
    ]:
        plain, formal = gamehall(*arguments), gamehall("--json", *arguments)
        assert (plain.code, formal.code) == (code, code), arguments
        assert formal.envelope["error"]["code"] == slug
        assert formal.envelope["error"]["message"]
        assert plain.out == ""
        assert plain.err
    assert gamehall("plugins", "info", "nothing").code == NOT_FOUND
    twice = create(gamehall, "Ada")
    assert (twice.code, twice.envelope["error"]["code"]) == (CONFLICT, "already-exists")
    short = create(gamehall, "bob", password="short")
    assert short.code == FAILED
    assert "password" in short.envelope["error"]["message"]


def test_a_refusal_ends_with_four(gamehall: Run, install_plugin: InstallPlugin) -> None:
    install_plugin(
        "gate",
        "import click\nfrom gamehall import hookimpl\nfrom gamehall.problems import Problem\n\n"
        "@click.command()\ndef gate():\n    raise Problem('forbidden', 'Not today.')\n\n"
        "@hookimpl\ndef gamehall_commands():\n    return [gate]\n",
    )
    ended = gamehall("--json", "gate")
    assert ended.code == REFUSED
    assert ended.envelope["error"] == {"code": "forbidden", "message": "Not today."}


def test_a_database_that_is_not_there_yet_is_said(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("users", "list"), ("features", "list"), ("users", "promote", "ada")):
        ended = bare("--json", *arguments)
        assert ended.code == FAILED
        assert "db upgrade" in ended.envelope["error"]["message"]
    assert bare("--json", "db", "status").envelope["data"]["owners"]["gamehall"]
    assert "gamehall" in bare("--json", "db", "upgrade").envelope["data"]["changed"]
    assert bare("--json", "db", "upgrade").envelope["data"]["changed"] == []
    assert not any(bare("--json", "db", "status").envelope["data"]["owners"].values())
    assert bare("--json", "users", "list").envelope["data"] == []
    monkeypatch.setenv("GAMEHALL_DATABASE_URL", "mysql://x/y")
    for arguments in (("users", "list"), ("db", "status"), ("db", "upgrade")):
        ended = bare("--json", *arguments)
        assert ended.code == FAILED
        assert "GAMEHALL_DATABASE_URL" in ended.envelope["error"]["message"]


@pytest.mark.parametrize("url", ["cache:6379", "redis://:hidden@cache:99999", "redis://cache?socket_timeout=soon"])
def test_an_address_of_redis_that_is_none_is_said_before_workers_are_begun(
    url: str, bare: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAMEHALL_REDIS_URL", url)
    ended = bare("serve")
    assert ended.code == FAILED
    assert "GAMEHALL_REDIS_URL is no address of a Redis" in ended.err
    assert "hidden" not in ended.err


@pytest.mark.parametrize(
    ("name", "address", "module", "extra"),
    [
        ("REDIS_URL", "redis://cache", "redis", "redis"),
        ("OTLP_URL", "http://127.0.0.1:4318", "opentelemetry.sdk.trace", "otel"),
    ],
)
def test_who_wants_what_is_not_installed_is_told(
    name: str, address: str, module: str, extra: str, bare: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GAMEHALL_{name}", address)
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    ended = bare("serve")
    assert ended.code == FAILED
    assert f"pip install gamehall[{extra}]" in ended.err


def test_the_settings_without_their_secrets(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEHALL_SECRET_KEY", "hush-key-as-long-as-keys-must-be-here")
    monkeypatch.setenv("GAMEHALL_DATABASE_URL", "postgresql+psycopg://hall:hush-database@127.0.0.1:1/hall")
    monkeypatch.setenv("GAMEHALL_REDIS_URL", "redis://:hush-redis@cache/0")
    Path("hall.toml").write_text("port = 9000\n")
    plain = bare("--config", "hall.toml", "config", "show", "--origin")
    formal = bare("--config", "hall.toml", "--json", "config", "show", "--origin")
    assert "hush" not in plain.out + plain.err + formal.out + formal.err
    rows = {row[0]: row[1:] for row in plain.rows[1:]}
    assert rows["port"] == ["9000", "hall.toml"]
    assert rows["secret_key"][1] == "environment"
    assert rows["workers"] == ["1", "default"]
    data = formal.envelope["data"]
    assert (data["port"], data["origins"]["database_url"]) == (9000, "environment")
    assert bare("--config", "hall.toml", "config", "path").out.strip() == "hall.toml"
    status = bare("--json", "db", "status")
    assert status.code == FAILED
    assert "hush" not in status.out + status.err


def test_switches(gamehall: Run) -> None:
    def states() -> dict[str, str]:
        return {row[0]: row[1] for row in gamehall("features", "list").rows[1:]}

    assert gamehall("features", "off", "signup", "ruleset:gomoku").code == DONE
    assert gamehall("features", "on", "signup", "nothing").code == NOT_FOUND, "all of it or nothing"
    found = states()
    assert {key for key, state in found.items() if state == "off"} == {"signup", "ruleset:gomoku"}
    assert {"gomoku_rules", "ruleset:tic-tac-toe"} <= set(found)
    assert gamehall("features", "on", "signup").code == DONE
    assert states()["signup"] == "on"


def test_commands_are_put_down_too(gamehall: Run) -> None:
    account = ("ada", "--email", "ada@example.org", "--admin", "--password-stdin")
    assert gamehall("users", "create", *account, stdin="a long password\n").code == DONE
    for words in (
        ["users", "passwd", "ada", "--password-stdin"],
        ["users", "demote", "ada"],
        ["features", "off", "signup"],
    ):
        assert gamehall(*words, stdin="another long password\n").code == DONE
    found = gamehall("--json", "audit", "list").envelope["data"]
    kinds = ["feature.off", "account.demoted", "account.password_changed", "account.registered"]
    assert [each["kind"] for each in found] == kinds
    assert found[-1]["facts"] == {"admin": True}
    assert all(each["by"].startswith("command line, ") for each in found)
    assert gamehall("audit", "list", "--kind", "feature", "--limit", "1").rows[1][1] == "feature.off"
    assert "long password" not in str(found)


def test_recovery_does_with_a_broken_plugin(
    gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = install_plugin("broken", "raise SystemExit('no more')\n")
    monkeypatch.setenv("PYTHONPATH", str(folder))
    for arguments in (["users", "list"], ["db", "status"], ["config", "show"], ["features", "list"]):
        assert gamehall(*arguments).code == DONE, arguments
    listed = {row[0]: row for row in gamehall("plugins", "list").rows}
    assert listed["broken"][3] == "failed"
    assert "no more" in listed["broken"][4]
    ended = gamehall("--json", "doctor")
    assert ended.code != DONE
    assert "broken" in ended.envelope["error"]["message"]


def test_people_see_columns(tmp_path: Path, template: Path) -> None:
    (tmp_path / "data").mkdir()
    shutil.copy(template, tmp_path / "data")
    command: list[str | Path] = [Path(sys.executable).with_name("gamehall"), "users", "list"]
    terminal, end = pty.openpty()
    subprocess.run(command, env=without_settings(tmp_path / "data"), stdout=end, stderr=end, check=True)
    os.close(end)
    shown = os.read(terminal, 10_000).decode().splitlines()
    os.close(terminal)
    assert shown == ["USERNAME  NAME  EMAIL  ROLE  STATE"]


def test_a_hall_and_its_operator(serve: Serve, bare: Run, tmp_path: Path) -> None:
    """The first start shows a link that works once; what an operator changes holds at once."""
    server = serve()
    link = re.search(rf"{re.escape(server.url)}/register\S+", server.log())
    assert link
    code = parse_qs(urlsplit(link[0]).query)["setup"][0]
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:
        first, second = [
            client.post(
                "/auth/register",
                json={"username": name, "email": f"{name}@example.org", "password": PASSWORD, "setup": code},
            )
            for name in ("ada", "bob")
        ]
        token = {"authorization": f"Token {done(first, 201)['token']}"}
        assert done(client.get("/users/me", headers=token))["is_admin"]
        problem(second, 403, "forbidden")

        assert bare("users", "passwd", "ada", "--password-stdin", stdin="another password\n").code == DONE
        problem(client.get("/users/me", headers=token), 401, "invalid-token")
        old, new = [
            client.post("/auth/token", json={"username": "ada", "password": password})
            for password in (PASSWORD, "another password")
        ]
        problem(old, 401, "invalid-credentials")
        token = {"authorization": f"Token {done(new)['token']}"}
        assert bare("users", "disable", "ada").code == DONE
        problem(client.get("/users/me", headers=token), 401, "invalid-token")
        assert bare("users", "enable", "ada").code == DONE
        problem(client.get("/users/me", headers=token), 401, "invalid-token")

        assert bare("features", "off", "signup").code == DONE  # waits until the server has taken it up
        account = {"username": "cyd", "email": "cyd@example.org", "password": PASSWORD}
        problem(client.post("/auth/register", json=account), 403, "forbidden")
    server.stop()
    port = free_port()
    again = serve("--port", str(port), "--workers", "2", port=port)
    assert "/register" not in again.log()
    assert f"Gamehall is at http://127.0.0.1:{port}" in again.log()
