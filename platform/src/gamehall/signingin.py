"""Signing in with a name and a password, whatever the credential is that comes of it."""

from __future__ import annotations

import contextlib

import sqlalchemy as sa

from gamehall import audit
from gamehall.accounts import User, user_for_login
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.passwords import normal_password
from gamehall.problems import Problem
from gamehall.tables import user

__all__ = ["sign_in"]

_ = catalogue(__name__)


async def sign_in(host: Host, username: str, password: str) -> User:
    """The active user with this name (or e-mail address) and password.

    Raises Problem `invalid-credentials`, the same whatever is wrong and after the same work, or `busy`.
    """
    found = await host.read(user_for_login, username)
    # Guests and the accounts of plugins have none.
    password_hash = found[1] if found and found[1] else None
    matches = await host.passwords.matches(password_hash, password)
    if found is None or not matches or not found[0].is_active:
        await host.write(audit.note, "sign_in.failed", about=found[0].id if found else None)
        raise Problem("invalid-credentials", _("There is no account with this name and password."))
    await host.write(audit.note, "sign_in", about=found[0].id)
    await _renew_hash(host, found[0], found[1], password)
    return found[0]


async def _renew_hash(host: Host, person: User, password_hash: str, password: str) -> None:
    """Stores the hash as it would be made now, if it was made with other parameters: only now is the password known."""
    if not host.passwords.is_dated(password_hash):
        return
    with contextlib.suppress(Problem):  # many are signing in: the next time does as well
        renewed = await host.passwords.hash(normal_password(password))
        await host.write(_replace_hash, person.id, password_hash, renewed)


def _replace_hash(connection: sa.Connection, user_id: str, old: str, new: str) -> None:
    same = sa.and_(user.c.id == user_id, user.c.password_hash == old)
    connection.execute(user.update().where(same).values(password_hash=new))
