"""Settings and where they come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from gamehall_desktop.config import Config, ConfigError, load_config, remember_login


def test_environment_over_env_file_over_json_over_defaults(tmp_path: Path) -> None:
    path, env_file = tmp_path / "desktop.json", tmp_path / ".env"
    assert load_config(path, {}, env_file) == Config()
    path.write_text('{"base_url": "http://json", "timeout": 5, "profiles": {"ada": {"username": "ada"}}, "new": 1}')
    assert load_config(path, {}, env_file).base_url == "http://json"
    env_file.write_text("# halls\nexport GOMOKU_BASE_URL='http://old'\nGAMEHALL_LOG_LEVEL=debug\n")
    assert load_config(path, {}, env_file).base_url == "http://old"
    env_file.write_text("GAMEHALL_BASE_URL=http://file\nGOMOKU_BASE_URL=http://old\n")
    assert load_config(path, {}, env_file).base_url == "http://file"
    config = load_config(path, {"GOMOKU_BASE_URL": "http://set", "GAMEHALL_AUTO_REFRESH_TOKEN": "off"}, env_file)
    assert (config.base_url, config.timeout, config.auto_refresh_token) == ("http://set", 5, False)


@pytest.mark.parametrize(
    ("content", "environment", "message"),
    [
        ("{", {}, "cannot be read"),
        ('{"timeout": "long"}', {}, "timeout"),
        ("{}", {"GAMEHALL_AUTO_REFRESH_TOKEN": "maybe"}, "GAMEHALL_AUTO_REFRESH_TOKEN in the environment is 'maybe'"),
        ("{}", {"GOMOKU_LOG_LEVEL": "loud"}, "GOMOKU_LOG_LEVEL"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, content: str, environment: dict[str, str], message: str) -> None:
    path = tmp_path / "desktop.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=message):
        load_config(path, environment, tmp_path / ".env")


def test_the_last_user_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "desktop.json"
    remember_login(path, "http://hall", "ada")
    config = load_config(path, {}, tmp_path / ".env")
    assert (config.base_url, config.last_profile()) == ("http://hall", "ada")
    assert config.profiles["ada"].last_login.endswith("Z")
