"""`gamehall db backup`, `db restore` and the copy before an upgrade, as an operator calls them."""

from __future__ import annotations

import os
import pty
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event, Semaphore

import pytest
import sqlalchemy as sa

from gamehall.migrate import migration_connection
from rig.command import CONFLICT, DONE, FAILED, USAGE, Run, call
from rig.hall import PASSWORD, InstallPlugin
from rig.people import Caller, moves_without_end, play_moves, start_game
from rig.plugins import NOTES, add_revision
from rig.server import Serve, without_settings


@pytest.fixture
def notes(install_plugin: InstallPlugin, tmp_path: Path) -> Path:
    """An installed plugin with a table."""
    folder = install_plugin("notes", NOTES)
    add_revision(folder, "0001", None, 'op.create_table("notes_note", ID)')
    return folder


def add_user(gamehall: Run, username: str = "ada") -> None:
    email = f"{username}@example.org"
    made = gamehall("users", "create", username, "--email", email, "--password-stdin", stdin=PASSWORD)
    assert made.code == DONE


def query(tmp_path: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(tmp_path / "data/gamehall.db")) as connection, connection:
        return connection.execute(statement).fetchall()


def test_a_backup_is_the_owners_alone_and_replaces_nothing(gamehall: Run, bare: Run, tmp_path: Path) -> None:
    add_user(gamehall)
    wrote = gamehall("--json", "db", "backup", "hall.backup").envelope["data"]
    file = tmp_path / "hall.backup"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (wrote["owners"]["gamehall"]["version"], wrote["secret_key"]) == ("0.1.0", False)
    before = file.read_bytes()
    refused = gamehall("--json", "db", "backup", "hall.backup")
    assert (refused.code, refused.envelope["error"]["code"]) == (CONFLICT, "already-exists")
    assert file.read_bytes() == before
    again = gamehall("--yes", "db", "backup", "hall.backup", "--with-key")
    assert (again.code, "secret key" in again.out) == (DONE, False)
    assert gamehall("db", "backup", "/dev/null/hall.backup").code != DONE
    assert [each.name for each in tmp_path.iterdir() if "backup" in each.name] == ["hall.backup"]


def test_a_timer_keeps_so_many(gamehall: Run, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = []
    for _ in range(4):
        made.append(gamehall("--json", "db", "backup", "--keep", "2", "backups").envelope["data"])
        (folder / "hall.backup").write_text("by hand: not a timer's")
    assert [each["removed"] for each in made] == [[], [], [made[0]["file"]], [made[1]["file"]]]
    kept = {tmp_path / each["file"] for each in made[2:]} | {folder / "hall.backup"}
    assert set(folder.iterdir()) == kept
    assert gamehall("db", "restore", made[-1]["file"], "--dry-run").code == DONE
    # Where no new one can be made the old ones stay.
    query(tmp_path, "DROP TABLE gamehall_version")
    assert gamehall("db", "backup", "--keep", "1", "backups").code != DONE
    assert set(folder.iterdir()) == kept
    assert gamehall("db", "backup", "backups").code == USAGE


def test_restoring_is_refused_where_anything_could_be_lost(gamehall: Run, serve: Serve, tmp_path: Path) -> None:
    add_user(gamehall)
    assert gamehall("db", "backup", "hall.backup").code == DONE
    used = gamehall("--json", "db", "restore", "hall.backup")
    assert (used.code, used.envelope["error"]["code"]) == (CONFLICT, "not-possible")
    assert "move the SQLite file away" in used.envelope["error"]["message"]
    assert gamehall("db", "restore", "absent.backup").code == FAILED
    Path("other.backup").write_text("other")
    assert gamehall("--json", "db", "restore", "other.backup").envelope["error"]["code"] == "malformed"

    shutil.move("data/gamehall.db", "old.db")
    server = serve()
    for _ in range(2):  # with the server at work, and just killed
        refused = gamehall("--json", "db", "restore", "hall.backup").envelope["error"]
        assert (refused["code"], "at work" in refused["message"]) == ("not-possible", True)
        server.kill()
    query(tmp_path, "DELETE FROM worker")  # what some seconds would do
    could = gamehall("--json", "db", "restore", "hall.backup", "--dry-run").envelope["data"]
    assert (could["restored"], query(tmp_path, "SELECT count(*) FROM user WHERE email <> ''")) == (False, [(0,)])
    restored = gamehall("db", "restore", "hall.backup")
    assert restored.out.splitlines()[-1] == "Prove its games now: gamehall games verify"
    assert gamehall("users", "show", "ada").code == DONE
    (entry,) = gamehall("--json", "audit", "list", "--kind", "hall").envelope["data"]
    assert (entry["kind"], entry["by"].partition(",")[0]) == ("hall.restored", "command line")


def test_what_becomes_of_the_secret_key(gamehall: Run, tmp_path: Path) -> None:
    add_user(gamehall)
    data = tmp_path / "data"
    assert gamehall("db", "backup", "without.backup").code == DONE
    assert gamehall("db", "backup", "with.backup", "--with-key").code == DONE
    key = (data / "secret_key").read_bytes()

    def begin_anew(file: str, *options: str, key: bytes | None = None) -> tuple[int, str]:
        shutil.rmtree(data)
        data.mkdir()
        if key:
            (data / "secret_key").write_bytes(key)
        ended = gamehall("db", "restore", file, *options)
        return ended.code, ended.out + ended.err

    code, said = begin_anew("without.backup")
    assert code == DONE
    assert "reset-factors" in said
    assert begin_anew("without.backup", key=key)[1].count("key") == 0
    code, said = begin_anew("with.backup")
    assert (code, (data / "secret_key").read_bytes()) == (DONE, key)
    assert stat.S_IMODE((data / "secret_key").stat().st_mode) == 0o600
    other = b"another key that is as long as keys must be"
    assert begin_anew("with.backup", key=other)[0] == CONFLICT
    assert not (data / "gamehall.db").exists()
    code, said = begin_anew("with.backup", "--keep-key", key=other)
    assert (code, (data / "secret_key").read_bytes()) == (DONE, other)
    assert "reset-factors" in said


def test_what_another_installation_wrote(gamehall: Run, notes: Path, tmp_path: Path) -> None:
    """Older tables are brought up to date, newer ones and those of what is missing are named."""
    assert gamehall("db", "upgrade").code == DONE
    add_user(gamehall)
    query(tmp_path, "INSERT INTO notes_note VALUES (7)")
    assert gamehall("db", "backup", "old.backup").code == DONE
    second = add_revision(notes, "0002", "0001", 'op.add_column("notes_note", sa.Column("text", sa.String(9)))')
    assert gamehall("db", "upgrade").code == DONE
    assert gamehall("db", "backup", "new.backup").code == DONE

    shutil.rmtree(tmp_path / "data")
    assert gamehall("db", "restore", "old.backup").code == DONE
    assert query(tmp_path, "SELECT * FROM notes_note") == [(7, None)]
    shutil.rmtree(tmp_path / "data")
    second.unlink()
    newer = gamehall("--json", "db", "restore", "new.backup")
    message = newer.envelope["error"]["message"]
    assert (newer.code, "notes: its tables are at 0002, as version 1.0 has them" in message) == (CONFLICT, True)
    shutil.rmtree(notes)
    missing = gamehall("--json", "db", "restore", "old.backup")
    message = missing.envelope["error"]["message"]
    assert (missing.code, "--without notes" in message) == (CONFLICT, True)
    assert gamehall("db", "restore", "old.backup", "--without", "notes").code == DONE
    assert query(tmp_path, "SELECT count(*) FROM sqlite_master WHERE name LIKE 'notes%'") == [(0,)]


def test_before_tables_change_the_hall_is_copied(gamehall: Run, notes: Path, tmp_path: Path) -> None:
    copies = tmp_path / "data/backups"
    assert gamehall("db", "upgrade").code == DONE, "a new plugin's tables: nothing changes that was there"
    assert not copies.exists()
    add_user(gamehall)
    for number in range(2, 6):
        add_revision(notes, f"000{number}", f"000{number - 1}", f'op.create_table("notes_{number}", ID)')
        upgraded = gamehall("--json", "db", "upgrade").envelope["data"]
        assert upgraded["changed"] == ["notes"]
        assert Path(upgraded["backup"]).parent == copies
    assert len(list(copies.iterdir())) == 3
    assert gamehall("--json", "db", "upgrade").envelope["data"]["backup"] is None

    # A migration that fails keeps what was there, and the copy as well.
    add_revision(notes, "0006", "0005", 'op.drop_table("notes_note"); raise RuntimeError("half-way")')
    failed = gamehall("--json", "db", "upgrade")
    assert (failed.code, "half-way" in failed.envelope["error"]["message"]) == (CONFLICT, True)
    assert str(max(copies.iterdir())) in failed.envelope["error"]["message"]
    assert query(tmp_path, "SELECT count(*) FROM notes_note") == [(0,)]

    # Where it cannot be copied nothing is changed, unless the operator says so.
    shutil.rmtree(copies)
    copies.write_text("in the way")
    add_revision(notes, "0006", "0005", 'op.create_table("notes_6", ID)')
    refused = gamehall("--json", "db", "upgrade")
    assert (refused.code, "--no-backup" in refused.envelope["error"]["message"]) == (CONFLICT, True)
    assert query(tmp_path, "SELECT version_num FROM notes_version") == [("0005",)]
    assert gamehall("db", "upgrade", "--no-backup").code == DONE
    assert query(tmp_path, "SELECT version_num FROM notes_version") == [("0006",)]


@pytest.mark.postgres
def test_a_hall_of_a_later_version_is_left_alone(database_url: str, tmp_path: Path) -> None:
    variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": database_url}
    assert call(variables, "db", "upgrade").code == DONE
    with migration_connection(database_url) as connection:
        connection.execute(sa.text("UPDATE gamehall_version SET version_num = '0999'"))
        connection.execute(sa.text("UPDATE upgrade SET version = '9.9' WHERE owner = 'gamehall'"))
    for command in (("db", "upgrade"), ("serve", "--port", "0"), ("serve", "--port", "0", "--safe")):
        refused = call(variables, "--json", *command)
        message = refused.envelope["error"]["message"]
        assert (refused.code, "at 0999, as version 9.9 has them, this is 0.1.0" in message) == (CONFLICT, True)
        assert "install that version again" in message
    with migration_connection(database_url) as connection:
        assert connection.scalar(sa.text("SELECT version_num FROM gamehall_version")) == "0999"


def seen_on_a_terminal(variables: dict[str, str], *arguments: str, until: str) -> str:
    """What `gamehall …` shows somebody at a terminal until this is there; it is ended then."""
    terminal, end = pty.openpty()
    program: list[str | Path] = [Path(sys.executable).with_name("gamehall"), *arguments]
    process = subprocess.Popen(program, env=variables, stdin=end, stdout=end, stderr=end)
    os.close(end)
    shown = ""
    try:
        while until not in shown:
            shown += os.read(terminal, 10_000).decode()
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
    return shown


def test_who_waits_for_a_copy_or_an_import_sees_how_far_it_is(
    gamehall: Run, notes: Path, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gamehall("db", "upgrade").code == DONE
    add_user(gamehall)
    variables = without_settings(tmp_path / "data") | {"PYTHONPATH": str(notes)}
    add_revision(notes, "0002", "0001", 'op.create_table("notes_2", ID)')
    shown = seen_on_a_terminal(variables, "serve", "--port", "0", until="Gamehall is at")
    assert re.search(r"Copying .*100%", shown)
    assert "The hall as it was before this upgrade is in" in shown
    origin = serve(data=tmp_path / "origin")
    players = [Caller(origin.url, name) for name in ("ada", "bob")]
    play_moves(start_game(players), players, "a1 b2 a2 c1 a3")
    file = str(tmp_path / "games.zip")
    assert origin.command("games", "export", "--all", "--out", file).returncode == 0
    shown = seen_on_a_terminal(variables, "games", "import", file, until="there already")
    assert re.search(r"Importing .*100%", shown)
    assert "1 imported" in shown


@pytest.mark.postgres
def test_copied_while_four_workers_serve(serve: Serve, database_url: str, tmp_path: Path) -> None:
    server = serve(database_url=database_url, workers=4)
    people = [Caller(server.url, name) for name in ("ada", "bob", "carol")]
    pairs = [people[:2], people[1:]]
    games = [start_game(pair, ruleset="gomoku") for pair in pairs]
    made, stopping = Semaphore(0), Event()

    def go_on(game_id: str, pair: list[Caller]) -> int:
        for ply, cell in enumerate(moves_without_end()):
            if stopping.is_set():
                return ply
            pair[ply % 2].ask("POST", f"/games/{game_id}/moves", 200, {"move": cell})
            made.release()
        return 210

    def wait_for(moves: int) -> None:
        for _ in range(moves):
            assert made.acquire(timeout=60), "the moves do not go on"

    file = str(tmp_path / "hall.backup")
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(go_on, *each) for each in zip(games, pairs, strict=True)]
        try:
            wait_for(10)
            before = [people[1].ask("GET", f"/games/{game}")["ply"] for game in games]
            copying = pool.submit(server.command, "--json", "db", "backup", file)
            wait_for(10)
            ended = copying.result()
        finally:
            stopping.set()
        after = [each.result() for each in running]
    assert ended.returncode == 0, ended
    restored = without_settings(tmp_path / "restored")
    assert call(restored, "db", "restore", file).code == DONE
    assert call(restored, "--json", "games", "verify").envelope["data"]["same"] == 2
    for game, least, most in zip(games, before, after, strict=True):
        assert least <= call(restored, "--json", "games", "show", game).envelope["data"]["ply"] <= most
