"""What users change about how they sign in. Each change asks for the password, whoever has the browser or the token."""

from __future__ import annotations

import sqlalchemy as sa

from gamehall.accounts import (
    User,
    email_errors,
    end_credentials,
    find_user,
    password_errors,
    update_user,
    user_for_login,
)
from gamehall.declare import Host
from gamehall.languages import catalogue
from gamehall.passwords import normal_password
from gamehall.problems import FieldError, Problem

__all__ = ["change_email", "change_password", "confirm_password"]

_ = catalogue(__name__)


async def change_password(host: Host, user_id: str, current: str, password: str) -> User:
    """Gives the user a new password and ends their every sign-in; the user as they are then.

    Raises Problem `invalid` that names `current` or `password`, or `busy`.
    """
    person = await confirm_password(host, user_id, current)
    if errors := password_errors(normal_password(password), person.username, person.email):
        raise Problem("invalid", _("The password cannot be changed like this."), errors=tuple(errors))
    return await host.write(_set_password, user_id, await host.passwords.hash(normal_password(password)))


def _set_password(connection: sa.Connection, user_id: str, password_hash: str) -> User:
    end_credentials(connection, user_id)
    return update_user(connection, user_id, {"password_hash": password_hash})


async def change_email(host: Host, user_id: str, current: str, email: str) -> User:
    """Gives the user another e-mail address.

    Raises Problem `invalid` that names `current` or `email`, `already-exists` when somebody else has it, or `busy`.
    """
    await confirm_password(host, user_id, current)
    tidy = email.strip()
    if errors := email_errors(tidy):
        raise Problem("invalid", _("The address cannot be changed like this."), errors=tuple(errors))
    try:
        return await host.write(update_user, user_id, {"email": tidy, "email_key": tidy.casefold()})
    except sa.exc.IntegrityError as error:
        message = _("There is an account with this address.")
        raise Problem("already-exists", message, errors=(FieldError("email", message),)) from error


async def confirm_password(host: Host, user_id: str, password: str, *, field: str = "current") -> User:
    """The user, whose password this must be. Raises Problem `invalid` that names the field, or `busy`."""
    found = await host.read(_with_password, user_id)
    if found is None or not await host.passwords.matches(found[1], password):
        message = _("This is not your password.")
        raise Problem("invalid", message, errors=(FieldError(field, message),))
    return found[0]


def _with_password(connection: sa.Connection, user_id: str) -> tuple[User, str] | None:
    person = find_user(connection, user_id)
    return None if person is None or person.is_guest else user_for_login(connection, person.username)
