"""Files of the operator and of the desktop's user, malformed in every way: settings, rosters, backups, kept games."""

from __future__ import annotations

import gzip
import hashlib
import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import click
import msgspec
import pytest

from gamehall.backups import Header, Part, read_header, verify
from gamehall.cli.importing import brought_by
from gamehall.database import sync_url
from gamehall.edges import Edges
from gamehall.problems import Problem
from gamehall.rates import changed_rates
from gamehall.records.archives import CONTENTS
from gamehall.retention import changed_days
from gamehall.rosters import Format, Member, read_roster, write_roster
from gamehall.settings import Settings, SettingsError, known_key, load_settings, plugin_settings, variables
from gamehall_desktop.addresses import address_of
from gamehall_desktop.config import Config, ConfigError, Profile, load_config
from gamehall_desktop.localgames import begin_game, read_games, write_game
from gamehall_sse_push.settings import PushSettings
from rig.malformed import Inputs, Parser, spoilt

TOML = b"""
host = "0.0.0.0"
port = 8000
database_url = "postgresql+psycopg://hall:secret@db:5432/hall"
data_dir = "~/hall"
secret_key = "0123456789abcdef0123456789abcdef"
public_url = "https://hall.example:8443"
log_level = "INFO"
rate_limits = true
stuck_seconds = 1.5
rates = ["register=20/3600"]
keep_days = ["audit=365"]
trusted_proxies = ["10.0.0.0/8", "unix"]
allowed_hosts = ["hall.example"]
[plugins.sse_push]
heartbeat_seconds = 10
"""
VARIABLES = [
    b"8000",
    b"on",
    b"0.5",
    b"register=20/3600,moves=1/1",
    b"audit=365",
    b"10.0.0.0/8,unix",
    b"sqlite+aiosqlite:////tmp/hall.db",
    b"https://hall.example",
    b"~/hall",
]


def settings_file(folder: Path) -> Parser:
    file = folder / "gamehall.toml"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        _use(load_settings(config=str(file)))

    once = [
        b"a = " + b"[" * 5_000,
        b"port = " + b"9" * 5_000,
        b'data_dir = "~nobody-is-called-so/x"',
        b'data_dir = "\\u0000"',
        b'public_url = "https://ha[]ample"',
        b'database_url = "postgresql://hall@db:' + b"9" * 5_000 + b'/hall"',
    ]
    return Parser(read, (SettingsError,), spoilt([TOML]), once)


def settings_variables(_folder: Path) -> Parser:
    """The environment, in which nothing has a NUL."""
    names, made = sorted(variables() - {"GAMEHALL_CONFIG", "GAMEHALL_SAFE"}), spoilt(VARIABLES)

    def read(given: tuple[str, str]) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(*given)
            _use(load_settings())

    def variable(chance: Random) -> tuple[str, str]:
        return chance.choice(names), made(chance).replace(b"\0", b"")[:100_000].decode(errors="surrogateescape")

    once = [("GAMEHALL_PORT", "\udcff"), ("GAMEHALL_DATA_DIR", "/tmp/\udcff"), ("GAMEHALL_SECRET_KEY", "\udcff" * 40)]
    return Parser(read, (SettingsError,), variable, once)


def _use(settings: Settings) -> None:
    """Everything that reads a setting once more."""
    changed_rates(settings.rates)
    changed_days(settings.keep_days)
    Edges(settings)
    known_key(settings)
    sync_url(settings.database_url)
    plugin_settings(settings, "sse_push", PushSettings)


def desktop_file(folder: Path) -> Parser:
    file = folder / "desktop.json"
    config = Config(base_url="https://hall.example", profiles={"ada": Profile("ada", "2026-01-02T03:04:05Z")})

    def read(content: bytes) -> None:
        file.write_bytes(content)
        try:
            load_config(file, {}, folder / "none")
        finally:
            for each in folder.glob("desktop.json.bad*"):
                each.unlink()

    valid = [msgspec.json.encode(config), msgspec.json.encode({"timeout": 3})]
    return Parser(read, (ConfigError,), spoilt(valid), [b'{"a":' * 3_000])


def desktop_env_file(folder: Path) -> Parser:
    file = folder / ".env"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        load_config(folder / "none.json", {}, file)

    content = b"# mine\nexport GAMEHALL_BASE_URL='http://hall'\nGOMOKU_TIMEOUT=3\nGAMEHALL_AUTO_REFRESH_TOKEN=off\n"
    return Parser(read, (ConfigError,), spoilt([content]))


def addresses(_folder: Path) -> Parser:
    made = spoilt([b"https://Play.example.org:8443/", b"http://[::1]:8000", b"http://127.0.0.1"])
    return Parser(address_of, (ValueError,), lambda chance: made(chance).decode(errors="surrogateescape"))


def kept_games(folder: Path) -> Parser:
    """The desktop's own games: a file that cannot be read is kept aside, with a sentence."""
    game = begin_game("gomoku", "Gomoku", 1, {"board_size": 15})
    write_game(folder, game)
    file = folder / f"{game.id}.json"

    def read(content: bytes) -> None:
        file.write_bytes(content)
        games, faults = read_games(folder)
        for each in folder.glob("*.bad"):
            each.unlink()
        assert len(games) + len(faults) == 1
        if faults:
            raise Problem("malformed", faults[0])

    return Parser(read, (Problem,), spoilt([file.read_bytes()]), [b'{"a":' * 3_000])


def roster_in_csv(_folder: Path) -> Parser:
    return _roster("csv")


def roster_in_jsonl(_folder: Path) -> Parser:
    return _roster("jsonl")


def _roster(form: Format) -> Parser:
    members = [Member(username="ada", email="ada@example.org", is_admin=True), Member(username="b,ob", email='"b"@c.d')]

    def read(content: bytes) -> None:
        for _number, member in read_roster(content, form):
            if isinstance(member, str):
                raise Problem("malformed", member)

    once = [b"username,email\r\nada," + b"a" * 140_000 + b"\r\n", b"username,email," + b"a" * 140_000 + b"\r\n"]
    return Parser(read, (Problem,), spoilt([write_roster(members, form)]), once)


def archives(folder: Path) -> Parser:
    """What `games export --all` writes, spoilt as a whole and within."""
    file = folder / "games.zip"
    held = {"format": "json", "games": [{"id": "a", "file": "a.json", "players": ["ada"]}], "left_out": []}
    contents = msgspec.json.encode(held)
    inside, outside = spoilt([contents]), spoilt([_zipped(contents)])

    def read(content: bytes) -> None:
        file.write_bytes(content)
        list(brought_by(file))

    def made(chance: Random) -> bytes:
        return outside(chance) if chance.random() < 0.7 else _zipped(inside(chance))

    return Parser(read, (Problem, click.FileError), made, [_zipped(b"\xff"), _zipped(b'{"format":' * 3_000)])


def _zipped(contents: bytes) -> bytes:
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr(CONTENTS, contents)
        archive.writestr("a.json", b"{}")
    return packed.getvalue()


def backups(folder: Path) -> Parser:
    """Some are spoilt as they lie there, some before they are compressed."""
    file = folder / "hall.backup"
    header = Header(
        version="1",
        made_at=datetime(2026, 1, 2, tzinfo=UTC),
        database="sqlite",
        owners={},
        tables=(Part("user", "hall", ("id",), 1),),
        last_event=7,
        key="k",
    )
    lines = msgspec.json.encode(header) + b'\n["a row"]\n'
    whole = lines + msgspec.json.encode({"sha256": hashlib.sha256(lines).hexdigest()}) + b"\n"
    inside, outside = spoilt([whole]), spoilt([gzip.compress(whole)])

    def read(content: bytes) -> None:
        file.write_bytes(content)
        verify(file)
        read_header(file)

    def made(chance: Random) -> bytes:
        return outside(chance) if chance.random() < 0.7 else gzip.compress(inside(chance), 1)

    return Parser(read, (Problem,), made, [gzip.compress(lines + b'{"sha256":"\xff"}\n')])


PARSERS: dict[str, Callable[[Path], Parser]] = {
    "gamehall.toml": settings_file,
    "variables": settings_variables,
    "the desktop's settings": desktop_file,
    "the desktop's .env": desktop_env_file,
    "addresses of halls": addresses,
    "the desktop's games": kept_games,
    "rosters in CSV": roster_in_csv,
    "rosters in JSON": roster_in_jsonl,
    "archives of games": archives,
    "backups": backups,
}


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", PARSERS)
def test_what_is_malformed_is_refused_with_a_sentence(
    name: str, inputs: Inputs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for each in variables():
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    inputs(name, PARSERS[name](tmp_path))
