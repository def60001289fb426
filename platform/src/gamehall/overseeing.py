"""What admins do about users: on pages, by the API, by command. No admin can do it to themselves, so one is left."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple, get_args

import sqlalchemy as sa

from gamehall import audit
from gamehall.accounts import User, end_credentials, find_user, update_user, user_by_name
from gamehall.asking import ADMINS_ONLY
from gamehall.database import serialize_on
from gamehall.languages import catalogue
from gamehall.leaving import delete_user
from gamehall.problems import Problem
from gamehall.settings import Settings
from gamehall.tables import user

__all__ = ["Act", "Found", "act_on_user", "find_users", "read_act"]

_ = catalogue(__name__)

Act = Literal["disable", "enable", "promote", "demote", "sign-out", "delete"]

_CHANGES: dict[Act, dict[str, Any]] = {
    "disable": {"is_active": False},
    "enable": {"is_active": True},
    "promote": {"is_admin": True},
    "demote": {"is_admin": False},
    "sign-out": {},
}
_KINDS: dict[Act, str] = {
    "disable": "account.disabled",
    "enable": "account.enabled",
    "promote": "account.promoted",
    "demote": "account.demoted",
    "sign-out": "account.signed_out_everywhere",
}


class Found(NamedTuple):
    """Somebody as the list of users shows them."""

    username: str
    display_name: str
    is_admin: bool
    is_active: bool
    is_guest: bool
    created_at: Any


def find_users(connection: sa.Connection, find: str, limit: int, after: str = "") -> list[Found]:
    """Accounts and guests whose names begin so, by name, from behind the one of this name on."""
    columns = (user.c.username, user.c.display_name, user.c.is_admin, user.c.is_active, user.c.is_guest)
    query = sa.select(*columns, user.c.created_at).where(~user.c.is_deleted)
    query = query.order_by(user.c.username_key).limit(limit)
    if find:
        query = query.where(user.c.username_key.startswith(find.casefold(), autoescape=True))
    if after:
        query = query.where(user.c.username_key > after.casefold())
    return [Found(*row) for row in connection.execute(query)]


def read_act(text: str) -> Act:
    """Raises Problem `not-found` for anything else."""
    for act in get_args(Act):
        if text == act:
            return act  # type: ignore[no-any-return]  # it is one of Act's
    raise Problem("not-found")


def act_on_user(
    connection: sa.Connection,
    username: str,
    act: Act,
    hall_time: int,
    settings: Settings,
    *,
    admin_id: str | None = None,
) -> User:
    """Does this to the user, for the admin or, without one, for whoever runs the hall; whoever is disabled, signed out
    or deleted loses every sign-in at once.

    Raises Problem `not-found`, `forbidden` when the admin is none any more, or `not-possible` for oneself and guests.
    """
    serialize_on(connection, "admins")
    found = user_by_name(connection, username, disabled=True)
    if admin_id is not None:
        _check_admin(connection, admin_id, found)
    if found.is_guest and act == "promote":
        raise Problem("not-possible", _("A guest has no account and cannot be an admin."))
    if act == "delete":
        return delete_user(connection, found.id, hall_time, settings)
    changed = update_user(connection, found.id, _CHANGES[act])
    if act in ("disable", "sign-out"):
        end_credentials(connection, found.id)
    audit.note(connection, _KINDS[act], about=found.id)
    return changed


def _check_admin(connection: sa.Connection, admin_id: str, found: User) -> None:
    admin = find_user(connection, admin_id)
    if admin is None or not (admin.is_admin and admin.is_active):
        raise Problem("forbidden", _(ADMINS_ONLY))
    if found.id == admin_id:
        raise Problem("not-possible", _("You cannot do this to yourself; ask another admin."))
