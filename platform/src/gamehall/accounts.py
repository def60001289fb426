"""Users, their passwords and roles."""

from __future__ import annotations

import hmac
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall import audit
from gamehall.accountfields import USERNAME, email_errors, length_errors, normal_password, username_errors
from gamehall.blocklist import is_easily_guessed
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.languages import catalogue
from gamehall.names import check_unlike, is_reserved, look_of, name_errors, tidy_name
from gamehall.problems import FieldError, Problem
from gamehall.tables import new_id, now, user

__all__ = [
    "DELETED_PREFIX",
    "GUEST_PREFIX",
    "Registration",
    "User",
    "add_user",
    "check_registration",
    "end_credentials",
    "find_user",
    "has_admin",
    "list_users",
    "password_errors",
    "printable",
    "register",
    "rename",
    "setup_code",
    "signup_is_open",
    "update_user",
    "user_by_name",
    "user_for_login",
]

_ = catalogue(__name__)


# The API has paths such as /users/me, in which these stand where names do.
_RESERVED = frozenset({"me", "password", "password-reset", "email"}) | frozenset(
    {"requests", "blocks", "follows", "settings", "invite", "suggestions", "activity"}
)
GUEST_PREFIX, DELETED_PREFIX = "guest-", "deleted-"
"""What the names of guests begin with, and those of deleted users, and no others."""
_SITE = "gamehall"


class User(msgspec.Struct, frozen=True):
    """An account, or a guest, who has none. `auth_epoch` rises when every sign-in of the user must end; `mail_notices`
    says that mails may tell the user of games that wait, `language` in which, empty while that is not known;
    `played_by` names the plugin that plays for it. One that `is_deleted` is nobody any more: a name in old games."""

    id: str
    username: str
    email: str
    display_name: str
    is_admin: bool
    is_active: bool
    auth_epoch: int
    is_guest: bool = False
    mail_notices: bool = True
    played_by: str | None = None
    language: str = ""
    is_deleted: bool = False


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody gives to become a user. `setup` is the code of the one-time link that makes the first admin."""

    username: str
    email: str
    password: str
    display_name: str = ""
    setup: str = ""


_USER: sa.Select[Any] = sa.select(
    user.c.id,
    user.c.username,
    user.c.email,
    user.c.display_name,
    user.c.is_admin,
    user.c.is_active,
    user.c.auth_epoch,
    user.c.is_guest,
    user.c.mail_notices,
    user.c.played_by,
    user.c.language,
    user.c.is_deleted,
)


def find_user(connection: sa.Connection, user_id: str) -> User | None:
    row = connection.execute(_USER.where(user.c.id == user_id)).first()
    return User(*row) if row else None


def list_users(connection: sa.Connection) -> list[User]:
    """Every account and every guest, by name."""
    return [User(*row) for row in connection.execute(_USER.order_by(user.c.username_key))]


def user_by_name(connection: sa.Connection, username: str, *, disabled: bool = False) -> User:
    """The active user of this name, whatever its capitals; with `disabled` also one who is not active any more. Of
    whom was deleted only a name is left, which is nobody's.

    Raises Problem `not-found`.
    """
    row = None
    if USERNAME.fullmatch(username):
        named = _USER.where(user.c.username_key == username.casefold(), user.c.is_deleted.is_(False))
        row = connection.execute(named if disabled else named.where(user.c.is_active)).first()
    if row is None:
        raise Problem("not-found", _("There is no user {username!r}.", username=printable(username)))
    return User(*row)


def user_for_login(connection: sa.Connection, username: str) -> tuple[User, str] | None:
    """The user of this name or e-mail address and the password's hash, active or not."""
    key = username.strip().casefold()
    if not key.isprintable():  # PostgreSQL takes no NUL
        return None
    query = _USER.add_columns(user.c.password_hash).where(sa.or_(user.c.username_key == key, user.c.email_key == key))
    row = connection.execute(query.limit(1)).first()
    return (User(*row[:-1]), row.password_hash) if row else None


def check_registration(given: Registration, *, by_operator: bool = False) -> Registration:
    """The registration with its texts tidied. A username that speaks for the hall is taken only `by_operator`.

    Raises Problem `invalid` that names every wrong field.
    """
    tidy = msgspec.structs.replace(
        given,
        username=given.username.strip(),
        email=given.email.strip(),
        display_name=tidy_name(given.display_name) or given.username.strip(),
        password=normal_password(given.password),
    )
    errors = username_errors(tidy.username)
    if not errors and (_is_reserved(tidy.username.casefold()) or (is_reserved(tidy.username) and not by_operator)):
        errors.append(FieldError("username", _("This name is reserved; choose another.")))
    errors += email_errors(tidy.email)
    if tidy.display_name != tidy.username:
        errors += name_errors(tidy.display_name, tidy.username)
    errors += password_errors(tidy.password, tidy.username, tidy.email, tidy.display_name)
    if errors:
        raise Problem("invalid", _("The account cannot be made like this."), errors=tuple(errors))
    return tidy


def _is_reserved(key: str) -> bool:
    return key in _RESERVED or key.startswith((GUEST_PREFIX, DELETED_PREFIX))


def password_errors(password: str, username: str, email: str, display_name: str) -> list[FieldError]:
    """What is wrong with a new password, in its normal form, for this user."""
    if errors := length_errors(password):
        return errors
    if is_easily_guessed(password, (username, display_name, email, email.partition("@")[0], _SITE)):
        return [FieldError("password", _("This is among the first that others would try. A sentence is a good one."))]
    return []


def add_user(
    connection: sa.Connection,
    given: Registration,
    password_hash: str,
    *,
    is_admin: bool = False,
    guest_id: str | None = None,
) -> User:
    """A new user from a checked registration, whom a guest becomes if one is given and still is one.

    Raises Problem `already-exists` naming the field that is taken, or that looks like a username which is.
    """
    keys = {"username": given.username.casefold(), "email": given.email.casefold()}
    taken = connection.execute(
        sa.select(user.c.username_key).where(
            sa.or_(user.c.username_key == keys["username"], user.c.email_key == keys["email"])
        )
    ).all()
    new = User(new_id(), given.username, given.email, given.display_name, is_admin, True, 0)
    columns = {"username_key": keys["username"], "email_key": keys["email"], "password_hash": password_hash}
    columns["look"] = look_of(given.username)
    if not taken:
        check_unlike(connection, given.username, field="username")
        check_unlike(connection, given.display_name)
    try:
        if not taken:
            with connection.begin_nested():
                made = _insert(connection, new, columns, guest_id)
                audit.note(connection, "account.registered", about=made.id, admin=is_admin or None)
                return made
    except sa.exc.IntegrityError:
        # Somebody took the name between our look and our insert.
        taken = connection.execute(sa.select(user.c.username_key).where(user.c.username_key == keys["username"])).all()
    field = "username" if any(row.username_key == keys["username"] for row in taken) else "email"
    message = _("This name is taken.") if field == "username" else _("There is an account with this address.")
    raise Problem("already-exists", message, errors=(FieldError(field, message),))


def _insert(connection: sa.Connection, new: User, columns: dict[str, Any], guest_id: str | None) -> User:
    if guest_id is not None:
        kept = msgspec.structs.replace(new, id=guest_id)
        is_guest = sa.and_(user.c.id == guest_id, user.c.is_guest, user.c.is_active)
        changes = msgspec.structs.asdict(kept) | columns
        if connection.execute(user.update().where(is_guest).values(**changes)).rowcount == 1:
            return kept
    connection.execute(user.insert(), msgspec.structs.asdict(new) | columns | {"created_at": now()})
    return new


def update_user(connection: sa.Connection, user_id: str, changes: Mapping[str, Any]) -> User:
    """Changes columns of a user.

    Raises Problem `not-found`, or `not-possible` for an account that a plugin plays and one that was deleted.
    """
    found = find_user(connection, user_id)
    if found is not None and found.is_deleted:
        raise Problem("not-possible", _("This account was deleted; nothing can be changed about it."))
    if found is not None and found.played_by is not None:
        plugin = found.played_by.partition(":")[0]
        raise Problem("not-possible", f"{found.username} is played by the plugin {plugin}; switch that on or off.")
    if changes:
        connection.execute(user.update().where(user.c.id == user_id).values(**changes))
    changed = find_user(connection, user_id)
    if changed is None:
        raise Problem("not-found", _("There is no such user."))
    return changed


def rename(connection: sa.Connection, user_id: str, display_name: str) -> User:
    """Gives a user another name for others to see.

    Raises Problem `invalid` or `already-exists` with the field, and what `update_user` does.
    """
    name, person = tidy_name(display_name), find_user(connection, user_id)
    if person is not None and name.casefold() != person.display_name.casefold():
        if errors := name_errors(name, person.username):
            raise Problem("invalid", errors[0].message, errors=tuple(errors))
        check_unlike(connection, name, user_id)
    return update_user(connection, user_id, {"display_name": name})


def end_credentials(connection: sa.Connection, user_id: str) -> None:
    """Makes every token and session of the user invalid; streams that they opened end at once."""
    connection.execute(user.update().where(user.c.id == user_id).values(auth_epoch=user.c.auth_epoch + 1))
    data = {"user_id": user_id, "authenticator": "*", "credential": "*"}
    emit(connection, [NewEvent("credential_ended", (user_channel(user_id),), data)])


def has_admin(connection: sa.Connection) -> bool:
    return (
        connection.execute(sa.select(user.c.id).where(user.c.is_admin, user.c.is_active).limit(1)).first() is not None
    )


def setup_code(secret: bytes) -> str:
    """The code in the one-time link that makes the first admin; worth nothing once there is one."""
    return hmac.digest(secret, b"first admin", "sha256").hex()[:32]


def printable(text: str) -> str:
    """The text in one normal form, without control characters, so that it can be shown and stored anywhere."""
    return "".join(c for c in unicodedata.normalize("NFC", text) if unicodedata.category(c)[0] != "C")


def signup_is_open(host: Host) -> bool:
    """Whether anybody can make an account."""
    return host.settings.signup == "open" and "signup" in host.features


async def register(host: Host, given: Registration, guest_id: str | None = None) -> User:
    """Makes an account; a guest who makes one keeps their id and with it their seats. The right `setup` code makes
    the first admin.

    Raises Problem `forbidden` while signup is closed, `invalid` or `already-exists` with the fields, or `busy`.
    """
    first_admin = hmac.compare_digest(given.setup.encode(), setup_code(host.secret).encode())
    if not first_admin and not signup_is_open(host):
        raise Problem("forbidden", _("This hall takes no new users at the moment; ask its operator for an account."))
    tidy = check_registration(given, by_operator=first_admin)
    password_hash = await host.passwords.hash(tidy.password)
    return await host.write(_add_first_admin if first_admin else add_user, tidy, password_hash, guest_id=guest_id)


def _add_first_admin(
    connection: sa.Connection, given: Registration, password_hash: str, *, guest_id: str | None
) -> User:
    serialize_on(connection, "first admin")
    if has_admin(connection):
        raise Problem("forbidden", _("This hall has an admin already; register without the link."))
    return add_user(connection, given, password_hash, is_admin=True, guest_id=guest_id)
