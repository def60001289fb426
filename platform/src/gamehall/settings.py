"""The operator's settings: one typed record from flags, environment and `gamehall.toml`, in that order."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import msgspec
import platformdirs

from gamehall.nearest import did_you_mean

__all__ = [
    "Settings",
    "SettingsError",
    "config_path",
    "key_file",
    "known_key",
    "load_settings",
    "plugin_settings",
    "secret_key",
    "take_key",
    "variables",
]


class SettingsError(ValueError):
    """A setting that cannot be used; the message says which one, where it came from and what would do."""


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every key of `gamehall.toml`; the environment names are the same in capitals behind `GAMEHALL_`."""

    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 8000
    workers: Annotated[int, msgspec.Meta(ge=1, le=256)] = 1
    database_url: str = ""
    redis_url: str = ""
    data_dir: str = ""
    public_url: str = ""
    secret_key: str = ""
    log: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    access_log: bool = False
    """Whether each request is a line of the log."""
    strict: bool = False
    debug: bool = False
    """Whether each request says what it asked the database, each stream what it told, and each page what it did."""
    slow_query_ms: Annotated[int, msgspec.Meta(ge=0)] = 200
    """How long a statement may take until the log names it with its route; 0 names none."""
    metrics_token: str = ""
    """What programs that read the metrics from another machine say; from this one nothing is asked."""
    otlp_url: str = ""
    """Where traces of requests go, by OTLP over HTTP; nowhere when empty."""
    stuck_seconds: Annotated[float, msgspec.Meta(ge=0)] = 15
    """For how long a worker's loop may stand still until the worker is ended, for another to begin; 0 ends none."""
    signup: Literal["open", "closed"] = "open"
    admin_second_factor: bool = False
    """Whether admins must have a second factor before they can look after the hall."""
    mail: str = "file"
    mail_from: str = ""
    notice_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 12
    rate_limits: bool = True
    keep_days: tuple[str, ...] = ()
    """Other days than the usual ones for what is kept for a while only, each `name=days`."""
    rates: tuple[str, ...] = ()
    """Other limits than the usual ones, each `name=times/seconds`."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses and networks whose X-Forwarded-For is believed; `unix` is whoever comes by a socket of this machine."""
    allowed_hosts: tuple[str, ...] = ()
    """Names by which the hall is asked for, beside those that it knows of itself."""
    hsts_days: Annotated[int, msgspec.Meta(ge=0)] = 365
    request_seconds: Annotated[float, msgspec.Meta(gt=0)] = 30
    body_seconds: Annotated[float, msgspec.Meta(gt=0)] = 15
    send_seconds: Annotated[float, msgspec.Meta(gt=0)] = 30
    drain_seconds: Annotated[float, msgspec.Meta(ge=0, le=300)] = 0
    """For how long a hall that is told to stop still answers while it says that it is not ready."""
    max_challenges: Annotated[int, msgspec.Meta(ge=1)] = 10
    max_live_games: Annotated[int, msgspec.Meta(ge=1)] = 5
    max_games: Annotated[int, msgspec.Meta(ge=1)] = 200
    upgrade_copies: Annotated[int, msgspec.Meta(ge=0, le=100)] = 3
    """How many of the copies are kept that are made before tables change; with 0 none is made."""
    new_plugins: Literal["on", "off"] = "on"
    claim_after_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 60
    """How long a player who has left must be away from a running clock before the other may end the game."""
    claim_unseen_after_seconds: Annotated[int, msgspec.Meta(ge=1, le=86_400)] = 600
    """The same where nothing tells that they have left but that they ask for nothing."""
    claim_without_clock_after_hours: Annotated[int, msgspec.Meta(ge=1, le=8_760)] = 72
    plugins: dict[str, dict[str, Any]] = {}
    origins: dict[str, str] = {}
    """Where each value came from: `flag`, `environment`, a file's path or `default`."""

    @property
    def data(self) -> Path:
        return Path(self.data_dir)

    @property
    def address(self) -> str:
        """The address that links point to, without a slash at its end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


_SHORTEST_KEY = 32
_ADDRESSES = ("public_url", "otlp_url")  # the others are read by what understands them
_KEYS = [f.name for f in msgspec.structs.fields(Settings) if f.name not in ("plugins", "origins")]


def variables() -> frozenset[str]:
    """The environment variables that mean something to the hall or to what comes with it."""
    return frozenset({f"GAMEHALL_{key.upper()}" for key in _KEYS} | {"GAMEHALL_CONFIG", "GAMEHALL_SAFE"})


def config_path(given: str | None = None) -> Path | None:
    """The configuration file: the given one, `gamehall.toml` here, or the user's; None when there is none."""
    if given:
        return Path(given)
    places = [Path("gamehall.toml"), Path(platformdirs.user_config_dir("gamehall")) / "gamehall.toml"]
    return next((place for place in places if place.is_file()), None)


def load_settings(flags: Mapping[str, Any] | None = None, config: str | None = None) -> Settings:
    """The settings in force. Raises SettingsError for an unreadable file, an unknown key or a wrong value."""
    found: dict[str, tuple[Any, str]] = {}
    path = config_path(config or os.environ.get("GAMEHALL_CONFIG"))
    plugins: dict[str, dict[str, Any]] = {}
    if path is not None:
        table = _read_toml(path)
        plugins = table.pop("plugins", {})
        found |= {key: (value, str(path)) for key, value in table.items()}
    for key in _KEYS:
        if (value := os.environ.get(f"GAMEHALL_{key.upper()}")) not in (None, ""):
            found[key] = (value, "environment")
    found |= {key: (value, "flag") for key, value in (flags or {}).items() if value is not None}
    found.setdefault("data_dir", (str(_default_data_dir()), "default"))
    values = {key: _convert(key, value, origin) for key, (value, origin) in found.items()}
    try:
        data_dir = Path(values["data_dir"]).expanduser().absolute()
    except RuntimeError as error:
        value, origin = found["data_dir"]
        raise SettingsError(f"{origin}: data_dir is {value!r}, and nobody is known by that name here") from error
    values["data_dir"] = str(data_dir)
    if not values.get("database_url"):
        values["database_url"] = f"sqlite+aiosqlite:///{data_dir / 'gamehall.db'}"
    origins = {key: found[key][1] if key in found else "default" for key in _KEYS}
    try:
        settings = msgspec.convert({**values, "plugins": plugins, "origins": origins}, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: [plugins] {error}") from error
    for name, section in settings.plugins.items():
        settings.origins.update({f"plugins.{name}.{key}": str(path) for key in section})
    return settings


def _default_data_dir() -> Path:
    """`data/` beside the environment of a clone, else the user's data folder."""
    clone = Path(sys.prefix).parent
    if (clone / "platform" / "pyproject.toml").is_file():
        return clone / "data"
    return Path(platformdirs.user_data_dir("gamehall"))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:  # of which wrong TOML, wrong UTF-8 and endless numbers are kinds
        raise SettingsError(f"{path} is not valid TOML: {error}") from error


def _convert(key: str, value: Any, origin: str) -> Any:
    """One value as its field's type; text such as `on` or `8000` is read, since the environment has only text."""
    field = next((f for f in msgspec.structs.fields(Settings) if f.name == key and key in _KEYS), None)
    if field is None:
        meant = did_you_mean(key, _KEYS) or f"The settings are {', '.join(_KEYS)}"
        raise SettingsError(f"{origin}: there is no setting {key!r}. {meant}")
    name = f"GAMEHALL_{key.upper()}" if origin == "environment" else key
    if isinstance(value, str) and (value.encode(errors="replace").decode() != value or "\0" in value):
        raise SettingsError(f"{origin}: {name} is {value!r}, which is no text in UTF-8")
    if key in _ADDRESSES and isinstance(value, str) and (wrong := _unreadable(value)):
        raise SettingsError(f"{origin}: {name} cannot be read as an address: {wrong}")  # a password may be in it
    if field.type is bool and isinstance(value, str):
        value = {"on": "true", "off": "false", "yes": "true", "no": "false"}.get(value.lower(), value)
    if key == "log_level" and isinstance(value, str):
        value = value.lower()
    if field.type == tuple[str, ...] and isinstance(value, str):
        value = [each.strip() for each in value.split(",") if each.strip()]
    try:
        return msgspec.convert(value, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{origin}: {name} is {value!r}: {error}") from error


def _unreadable(address: str) -> str:
    """Why it cannot be read as an address, such as for its port or its brackets; empty when it can."""
    try:
        urlsplit(address).port  # noqa: B018 - it is read when it is asked for
    except ValueError as error:
        return str(error)
    return ""


S = TypeVar("S")


def plugin_settings(settings: Settings, plugin: str, shape: type[S]) -> S:
    """The `[plugins.<plugin>]` section as the plugin's own type. Raises SettingsError naming the key."""
    try:
        return msgspec.convert(settings.plugins.get(plugin, {}), shape)
    except msgspec.ValidationError as error:
        raise SettingsError(f"[plugins.{plugin}]: {error}") from error


def secret_key(settings: Settings) -> bytes:
    """The key for links and form tokens: the setting, else one made once and kept 0600 in the data folder.

    Raises SettingsError for one that could be guessed, or a folder that cannot be written.
    """
    return known_key(settings) or take_key(settings, secrets.token_urlsafe(48).encode())


def known_key(settings: Settings) -> bytes | None:
    """The same, None where none was given or made yet. Raises SettingsError."""
    if settings.secret_key:
        if len(settings.secret_key) < _SHORTEST_KEY:
            raise SettingsError(
                f"{settings.origins.get('secret_key', 'given')}: GAMEHALL_SECRET_KEY has less than {_SHORTEST_KEY} "
                "characters, so that it could be guessed; leave it out, and a random one is made and kept"
            )
        return settings.secret_key.encode()
    path = key_file(settings)
    try:
        return path.read_bytes().strip() if path.exists() else None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from error


def key_file(settings: Settings) -> Path:
    """Where the key is kept that is not given in the settings."""
    return settings.data / "secret_key"


def take_key(settings: Settings, key: bytes) -> bytes:
    """Keeps this key, unless there is one already; the one that there is. Raises SettingsError.

    Of several processes at once one is first; whoever sees the file sees the whole key.
    """
    path = key_file(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent) as file:  # made 0600
            file.write(key)
            file.flush()
            with contextlib.suppress(FileExistsError):
                os.link(file.name, path)
        return path.read_bytes().strip()
    except OSError as error:
        raise SettingsError(
            f"the data folder {path.parent} cannot be written ({error.strerror}); set GAMEHALL_DATA_DIR to one that can"
        ) from error
