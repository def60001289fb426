"""What users change about how they sign in. Each change asks for the password, whoever has the browser or the token,
or comes by a link that only the reader of the user's mails has."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import sqlalchemy as sa

from gamehall.accountfields import email_errors, normal_password
from gamehall.accounts import (
    User,
    end_credentials,
    find_user,
    password_errors,
    update_user,
    user_for_login,
)
from gamehall.audit import note
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.letters import (
    tell_address_asked,
    tell_address_changed,
    tell_password_changed,
    write_address_link,
    write_password_link,
)
from gamehall.links import end_links, find_link, make_link, use_link
from gamehall.origins import origin
from gamehall.problems import FieldError, Problem
from gamehall.rates import Rate
from gamehall.settings import Settings
from gamehall.signingin import check_code
from gamehall.tables import user

__all__ = [
    "change_email",
    "change_password",
    "check_reset",
    "confirm_email",
    "confirm_password",
    "link_for",
    "reset_password",
    "send_reset",
    "set_password",
]

_ = catalogue(__name__)

CONFIRMATIONS = Rate("confirm-password", 10, 900)
RESETS_OF_AN_ADDRESS = Rate("password-reset", 3, 3_600)
RESETS_FROM_A_NETWORK = Rate("password-reset-from", 10, 3_600)
_RESET_FOR, _CONFIRM_FOR = timedelta(hours=1), timedelta(days=1)


async def confirm_password(host: Host, user_id: str, password: str, code: str, *, field: str = "current") -> User:
    """The user, whose password this must be, and whose code, if they sign in in two steps.

    Raises Problem `invalid` that names the field or `code`, `busy`, or `too-many-requests`: a token that was found must
    not help to find the password.
    """
    await host.rates.take(CONFIRMATIONS, user_id)
    found = await host.read(_with_password, user_id)
    if found is None or not await host.passwords.matches(found[1], password):
        message = _("This is not your password.")
        raise Problem("invalid", message, errors=(FieldError(field, message),))
    try:
        await check_code(host, found[0], code)
    except Problem as problem:
        if problem.status != 401:
            raise
        # 401 would say that the credential is no good by which they have come.
        raise Problem("invalid", problem.detail, errors=(FieldError("code", problem.detail),)) from problem
    return found[0]


def _with_password(connection: sa.Connection, user_id: str) -> tuple[User, str] | None:
    person = find_user(connection, user_id)
    return None if person is None or person.is_guest else user_for_login(connection, person.username)


# -- The password


async def change_password(host: Host, user_id: str, current: str, password: str, code: str) -> User:
    """Gives the user a new password and ends their every sign-in; the user as they are then.

    Raises Problem `invalid` that names `current`, `code` or `password`, `busy` or `too-many-requests`.
    """
    person = await confirm_password(host, user_id, current, code)
    password_hash = await host.passwords.hash(_checked(person, password))
    return await host.write(set_password, user_id, password_hash, host.settings)


def _checked(person: User, password: str) -> str:
    """A new password for this user in its normal form. Raises Problem `invalid`."""
    normal = normal_password(password)
    if errors := password_errors(normal, person.username, person.email, person.display_name):
        raise Problem("invalid", _("The password cannot be changed like this."), errors=tuple(errors))
    return normal


def set_password(
    connection: sa.Connection, user_id: str, password_hash: str, settings: Settings, kind: str = "password_changed"
) -> User:
    """Stores the hash of a new password, ends every sign-in, and tells the user; the log has it as of this kind."""
    end_credentials(connection, user_id)
    end_links(connection, user_id)
    changed = update_user(connection, user_id, {"password_hash": password_hash})
    note(connection, f"account.{kind}", about=user_id)
    tell_password_changed(connection, settings, changed)
    return changed


async def check_reset(host: Host, email: str) -> None:
    """Counts that somebody wants a new password for this address; nothing here depends on whether it is known.

    Raises Problem `not-possible` where no mails are sent, `invalid`, or `too-many-requests`.
    """
    if host.settings.mail == "off":
        raise Problem("not-possible", _("This hall sends no mails. Ask whoever runs it to set a new password for you."))
    if errors := email_errors(email.strip()):
        raise Problem("invalid", errors[0].message, errors=tuple(errors))
    # An address is nobody's business, so that it is counted without being written down.
    subject = hashlib.sha256(email.strip().casefold().encode()).hexdigest()
    await host.rates.take(RESETS_OF_AN_ADDRESS, subject)
    if address := origin().address:  # of a socket that is a file nothing is known
        await host.rates.take(RESETS_FROM_A_NETWORK, address)


async def send_reset(host: Host, email: str) -> None:
    """Sends a link to whoever has this address, if anybody has. Call it when the answer is on its way, since what it
    takes tells whether somebody does."""
    await host.write(_send_reset, email.strip(), host.settings, host.secret)


def _send_reset(connection: sa.Connection, email: str, settings: Settings, secret: bytes) -> None:
    found = connection.execute(sa.select(user.c.id).where(user.c.email_key == email.casefold())).first()
    person = find_user(connection, found.id) if found else None
    if person is None or not person.is_active or person.is_guest or person.played_by is not None:
        return
    write_password_link(connection, settings, person, link_for(connection, person, secret))
    note(connection, "account.reset_asked", about=person.id)


def link_for(connection: sa.Connection, person: User, secret: bytes) -> str:
    """The code of a link by which this user chooses a new password."""
    return make_link(connection, "password", person, person.email, _RESET_FOR, secret)


async def reset_password(host: Host, code: str, password: str) -> User:
    """Gives the user whose link this is a new password, and ends every sign-in; nobody is signed in by it.

    Raises Problem `not-found` for a link that works no more, `invalid` that names `password`, or `busy`.
    """
    person, _address = await host.read(find_link, "password", code)
    password_hash = await host.passwords.hash(_checked(person, password))
    return await host.write(_reset, code, password_hash, host.settings)


def _reset(connection: sa.Connection, code: str, password_hash: str, settings: Settings) -> User:
    person, _address = use_link(connection, "password", code)
    return set_password(connection, person.id, password_hash, settings, "password_reset")


# -- The address


async def change_email(host: Host, user_id: str, current: str, email: str, code: str) -> bool:
    """Gives the user another e-mail address, or, where mails are sent, sends a link there that does so when its reader
    says yes. Whether the address is changed already.

    Raises Problem `invalid` that names `current`, `code` or `email`, `already-exists` when somebody else has it, `busy`
    or `too-many-requests`.
    """
    person = await confirm_password(host, user_id, current, code)
    tidy = email.strip()
    if errors := email_errors(tidy):
        raise Problem("invalid", _("The address cannot be changed like this."), errors=tuple(errors))
    if host.settings.mail == "off" or tidy.casefold() == person.email.casefold():
        await host.write(_set_email, person, tidy, host.settings)
        return True
    await host.write(_ask_address, person, tidy, host.settings, host.secret)
    return False


def _ask_address(connection: sa.Connection, person: User, email: str, settings: Settings, secret: bytes) -> None:
    taken = sa.select(user.c.id).where(user.c.email_key == email.casefold())
    if connection.execute(taken).first() is not None:
        raise _taken()
    code = make_link(connection, "email", person, email, _CONFIRM_FOR, secret)
    write_address_link(connection, settings, person, email, code)
    tell_address_asked(connection, settings, person, email)


async def confirm_email(host: Host, code: str) -> User:
    """Gives the user whose link this is the address that it went to.

    Raises Problem `not-found` for a link that works no more, or `already-exists` when somebody else has the address.
    """
    return await host.write(_confirm, code, host.settings)


def _confirm(connection: sa.Connection, code: str, settings: Settings) -> User:
    person, email = use_link(connection, "email", code)
    return _set_email(connection, person, email, settings)


def _set_email(connection: sa.Connection, person: User, email: str, settings: Settings) -> User:
    try:
        with connection.begin_nested():
            changed = update_user(connection, person.id, {"email": email, "email_key": email.casefold()})
    except sa.exc.IntegrityError as error:
        raise _taken() from error
    end_links(connection, person.id)  # a new password could be had by one that went to the address until now
    note(connection, "account.email_changed", about=person.id)
    tell_address_changed(connection, settings, changed, person.email)
    return changed


def _taken() -> Problem:
    message = _("There is an account with this address.")
    return Problem("already-exists", message, errors=(FieldError("email", message),))
