"""What one hall takes to another, beside backups: its accounts and its games, as files; and what a plugin leaves."""

from __future__ import annotations

import json
import shutil
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

from gamehall.problems import Problem
from gamehall.rosters import read_roster
from gamehall.tables import new_id
from rig.command import CONFLICT, DONE, FAILED, NOT_FOUND, USAGE, Run, call
from rig.hall import PASSWORD, InstallPlugin
from rig.people import Caller, play_moves, start_game
from rig.plugins import NOTES, add_revision
from rig.server import Serve, Server, without_settings

Elsewhere = Callable[..., Run]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Runs `gamehall …` on an empty hall of another place."""
    variables = without_settings(tmp_path / "elsewhere")
    if request.param == "postgres":
        variables["GAMEHALL_DATABASE_URL"] = request.getfixturevalue("postgres_url")

    def run(*arguments: str, stdin: str = "", typed: str | None = None) -> object:
        return call(variables, *arguments, stdin=stdin, typed=typed)

    assert run("db", "upgrade").code == DONE  # type: ignore[attr-defined]
    return run  # type: ignore[return-value]


def test_users_move(gamehall: Run, elsewhere: Run, tmp_path: Path) -> None:
    for name, *more in (("ada", "--admin"), ("bob", "--name", 'Bob, the "builder" ü')):
        email = f"{name}@example.org"
        made = gamehall("users", "create", name, "--email", email, "--password-stdin", *more, stdin=PASSWORD)
        assert made.code == DONE, made
    gamehall("users", "disable", "bob")
    files = [tmp_path / name for name in ("users.csv", "users.jsonl")]
    for file in files:
        assert gamehall("users", "export", "--out", str(file)).code == DONE
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "argon2" not in file.read_text()
    assert gamehall("users", "export", "--out", str(files[0])).code == CONFLICT

    could = elsewhere("--json", "users", "import", str(files[0]), "--dry-run").envelope["data"]
    assert (could["imported"], could["added"]) == (False, 2)
    assert elsewhere("users", "list").rows[1:] == [], "nothing was done"
    ended = elsewhere("--json", "users", "import", str(files[0]))
    (ada, bob) = ended.envelope["data"]["lines"]
    assert ("/reset/" in ada["link"], bob["link"], "code" in str(ada["code"])) == (True, "", False)
    for file in files:
        again = elsewhere("--json", "users", "import", str(file)).envelope["data"]
        assert (again["there"], again.get("added", 0)) == (2, 0)
    assert elsewhere("users", "export").out == gamehall("users", "export").out
    (entry,) = elsewhere("--json", "audit", "list", "--kind", "account.registered", "--limit", "1").envelope["data"]
    assert entry["about"] == "bob"


def test_each_wrong_line_is_named_and_nothing_is_half_done(gamehall: Run, elsewhere: Run, tmp_path: Path) -> None:
    gamehall("users", "create", "ada", "--email", "ada@example.org", "--password-stdin", stdin=PASSWORD)
    lines = [
        '{"username": "dora", "email": "dora@example.org"}',
        '{"username": "dora", "email": "other@example.org"}',
        '{"username": "x", "email": "nowhere"}',
        '{"username": "erin", "email": "erin@example.org", "password": "secret"}',
        '{"username": "ada", "email": "stranger@example.org"}',
        "",
        "not json",
        '{"username": "f\\u0000in", "email": "fin@example.org"}',
        '{"username": "gus", "email": "gus@example.org", "language": "<script>"}',
    ]
    Path("users.jsonl").write_text("\n".join(lines))
    for run in (gamehall, elsewhere):
        refused = run("--json", "users", "import", str(tmp_path / "users.jsonl"))
        assert refused.code == CONFLICT
        wrong = [each["line"] for each in refused.envelope["data"]["lines"] if each["outcome"] == "wrong"]
        assert wrong == ([2, 3, 4, 5, 7, 8, 9] if run is gamehall else [2, 3, 4, 7, 8, 9])
        assert "line 3: username: " in refused.envelope["error"]["message"]
        assert "dora" not in run("users", "list").out
    partly = gamehall("--json", "users", "import", "users.jsonl", "--skip").envelope["data"]
    assert (partly["added"], partly["wrong"]) == (1, 7)
    Path("strange.csv").write_text("name,mail\nada,x@example.org\n")
    assert gamehall("users", "import", "strange.csv").code == FAILED
    assert gamehall("users", "import", "absent.csv").code == FAILED


@pytest.mark.parametrize(("lines", "number"), [(["username,email,{0}"], 1), (["username,email", "ada,{0}"], 2)])
def test_a_line_that_is_endless_is_named(lines: list[str], number: int) -> None:
    content = "\r\n".join(lines).format("a" * 140_000).encode()
    with pytest.raises(Problem, match=f"Line {number}: this is not valid CSV"):
        read_roster(content, "csv")


def test_who_was_imported_chooses_a_password_once(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    file = tmp_path / "users.csv"
    file.write_text("username,email,display_name\nada,ada@example.org,Ada L.\n")
    ended = server.command("--json", "users", "import", str(file))
    code = json.loads(ended.stdout)["data"]["lines"][0]["link"].rpartition("/")[2]
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:
        account = {"username": "ada", "password": PASSWORD}
        assert client.post("/auth/token", json=account).status_code == 401
        assert client.post("/auth/token", json=account | {"password": ""}).status_code in (401, 422)
        assert client.post("/users/password", json={"code": code, "password": PASSWORD}).status_code == 204
        assert client.post("/users/password", json={"code": code, "password": PASSWORD}).status_code == 404
        assert client.post("/auth/token", json=account).json()["user"]["display_name"] == "Ada L."


def exported(server: Server, file: Path) -> list[str]:
    """Puts games of ada and bob into an archive, ended by the rules and otherwise, and one that goes on; their ids."""
    ada, bob = Caller(server.url, "ada"), Caller(server.url, "bob")
    won, resigned, running = [start_game([ada, bob], ruleset="tic-tac-toe") for _ in range(3)]
    play_moves(won, [ada, bob], "a1 b2 a2 c1 a3")
    play_moves(resigned, [ada, bob], "b2 a1")
    ada.ask("POST", f"/games/{resigned}/resign", 200)
    play_moves(running, [ada, bob], "b2")
    assert server.command("games", "export", "--all", "--out", str(file)).returncode == 0
    return [won, resigned, running]


def test_games_move(serve: Serve, elsewhere: Run, tmp_path: Path) -> None:
    server, file = serve(), tmp_path / "games.zip"
    won, resigned, _ = exported(server, file)
    data = elsewhere("--json", "games", "import", str(file), "--dry-run").envelope["data"]
    assert data["imported"] is False
    assert elsewhere("--json", "games", "list").envelope["data"] == []
    brought = elsewhere("--json", "games", "import", str(file))
    outcomes = {each["game_id"]: each for each in brought.envelope["data"]["games"]}
    assert (brought.code, outcomes[""]["why"]) == (
        CONFLICT,
        "The game is active; only games that have ended can be imported.",
    )
    assert {won, resigned} < set(outcomes)
    proven = elsewhere("--json", "games", "verify").envelope["data"]
    assert (proven["same"], proven["divergences"]) == (2, [])
    for game in (won, resigned):  # every record is again what it was, so it is proven by the same hashes
        before = json.loads(server.command("games", "export", game).stdout)
        assert json.loads(elsewhere("games", "export", game).out) == before
    assert elsewhere("--json", "users", "list").envelope["data"][0]["is_deleted"], "players are names, and nobody"
    again = elsewhere("--json", "games", "import", str(file)).envelope["data"]["games"]
    assert sorted(each["outcome"] for each in again) == ["there", "there", "wrong"]
    assert len(elsewhere("users", "list").rows) == 3, "one for each name"


def test_players_are_users_where_the_operator_says_so(gamehall: Run, serve: Serve, tmp_path: Path) -> None:
    server, file = serve(data=tmp_path / "origin"), tmp_path / "games.zip"
    won, resigned, running = exported(server, file)
    for name in ("ada", "robert"):
        email = f"{name}@example.net"
        assert gamehall("users", "create", name, "--email", email, "--password-stdin", stdin=PASSWORD).code == DONE
    with ZipFile(file) as archive:
        record = archive.read(f"tic-tac-toe-{won}.json")
    forged = json.loads(record)
    forged["players"][1]["name"] = forged["seats"][1]["name"] = "Magnus"
    other = forged | {"id": new_id()}
    for name, content in (("forged", forged), ("other", other), ("not", [1])):
        Path(f"{name}.json").write_text(json.dumps(content))
    Path("won.json").write_bytes(record)
    Path("broken.zip").write_bytes(b"PK")
    for name in ("forged.json", "other.json", "not.json"):
        refused = gamehall("--json", "games", "import", name)
        assert (refused.code, refused.envelope["data"]["games"][0]["outcome"]) == (CONFLICT, "wrong"), name
    assert gamehall("games", "import", "broken.zip").code == FAILED
    assert gamehall("games", "import", "won.json", "--map", "ada").code == USAGE
    assert gamehall("games", "import", "won.json", "--map", "bob=nobody").code == CONFLICT
    assert gamehall("games", "import", "won.json", "--map", "bob=robert", "--map", "ada=ada").code == DONE
    assert gamehall("games", "import", str(file), "--match").code == CONFLICT, "one goes on"
    players = {row[0]: row[4] for row in gamehall("games", "list").rows[1:]}
    assert players[won] == "ada, robert"
    assert players[resigned].startswith("ada, deleted-")
    assert running not in players


def test_what_a_plugin_has_stored_is_dropped_when_its_name_is_typed(elsewhere: Run, gamehall: Run) -> None:
    for run in (gamehall, elsewhere):
        assert run("plugins", "purge", "friends").code == CONFLICT, "it is on"
        assert run("plugins", "purge", "gamehall").code == run("plugins", "purge", "nothing").code == NOT_FOUND
        stored = run("--json", "plugins", "info", "friends").envelope["data"]["tables"]
        assert stored
        assert all(each["bytes"] > 0 and each["rows"] == 0 for each in stored)
        assert run("features", "off", "friends").code == DONE
        for typed in ("\n", "fiends\n"):
            assert run("plugins", "purge", "friends", typed=typed).code == FAILED
        purged = run("--json", "plugins", "purge", "friends", typed="friends\n").envelope["data"]
        assert all(table.startswith("friends_") for table in purged["tables"])
        assert len(purged["tables"]) > 1
        assert run("plugins", "purge", "friends").code == NOT_FOUND
        (entry,) = run("--json", "audit", "list", "--kind", "plugin").envelope["data"]
        assert (entry["kind"], entry["subject"]) == ("plugin.purged", "friends")
        assert "friends" in run("--json", "db", "upgrade").envelope["data"]["changed"], "it begins anew"
        assert run("--json", "--yes", "plugins", "purge", "friends").code == DONE


@pytest.mark.postgres
def test_what_a_plugin_that_is_broken_or_gone_has_stored_can_be_dropped_too(
    database_url: str, install_plugin: InstallPlugin, tmp_path: Path
) -> None:
    folder = install_plugin("notes", NOTES)
    add_revision(folder, "0001", None, 'op.create_table("notes_note", ID)')
    variables = without_settings(tmp_path / "data")
    variables |= {"GAMEHALL_DATABASE_URL": database_url, "PYTHONPATH": str(folder)}

    def become(text: str) -> None:
        (folder / "gamehall_notes/__init__.py").write_text(text)
        sys.modules.pop("gamehall_notes", None)

    assert "notes" in call(variables, "--json", "db", "upgrade").envelope["data"]["changed"]
    become("raise SystemExit('no more')")
    assert call(variables, "plugins", "purge", "notes", typed="notes\n").code == CONFLICT, "it is on"
    assert call(variables, "features", "off", "notes").code == DONE
    purged = call(variables, "--json", "plugins", "purge", "notes", typed="notes\n").envelope["data"]
    assert purged == {"plugin": "notes", "tables": {"notes_note": 0}}

    become(NOTES)
    assert call(variables, "--json", "db", "upgrade").envelope["data"]["changed"] == ["notes"], "it begins anew"
    assert call(variables, "features", "on", "notes").code == DONE
    for each in (folder / "gamehall_notes", folder / "gamehall_notes-1.0.dist-info"):
        shutil.rmtree(each)
    purged = call(variables, "--json", "--yes", "plugins", "purge", "notes").envelope["data"]
    assert purged["tables"] == {"notes_note": 0}
    assert call(variables, "plugins", "purge", "notes").code == NOT_FOUND
