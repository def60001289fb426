"""The transactions of tokens: signing a device in, exchanging its token, seeing and ending it.

A successor is not random but derived from the token it follows, the hall's secret and a nonce in the row, none of
which is enough without the others. So every exchange of one token, at the same time or repeated because the answer
was lost, gives the same successor, although the hall cannot tell a token it has given out.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from gamehall import answers
from gamehall.accounts import User
from gamehall.database import serialize_on
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.tables import new_id, now, user
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.tables import token
from gamehall_enhanced_auth.wording import digest, spell

__all__ = [
    "AUTHENTICATOR",
    "Found",
    "Grant",
    "Standing",
    "find",
    "issue",
    "live_tokens",
    "note_uses",
    "prune",
    "revoke",
    "rotate",
    "standing_of",
]

AUTHENTICATOR = "token"

Found = sa.Row[Any]
"""A row of the token table with `username`, `display_name`, `is_admin`, `is_active` and `user_epoch` of its user."""


class Standing(Enum):
    """What a token is worth now: `GRACE` and `REUSED` have a successor, and only the first is still accepted."""

    LIVE = auto()
    GRACE = auto()
    REUSED = auto()
    EXPIRED = auto()
    REVOKED = auto()
    UNKNOWN = auto()


class Grant(answers.Grant, frozen=True):
    """A token, told this once. `token_id` names the device's sign-in and stays when the token is exchanged."""

    family_expires_at: datetime


_FIND = (
    sa.select(
        token,
        user.c.username,
        user.c.display_name,
        user.c.is_admin,
        user.c.is_active,
        user.c.auth_epoch.label("user_epoch"),
    )
    .join(user, user.c.id == token.c.user_id)
    .where(token.c.token_hash == sa.bindparam("token_hash"))
)


def find(connection: sa.Connection, token_hash: bytes) -> Found | None:
    return connection.execute(_FIND, {"token_hash": token_hash}).first()


def standing_of(found: Found | None, at: datetime, grace: timedelta) -> Standing:
    """What this token is worth. That it was exchanged counts before its age: an old one that returns was stolen."""
    if found is None:
        return Standing.UNKNOWN
    if found.revoked_at is not None or not found.is_active or found.auth_epoch != found.user_epoch:
        return Standing.REVOKED
    if found.superseded_at is not None:
        return Standing.GRACE if at < found.superseded_at + grace else Standing.REUSED
    return Standing.LIVE if at < found.expires_at else Standing.EXPIRED


def issue(connection: sa.Connection, owner: User, device: Mapping[str, str], lifetimes: Lifetimes) -> Grant:
    """A new family for this user. `device` has the columns `device_name` and `device_info`.

    Ends the families used longest ago where the user would have too many.
    """
    serialize_on(connection, _tokens_of(owner.id))
    at = now()
    surplus = live_tokens(connection, owner.id)[lifetimes.tokens_per_user - 1 :]
    _end(connection, owner.id, [row.family_id for row in surplus])
    values = {
        "family_id": new_id(),
        "generation": 0,
        "user_id": owner.id,
        "auth_epoch": owner.auth_epoch,
        "created_at": at,
        "family_expires_at": at + lifetimes.family,
        **device,
    }
    return _insert(connection, spell(secrets.token_bytes(32)), values, at, lifetimes)


def rotate(connection: sa.Connection, text: str, secret: bytes, lifetimes: Lifetimes) -> Grant | Standing:
    """Exchanges a token for its successor; when that cannot be, what the token is worth instead.

    A token that comes back after its grace ends its family: somebody else has had it.
    """
    found = find(connection, digest(text))
    if found is None:
        return Standing.UNKNOWN
    serialize_on(connection, _tokens_of(found.user_id))
    found = find(connection, digest(text))  # as whoever held the lock before left it
    at = now()
    standing = standing_of(found, at, lifetimes.grace)
    if found is None or standing in (Standing.EXPIRED, Standing.REVOKED):
        return standing
    if standing is Standing.REUSED:
        end_stolen(connection, found)
        return standing
    if standing is Standing.GRACE:
        successor = _successor(secret, text, found, found.rotation_nonce)
        kept = find(connection, digest(successor))
        # None when the hall's secret was changed in between: then nobody can tell the successor any more.
        return Standing.REVOKED if kept is None else _grant(successor, kept._mapping, at)
    nonce = secrets.token_bytes(16)
    connection.execute(
        token.update()
        .where(token.c.family_id == found.family_id, token.c.generation == found.generation)
        .values(superseded_at=at, rotation_nonce=nonce)
    )
    carried = ("family_id", "user_id", "auth_epoch", "device_name", "device_info", "created_at", "family_expires_at")
    values = {name: found._mapping[name] for name in carried} | {"generation": found.generation + 1}
    return _insert(connection, _successor(secret, text, found, nonce), values, at, lifetimes)


def _successor(secret: bytes, text: str, found: Found, nonce: bytes) -> str:
    generation = str(found.generation + 1)
    message = b"\0".join((b"token successor", found.family_id.encode(), generation.encode(), text.encode(), nonce))
    return spell(hmac.digest(secret, message, "sha256"))


def _insert(
    connection: sa.Connection, text: str, values: Mapping[str, Any], at: datetime, lifetimes: Lifetimes
) -> Grant:
    expires_at = min(at + lifetimes.token, values["family_expires_at"])
    row = {**values, "token_hash": digest(text), "last_used_at": at, "expires_at": expires_at}
    connection.execute(token.insert(), row)
    return _grant(text, row, at)


def _grant(text: str, row: Mapping[Any, Any], at: datetime) -> Grant:
    seconds = int((row["expires_at"] - at).total_seconds())
    return Grant(text, row["family_id"], row["expires_at"], seconds, row["family_expires_at"])


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
    """Ends a family, of this user if one is given; whether there was one to end."""
    owner = connection.scalar(sa.select(token.c.user_id).where(token.c.family_id == family_id).limit(1))
    if owner is None or user_id not in (None, owner):
        return False
    serialize_on(connection, _tokens_of(owner))
    return _end(connection, owner, [family_id])


def end_stolen(connection: sa.Connection, found: Found) -> None:
    """Ends the family of a token that was used again after its exchange, and tells its user."""
    serialize_on(connection, _tokens_of(found.user_id))
    if _end(connection, found.user_id, [found.family_id]):
        device = found.device_name or "A device"
        text = f"{device} was signed out: an old token of it was used again, so somebody else may have had it."
        emit(connection, [NewEvent("notice", (user_channel(found.user_id),), {"text": text})])


def _end(connection: sa.Connection, user_id: str, family_ids: Collection[str]) -> bool:
    """Revokes every token of these families, under the user's lock; whether there was any."""
    if not family_ids:
        return False
    ended = connection.execute(
        token.update().where(token.c.family_id.in_(family_ids), token.c.revoked_at.is_(None)).values(revoked_at=now())
    )
    if ended.rowcount == 0:
        return False
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


def prune(connection: sa.Connection, before: datetime, limit: int) -> int:
    """Forgets up to `limit` tokens that expired before a time; how many they were."""
    key = sa.tuple_(token.c.family_id, token.c.generation)
    old = sa.select(token.c.family_id, token.c.generation).where(token.c.expires_at < before).limit(limit)
    return connection.execute(token.delete().where(key.in_(old))).rowcount
