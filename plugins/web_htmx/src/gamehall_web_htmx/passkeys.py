"""Passkeys: keys that a device keeps for this hall and uses for whoever unlocks it. What browsers are asked, and what
is stored. What they answer is checked in `ceremonies`, with a library that takes a while to import."""

from __future__ import annotations

import ipaddress
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import msgspec
import sqlalchemy as sa

from gamehall import audit
from gamehall.accounts import User, find_user
from gamehall.declare import Host, Principal
from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.sealing import seal, unseal
from gamehall.tables import new_id, now

from .tables import answered, passkey

__all__ = [
    "Passkey",
    "add_passkey",
    "find_passkey",
    "is_fresh",
    "list_passkeys",
    "options_to_add",
    "options_to_prove",
    "relying_party",
    "remove_passkey",
    "use_passkey",
]

_ = catalogue(__name__)

MOST = 20  # of one user
LIFETIME = timedelta(minutes=5)
_PURPOSE = "passkey"
_ALGORITHMS = (-8, -7, -257)  # EdDSA, ECDSA, RSA: what every authenticator has one of


class Passkey(msgspec.Struct, frozen=True):
    """One key, as its user sees it and with what its use is checked by."""

    id: str
    user_id: str
    credential: bytes
    public_key: bytes
    sign_count: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


_PASSKEY: sa.Select[Any] = sa.select(
    passkey.c.id,
    passkey.c.user_id,
    passkey.c.credential,
    passkey.c.public_key,
    passkey.c.sign_count,
    passkey.c.name,
    passkey.c.created_at,
    passkey.c.last_used_at,
)


def relying_party(host: Host) -> str:
    """The name that passkeys are for, which is the host in the hall's address; empty where there can be none.

    Browsers have passkeys only for names, not for numbers such as 127.0.0.1, and only over HTTPS or at localhost.
    """
    address = urlsplit(host.settings.address)
    name = address.hostname or ""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        is_local = name == "localhost" or name.endswith(".localhost")
        return name if address.scheme == "https" or is_local else ""
    return ""


def options_to_prove(host: Host, about: str = "") -> dict[str, Any]:
    """What a browser is asked for who is there: anybody who has a passkey here, or `about`, a user's id."""
    return {
        "challenge": _challenge(host, about),
        "rpId": relying_party(host),
        "userVerification": "required",
        "timeout": int(LIFETIME.total_seconds()) * 1_000,
    }


def options_to_add(host: Host, caller: Principal, keys: list[Passkey]) -> dict[str, Any]:
    """What a browser is asked for a new passkey of the caller, who has these."""
    return {
        "challenge": _challenge(host, caller.user_id),
        "rp": {"id": relying_party(host), "name": "Gamehall"},
        "user": {"id": _text(caller.user_id.encode()), "name": caller.username, "displayName": caller.display_name},
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in _ALGORITHMS],
        "excludeCredentials": [{"type": "public-key", "id": _text(each.credential)} for each in keys],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
        "attestation": "none",
        "timeout": int(LIFETIME.total_seconds()) * 1_000,
    }


def _challenge(host: Host, about: str) -> str:
    """A random text that only the hall can have made, and that tells it when; so none need be stored."""
    return _text(seal(host.secret, _PURPOSE, about, now().isoformat().encode()))


def is_fresh(host: Host, challenge: bytes, about: str) -> bool:
    """Whether the hall has asked this in the last minutes, of whom it is about."""
    at = unseal(host.secret, _PURPOSE, about, challenge)
    return at is not None and datetime.fromisoformat(at.decode()) > now() - LIFETIME


def _text(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def list_passkeys(connection: sa.Connection, user_id: str) -> list[Passkey]:
    """The user's, the oldest first."""
    own = _PASSKEY.where(passkey.c.user_id == user_id).order_by(passkey.c.id)
    return [Passkey(*row) for row in connection.execute(own)]


def find_passkey(connection: sa.Connection, credential: bytes) -> tuple[Passkey, User] | None:
    """The key that browsers know by this id, and whose it is: somebody active."""
    row = connection.execute(_PASSKEY.where(passkey.c.credential == credential)).first()
    person = find_user(connection, row.user_id) if row else None
    return (Passkey(*row), person) if row and person and person.is_active else None


def add_passkey(
    connection: sa.Connection, user_id: str, name: str, credential: bytes, public_key: bytes, sign_count: int
) -> None:
    """Raises Problem `invalid` for one key too many, or `already-exists`."""
    if len(list_passkeys(connection, user_id)) >= MOST:
        message = _("You have {most} passkeys already; remove one first.", most=MOST)
        raise Problem("invalid", message, errors=(FieldError("name", message),))
    row = {"id": new_id(), "user_id": user_id, "credential": credential, "public_key": public_key, "name": name}
    try:
        with connection.begin_nested():
            connection.execute(passkey.insert(), row | {"sign_count": sign_count, "created_at": now()})
    except sa.exc.IntegrityError as error:
        raise Problem("already-exists", _("This passkey is here already.")) from error
    audit.note(connection, "passkey.added", about=user_id)


def use_passkey(connection: sa.Connection, key: Passkey, challenge: bytes, sign_count: int) -> bool:
    """Puts down that the key has answered this challenge; false where the challenge was answered before, or the key
    has been used or removed meanwhile."""
    connection.execute(answered.delete().where(answered.c.at < now() - 2 * LIFETIME))
    try:
        with connection.begin_nested():
            connection.execute(answered.insert(), {"challenge": sha256(challenge).digest(), "at": now()})
    except sa.exc.IntegrityError:
        return False
    same = sa.and_(passkey.c.id == key.id, passkey.c.sign_count == key.sign_count)
    used = connection.execute(passkey.update().where(same).values(sign_count=sign_count, last_used_at=now()))
    return used.rowcount == 1


def remove_passkey(connection: sa.Connection, user_id: str, passkey_id: str) -> None:
    """Raises Problem `not-found` when it is none of theirs."""
    own = sa.and_(passkey.c.id == passkey_id, passkey.c.user_id == user_id)
    if connection.execute(passkey.delete().where(own)).rowcount != 1:
        raise Problem("not-found", _("There is no such passkey; perhaps it was removed already."))
    audit.note(connection, "passkey.removed", about=user_id)
