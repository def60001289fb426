"""Settings and where they come from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall_desktop.addresses import address_of
from gamehall_desktop.config import (
    Config,
    ConfigError,
    Profile,
    change_file,
    config_path,
    forget_profile,
    load_config,
    profile_of,
    remember_login,
)


def test_flags_over_environment_over_env_file_over_json_over_defaults(tmp_path: Path) -> None:
    path, env_file = tmp_path / "desktop.json", tmp_path / ".env"
    assert load_config(path, {}, env_file).config == Config()
    path.write_text('{"base_url": "http://json", "timeout": 5, "profiles": {"ada": {"username": "ada"}}, "new": 1}')
    assert load_config(path, {}, env_file).config.base_url == "http://json"
    env_file.write_text("# halls\nexport GOMOKU_BASE_URL='http://old'\nGAMEHALL_LOG_LEVEL=DEBUG\n")
    assert load_config(path, {}, env_file).config.base_url == "http://old"
    env_file.write_text("GAMEHALL_BASE_URL=http://file\nGOMOKU_BASE_URL=http://old\n")
    assert load_config(path, {}, env_file).config.base_url == "http://file"
    environment = {"GOMOKU_BASE_URL": "http://set", "GAMEHALL_AUTO_REFRESH_TOKEN": "off"}
    config = load_config(path, environment, env_file).config
    assert (config.base_url, config.timeout, config.auto_refresh_token) == ("http://set", 5, False)
    loaded = load_config(path, environment, env_file, {"base_url": "http://flag", "timeout": None})
    assert (loaded.config.base_url, loaded.notes) == ("http://flag", [])
    assert loaded.origins["base_url"] == "a flag"
    assert loaded.origins["auto_refresh_token"] == "GAMEHALL_AUTO_REFRESH_TOKEN in the environment"
    assert (loaded.origins["timeout"], loaded.origins["log_level"]) == (str(path), "default")


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"GAMEHALL_AUTO_REFRESH_TOKEN": "maybe"}, "GAMEHALL_AUTO_REFRESH_TOKEN in the environment is 'maybe'"),
        ({"GOMOKU_LOG_LEVEL": "loud"}, "GOMOKU_LOG_LEVEL in the environment is 'loud'"),
        ({"GAMEHALL_TIMEOUT": "-1"}, "GAMEHALL_TIMEOUT"),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(tmp_path: Path, environment: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        load_config(tmp_path / "desktop.json", environment, tmp_path / ".env")


def test_a_value_that_cannot_be_used_is_left_out_and_stays_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "desktop.json"
    path.write_text('{"timeout": "long", "base_url": "http://hall"}')
    loaded = load_config(path, {}, tmp_path / ".env")
    assert (loaded.config.timeout, loaded.config.base_url) == (30, "http://hall")
    assert f"timeout in {path} is long" in loaded.notes[0]
    change_file(path, base_url="http://other")
    assert json.loads(path.read_text())["timeout"] == "long"


@pytest.mark.parametrize("content", [b"{", b"[1]", b"", b"\xff\xfe", b"null"])
def test_a_file_that_cannot_be_read_is_set_aside_and_never_lost(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "desktop.json"
    for number in range(3):
        path.write_bytes(content + str(number).encode() * number)
        loaded = load_config(path, {}, tmp_path / ".env")
        assert loaded.config == Config()
        assert "desktop.json.bad" in loaded.notes[0]
        remember_login(path, loaded.config, "http://hall", "ada")
    kept = sorted(each.read_bytes() for each in tmp_path.glob("desktop.json.bad*"))
    assert kept == sorted(content + str(number).encode() * number for number in range(3))
    assert load_config(path, {}, tmp_path / ".env").config.profiles["ada"].username == "ada"


def test_whoever_signs_in_is_remembered_at_each_hall(tmp_path: Path) -> None:
    path, config = tmp_path / "folder" / "desktop.json", Config()
    for base_url, username in (("http://hall", "ada"), ("http://hall", "bob"), ("https://other:1", "ada")):
        remember_login(path, config, base_url, username)
        config.profiles[profile_of(config, base_url, username) or ""].last_login = "2026-01-01T00:00:00Z"
    assert remember_login(path, config, "http://hall", "Bob") == "bob"
    assert path.stat().st_mode & 0o077 == 0
    read = load_config(path, {}, tmp_path / ".env").config
    assert list(read.profiles) == ["ada", "bob", "ada @ other:1"]
    assert read.profiles["ada @ other:1"].base_url == "https://other:1"
    assert (read.base_url, config.last_profile()) == ("http://hall", "bob")
    assert read.profiles["bob"].last_login.endswith("Z")
    forget_profile(path, config, "bob")
    assert list(load_config(path, {}, tmp_path / ".env").config.profiles) == ["ada", "ada @ other:1"]


def test_what_a_newer_client_wrote_stays(tmp_path: Path) -> None:
    path = tmp_path / "desktop.json"
    path.write_text('{"schema": 9, "colours": {"a": 1}, "profiles": {"ada": {"username": "ada", "picture": "x"}}}')
    loaded = load_config(path, {}, tmp_path / ".env")
    assert loaded.config.profiles == {"ada": Profile("ada")}
    remember_login(path, loaded.config, "http://hall", "ada")
    written = json.loads(path.read_text())
    assert (written["schema"], written["colours"], written["profiles"]["ada"]["picture"]) == (9, {"a": 1}, "x")


def test_a_file_of_the_original_guide_in_this_folder_is_used(tmp_path: Path) -> None:
    assert config_path(None, tmp_path).name == "desktop.json"
    (tmp_path / "gomoku_config.json").write_text("{}")
    assert config_path(None, tmp_path) == tmp_path / "gomoku_config.json"
    assert config_path("other.json", tmp_path) == Path("other.json")


def test_what_is_set_is_told_with_its_origin_and_without_secrets(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GAMEHALL_")}
    environment |= {"GAMEHALL_TOKEN": "hall_secret", "GOMOKU_BASE_URL": "http://set", "XDG_CONFIG_HOME": str(tmp_path)}
    command: list[str | Path] = [Path(sys.executable).with_name("gamehall-desktop"), "--show-config"]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert "base_url = http://set  (GOMOKU_BASE_URL in the environment)" in told
    assert "timeout = 30.0  (default)" in told
    assert "secret" not in told
    wrong = subprocess.run(
        [*command, "--base-url", "hall"], env=environment, capture_output=True, text=True, check=False
    )
    assert (wrong.returncode, "https://play.example.org" in wrong.stderr) == (1, True)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "hall",
        "ftp://hall",
        "http://",
        "http://hall:port",
        "http://u:p@hall",
        "http://hall?x=1",
        "http://a\n"[:-1] + "\x00",
    ],
)
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"https://play\.example\.org"):
        address_of(wrong)


@given(st.sampled_from(["http", "https"]), st.from_regex(r"[a-zA-Z0-9]([a-z0-9.-]{0,20}[a-z0-9])?", fullmatch=True))
def test_an_address_has_one_form(scheme: str, host: str) -> None:
    address = address_of(f" {scheme}://{host}/ ")
    assert address == address_of(address) == f"{scheme}://{host.lower()}"
