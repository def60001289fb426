"""Signing in with a browser: a random value in a cookie, its hash in the database, nothing for anybody else."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from gamehall import audit
from gamehall.accounts import User, printable
from gamehall.database import Prepared
from gamehall.declare import Authenticator, Host, Listener, Principal
from gamehall.events import Event, NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import new_id, now, user

from .cookies import make_cookie, sent_cookie
from .framing import framed, keep_frame
from .tables import IDLE, session

__all__ = [
    "SESSION",
    "Session",
    "authenticator",
    "confirm_session",
    "confirmed_at",
    "cookie_value",
    "end_other_sessions",
    "end_session",
    "forgotten_cookie",
    "list_sessions",
    "start_session",
    "tidying",
]

_ = catalogue(__name__)

SESSION = "session"
LONGEST = timedelta(days=30)
SEEN_EVERY = timedelta(minutes=5)
_CONFIRMED_AT = "web_htmx_confirmed_at"

Asking = ASGIConnection[Any, Any, Any, Any]


class Session(msgspec.Struct, frozen=True):
    """One browser that is signed in."""

    id: str
    created_at: datetime
    last_seen_at: datetime
    user_agent: str


def cookie_value(host: Host, connection: Asking) -> str:
    """The session cookie's value as it was sent, valid or not; empty without one."""
    return sent_cookie(host, connection, SESSION)


def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def forgotten_cookie(host: Host) -> Cookie:
    """What makes a browser forget its session."""
    return make_cookie(host, SESSION, "", timedelta())


async def start_session(host: Host, connection: Asking, person: User) -> Cookie:
    """Signs this browser in, always under a fresh value, and ends the session that it had."""
    value = secrets.token_urlsafe(32)
    agent = printable(connection.headers.get("user-agent", ""))[:200]
    await host.write(_start, _hash(value), person, agent, _hash(cookie_value(host, connection)))
    return make_cookie(host, SESSION, value, LONGEST)


def _start(connection: sa.Connection, cookie_hash: str, person: User, agent: str, old_hash: str) -> None:
    moment = now()
    old = connection.execute(
        sa.select(session.c.id, session.c.user_id).where(session.c.cookie_hash == old_hash)
    ).first()
    if old is not None:
        _end(connection, old.user_id, [old.id])
    connection.execute(
        session.insert(),
        {
            "id": new_id(),
            "cookie_hash": cookie_hash,
            "user_id": person.id,
            "auth_epoch": person.auth_epoch,
            "created_at": moment,
            "last_seen_at": moment,
            "confirmed_at": moment,
            "is_admin": person.is_admin,
            "user_agent": agent,
        },
    )


_LIVE = sa.and_(
    session.c.last_seen_at > sa.bindparam("seen_since"),
    session.c.created_at > sa.bindparam("begun_since"),
    session.c.auth_epoch == user.c.auth_epoch,
    session.c.is_admin == user.c.is_admin,
    user.c.is_active,
)
"""The session has not expired, its user is what they were when it began, and nothing has ended all of theirs."""

_FIND = Prepared(
    framed(
        sa.select(
            session.c.id,
            session.c.last_seen_at,
            session.c.confirmed_at,
            user.c.id.label("user_id"),
            user.c.username,
            user.c.display_name,
            user.c.is_admin,
            user.c.is_guest,
        )
        .join(user, user.c.id == session.c.user_id)
        .where(session.c.cookie_hash == sa.bindparam("cookie"), _LIVE)
    )
)


def _at(moment: datetime) -> dict[str, datetime]:
    """What makes a session a live one at this moment."""
    return {"seen_since": moment - IDLE, "begun_since": moment - LONGEST}


def authenticator(host: Host) -> Authenticator:
    """Tells by the session cookie who is looking at the pages; the API never asks it."""

    async def identify(connection: Asking) -> Principal | None:
        value, moment = cookie_value(host, connection), now()
        rows = await host.look(_FIND, cookie=_hash(value), **_at(moment)) if value else []
        if not rows:
            return None
        row = rows[0]
        connection.scope["state"][_CONFIRMED_AT] = row.confirmed_at
        keep_frame(connection, rows)
        if row.last_seen_at < moment - SEEN_EVERY:
            await host.write(_touch, row.id)
        name, admin, guest = row.display_name, row.is_admin, row.is_guest
        return Principal(row.user_id, row.username, name, admin, SESSION, row.id, is_guest=guest)

    return Authenticator(name=SESSION, area="pages", identify=identify)


def confirmed_at(connection: Asking) -> datetime | None:
    """When the person who asks by this session last proved who they are; None where that is not known."""
    moment: datetime | None = connection.scope["state"].get(_CONFIRMED_AT)
    return moment


async def confirm_session(host: Host, connection: Asking, principal: Principal) -> Cookie:
    """Puts down that the person at this browser has just proved who they are. The session goes on under a fresh value,
    so that whoever knew the old one has gained nothing.

    Raises Problem `forbidden` where the session has ended meanwhile.
    """
    value = secrets.token_urlsafe(32)
    await host.write(_confirm, principal, _hash(cookie_value(host, connection)), _hash(value))
    return make_cookie(host, SESSION, value, LONGEST)


def _confirm(connection: sa.Connection, principal: Principal, old_hash: str, new_hash: str) -> None:
    own = sa.and_(session.c.id == principal.credential, session.c.cookie_hash == old_hash)
    changed = connection.execute(session.update().where(own).values(cookie_hash=new_hash, confirmed_at=now()))
    if changed.rowcount != 1:
        raise Problem("forbidden", _("This browser has been signed out meanwhile. Sign in again."))
    audit.note(connection, "session.confirmed", about=principal.user_id)


def _touch(connection: sa.Connection, session_id: str) -> None:
    # An update, so that a session which ended in the meantime does not come back.
    connection.execute(session.update().where(session.c.id == session_id).values(last_seen_at=now()))


def list_sessions(connection: sa.Connection, user_id: str) -> list[Session]:
    """The user's live sessions, the one seen last first."""
    query = (
        sa.select(session.c.id, session.c.created_at, session.c.last_seen_at, session.c.user_agent)
        .join(user, user.c.id == session.c.user_id)
        .where(session.c.user_id == user_id, _LIVE)
        .order_by(session.c.last_seen_at.desc(), session.c.id)
    )
    return [Session(*row) for row in connection.execute(query, _at(now()))]


def tidying(host: Host) -> Listener:
    """Removes the sessions of a user whose every sign-in has ended; they are worth nothing since that moment."""

    async def tidy(event: Event) -> None:
        ended = event.values()
        if ended["credential"] == "*":
            await host.write(_remove_dead, ended["user_id"])

    return Listener("credential_ended", tidy)


def _remove_dead(connection: sa.Connection, user_id: str) -> None:
    epoch = sa.select(user.c.auth_epoch).where(user.c.id == user_id).scalar_subquery()
    connection.execute(session.delete().where(session.c.user_id == user_id, session.c.auth_epoch < epoch))


def end_session(connection: sa.Connection, user_id: str, session_id: str) -> None:
    """Signs one of the user's browsers out. Raises Problem `not-found` when it is none of theirs."""
    if not _end(connection, user_id, [session_id]):
        raise Problem("not-found", _("There is no such session; perhaps it has ended already."))
    audit.note(connection, "session.ended", about=user_id)


def end_other_sessions(connection: sa.Connection, user_id: str, kept: str) -> int:
    """Signs the user out in every browser but the one with the session `kept`; how many there were."""
    others = connection.scalars(sa.select(session.c.id).where(session.c.user_id == user_id, session.c.id != kept))
    ended = _end(connection, user_id, list(others))
    if ended:
        audit.note(connection, "session.ended", about=user_id, browsers=ended)
    return ended


def _end(connection: sa.Connection, user_id: str, ids: list[str]) -> int:
    ended = connection.execute(session.delete().where(session.c.user_id == user_id, session.c.id.in_(ids)))
    emit(
        connection,
        [
            NewEvent(
                "credential_ended",
                (user_channel(user_id),),
                {"user_id": user_id, "authenticator": SESSION, "credential": each},
            )
            for each in ids
        ],
    )
    return ended.rowcount
