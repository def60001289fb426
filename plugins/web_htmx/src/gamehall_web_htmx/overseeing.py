"""What admins do about users. Nobody can do it to themselves, so there is always an admin left."""

from __future__ import annotations

import logging
from typing import Any, Literal, get_args

import sqlalchemy as sa

from gamehall.accounts import User, end_credentials, find_user, update_user, user_by_name
from gamehall.database import serialize_on
from gamehall.languages import catalogue
from gamehall.leaving import delete_user
from gamehall.problems import Problem
from gamehall.settings import Settings

__all__ = ["Act", "act_on_user", "read_act"]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

Act = Literal["disable", "enable", "promote", "demote", "sign-out", "delete"]

_CHANGES: dict[Act, dict[str, Any]] = {
    "disable": {"is_active": False},
    "enable": {"is_active": True},
    "promote": {"is_admin": True},
    "demote": {"is_admin": False},
    "sign-out": {},
}


def read_act(text: str) -> Act:
    """Raises Problem `not-found` for anything else."""
    for act in get_args(Act):
        if text == act:
            return act  # type: ignore[no-any-return]  # it is one of Act's
    raise Problem("not-found")


def act_on_user(
    connection: sa.Connection, admin_id: str, username: str, act: Act, hall_time: int, settings: Settings
) -> User:
    """Does this to the user; whoever is disabled, signed out or deleted loses every sign-in at once.

    Raises Problem `not-found`, `forbidden` when the admin is none any more, or `not-possible` for oneself and guests.
    """
    serialize_on(connection, "admins")
    admin, found = find_user(connection, admin_id), user_by_name(connection, username, disabled=True)
    if admin is None or not (admin.is_admin and admin.is_active):
        raise Problem("forbidden", _("Only admins can look after the hall."))
    if found.id == admin_id:
        raise Problem("not-possible", _("You cannot do this to yourself; ask another admin."))
    if found.is_guest and act == "promote":
        raise Problem("not-possible", _("A guest has no account and cannot be an admin."))
    if act == "delete":
        return delete_user(connection, found.id, hall_time, settings)
    changed = update_user(connection, found.id, _CHANGES[act])
    if act in ("disable", "sign-out"):
        end_credentials(connection, found.id)
    log.info("%s: %s by %s", found.username, act, admin.username)
    return changed
