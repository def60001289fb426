"""What `gamehall doctor` finds in a hall and beside it, each with what mends it."""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from gamehall import __version__, migrate
from gamehall.accounts import Registration, add_user
from gamehall.findings import Finding, Part, bad, look, ok
from gamehall.findings.configuration import configured
from gamehall.findings.examining import parts_of, plugins_do
from gamehall.findings.machine import filesystem_of, room, unmet
from gamehall.plugins import Plugin, load_plugins
from gamehall.reports import Report
from gamehall.retention import OWN
from gamehall.settings import Settings, load_settings
from gamehall.tables import (
    event,
    feature_epoch,
    game,
    game_seat,
    hall_time,
    mail,
    new_id,
    now,
    user,
    worker,
    worker_report,
)
from rig.command import CONFLICT, DONE, Run
from rig.processes import free_port
from rig.server import Server

Found = Mapping[str, Finding]


def seen(settings: Settings, *keys: str, working: tuple[str, ...] = ()) -> Found:
    """What is found of these themes."""
    parts = parts_of(settings, installed={}, working=lambda: working, kept=OWN)
    return {each.key: each for each in look([part for part in parts if part.key in keys])}


def states(found: Found) -> dict[str, str]:
    return {key: each.state for key, each in found.items() if each.state != "ok"}


# -- The command


def test_a_hall_in_which_all_is_well(server: Server) -> None:
    (server.data / "backups").mkdir(exist_ok=True)
    (server.data / "backups" / "before-1.backup").touch()
    done = server.command("doctor")
    assert done.returncode == DONE, done.stdout
    assert "BAD" not in done.stdout
    assert "note settings.rate_limits: " in done.stdout, "the rig's servers have none"
    assert "       GAMEHALL_RATE_LIMITS=on\n" in done.stdout
    for well in (
        "ok   workers: At work: ",
        "ok   clocks.time: ",
        "ok   database.file: ",
        "ok   checks: ",
        "ok   plugins: ",
    ):
        assert well in done.stdout


def test_before_the_first_start_nothing_is_bad_and_nothing_is_made(
    bare: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAMEHALL_PORT", str(free_port()))
    ended = bare("--json", "doctor")
    assert ended.code == DONE
    found = {each["key"]: each["state"] for each in ended.envelope["data"]["findings"]}
    assert found["database"] == found["data.folder"] == found["hall"] == "note"
    assert list(tmp_path.iterdir()) == []


def test_settings_that_cannot_be_read_are_a_finding(bare: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEHALL_PORT", "many")
    ended = bare("--json", "doctor")
    assert ended.code == CONFLICT
    assert ended.envelope["error"]["message"] == "something is wrong: settings"
    (found,) = ended.envelope["data"]["findings"]
    assert found["state"] == "bad"
    assert "GAMEHALL_PORT is 'many'" in found["sentence"]


def test_what_hangs_or_fails_keeps_nothing_else_from_being_told() -> None:
    def fails() -> Iterator[Finding]:
        raise RuntimeError("fell over")
        yield

    found = look(
        [
            Part("hangs", lambda: [ok("hangs", str(threading.Event().wait()))], seconds=0.2),
            Part("fails", fails),
            Part("well", lambda: [ok("well", "All is well.")]),
            Part("silent", list),
        ]
    )
    assert found == [
        bad("hangs", "This took more than 0 s and was not waited for."),
        bad("fails", "This could not be looked at: RuntimeError: fell over."),
        ok("well", "All is well."),
    ]


# -- Settings

_KEY = "k" * 32
# What the settings are, and what is found: the key, its state, and what is in the remedy.
_SETTINGS: list[tuple[dict[str, Any], tuple[str, str, str]]] = [
    ({"workers": 4}, ("settings.workers", "note", "postgresql+psycopg://")),
    ({"debug": True}, ("settings.debug", "note", "GAMEHALL_DEBUG=off")),
    ({"strict": True}, ("settings.strict", "note", "GAMEHALL_STRICT=off")),
    ({"rate_limits": False}, ("settings.rate_limits", "note", "GAMEHALL_RATE_LIMITS=on")),
    ({"mail": "off"}, ("settings.signup", "note", "GAMEHALL_MAIL=")),
    ({"metrics_token": "short"}, ("settings.metrics_token", "note", "GAMEHALL_METRICS_TOKEN=")),
    ({"public_url": "http://hall.example"}, ("settings.public_url", "note", "https://hall.example")),
    ({"public_url": "hall.example"}, ("settings.public_url", "bad", "GAMEHALL_PUBLIC_URL=")),
    ({"public_url": "http://hall.example/games"}, ("settings.public_url", "bad", "=http://hall.example")),
    ({"public_url": "https://hall.example"}, ("settings.trusted_proxies", "note", "GAMEHALL_TRUSTED_PROXIES=")),
    ({"host": "0.0.0.0"}, ("settings.public_url", "note", "GAMEHALL_PUBLIC_URL=")),
    ({"trusted_proxies": ("proxy",)}, ("settings.trusted_proxies", "bad", "gamehall config show")),
    ({"rates": ("much",)}, ("settings.rates", "bad", "gamehall config show")),
    ({"keep_days": ("long",)}, ("settings.keep_days", "bad", "gamehall config show")),
    ({"mail": "mail.example"}, ("mail", "bad", "gamehall config show")),
    ({"database_url": "mysql://hall"}, ("settings.database_url", "bad", "gamehall config show")),
    ({"secret_key": "short"}, ("settings.secret_key", "bad", "gamehall config show")),
]


@pytest.mark.parametrize(
    ("given", "expected"), _SETTINGS, ids=[f"{key}-{n}" for n, (_, (key, *_)) in enumerate(_SETTINGS)]
)
def test_settings_that_contradict_each_other(
    given: dict[str, Any], expected: tuple[str, str, str], tmp_path: Path
) -> None:
    usual: dict[str, Any] = {
        "data_dir": str(tmp_path),
        "secret_key": _KEY,
        "database_url": f"sqlite+aiosqlite:///{tmp_path}/hall.db",
    }
    assert [each.state for each in configured(Settings(**usual), {})] == ["ok"]
    (found,) = configured(Settings(**usual | given), {})
    assert (found.key, found.state) == expected[:2]
    assert expected[2] in found.remedy


def test_files_that_others_can_read_or_that_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    for name in ("gamehall.toml", "data/gamehall.toml"):
        (tmp_path / name).write_text('metrics_token = "long enough to be guessed by nobody"\n')
    (data / "secret_key").write_text(_KEY)
    (data / "secret_key").chmod(0o644)
    (tmp_path / "gamehall.toml").chmod(0o604)
    monkeypatch.setenv("GAMEHALL_DATA_DIR", str(data))
    found = configured(load_settings(), {"GAMEHALL_WORKER": "4", "GAMEHALL_PORT": "1", "GAMEHALL_QUITE_ELSE": "1"})
    assert [(each.key, each.state, each.remedy) for each in found] == [
        ("settings.file", "note", f"gamehall --config {data / 'gamehall.toml'} …"),
        ("settings.environment", "note", "Did you mean GAMEHALL_WORKERS?"),
        ("settings.secret_key", "bad", f"chmod 600 {data / 'secret_key'}"),
        ("settings.file", "note", "chmod o= gamehall.toml"),
    ]
    assert _KEY not in str(found)


# -- The machine


def test_packages_that_are_not_what_somebody_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gamehall_picky-1.0.dist-info"
    folder.mkdir()
    needs = ["click>=99", "gamehall>=0.1", "no-such-package>=2", 'colourful>=1; extra == "colours"']
    lines = ["Metadata-Version: 2.1", "Name: gamehall-picky", "Version: 1.0", "Requires-Python: >=4"]
    (folder / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {each}" for each in needs), "", ""]))
    monkeypatch.syspath_prepend(tmp_path)
    assert [wanted for _, wanted, _ in unmet("gamehall-picky")] == ["python>=4", "click>=99", "no-such-package>=2"]
    assert unmet("gamehall") == []


def test_a_disk_that_is_nearly_full() -> None:
    assert [room(Path("data"), free, 1 << 40).state for free in (50 << 20, 500 << 20, 5 << 30)] == ["bad", "note", "ok"]


def test_a_network_filesystem_is_known_by_what_is_mounted() -> None:
    mounts = """\
/dev/sda1 / ext4 rw 0 0
nas:/halls /srv/the\\040halls nfs4 rw 0 0
/dev/sdb1 /srv/the\\040halls/own ext4 rw 0 0
"""
    assert filesystem_of(Path("/srv/the halls/data/gamehall.db"), mounts) == "nfs4"
    assert filesystem_of(Path("/srv/the halls/own/gamehall.db"), mounts) == ""
    assert filesystem_of(Path("/var/gamehall.db"), mounts) == ""


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    found = seen(Settings(data_dir=str(tmp_path / "file/data")), "data")
    assert found["data.folder"].state == "bad"
    assert "GAMEHALL_DATA_DIR" in found["data.folder"].remedy


def test_plugins_that_do_not_work_are_named_with_the_stage_and_the_reason() -> None:
    calm = Plugin("calm", "gamehall-calm", "1.0", "gamehall_calm", (), stage="migrated")
    broken = Plugin(
        "broken", "gamehall-broken", "2.0", "gamehall_broken", (), stage="imported", reason="no cheese left"
    )
    assert [(each.key, each.state) for each in plugins_do([calm, broken])] == [
        ("plugins.broken", "bad"),
        ("plugins", "ok"),
    ]
    (found, _) = plugins_do([calm, broken])
    assert found.sentence == "gamehall-broken 2.0 stays off after the stage 'imported': no cheese left."
    assert "gamehall plugins uninstall broken" in found.remedy


# -- The database


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Those of a hall that was brought up to date and at which nobody is at work."""
    settings = Settings(database_url=database_url, data_dir=str(tmp_path))
    migrate.upgrade_all(database_url, load_plugins(settings, safe=True))
    return settings


def write(settings: Settings, fn: Callable[[sa.Connection], object]) -> None:
    with migrate.migration_connection(settings.database_url) as connection:
        fn(connection)


def _begun_game(flag_at: int, **more: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("options", "clock", "times", "sides", "start_position", "start_scene"), "{}")
    return (
        texts
        | {"id": new_id(), "ruleset": "go", "ruleset_version": 1, "status": "active", "ply": 0}
        | {
            "flag_at": flag_at,
            "created_at": now(),
            **more,
        }
    )


def test_a_hall_that_nobody_serves(settings: Settings) -> None:
    found = seen(settings, "database", "clocks.time", "opponents")
    assert states(found) == {"workers": "note"}
    assert found["workers"].remedy == "gamehall serve"
    assert found["database.tables"].sentence.startswith(f"The hall's tables are those of version {__version__}")


def test_a_hall_that_stands_still(settings: Settings) -> None:
    """As its database shows it: a worker that lives and does nothing, and another of another version that is late."""

    def stand_still(connection: sa.Connection) -> None:
        connection.execute(hall_time.update().values(elapsed=10_000_000))
        connection.execute(feature_epoch.update().values(epoch=7))
        ahead = now() + timedelta(minutes=5)  # they are at work for as long as this test may take
        for name, epoch, report in (
            ("one/1", 7, Report(now(), {"unruly": 2})),
            ("two/1", 6, Report(now(), {"unruly": 1}, version="0.0.9", skew=-40)),
        ):
            connection.execute(worker.insert(), {"id": new_id(), "name": name, "epoch": epoch, "seen_at": ahead})
            told = {"worker": name, "at": now(), "report": json.dumps(_plain(report))}
            connection.execute(worker_report.insert(), told)
        who = add_user(connection, Registration(username="ada", email="ada@example.org", password=""), "")
        connection.execute(user.update().where(user.c.id == who.id).values(played_by="absent:usual"))
        late = _begun_game(1_000)
        connection.execute(game.insert(), late)
        connection.execute(game_seat.insert(), {"game_id": late["id"], "seat": 0, "user_id": who.id})
        letters = {"subject": "", "body": "", "created_at": now(), "user_id": who.id}
        for status, error in (("waiting", ""), ("failed", "the server is away")):
            row = {"id": new_id(), "status": status, "error": error, "due_at": 1_000}
            connection.execute(mail.insert(), letters | row | _needed(mail, letters | row))
        old = {"tx": 0, "at": now() - timedelta(days=30), "kind": "x", "channels": "[]", "data": "{}"}
        connection.execute(event.insert(), [old, old])
        connection.execute(sa.text("CREATE TABLE gone_version (version_num VARCHAR(32) NOT NULL)"))
        connection.execute(sa.text("CREATE TABLE gone_things (id INTEGER PRIMARY KEY)"))
        connection.execute(sa.text("DROP INDEX ix_game_flag"))

    write(settings, stand_still)
    found = seen(settings, "database", "clocks.time", "opponents")
    assert states(found) == {
        "database.indexes": "bad",
        "tables.gone": "note",
        "workers.late": "bad",
        "workers.versions": "note",
        "failures.unruly": "note",
        "workers.clock": "bad",
        "clocks.flags": "bad",
        "clocks.time": "bad",
        "kept": "bad",
        "mail": "bad",
        "mail.waiting": "bad",
        "opponents.ada": "note",
    }
    said = {key: each.sentence for key, each in found.items()}
    assert "ix_game_flag" in said["database.indexes"]
    assert said["workers.late"] == "These have not taken up the latest switches: two/1."
    assert "0.0.9" in said["workers.versions"]
    assert said["failures.unruly"] == "Something of unruly has failed 3 times since the start."
    assert said["workers.clock"] == "The clock of two differs from the database's by -40 s."
    assert said["mail"] == "1 mail was given up in the last 7 days (the server is away)."
    assert found["tables.gone"].remedy.endswith("gamehall plugins purge gone")
    assert all(each.remedy for each in found.values() if each.state != "ok")


def _plain(report: Report) -> dict[str, Any]:
    return {"started_at": report.started_at.isoformat(), "failures": report.failures} | {
        "version": report.version,
        "skew": report.skew,
    }


def _needed(table: sa.Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """Something for the columns of a row that nothing is said of."""
    lacking = [each for each in table.columns if not each.nullable and each.name not in given and each.default is None]
    return {each.name: each.type.python_type() for each in lacking}


def test_tables_that_are_not_up_to_date(settings: Settings) -> None:
    migrate.downgrade(settings.database_url, migrate.HALL, "0005")
    found = seen(settings, "database", "clocks.time", "opponents")
    assert states(found) == {"database.tables": "bad"}
    assert found["database.tables"].remedy == "gamehall db upgrade"


def test_a_database_that_is_away_says_so_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://hall:pazzword@127.0.0.1:{free_port()}/hall"
    found = seen(Settings(database_url=url, data_dir=str(tmp_path)), "database", "database.file", "clocks.time")
    assert states(found) == {"database": "bad"}
    assert "pazzword" not in str(found)


def test_redis_that_is_away(tmp_path: Path, redis_url: str) -> None:
    assert states(seen(Settings(redis_url=redis_url), "redis")) == {}
    found = seen(Settings(redis_url=f"redis://127.0.0.1:{free_port()}/0"), "redis")
    assert states(found) == {"redis": "bad"}


# -- SQLite


def test_a_damaged_file(tmp_path: Path, template: Path) -> None:
    file = tmp_path / "hall.db"
    content = bytearray(template.read_bytes())
    file.write_bytes(content)
    settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", data_dir=str(tmp_path))
    assert states(seen(settings, "database.file")) == {}
    content[8192:] = os.urandom(len(content) - 8192)
    file.write_bytes(content)
    found = seen(settings, "database.file")
    assert states(found) == {"database.file": "bad"}
    assert "gamehall db restore FILE" in found["database.file"].remedy


def test_a_file_in_another_journal_mode_and_a_long_log(tmp_path: Path, template: Path) -> None:
    file = tmp_path / "hall.db"
    file.write_bytes(template.read_bytes())
    with contextlib.closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    settings = Settings(database_url=f"sqlite+aiosqlite:///{file}", data_dir=str(tmp_path))
    assert states(seen(settings, "database.file")) == {"database.journal": "note"}
    with (tmp_path / "hall.db-wal").open("wb") as log:
        log.truncate(300 << 20)  # no room is taken for what is not written
    assert states(seen(settings, "database.file")) == {"database.log": "note"}


# -- PostgreSQL


def test_what_only_postgresql_can_have(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=postgres_url, data_dir=str(tmp_path), workers=200)
    migrate.upgrade_all(postgres_url, load_plugins(settings, safe=True))
    plain = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as other:
        other.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_game_turn'::regclass")
        other.commit()
        other.execute("CREATE TEMPORARY TABLE busy (id INTEGER)")
        pid = other.info.backend_pid
        other.execute("SELECT pg_sleep(6)")  # it is open for so long then
        found = seen(settings, "database")
        assert states(found) == {
            "workers": "note",
            "database.connections": "bad",
            "feed.horizon": "note",
            "database.indexes": "bad",
        }
        assert f": {pid} of " in found["feed.horizon"].sentence
        assert "pg_sleep(6)" in found["feed.horizon"].sentence
        assert found["feed.horizon"].remedy == f"SELECT pg_terminate_backend({pid});"
        assert found["database.indexes"].remedy == 'REINDEX INDEX CONCURRENTLY "ix_game_turn";'
        assert "max_connections = 1" in found["database.connections"].remedy
