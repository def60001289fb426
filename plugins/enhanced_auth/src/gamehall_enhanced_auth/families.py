"""The transactions of tokens: signing a device in, exchanging its token, seeing and ending it.

A successor is not random but derived from the token it follows, the hall's secret and a nonce in the row, none of
which is enough without the others. So every exchange of one token, at the same time or repeated because the answer
was lost, gives the same successor, although the hall cannot tell a token it has given out.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from gamehall import answers, audit
from gamehall.accounts import User, printable
from gamehall.database import Prepared, serialize_on
from gamehall.declare import SCOPES, Host
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.tables import new_id, now, user
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.tables import DEVICE, SCRIPT, token
from gamehall_enhanced_auth.wording import digest, spell

__all__ = [
    "AUTHENTICATOR",
    "FIND",
    "MAX_NAME",
    "Found",
    "Grant",
    "Standing",
    "end_stolen",
    "find",
    "issue",
    "issue_to_script",
    "live_tokens",
    "note_first_use",
    "note_uses",
    "revoke",
    "revoke_others",
    "rotate",
    "standing_of",
]

_ = catalogue(__name__)

AUTHENTICATOR = "token"

MAX_NAME = 100
_AFTER_FIRST_USE = timedelta(seconds=10)
_HOUR = timedelta(hours=1)

Found = Any
"""A row of the token table with `username`, `display_name`, `is_admin`, `is_active` and `user_epoch` of its user, and
`followed_at`, when its successor was first used."""


class Standing(Enum):
    """What a token is worth now. `GRACE`, `FOLLOWED` and `REUSED` have a successor: the first is still accepted, the
    second can still be exchanged for that successor, and the third has been stolen."""

    LIVE = auto()
    GRACE = auto()
    FOLLOWED = auto()
    REUSED = auto()
    EXPIRED = auto()
    REVOKED = auto()
    UNKNOWN = auto()


class Grant(answers.Grant, frozen=True):
    """A token, told this once. `token_id` names the device's sign-in and stays when the token is exchanged."""

    family_expires_at: datetime
    scopes: tuple[str, ...]


_next = token.alias("next")


def _finding(*columns: sa.Column[Any]) -> Prepared:
    return Prepared(
        sa.select(
            *columns,
            sa.select(_next.c.first_used_at)
            .where(_next.c.family_id == token.c.family_id, _next.c.generation == token.c.generation + 1)
            .scalar_subquery()
            .label("followed_at"),
            user.c.username,
            user.c.display_name,
            user.c.is_admin,
            user.c.is_active,
            user.c.auth_epoch.label("user_epoch"),
        )
        .join(user, user.c.id == token.c.user_id)
        .where(token.c.token_hash == sa.bindparam("token_hash"))
    )


_EXCHANGED_WITH = ("created_at", "device_info", "family_expires_at", "rotation_nonce", "token_hash")
FIND = _finding(*(column for column in token.c if column.name not in _EXCHANGED_WITH))
"""What every request asks of its token: all but what matters only where the token is exchanged."""
_FIND_ALL = _finding(*token.c)


def find(connection: sa.Connection, token_hash: bytes) -> Found | None:
    return next(iter(_FIND_ALL.rows(connection, token_hash=token_hash)), None)


def standing_of(found: Found | None, at: datetime, grace: timedelta) -> Standing:
    """What this token is worth. That it was exchanged counts before its age: an old one that returns was stolen."""
    if found is None:
        return Standing.UNKNOWN
    if found.revoked_at is not None or not found.is_active or found.auth_epoch != found.user_epoch:
        return Standing.REVOKED
    if found.superseded_at is not None:
        if at >= found.superseded_at + grace:
            return Standing.REUSED
        is_followed = found.followed_at is not None and at >= found.followed_at + _AFTER_FIRST_USE
        return Standing.FOLLOWED if is_followed else Standing.GRACE
    return Standing.LIVE if at < found.expires_at else Standing.EXPIRED


def issue(
    connection: sa.Connection,
    owner: User,
    device: Mapping[str, str],
    lifetimes: Lifetimes,
    scopes: Collection[str] = SCOPES,
) -> Grant:
    """A device's first token. `device` has the columns `device_name` and `device_info`.

    Ends the families used longest ago where the user would have too many.
    """
    columns = {"kind": DEVICE, "scopes": _in_order(scopes), **device}
    return _begin(connection, owner, columns, lifetimes, lifetimes.family)


def issue_to_script(
    connection: sa.Connection, owner: User, name: str, scopes: Collection[str], days: int, lifetimes: Lifetimes
) -> Grant:
    """A token that lasts so many days and is never exchanged, otherwise as `issue`.

    Raises Problem `invalid` that names `device_name`, `days` or `scopes`.
    """
    tidy = printable(name).strip()
    if not 1 <= len(tidy) <= MAX_NAME:
        raise _wrong("device_name", _("Use 1 to {most} characters.", most=MAX_NAME))
    if not 1 <= days <= lifetimes.script_token_days:
        raise _wrong("days", _("Use 1 to {most} days.", most=lifetimes.script_token_days))
    if "admin" in scopes and not owner.is_admin:
        raise _wrong("scopes", _("Only an admin's token can do what admins do."))
    columns = {"kind": SCRIPT, "scopes": _in_order(scopes), "device_name": tidy, "device_info": "{}"}
    return _begin(connection, owner, columns, lifetimes, timedelta(days=days))


def _wrong(field: str, message: str) -> Problem:
    return Problem("invalid", message, errors=(FieldError(field, message),))


def _in_order(scopes: Collection[str]) -> str:
    """The scopes as they are stored; whoever may do anything may look as well."""
    return " ".join(each for each in SCOPES if each in scopes or each == "read")


def _begin(
    connection: sa.Connection, owner: User, columns: Mapping[str, str], lifetimes: Lifetimes, lasts: timedelta
) -> Grant:
    serialize_on(connection, _tokens_of(owner.id))
    at = now()
    surplus = live_tokens(connection, owner.id)[lifetimes.tokens_per_user - 1 :]
    _end(connection, owner.id, [row.family_id for row in surplus], reason="made room")
    values = {
        "family_id": new_id(),
        "generation": 0,
        "user_id": owner.id,
        "auth_epoch": owner.auth_epoch,
        "created_at": at,
        "family_expires_at": at + lasts,
        **columns,
    }
    grant = _insert(connection, spell(secrets.token_bytes(32)), values, at, lifetimes)
    facts = {"kind": columns["kind"], "scopes": grant.scopes}
    audit.note(connection, "token.issued", about=owner.id, subject=grant.token_id, **facts)
    return grant


def rotate(connection: sa.Connection, text: str, host: Host) -> Grant | Standing:
    """Exchanges a token for its successor; when that cannot be, what the token is worth instead.

    A token that comes back after its grace ends its family: somebody else has had it. Raises Problem `not-possible`
    for a script's token, and `too-many-requests` when a device exchanges too often; the same once more is not counted.
    """
    found = find(connection, digest(text))
    if found is None:
        return Standing.UNKNOWN
    serialize_on(connection, _tokens_of(found.user_id))
    found = find(connection, digest(text))  # as whoever held the lock before left it
    at, lifetimes = now(), host.plugin_settings(Lifetimes)
    standing = standing_of(found, at, lifetimes.grace)
    if found is None or standing in (Standing.EXPIRED, Standing.REVOKED):
        return standing
    if found.kind == SCRIPT:
        raise Problem("not-possible", "A script's token lasts until its end; make another one before that.")
    if standing is Standing.REUSED:
        end_stolen(connection, found)
        return standing
    if standing is not Standing.LIVE:
        successor = _successor(host.secret, text, found, found.rotation_nonce)
        kept = find(connection, digest(successor))
        # None when the hall's secret was changed in between: then nobody can tell the successor any more.
        return Standing.REVOKED if kept is None else _grant(successor, kept._asdict(), at)
    if host.settings.rate_limits:
        _check_pace(connection, found, lifetimes.refreshes_per_hour, at)
    nonce = secrets.token_bytes(16)
    connection.execute(
        token.update()
        .where(token.c.family_id == found.family_id, token.c.generation == found.generation)
        .values(superseded_at=at, rotation_nonce=nonce)
    )
    values = {name: getattr(found, name) for name in _CARRIED} | {"generation": found.generation + 1}
    return _insert(connection, _successor(host.secret, text, found, nonce), values, at, lifetimes)


def _check_pace(connection: sa.Connection, found: Found, most: int, at: datetime) -> None:
    """Raises Problem `too-many-requests` when the family's token was exchanged so often within the last hour.

    The rows themselves are the count: so what gives the same successor again is not in it, and no answer that was lost
    keeps a device out.
    """
    earlier = sa.and_(token.c.family_id == found.family_id, token.c.generation == found.generation - most)
    exchanged_at = connection.scalar(sa.select(token.c.superseded_at).where(earlier))
    if exchanged_at is not None and at < exchanged_at + _HOUR:
        seconds = math.ceil((exchanged_at + _HOUR - at).total_seconds())
        raise Problem(
            "too-many-requests",
            "The token was exchanged too often; it can be used as it is.",
            headers={"Retry-After": str(seconds)},
        )


_CARRIED = (
    *("family_id", "user_id", "auth_epoch", "kind", "scopes"),
    *("device_name", "device_info", "created_at", "family_expires_at"),
)


def _successor(secret: bytes, text: str, found: Found, nonce: bytes) -> str:
    generation = str(found.generation + 1)
    message = b"\0".join((b"token successor", found.family_id.encode(), generation.encode(), text.encode(), nonce))
    return spell(hmac.digest(secret, message, "sha256"))


def _insert(
    connection: sa.Connection, text: str, values: Mapping[str, Any], at: datetime, lifetimes: Lifetimes
) -> Grant:
    ends = values["family_expires_at"]
    expires_at = ends if values["kind"] == SCRIPT else min(at + lifetimes.token, ends)
    row = {**values, "token_hash": digest(text), "last_used_at": at, "expires_at": expires_at}
    connection.execute(token.insert(), row)
    return _grant(text, row, at)


def _grant(text: str, row: Mapping[Any, Any], at: datetime) -> Grant:
    seconds = int((row["expires_at"] - at).total_seconds())
    scopes = tuple(row["scopes"].split())
    return Grant(text, row["family_id"], row["expires_at"], seconds, row["family_expires_at"], scopes)


def live_tokens(connection: sa.Connection, user_id: str | None = None) -> list[Found]:
    """The tokens that work now, of a user or of everybody: one for each device, the one used last first.

    Each has the `username` of its user.
    """
    query = _live(now()).order_by(token.c.last_used_at.desc())
    return list(connection.execute(query if user_id is None else query.where(token.c.user_id == user_id)))


def _live(at: datetime) -> sa.Select[Any]:
    same_epoch = sa.and_(user.c.id == token.c.user_id, user.c.is_active, user.c.auth_epoch == token.c.auth_epoch)
    return (
        sa.select(token, user.c.username)
        .join(user, same_epoch)
        .where(token.c.expires_at > at, token.c.superseded_at.is_(None), token.c.revoked_at.is_(None))
    )


def revoke(connection: sa.Connection, family_id: str, user_id: str | None = None) -> bool:
    """Ends a family, of this user if one is given; whether there was one that had not ended by itself."""
    owner = connection.scalar(sa.select(token.c.user_id).where(token.c.family_id == family_id).limit(1))
    if owner is None or user_id not in (None, owner):
        return False
    serialize_on(connection, _tokens_of(owner))
    if connection.execute(_live(now()).where(token.c.family_id == family_id)).first() is None:
        return False
    return _end(connection, owner, [family_id])


def revoke_others(connection: sa.Connection, user_id: str, kept: str = "") -> int:
    """Ends every family of the user but the one that is to be kept; how many there were."""
    serialize_on(connection, _tokens_of(user_id))
    others = [row.family_id for row in live_tokens(connection, user_id) if row.family_id != kept]
    _end(connection, user_id, others)
    return len(others)


def end_stolen(connection: sa.Connection, found: Found) -> None:
    """Ends the family of a token that was used again after its exchange, and tells its user."""
    serialize_on(connection, _tokens_of(found.user_id))
    if _end(connection, found.user_id, [found.family_id], reason="reused"):
        audit.note(connection, "token.reused", about=found.user_id, subject=found.family_id)
        told = {"device_name": found.device_name}
        emit(connection, [NewEvent("token_reused", (user_channel(found.user_id),), told)])


def _end(connection: sa.Connection, user_id: str, family_ids: Collection[str], reason: str = "asked for") -> bool:
    """Revokes every token of these families, under the user's lock; whether there was any.

    What is revoked has expired as well: so one index tells what can be forgotten.
    """
    if not family_ids:
        return False
    at = sa.literal(now(), token.c.expires_at.type)
    ended = connection.execute(
        token.update()
        .where(token.c.family_id.in_(family_ids), token.c.revoked_at.is_(None))
        .values(revoked_at=at, expires_at=sa.case((token.c.expires_at > at, at), else_=token.c.expires_at))
    )
    if ended.rowcount == 0:
        return False
    for each in family_ids:
        audit.note(connection, "token.revoked", about=user_id, subject=each, reason=reason)
    ids = [{"user_id": user_id, "authenticator": AUTHENTICATOR, "credential": each} for each in family_ids]
    emit(connection, [NewEvent("credential_ended", (user_channel(user_id),), each) for each in ids])
    return True


def _tokens_of(user_id: str) -> str:
    """The name under which changes to a user's tokens wait for each other, so that ending a family cannot miss a
    successor that is just being made."""
    return f"tokens of {user_id}"


_NOTE_USE = (
    token.update()
    .where(token.c.family_id == sa.bindparam("family"), token.c.superseded_at.is_(None))
    .where(token.c.last_used_at < sa.bindparam("at"))
    .values(last_used_at=sa.bindparam("at"))
)


def note_uses(connection: sa.Connection, uses: Mapping[str, datetime]) -> None:
    """Puts down when families were last used."""
    connection.execute(_NOTE_USE, [{"family": family, "at": at} for family, at in uses.items()])


def note_first_use(connection: sa.Connection, family_id: str, generation: int) -> None:
    """Puts down that this token has arrived at whoever it was made for."""
    this = sa.and_(token.c.family_id == family_id, token.c.generation == generation)
    connection.execute(token.update().where(this, token.c.first_used_at.is_(None)).values(first_used_at=now()))
