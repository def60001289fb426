"""Opponents that are always there: accounts that plugins play, and that nobody signs in to."""

from __future__ import annotations

import dataclasses
import logging
from itertools import count

import msgspec
import sqlalchemy as sa

from gamehall.accounts import User, find_user
from gamehall.database import serialize_on
from gamehall.declare import Opponent
from gamehall.names import look_of
from gamehall.tables import new_id, now, user

__all__ = ["seat_opponent"]

log = logging.getLogger(__name__)


def seat_opponent(connection: sa.Connection, plugin: str, wanted: Opponent) -> tuple[str, Opponent]:
    """The id of the account that this plugin plays, made the first time, and the opponent under its name there.

    Where a person has the name that is wanted it gets a number, which the log says.
    """
    played_by = f"{plugin}:{wanted.key}"
    serialize_on(connection, f"opponent {played_by}")
    found = _find(connection, played_by) or _add(connection, played_by, wanted)
    return found.id, dataclasses.replace(wanted, username=found.username, display_name=found.display_name)


def _find(connection: sa.Connection, played_by: str) -> User | None:
    user_id = connection.scalar(sa.select(user.c.id).where(user.c.played_by == played_by))
    return None if user_id is None else find_user(connection, user_id)


def _add(connection: sa.Connection, played_by: str, wanted: Opponent) -> User:
    names = (wanted.username if number == 1 else f"{wanted.username}-{number}" for number in count(1))
    while True:
        name = next(names)
        new = User(new_id(), name, "", wanted.display_name, False, True, 0, played_by=played_by)
        # No address has a space in it, and no hash is empty: so nothing that is typed signs in to this.
        columns = {"username_key": name.casefold(), "email_key": f"played by {played_by}", "password_hash": ""}
        columns["look"] = look_of(name)
        try:
            with connection.begin_nested():
                connection.execute(user.insert(), msgspec.structs.asdict(new) | columns | {"created_at": now()})
        except sa.exc.IntegrityError:
            log.warning("the name %s is taken, so the opponent %s gets another", name, played_by)
            continue
        return new
