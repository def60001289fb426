"""How a mail leaves the hall: as a file in a folder, or by SMTP."""

from __future__ import annotations

import ipaddress
import os
import smtplib
import ssl
import tempfile
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from gamehall.settings import Settings, SettingsError

__all__ = ["FileOutbox", "Smtp", "Transport", "sender_of", "transport_of"]

_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_SECONDS = 20.0  # for each step of a conversation


class Transport(Protocol):
    def send(self, mail_id: str, message: EmailMessage) -> None:
        """Hands the mail on before it returns, however long that takes. Raises OSError, among them what SMTP raises."""


@dataclass(frozen=True, slots=True)
class FileOutbox:
    """A folder with a file for each mail, for another program to send, or nobody. Written whole or not at all, and
    twice is once."""

    folder: Path

    def send(self, mail_id: str, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=self.folder, prefix=f".{mail_id}-")  # made 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(message.as_bytes(policy=message.policy.clone(cte_type="8bit")))  # for people to read
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.folder / f"{mail_id}.eml")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server. `scheme` says how the way to it is kept secret: `smtp` begins with STARTTLS and goes no further
    without it, `smtps` is TLS from the start, `smtp+plain` is open."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, mail_id: str, message: EmailMessage) -> None:
        with self._connect() as server:
            if self.scheme == "smtp":
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=_SECONDS)


def transport_of(settings: Settings) -> Transport | None:
    """The way that mails take by the settings, None when there are to be none. Raises SettingsError, which does not
    tell the password."""
    if settings.mail == "off":
        return None
    sender_of(settings)
    if settings.mail == "file":
        return FileOutbox(settings.data / "outbox")
    try:
        parts = urlsplit(settings.mail)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"{_ORDER}; this address cannot be read ({error})") from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(_ORDER)
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Smtp(parts.scheme, parts.hostname, port or _PORTS[parts.scheme], user, password)


_ORDER = "GAMEHALL_MAIL must be file, off, or smtp://user:password@host:587 (or with smtps or smtp+plain)"


def sender_of(settings: Settings) -> Address:
    """Whom mails come from: `mail_from`, else this hall at its own address. Raises SettingsError."""
    if not settings.mail_from:
        return Address("Gamehall", "gamehall", _domain(settings))
    name, address = parseaddr(settings.mail_from)
    try:
        sender = Address(name, addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:  # what its parser raises
        raise _not_an_address(settings) from error
    if not (sender.username and sender.domain):
        raise _not_an_address(settings)
    return sender


def _not_an_address(settings: Settings) -> SettingsError:
    return SettingsError(
        f"GAMEHALL_MAIL_FROM is {settings.mail_from!r}; give an address such as Hall <hall@example.org>"
    )


def _domain(settings: Settings) -> str:
    host = urlsplit(settings.address).hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host or "localhost"
    return "localhost"
