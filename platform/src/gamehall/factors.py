"""The second step of signing in: codes of an app that change with the time (RFC 6238), and recovery codes for whoever
has lost it. An app's secret is stored sealed; of recovery codes there are only hashes."""

from __future__ import annotations

import hmac
import logging
import secrets
from datetime import datetime

import msgspec
import pyotp
import sqlalchemy as sa

from gamehall import audit
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.rates import Rate
from gamehall.sealing import seal, unseal
from gamehall.tables import now, recovery_code, second_factor

__all__ = [
    "Factor",
    "app_link",
    "begin_factor",
    "confirm_factor",
    "find_factor",
    "has_factor",
    "pending_secret",
    "remove_factor",
    "renew_recovery_codes",
    "take_code",
]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

TRIES = Rate("second_factor", 5, 15 * 60)
RECOVERY_CODES = 10
_PURPOSE = "second factor"
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # those that nobody takes for others
_GROUPS, _GROUP = 4, 4  # 79 bits


class Factor(msgspec.Struct, frozen=True):
    """A user's second factor, and how many recovery codes are left."""

    since: datetime
    codes_left: int


def has_factor(connection: sa.Connection, user_id: str) -> bool:
    """Whether the user is asked for a code when they sign in."""
    return connection.execute(_confirmed(user_id)).first() is not None


def find_factor(connection: sa.Connection, user_id: str) -> Factor | None:
    row = connection.execute(_confirmed(user_id)).first()
    if row is None:
        return None
    own = sa.select(sa.func.count()).where(recovery_code.c.user_id == user_id)
    return Factor(row.confirmed_at, connection.scalar(own) or 0)


def _confirmed(user_id: str) -> sa.Select[tuple[datetime]]:
    own = sa.and_(second_factor.c.user_id == user_id, second_factor.c.confirmed_at.is_not(None))
    return sa.select(second_factor.c.confirmed_at).where(own)


def begin_factor(connection: sa.Connection, key: bytes, user_id: str) -> None:
    """Makes a secret for the user's app, in place of one that no code was given for yet; `key` is the hall's.

    Raises Problem `not-possible` when there is a factor already.
    """
    if has_factor(connection, user_id):
        raise Problem("not-possible", _("Two-step sign-in is on already."))
    connection.execute(second_factor.delete().where(second_factor.c.user_id == user_id))
    sealed = seal(key, _PURPOSE, user_id, pyotp.random_base32().encode())
    connection.execute(
        second_factor.insert(), {"user_id": user_id, "sealed_secret": sealed, "last_step": 0, "created_at": now()}
    )


def pending_secret(connection: sa.Connection, key: bytes, user_id: str) -> str | None:
    """The secret to put into an app (base32), until the first code is given; None when nothing was begun."""
    row = connection.execute(sa.select(second_factor).where(second_factor.c.user_id == user_id)).first()
    if row is None or row.confirmed_at is not None:
        return None
    secret = unseal(key, _PURPOSE, user_id, row.sealed_secret)
    return secret.decode() if secret else None


def app_link(secret: str, username: str) -> str:
    """The `otpauth:` link by which an app takes up a secret, as a link or a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Gamehall")


async def confirm_factor(host: Host, user_id: str, code: str) -> list[str]:
    """Turns the factor on, whose app has given this first code; the recovery codes, which are shown once.

    Raises Problem `invalid` that names `code`, `not-possible` when nothing was begun, or `too-many-requests`.
    """
    await host.rates.take(TRIES, user_id)
    return await host.write(_confirm, host.secret, user_id, code)


def _confirm(connection: sa.Connection, key: bytes, user_id: str, code: str) -> list[str]:
    secret = pending_secret(connection, key, user_id)
    if secret is None:
        raise Problem("not-possible", _("There is nothing to confirm; begin again."))
    if not _take_app_code(connection, secret, user_id, code):
        message = _("This is not the code that the app shows now. If it is, see whether the device's clock is right.")
        raise Problem("invalid", message, errors=(FieldError("code", message),))
    connection.execute(second_factor.update().where(second_factor.c.user_id == user_id).values(confirmed_at=now()))
    audit.note(connection, "factor.added", about=user_id)
    return _new_codes(connection, key, user_id)


def renew_recovery_codes(connection: sa.Connection, key: bytes, user_id: str) -> list[str]:
    """New recovery codes in place of all that are left. Raises Problem `not-possible` without a factor."""
    if not has_factor(connection, user_id):
        raise Problem("not-possible", _("Two-step sign-in is off."))
    audit.note(connection, "factor.recovery_renewed", about=user_id)
    return _new_codes(connection, key, user_id)


def _new_codes(connection: sa.Connection, key: bytes, user_id: str) -> list[str]:
    connection.execute(recovery_code.delete().where(recovery_code.c.user_id == user_id))
    codes = [_new_code() for _nth in range(RECOVERY_CODES)]
    rows = [{"user_id": user_id, "code_hash": _hash(key, user_id, each)} for each in codes]
    connection.execute(recovery_code.insert(), rows)
    return codes


def _new_code() -> str:
    return "-".join("".join(secrets.choice(_LETTERS) for _letter in range(_GROUP)) for _group in range(_GROUPS))


def _hash(key: bytes, user_id: str, code: str) -> bytes:
    """With the hall's key in it: whoever has the database alone cannot even try codes."""
    letters = _plain(code)
    return hmac.digest(key, f"recovery code:{user_id}:{letters}".encode(), "sha256")


def _plain(code: str) -> str:
    """The code as it counts, however it was typed."""
    return "".join(each for each in code.casefold() if each.isalnum())[:64]


async def take_code(host: Host, user_id: str, code: str) -> None:
    """Lets on whoever gives a code that the app shows now, or a recovery code; each counts once.

    Raises Problem `invalid-code`, or `too-many-requests` after five tries.
    """
    await host.rates.take(TRIES, user_id)
    if not await host.write(_take, host.secret, user_id, code):
        raise Problem("invalid-code", _("This code is not right, or was used already. The app shows a new one soon."))


def _take(connection: sa.Connection, key: bytes, user_id: str, code: str) -> bool:
    row = connection.execute(sa.select(second_factor).where(second_factor.c.user_id == user_id)).first()
    secret = unseal(key, _PURPOSE, user_id, row.sealed_secret) if row else None
    if secret is None:
        log.error("the second factor of user %s cannot be read: was the hall's secret key changed?", user_id)
        raise Problem(
            "invalid-code",
            _(
                "This hall cannot check codes of yours any more, because its key was changed. Ask its operator to run "
                "gamehall users reset-factors for you."
            ),
        )
    if _take_app_code(connection, secret.decode(), user_id, code):
        return True
    own = sa.and_(recovery_code.c.user_id == user_id, recovery_code.c.code_hash == _hash(key, user_id, code))
    if connection.execute(recovery_code.delete().where(own)).rowcount == 1:
        audit.note(connection, "factor.recovery_used", about=user_id)
        return True
    audit.note(connection, "sign_in.code_failed", about=user_id)
    return False


def _take_app_code(connection: sa.Connection, secret: str, user_id: str, code: str) -> bool:
    """Takes the code of this half minute or of the one before or after; the same one, or an older, never again."""
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(_plain(code), for_time=now(), valid_window=1)
    except pyotp.exceptions.OTPVerificationError:
        return False
    later = sa.and_(second_factor.c.user_id == user_id, second_factor.c.last_step < step)
    return connection.execute(second_factor.update().where(later).values(last_step=step)).rowcount == 1


def remove_factor(connection: sa.Connection, user_id: str) -> bool:
    """Takes the second factor and its recovery codes away, if there is one; whether there was."""
    for table in (recovery_code, second_factor):
        removed = connection.execute(table.delete().where(table.c.user_id == user_id)).rowcount
    if removed:
        audit.note(connection, "factor.removed", about=user_id)
    return bool(removed)
