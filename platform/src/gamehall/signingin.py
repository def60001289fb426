"""Signing in with a name and a password, whatever the credential is that comes of it."""

from __future__ import annotations

from gamehall import audit
from gamehall.accounts import User, user_for_login
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.problems import Problem

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
    return found[0]
