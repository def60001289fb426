"""Signing in with a name and a password, and a code where the account asks for one; whatever the credential is that
comes of it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable

import sqlalchemy as sa

from gamehall import audit
from gamehall.accountfields import normal_password
from gamehall.accounts import User, user_for_login
from gamehall.codes import code_for, id_in
from gamehall.declare import Host
from gamehall.factors import has_factor, take_code
from gamehall.languages import catalogue
from gamehall.origins import origin
from gamehall.problems import Problem
from gamehall.rates import Rate
from gamehall.tables import new_id, user

__all__ = ["check_again", "check_code", "check_password", "is_known", "sign_in", "voucher"]

_ = catalogue(__name__)

# Somebody who tries passwords for an account keeps everybody out who signs in to it anywhere new, for as long as they
# try. So whoever signs in where they have signed in before, and shows it by a voucher, has a budget of their own.
BY_NAME = Rate("sign-in", 10, 15 * 60)
BY_ADDRESS = Rate("sign-in-from", 30, 60 * 60)
BY_VOUCHER = Rate("sign-in-known", 10, 15 * 60)
_DIGITS = 32


async def sign_in(host: Host, username: str, password: str, code: str = "") -> User:
    """The active user with this name (or e-mail address) and password, and with this code if they have a second factor.

    Raises Problem as `check_password` and `check_code` do.
    """
    person = await check_password(host, username, password)
    await check_code(host, person, code)
    await host.write(audit.note, "sign_in", about=person.id)
    return person


async def check_password(host: Host, username: str, password: str, vouchers: Iterable[str] = ()) -> User:
    """The active user with this name (or e-mail address) and password, who may have to give a code as well.

    Raises Problem `invalid-credentials`, the same whatever is wrong and after the same work, `too-many-requests`, which
    is counted before and for unknown names too, and not where it comes right, or `busy`.
    """
    found = await host.read(user_for_login, username)
    known = _known_by(host, found[0].id, vouchers) if found else None
    counted = [(BY_VOUCHER, known)] if known else [(BY_ADDRESS, origin().address), (BY_NAME, _digest(username))]
    for limit, subject in counted:
        await host.rates.take(limit, subject)
    # Guests and the accounts of plugins have none.
    password_hash = found[1] if found and found[1] else None
    matches = await host.passwords.matches(password_hash, password)
    if found is None or not matches or not found[0].is_active:
        await host.write(audit.note, "sign_in.failed", about=found[0].id if found else None)
        raise Problem("invalid-credentials", _("There is no account with this name and password."))
    for limit, subject in counted:  # a whole class may sign in from one address
        await host.rates.give_back(limit, subject)
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


def _digest(username: str) -> str:
    """The name as it is counted: what strangers type is not stored. That a name and an address belong to one account
    must not show, so each is counted by itself."""
    return hashlib.sha256(username.strip().casefold().encode(errors="replace")).hexdigest()


async def check_code(host: Host, person: User, code: str) -> None:
    """Lets on whoever has no second factor, or gives a code of it. The password has been checked before.

    Raises Problem `code-needed` without a code, else as `take_code` does.
    """
    if not await host.read(has_factor, person.id):
        return
    if not code.strip():
        raise Problem("code-needed", _("This account asks for a code of its app as well, or for a recovery code."))
    await take_code(host, person.id, code)


async def check_again(host: Host, username: str, password: str, code: str, vouchers: Iterable[str]) -> User:
    """The user of this name, who is signed in and has proved once more who they are, in one step or two.

    Raises Problem as `check_password` and `check_code` do.
    """
    try:
        person = await check_password(host, username, password, vouchers)
    except Problem as problem:
        if problem.slug != "invalid-credentials":
            raise
        raise Problem(problem.slug, _("This is not your password.")) from problem
    await check_code(host, person, code)
    return person


def voucher(host: Host, person: User) -> str:
    """What shows later that the user has signed in here before. It gives no right to anything."""
    return code_for(host.secret, _purpose(person.id), new_id(), _DIGITS)


def is_known(host: Host, person: User, vouchers: Iterable[str]) -> bool:
    """Whether one of these vouchers is the user's."""
    return _known_by(host, person.id, vouchers) is not None


def _known_by(host: Host, user_id: str, vouchers: Iterable[str]) -> str | None:
    found = (id_in(host.secret, _purpose(user_id), each, _DIGITS) for each in vouchers)
    return next((each for each in found if each is not None), None)


def _purpose(user_id: str) -> str:
    return f"signed in before:{user_id}"
