"""Links that are sent by mail and give a right once. Nobody who reads the database can use one: stored is the hash of
its code, and a mail that waits has a mark in its place, of which only the hall makes the code again.

A link ends with its time, with the next one of its kind, and with whatever ends every sign-in of its user.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Literal

import sqlalchemy as sa

from gamehall.accounts import User, find_user
from gamehall.codes import code_for
from gamehall.database import serialize_on
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.tables import new_id, now, one_time_link, user

__all__ = [
    "Purpose",
    "end_links",
    "find_link",
    "make_link",
    "pending_address",
    "unveiled",
    "use_link",
    "veiled",
]

_ = catalogue(__name__)

Purpose = Literal["password", "email"]

_DIGITS = 48
_CODE = re.compile(rf"([0-9a-z]{{26}})[0-9a-f]{{{_DIGITS}}}", re.ASCII)
_MARK = re.compile(r"\{link ([0-9a-z]{26})\}", re.ASCII)


def make_link(
    connection: sa.Connection, purpose: Purpose, person: User, email: str, lifetime: timedelta, secret: bytes
) -> str:
    """The code of a new link for this user, which goes to `email`; one of this kind that they had is worth nothing."""
    serialize_on(connection, f"links of {person.id}")
    end_links(connection, person.id, purpose)
    code = _code(secret, person.id, new_id())
    row = {
        "code_hash": _hash(code),
        "purpose": purpose,
        "user_id": person.id,
        "auth_epoch": person.auth_epoch,
        "email": email,
        "expires_at": now() + lifetime,
    }
    connection.execute(one_time_link.insert(), row)
    return code


def _code(secret: bytes, user_id: str, link_id: str) -> str:
    return code_for(secret, f"one-time link:{user_id}", link_id, _DIGITS)


def veiled(code: str) -> str:
    """What stands for a code in a text that is stored."""
    found = _CODE.fullmatch(code)
    return f"{{link {found[1]}}}" if found else ""


def unveiled(text: str, user_id: str, secret: bytes) -> str:
    """The text as it is sent to this user, with codes in the place of what stands for them.

    A mark of somebody else's link becomes no code of it: whoever has seen one in the database could put it into their
    own name, which stands in mails to them.
    """
    return _MARK.sub(lambda mark: _code(secret, user_id, mark[1]), text)


def end_links(connection: sa.Connection, user_id: str, purpose: Purpose | None = None) -> None:
    """Makes links of the user worth nothing: those of one kind, or all."""
    own = one_time_link.delete().where(one_time_link.c.user_id == user_id)
    connection.execute(own if purpose is None else own.where(one_time_link.c.purpose == purpose))


def find_link(connection: sa.Connection, purpose: Purpose, code: str) -> tuple[User, str]:
    """Whose link this is, and the address that it went to; looking does not use it up.

    Raises Problem `not-found`, whatever is wrong with it.
    """
    row = connection.execute(_live(purpose).where(one_time_link.c.code_hash == _hash(code))).first()
    person = find_user(connection, row.user_id) if row else None
    if row is None or person is None or not _CODE.fullmatch(code):
        raise Problem("not-found", _("This link works no more: it was used, is too old, or is not whole."))
    return person, row.email


def use_link(connection: sa.Connection, purpose: Purpose, code: str) -> tuple[User, str]:
    """The same, and the link is used up: of several at once one gets it. Raises Problem `not-found`."""
    found = find_link(connection, purpose, code)
    used = connection.execute(one_time_link.delete().where(one_time_link.c.code_hash == _hash(code)))
    if used.rowcount != 1:
        raise Problem("not-found", _("This link works no more: it was used, is too old, or is not whole."))
    return found


def pending_address(connection: sa.Connection, user_id: str) -> str:
    """The address that waits to be confirmed by its reader; empty when none does."""
    return connection.scalar(_live("email").with_only_columns(one_time_link.c.email).where(user.c.id == user_id)) or ""


def _live(purpose: Purpose) -> sa.Select[tuple[str, str]]:
    return (
        sa.select(one_time_link.c.user_id, one_time_link.c.email)
        .join(user, user.c.id == one_time_link.c.user_id)
        .where(
            one_time_link.c.purpose == purpose,
            one_time_link.c.expires_at > now(),
            one_time_link.c.auth_epoch == user.c.auth_epoch,
            user.c.is_active,
        )
    )


def _hash(code: str) -> bytes:
    return hashlib.sha256(code.encode(errors="replace")).digest()
