"""Links by which people become friends: each user has one, and whoever opens it needs no answer. A new link makes the
old one worthless."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.accounts import User, find_user
from gamehall.codes import code_for, id_in
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall_friends.choices import change_choices
from gamehall_friends.tables import choice

__all__ = ["code_of", "inviter_by", "link_to", "renew"]

_ = catalogue(__name__)

_DIGITS = 16
_ID = 26


def _purpose(renewed: int) -> str:
    return f"befriend {renewed}"


def _renewed(connection: sa.Connection, user_id: str) -> int:
    """How often the user has renewed the link."""
    return connection.scalar(sa.select(choice.c.link).where(choice.c.user_id == user_id)) or 0


def code_of(connection: sa.Connection, user_id: str, secret: bytes) -> str:
    """The code in the user's link. It is derived, so that nobody who reads the database can use it."""
    return code_for(secret, _purpose(_renewed(connection, user_id)), user_id, _DIGITS)


def link_to(host: Host, code: str) -> str:
    return f"{host.settings.address}/befriend?code={code}"


def inviter_by(connection: sa.Connection, code: str, secret: bytes) -> User:
    """Who invites by this code. Raises Problem `not-found`."""
    user_id = code[:_ID].replace("\0", "")
    if id_in(secret, _purpose(_renewed(connection, user_id)), code, _DIGITS) is not None:
        inviter = find_user(connection, user_id)
        if inviter is not None and inviter.is_active:
            return inviter
    raise Problem("not-found", _("This invitation is not valid any more."))


def renew(connection: sa.Connection, user_id: str) -> None:
    """Makes a new link; by the old one nobody can become a friend any more."""
    change_choices(connection, user_id, {"link": choice.c.link + 1})
