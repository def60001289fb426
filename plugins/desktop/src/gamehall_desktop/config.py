"""The client's settings: flags over the environment over `.env` over the JSON file over defaults."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs

from gamehall.languages import catalogue
from gamehall.problems import UNREADABLE

from .files import set_aside, write_private
from .state.settings import Look

_ = catalogue(__name__)

PREFIXES = ("GAMEHALL_", "GOMOKU_")  # the second for configurations that were written for the original guide
SCHEMA = 1
Keeping = Literal["keyring", "file", "nowhere"]
"""Where tokens are kept."""
_FROM_ENVIRONMENT = ("base_url", "timeout", "auto_refresh_token", "log_level")
_HERE = "gomoku_config.json"
_writing = threading.Lock()


class ConfigError(Exception):
    """A setting that cannot be used; the message names it, where it came from and what would do."""


class Profile(msgspec.Struct, omit_defaults=True):
    """An account that was used here, and its hall; `last_login` is ISO 8601 in UTC."""

    username: str
    last_login: str = ""
    base_url: str = ""


class Config(msgspec.Struct, omit_defaults=True):
    """The JSON file. `timeout` is in seconds, `keep_token` where the user wants tokens to be kept."""

    base_url: str = "http://127.0.0.1:8000"
    timeout: Annotated[float, msgspec.Meta(gt=0)] = 30.0
    auto_refresh_token: bool = True
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    keep_token: Keeping | None = None
    profiles: dict[str, Profile] = {}
    look: Look = msgspec.field(default_factory=Look)

    def last_profile(self) -> str | None:
        """The profile used last for signing in."""
        return max(self.profiles, key=lambda name: self.profiles[name].last_login, default=None)


_FIELDS = {each.name: each for each in msgspec.structs.fields(Config)}


@dataclass
class Loaded:
    """The settings in force, where each came from, and what the user should know of the file."""

    config: Config
    origins: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def config_path(given: str | None, folder: Path | None = None) -> Path:
    """The configuration file: the given one, one of the original guide in this folder, or the user's."""
    if given:
        return Path(given)
    here = (folder or Path.cwd()) / _HERE
    return here if here.is_file() else Path(platformdirs.user_config_dir("gamehall")) / "desktop.json"


def load_config(
    path: Path,
    environment: Mapping[str, str] = os.environ,
    env_file: Path = Path(".env"),
    flags: Mapping[str, Any] | None = None,
) -> Loaded:
    """The settings in force. A file that cannot be read is set aside, a value in it that cannot be used is left out.

    Raises ConfigError for a variable that cannot be used.
    """
    loaded = Loaded(Config(), dict.fromkeys(_FIELDS, "default"))
    for name, value in _read_file(path, loaded.notes).items():
        if name in _FIELDS:
            try:
                setattr(loaded.config, name, msgspec.convert(value, _FIELDS[name].type))
                loaded.origins[name] = str(path)
            except msgspec.ValidationError as error:
                given = _("{name} in {path} is {value}: {error}. It is not used.")
                loaded.notes.append(given.format(name=name, path=path, value=value, error=error))
    for origin, variables in ((str(env_file), read_env_file(env_file)), (_("the environment"), environment)):
        for name in _FROM_ENVIRONMENT:
            for variable in (prefix + name.upper() for prefix in reversed(PREFIXES)):
                if value := variables.get(variable):
                    setattr(loaded.config, name, _converted(name, value, f"{variable} in {origin}"))
                    loaded.origins[name] = f"{variable} in {origin}"
    for name, value in (flags or {}).items():
        if value is not None:
            setattr(loaded.config, name, value)
            loaded.origins[name] = _("a flag")
    return loaded


def change_file(path: Path, **changes: Any) -> None:
    """Changes keys of the JSON file, with values of `Config`'s types; other keys stay as they are, known or not."""
    with _writing:
        _change(path, changes)


def _change(path: Path, changes: Mapping[str, Any]) -> None:
    content = _read_file(path, [])
    content["schema"] = max(SCHEMA, content["schema"] if isinstance(content.get("schema"), int) else 0)
    for name, value in changes.items():
        content[name] = _merged(content.get(name), msgspec.to_builtins(value))
    write_private(path, msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def remember_login(path: Path, config: Config, base_url: str, username: str) -> str:
    """Puts the hall and the user's profile, used now, into the JSON file and the settings: the profile's name."""
    name = profile_of(config, base_url, username) or _free_name(config, base_url, username)
    config.base_url = base_url
    # To the microsecond: the one used last is told from one that was used in the same second.
    config.profiles[name] = Profile(username, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", base_url)
    change_file(path, base_url=base_url, profiles={name: config.profiles[name]})
    return name


def forget_profile(path: Path, config: Config, name: str) -> None:
    """Takes a profile out of the file and the settings."""
    config.profiles.pop(name, None)
    content = _read_file(path, [])
    if isinstance(profiles := content.get("profiles"), dict) and profiles.pop(name, None) is not None:
        write_private(path, msgspec.json.format(msgspec.json.encode(content)) + b"\n")


def profile_of(config: Config, base_url: str, username: str) -> str | None:
    """The name of a user's profile at a hall. One without an address is of any hall."""
    for name, each in config.profiles.items():
        if each.username.casefold() == username.casefold() and each.base_url in ("", base_url):
            return name
    return None


def described(loaded: Loaded) -> Iterator[str]:
    """Each setting with its value and where it came from, for people. No setting is a secret; tokens are elsewhere."""
    for name in _FIELDS:
        value = getattr(loaded.config, name)
        shown = ", ".join(value) or "-" if isinstance(value, dict) else value
        yield f"{name} = {shown}  ({loaded.origins[name]})"


def remember_look(path: Path, look: Look) -> None:
    """Puts how the window shall look into the JSON file."""
    change_file(path, look=msgspec.structs.asdict(look))


def read_env_file(path: Path) -> dict[str, str]:
    """The NAME=value lines of a file; quotes around a value are taken off. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(_("{path} cannot be read: {error}", path=path, error=error)) from error
    pairs = (line.strip().removeprefix("export ").partition("=") for line in text.splitlines())
    return {name.strip(): value.strip().strip("\"'") for name, _equals, value in pairs if name[:1] != "#"}


def _read_file(path: Path, notes: list[str]) -> dict[str, Any]:
    """The file as it is, empty where there is none. What is no object is set aside, and `notes` tell of it."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ConfigError(_("{path} cannot be read: {error}", path=path, error=error.strerror)) from error
    except UNREADABLE as error:
        kept = set_aside(path)
        told = _("The settings in {path} could not be read ({error}). They are kept as {kept}, and you begin anew.")
        notes.append(told.format(path=path, error=error, kept=kept.name))
        return {}


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return old | {name: _merged(old.get(name), value) for name, value in new.items()}
    return new


def _free_name(config: Config, base_url: str, username: str) -> str:
    name = username if username not in config.profiles else f"{username} @ {base_url.partition('://')[2]}"
    while name in config.profiles:
        name += "'"
    return name


def _converted(name: str, text: str, origin: str) -> Any:
    kind = _FIELDS[name].type
    words = {"on": "true", "yes": "true", "off": "false", "no": "false"}
    lower = text.lower() if name == "log_level" else text
    try:
        return msgspec.convert(words.get(text.lower(), text) if kind is bool else lower, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigError(_("{origin} is {text!r}: {error}", origin=origin, text=text, error=error)) from error
