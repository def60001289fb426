"""The whole command line: its words, how each command ends when it is refused, and what works with broken plugins."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, REFUSED, Run
from rig.commandtree import EVERY
from rig.hall import InstallPlugin
from rig.server import without_settings

# What programs and people outside rely on.
PROMISED = {
    "": "serve desktop doctor version completion features plugins users tokens games db config",
    "features": "list on off",
    "plugins": "list info check new install uninstall purge",
    "users": "list show create passwd promote demote disable enable delete",
    "tokens": "list revoke prune",
    "games": "list show watch export abort verify",
    "db": "status upgrade backup restore",
    "config": "show path",
}

# How a command ends, as in its own line: what was asked for is not there, is refused, or cannot be now.
ENDS = {
    NOT_FOUND: [
        "features on nothing",
        "features off nothing",
        "plugins info nothing",
        "plugins check nothing",
        "plugins check nothing --host-version 2.0",
        "plugins uninstall nothing",
        "plugins purge nothing",
        "users show nobody",
        "users passwd nobody --password-stdin",
        "users reset-link nobody",
        "users reset-factors nobody",
        "users promote nobody",
        "users demote nobody",
        "users disable nobody",
        "users enable nobody",
        "users delete nobody",
        "tokens list --user nobody",
        "tokens revoke nothing",
        "tokens revoke-all nobody",
        "tokens create nobody --name bot",
        "games list --player nobody",
        "games show nothing",
        "games watch nothing",
        "games export nothing",
        "games abort nothing",
        "games verify nothing",
        "audit list --user nobody",
        "friends list nobody",
        "config show nothing",
    ],
    REFUSED: ["plugins install gamehall", "plugins uninstall friends", "users delete ada"],
    CONFLICT: [
        "plugins purge friends",
        "plugins new friends",
        "plugins check --host-version 99",
        "users create ada --email other@example.org --password-stdin",
    ],
    FAILED: ["verify nothing.json", "db restore nothing.backup", "games import nothing.json"],
}

# What deletes for good or takes something from somebody asks; everything else can be taken back, or only adds.
ASKS = {
    "plugins uninstall": "friends",
    "plugins purge": "friends",
    "users delete": "ada",
    "users reset-factors": "ada",
    "games abort": "",  # see the tests of watching
    "tokens revoke-all": "ada",
    "friends remove": "ada ada",
}
ASKS_NOT = {
    "": "serve desktop doctor version completion verify routes",
    "features": "list on off",
    "plugins": "list info check new install",
    "users": "list show create passwd promote demote disable enable reset-link export import",
    "tokens": "list create revoke prune",
    "games": "list show watch export import verify",
    "audit": "list",
    "friends": "list requests blocks",
    "db": "status upgrade backup restore",
    "config": "show path",
}

ACCOUNT = ("users", "create", "ada", "--email", "ada@example.org", "--password-stdin")


def paths(groups: dict[str, str]) -> set[str]:
    return {f"{group} {word}".strip() for group, words in groups.items() for word in words.split()}


def leaves() -> set[str]:
    return {" ".join(path) for path, command in EVERY if not isinstance(command, click.Group)}


def test_the_tree_is_as_promised() -> None:
    there = {" ".join(path) for path, _ in EVERY}
    assert paths(PROMISED) - there == set()


def test_each_command_is_known_to_ask_or_not() -> None:
    assert leaves() == paths(ASKS_NOT) | set(ASKS)
    assert paths(ASKS_NOT).isdisjoint(ASKS)


@pytest.mark.parametrize("code", ENDS)
def test_how_each_command_ends(code: int, gamehall: Run) -> None:
    assert gamehall(*ACCOUNT, stdin="correct horse battery").code == DONE
    for line in ENDS[code]:
        ended = gamehall("--json", *line.split(), stdin="correct horse battery\n")
        assert ended.code == code, (line, ended)
        error = ended.envelope["error"]
        assert set(error) <= {"code", "message", "hint"}
        assert error["code"], line
        assert error["message"], line
        plain = gamehall(*line.split(), stdin="correct horse battery\n")
        assert (plain.code, plain.err.startswith("gamehall: ")) == (code, True), plain


def test_what_is_dangerous_asks(gamehall: Run) -> None:
    assert gamehall(*ACCOUNT, stdin="correct horse battery").code == DONE
    assert gamehall("features", "off", "friends", "--no-wait").code == DONE
    for path, arguments in ASKS.items():
        if not arguments:
            continue
        words = [*path.split(), *arguments.split()]
        piped = gamehall("--json", *words, stdin="y\n")
        assert piped.code == REFUSED, piped
        assert f"gamehall --yes {path}" in piped.envelope["error"]["hint"]
        said_no = gamehall(*words, typed="no\n")
        assert (said_no.code, said_no.out) == (FAILED, ""), said_no
        assert "Stopped." in said_no.err
    assert gamehall("users", "show", "ada").code == DONE
    assert "friends" in gamehall("version").out


def test_what_was_meant(gamehall: Run) -> None:
    assert gamehall(*ACCOUNT, stdin="correct horse battery").code == DONE
    for line, meant in [
        ("plugin list", "plugins"),
        ("plugins lits", "list"),
        ("plugins info freinds", "friends"),
        ("users show adaa", "ada"),
        ("config show prot", "port"),
    ]:
        ended = gamehall(*line.split())
        assert f"Did you mean {meant!r}?" in ended.err, ended
    assert "--yes goes before the command: gamehall --yes users delete" in gamehall("users", "delete", "a", "--yes").err
    Path("typo.toml").write_text("prot = 1\n")
    assert "Did you mean 'port'?" in gamehall("--config", "typo.toml", "config", "show").err


# -- With plugins that break whoever loads them

BREAKING = {
    "crashing": ("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n", "it ended the process by signal SIGSEGV"),
    "hanging": ("import signal\nsignal.pause()\n", r"it was not done after 6 seconds; then it was at File .*"),
    "leaving": ("raise SystemExit('no more')\n", "SystemExit: no more"),
}

GROUPS = ("features", "plugins", "users", "db", "config", "doctor")

# Each recovery command and how it ends with them; what is not here is shown to be all the rest of its group.
RECOVERY = {
    "features list": DONE,
    "features on signup": DONE,
    "features off hanging": DONE,
    "plugins list": DONE,
    "plugins info crashing": DONE,
    "plugins check leaving": CONFLICT,
    "plugins new a-game": DONE,
    "plugins install gamehall": REFUSED,
    "plugins uninstall hanging": REFUSED,
    "plugins purge crashing": NOT_FOUND,
    "users list": DONE,
    "users show ada": DONE,
    "users create bob --email bob@example.org --password-stdin": DONE,
    "users passwd ada --password-stdin": DONE,
    "users promote ada": DONE,
    "users demote ada": DONE,
    "users disable ada": DONE,
    "users enable ada": DONE,
    "users reset-link ada": DONE,
    "users reset-factors ada": REFUSED,
    "users export": DONE,
    "users import users.jsonl": DONE,
    "users delete ada": REFUSED,
    "db status": DONE,
    "db upgrade": CONFLICT,  # which names those that stay off
    "db backup other.backup": DONE,
    "db restore hall.backup": CONFLICT,  # the hall has users
    "config show": DONE,
    "config path": DONE,
    "doctor": CONFLICT,
}


def test_every_recovery_command_is_tried_with_broken_plugins() -> None:
    tried = {" ".join(line.split()[:2]) for line in RECOVERY}
    assert tried == {path for path in leaves() if path.split()[0] in GROUPS}


@pytest.mark.parametrize("group", GROUPS)
def test_recovery_does_with_plugins_that_break_whoever_loads_them(
    group: str, gamehall: Run, install_plugin: InstallPlugin, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gamehall(*ACCOUNT, stdin="correct horse battery").code == DONE
    assert gamehall("db", "backup", "hall.backup").code == DONE
    for name, (source, _) in BREAKING.items():
        folder = install_plugin(name, source)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("GAMEHALL_STUCK_SECONDS", "6")
    Path("users.jsonl").write_text('{"username": "cyd", "email": "cyd@example.org"}\n')
    for line in (line for line in RECOVERY if line.split()[0] == group):
        ended = gamehall("--json", *line.split(), stdin="correct horse battery\n")
        assert ended.code == RECOVERY[line], (line, ended)
        assert ended.envelope
        if line == "plugins list":
            listed = {each["name"]: each for each in ended.envelope["data"]}
            for name, (_, reason) in BREAKING.items():
                assert re.fullmatch(reason, listed[name]["reason"]), listed[name]
                assert (listed[name]["stage"], listed[name]["state"]) == ("compatible", "failed")
            assert {each["state"] for name, each in listed.items() if name not in BREAKING} == {"on"}


# -- What a person sees


def at_a_terminal(*command: str | Path, data: Path, typed: str = "") -> str:
    """What a program shows that has a terminal."""
    terminal, end = pty.openpty()
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = without_settings(data) | {"TERM": "dumb", "PATH": path}
    running = subprocess.Popen(command, env=environment, stdin=end, stdout=end, stderr=end, cwd=data)
    os.close(end)
    os.write(terminal, typed.encode())
    shown = b""
    with contextlib.suppress(OSError):  # whoever wrote there has ended
        while part := os.read(terminal, 10_000):
            shown += part
    os.close(terminal)
    assert running.wait() == DONE, shown.decode()
    return shown.decode()


def test_long_work_shows_how_far_it_is_to_a_person_alone(gamehall: Run, tmp_path: Path) -> None:
    shown = at_a_terminal("gamehall", "db", "backup", "shown.backup", data=tmp_path / "data")
    assert "Copying" in shown
    assert "100%" in shown
    assert "Replaying" in at_a_terminal("gamehall", "games", "verify", data=tmp_path / "data")
    assert "Copying" not in gamehall("db", "backup", "piped.backup").err
    assert "\x1b" not in gamehall("users", "list").out


COMPLETED = {
    "gamehall plug": "gamehall plugins",
    "gamehall tok": "gamehall tokens",
    "gamehall plugins info comp": "gamehall plugins info computer",
    "gamehall features off signup ruleset:ren": "gamehall features off signup ruleset:renju",
    "gamehall games list --ruleset tic": "gamehall games list --ruleset tic-tac-toe",
    "gamehall games export --form": "gamehall games export --format",
    "gamehall games export --format ps": "gamehall games export --format psq",
    "gamehall users disable ad": "gamehall users disable ada",
    "gamehall config show public": "gamehall config show public_url",
}


def test_bash_completes_words_and_values(gamehall: Run, tmp_path: Path) -> None:
    assert gamehall(*ACCOUNT, stdin="correct horse battery").code == DONE
    script = tmp_path / "completion.bash"
    script.write_text(gamehall("completion", "bash").out)
    # Ctrl-A and Ctrl-E put what was completed into quotes, so that the shell shows it instead of running it.
    typed = "".join(f"{begun}\t\x01echo '=\x05='\n" for begun in COMPLETED)
    shell = ("bash", "--norc", "-i")
    shown = at_a_terminal(*shell, data=tmp_path / "data", typed=f"source {script}\n{typed}exit\n")
    found = re.findall(r"^=(.*?) ?=\r$", shown, re.MULTILINE)
    assert found == list(COMPLETED.values()), shown
