"""The operator's settings: where each comes from, and what is said about those that cannot be used."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from gamehall.settings import Settings, SettingsError, load_settings, plugin_settings, secret_key


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting from outside reaches a test."""
    for name in [f"GAMEHALL_{field.name.upper()}" for field in msgspec.structs.fields(Settings)]:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("GAMEHALL_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def test_without_anything_the_defaults_hold() -> None:
    settings = load_settings()
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8000, 1)
    assert (settings.signup, settings.rate_limits, settings.strict, settings.new_plugins) == ("open", True, False, "on")
    assert settings.database_url == f"sqlite+aiosqlite:///{settings.data / 'gamehall.db'}"
    assert set(settings.origins.values()) == {"default"}


def test_a_flag_goes_before_the_environment_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "gamehall.toml"
    file.write_text('port = 1\nworkers = 1\nhost = "file"\nlog = "json"\n')
    monkeypatch.setenv("GAMEHALL_PORT", "2")
    monkeypatch.setenv("GAMEHALL_WORKERS", "2")
    monkeypatch.setenv("GAMEHALL_LOG", "")  # as good as absent
    settings = load_settings({"port": 3, "host": None})
    assert (settings.port, settings.workers, settings.host, settings.log) == (3, 2, "file", "json")
    origins = {name: settings.origins[name] for name in ("port", "workers", "log_level")}
    assert origins == {"port": "flag", "workers": "environment", "log_level": "default"}
    assert Path(settings.origins["host"]).name == "gamehall.toml"


def test_every_setting_can_come_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {
        "host": "0.0.0.0",
        "port": 9000,
        "workers": 4,
        "database_url": "postgresql+psycopg://hall@db/hall",
        "redis_url": "redis://cache/0",
        "data_dir": str(tmp_path / "elsewhere"),
        "public_url": "https://hall.example",
        "secret_key": "a secret",
        "log": "json",
        "log_level": "debug",
        "strict": True,
        "access_log": True,
        "debug": True,
        "slow_query_ms": 50,
        "metrics_token": "another secret",
        "otlp_url": "http://collector.example:4318",
        "stuck_seconds": 5,
        "signup": "closed",
        "admin_second_factor": True,
        "rate_limits": False,
        "max_challenges": 3,
        "max_live_games": 2,
        "max_games": 20,
        "new_plugins": "off",
        "claim_after_seconds": 90,
        "claim_unseen_after_seconds": 900,
        "claim_without_clock_after_hours": 24,
        "mail": "smtp://hall:secret@mail.example",
        "mail_from": "Hall <hall@hall.example>",
        "notice_hours": 6,
        "rates": ("register=60/3600", "requests=1000/10"),
        "trusted_proxies": ("10.0.0.0/8", "unix"),
        "allowed_hosts": ("hall.example", "hall"),
        "hsts_days": 30,
        "request_seconds": 10.5,
        "body_seconds": 5,
        "send_seconds": 2,
        "drain_seconds": 5,
        "keep_days": ("audit=30", "events=1"),
        "upgrade_copies": 5,
    }
    texts = {True: "1", False: "off"}
    for name, value in wanted.items():
        text = texts[value] if isinstance(value, bool) else ", ".join(value) if isinstance(value, tuple) else str(value)
        monkeypatch.setenv(f"GAMEHALL_{name.upper()}", text)
    settings = load_settings()
    assert {name: getattr(settings, name) for name in wanted} == wanted
    assert set(settings.origins) == set(wanted)
    assert set(settings.origins.values()) == {"environment"}


@pytest.mark.parametrize(("text", "value"), [("on", True), ("off", False), ("TRUE", True), ("no", False), ("0", False)])
def test_a_switch_is_said_in_words(text: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEHALL_RATE_LIMITS", text)
    assert load_settings().rate_limits is value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "many"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", "8000.5"),
        ("WORKERS", "0"),
        ("LOG", "xml"),
        ("LOG_LEVEL", "loud"),
        ("STRICT", "perhaps"),
        ("SIGNUP", "yes"),
        ("NEW_PLUGINS", "maybe"),
        ("NOTICE_HOURS", "0"),
    ],
)
def test_a_wrong_value_is_named_with_its_variable(name: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"GAMEHALL_{name}", text)
    with pytest.raises(SettingsError, match=f"environment: GAMEHALL_{name} is '{text}'"):
        load_settings()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("PUBLIC_URL", "https://hall.ex]>ple:8443", "Invalid IPv6 URL"),
        ("PUBLIC_URL", "https://ha[]ample", "IPv6"),
        ("OTLP_URL", "http://hall:hidden@collector:4318x", "Port"),
    ],
)
def test_an_address_that_cannot_be_read_is_named_without_what_is_secret_in_it(
    name: str, text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"GAMEHALL_{name}", text)
    wrong = f"environment: GAMEHALL_{name} cannot be read as an address: .*{why}"
    with pytest.raises(SettingsError, match=wrong) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    for text, why in [
        ("port = ", "not valid TOML"),
        ('port = "many"', "port is 'many'"),
        ("colour = 1", "there is no setting 'colour'"),
        ("origins = 1", "there is no setting 'origins'"),
        ("plugins = 1", "plugins"),
        ("[plugins]\nfriends = 1", "plugins"),
        ("\udcff", "not valid TOML"),
    ]:
        file = tmp_path / "odd.toml"
        file.write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(SettingsError, match=why) as raised:
            load_settings(config=str(file))
        assert str(file) in str(raised.value), text
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(config=str(tmp_path / "absent.toml"))


def test_the_address_that_links_point_to() -> None:
    assert load_settings({"port": 9000}).address == "http://127.0.0.1:9000"
    assert load_settings({"public_url": "https://hall.example/"}).address == "https://hall.example"


class Tea(msgspec.Struct):
    sugar: int = 1


def test_a_plugins_section(tmp_path: Path) -> None:
    file = tmp_path / "gamehall.toml"
    file.write_text("[plugins.tea]\nsugar = 3\n[plugins.pot]\nsugar = 'no'\n")
    settings = load_settings()
    assert plugin_settings(settings, "tea", Tea).sugar == 3
    assert plugin_settings(settings, "cup", Tea).sugar == 1
    with pytest.raises(SettingsError, match=r"\[plugins.pot\].*sugar"):
        plugin_settings(settings, "pot", Tea)


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings({"data_dir": str(tmp_path / "new" / "data")})
    secret = secret_key(settings)
    assert len(secret) >= 32
    assert secret_key(settings) == secret
    (file,) = settings.data.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret_key(load_settings({"data_dir": str(tmp_path / "other")})) != secret
    assert secret_key(load_settings({"secret_key": "given" * 7})) == b"given" * 7


def test_a_secret_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GAMEHALL_SECRET_KEY", "x" * 31)
    with pytest.raises(SettingsError, match="environment: GAMEHALL_SECRET_KEY has less than 32") as refused:
        secret_key(load_settings())
    assert "xxx" not in str(refused.value)


def test_many_that_start_at_once_have_one_secret(tmp_path: Path) -> None:
    program = (
        "import sys; from gamehall.settings import *; s = load_settings({'data_dir': sys.argv[1]});"
        "sys.stdin.read(1); [print(secret_key(s).decode()) for _ in range(20)]"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, tmp_path / "data"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for each in started:
        assert each.stdin
        each.stdin.write(b"!")
        each.stdin.flush()
    said = [line for each in started for line in each.communicate()[0].splitlines()]
    assert len(said) == 80
    assert len(set(said)) == 1
    assert len(said[0]) >= 32


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="GAMEHALL_DATA_DIR"):
        secret_key(load_settings({"data_dir": str(tmp_path / "file")}))
