"""What the settings say, held against each other and against what they are for. Nothing is connected to."""

from __future__ import annotations

import ipaddress
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from gamehall.addresses import Proxies
from gamehall.database import sync_url
from gamehall.delivery import transport_of
from gamehall.findings import Finding, bad, note, ok
from gamehall.languages import catalogue
from gamehall.nearest import nearest
from gamehall.rates import changed_rates
from gamehall.retention import changed_days
from gamehall.settings import Settings, SettingsError, config_path, key_file, known_key, variables

__all__ = ["configured"]

_ = catalogue(__name__)

_SHORTEST_TOKEN = 16
_LIKE_A_SETTING = 0.8
_NO_FILES = frozenset({"flag", "environment", "default", ""})
_OTHERS_CAN = stat.S_IRWXG | stat.S_IRWXO


def configured(settings: Settings, environment: Mapping[str, str] = os.environ) -> list[Finding]:
    """Everything that can be told from the settings, the environment and the files that they name."""
    looks: list[Callable[[], Iterator[Finding]]] = [
        lambda: _file(settings),
        lambda: _misspelt(environment),
        lambda: _usable(settings),
        lambda: _address(settings),
        lambda: _proxies(settings),
        lambda: _workers(settings),
        lambda: _switches(settings),
        lambda: _signing_up(settings),
        lambda: _secrets(settings),
    ]
    found = [finding for each in looks for finding in each()]
    if not any(finding.state != "ok" for finding in found):
        found.insert(0, ok("settings", _("The settings fit each other.")))
    return found


def _file(settings: Settings) -> Iterator[Finding]:
    named = {origin for origin in settings.origins.values() if origin not in _NO_FILES}
    usual = config_path(os.environ.get("GAMEHALL_CONFIG"))
    read = {Path(each).absolute() for each in named or [usual] if each is not None}
    for other in (config_path(), settings.data / "gamehall.toml"):
        if other is not None and other.is_file() and other.absolute() not in read:
            yield note(
                "settings.file",
                _("{file} is not read.", file=other.absolute()),
                f"gamehall --config {other.absolute()} …",
            )


def _misspelt(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = variables()
    for name in sorted(environment):
        if not name.startswith("GAMEHALL_") or name in known:
            continue
        if meant := nearest(name, known, _LIKE_A_SETTING):
            sentence = _("{name} is no setting, so what it says is not in force.", name=name)
            yield note("settings.environment", sentence, _("Did you mean {name}?", name=meant))


def _usable(settings: Settings) -> Iterator[Finding]:
    """What would keep every worker from starting."""
    readers: dict[str, Callable[[], object]] = {
        "mail": lambda: transport_of(settings),
        "settings.trusted_proxies": lambda: Proxies(settings.trusted_proxies),
        "settings.rates": lambda: changed_rates(settings.rates),
        "settings.keep_days": lambda: changed_days(settings.keep_days),
        "settings.secret_key": lambda: known_key(settings),
        "settings.database_url": lambda: sync_url(settings.database_url),
    }
    for key, read in readers.items():
        try:
            read()
        except SettingsError as wrong:
            yield bad(key, f"{wrong}.", "gamehall config show --origin")


def _address(settings: Settings) -> Iterator[Finding]:
    parts = urlsplit(settings.public_url)
    if settings.public_url and (parts.scheme not in ("http", "https") or not parts.hostname):
        sentence = _("{address} is no address that people can open.", address=settings.public_url)
        yield bad("settings.public_url", sentence, "GAMEHALL_PUBLIC_URL=https://hall.example.org")
    elif parts.path.strip("/") or parts.query:
        sentence = _("The hall is at the root of its address; {path} in it is not understood.", path=parts.path)
        yield bad("settings.public_url", sentence, f"GAMEHALL_PUBLIC_URL={parts.scheme}://{parts.netloc}")
    elif not settings.public_url and not _is_here(settings.host):
        sentence = _(
            "No public address is set, so links in mails and invitations lead to {here}.", here=settings.address
        )
        yield note("settings.public_url", sentence, "GAMEHALL_PUBLIC_URL=https://hall.example.org")
    elif parts.scheme == "http" and not _is_here(parts.hostname or ""):
        sentence = _(
            "Without https passwords cross the network openly, cookies are not kept to TLS, and there are no passkeys."
        )
        yield note("settings.public_url", sentence, f"GAMEHALL_PUBLIC_URL=https://{parts.netloc}")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _proxies(settings: Settings) -> Iterator[Finding]:
    # The hall itself speaks no TLS, so where the address is https something stands in front of it.
    if settings.public_url.startswith("https:") and not settings.trusted_proxies:
        yield note(
            "settings.trusted_proxies",
            _("No proxy is believed, so everybody who comes by it has its address and shares its limits."),
            "GAMEHALL_TRUSTED_PROXIES=127.0.0.1",
        )


def _workers(settings: Settings) -> Iterator[Finding]:
    if settings.workers > 1 and settings.database_url.startswith("sqlite") and not settings.redis_url:
        yield note(
            "settings.workers",
            _(
                "{count} workers share one SQLite file, which takes one write at a time, and nothing wakes them.",
                count=settings.workers,
            ),
            "GAMEHALL_WORKERS=1, GAMEHALL_DATABASE_URL=postgresql+psycopg://…",
        )


def _switches(settings: Settings) -> Iterator[Finding]:
    if settings.debug:
        yield note(
            "settings.debug", _("Each layer says what it does, which costs time and room."), "GAMEHALL_DEBUG=off"
        )
    if settings.strict:
        yield note("settings.strict", _("Any fault of a plugin stops the hall."), "GAMEHALL_STRICT=off")
    if not settings.rate_limits:
        sentence = _("Nothing limits how often somebody tries passwords or asks for pages.")
        yield note("settings.rate_limits", sentence, "GAMEHALL_RATE_LIMITS=on")


def _signing_up(settings: Settings) -> Iterator[Finding]:
    if settings.signup == "open" and settings.mail == "off":
        yield note(
            "settings.signup",
            _("Anybody can make an account, but whoever forgets their password gets no link, since mails are off."),
            "GAMEHALL_MAIL=smtp://user:password@host:587",
        )


def _secrets(settings: Settings) -> Iterator[Finding]:
    if 0 < len(settings.metrics_token) < _SHORTEST_TOKEN:
        sentence = _(
            "GAMEHALL_METRICS_TOKEN has less than {count} characters, so that it could be guessed.",
            count=_SHORTEST_TOKEN,
        )
        yield note("settings.metrics_token", sentence, "GAMEHALL_METRICS_TOKEN=$(openssl rand -hex 32)")
    files: Iterable[Path] = [] if settings.secret_key else [key_file(settings)]
    secrets = ("secret_key", "metrics_token", "database_url", "redis_url", "mail")
    origins = {settings.origins.get(name, "") for name in secrets if getattr(settings, name)}
    for file in (*files, *(Path(each) for each in sorted(origins - _NO_FILES))):
        try:
            mode = file.stat().st_mode
        except OSError:
            continue
        if mode & _OTHERS_CAN and file == key_file(settings):
            sentence = _("Others on this machine can read {file}, and make links of the hall with it.", file=file)
            yield bad("settings.secret_key", sentence, f"chmod 600 {file}")
        elif mode & stat.S_IRWXO:
            sentence = _("Everybody on this machine can read {file}, which has secrets in it.", file=file)
            yield note("settings.file", sentence, f"chmod o= {file}")
