"""The client's settings: environment over `.env` over the JSON file over defaults."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs

from .files import write_private
from .state.settings import Look

PREFIXES = ("GAMEHALL_", "GOMOKU_")  # the second for configurations that were written for the original guide
_FROM_ENVIRONMENT = ("base_url", "auto_refresh_token", "log_level")


class ConfigError(Exception):
    """A setting that cannot be used; the message names it, where it came from and what would do."""


class Profile(msgspec.Struct):
    """An account that was used here; `last_login` is ISO 8601 in UTC."""

    username: str
    last_login: str = ""


class Config(msgspec.Struct, omit_defaults=True):
    """The JSON file. `timeout` is in seconds."""

    base_url: str = "http://127.0.0.1:8000"
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    auto_refresh_token: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    profiles: dict[str, Profile] = {}
    look: Look = msgspec.field(default_factory=Look)

    def last_profile(self) -> str | None:
        """The profile used last for signing in."""
        return max(self.profiles, key=lambda name: self.profiles[name].last_login, default=None)


def config_path(given: str | None) -> Path:
    return Path(given) if given else Path(platformdirs.user_config_dir("gamehall")) / "desktop.json"


def load_config(path: Path, environment: Mapping[str, str] = os.environ, env_file: Path = Path(".env")) -> Config:
    """The settings in force. Raises ConfigError."""
    config = read_file(path)
    for origin, variables in ((str(env_file), read_env_file(env_file)), ("the environment", environment)):
        for field in _FROM_ENVIRONMENT:
            for name in (prefix + field.upper() for prefix in reversed(PREFIXES)):
                if value := variables.get(name):
                    setattr(config, field, _converted(field, value, f"{name} in {origin}"))
    return config


def read_file(path: Path) -> Config:
    """The JSON file alone; its defaults when there is none. Raises ConfigError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Config)
    except FileNotFoundError:
        return Config()
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}. Mend it or move it away.") from error


def remember_login(path: Path, base_url: str, username: str) -> None:
    """Puts the hall and the user's profile, used now, into the JSON file."""
    config = read_file(path)
    config.base_url = base_url
    config.profiles[username] = Profile(username, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
    write_private(path, msgspec.json.format(msgspec.json.encode(config)))


def remember_look(path: Path, look: Look) -> None:
    """Puts how the window shall look into the JSON file."""
    config = read_file(path)
    config.look = look
    write_private(path, msgspec.json.format(msgspec.json.encode(config)))


def read_env_file(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; quotes around a value are taken off."""
    if not path.is_file():
        return {}
    pairs = (line.removeprefix("export ").partition("=") for line in path.read_text(encoding="utf-8").splitlines())
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs if not name.lstrip().startswith("#")}


def _converted(field: str, text: str, origin: str) -> Any:
    kind = next(each.type for each in msgspec.structs.fields(Config) if each.name == field)
    words = {"on": "true", "yes": "true", "off": "false", "no": "false"}
    try:
        return msgspec.convert(words.get(text.lower(), text) if kind is bool else text, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{origin} is {text!r}: {error}") from error
