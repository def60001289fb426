"""Deleting an account: its games stay, its name does not, and nothing else is left of it."""

from __future__ import annotations

import contextlib
import secrets
from typing import Literal

import msgspec
import sqlalchemy as sa

from gamehall.accounts import DELETED_PREFIX, User, end_credentials, find_user
from gamehall.audit import note
from gamehall.challenges import close
from gamehall.credentials import confirm_password
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.endings import abort, abort_by_operator, resign
from gamehall.events import NewEvent
from gamehall.feed import emit
from gamehall.gamelog import load_game
from gamehall.languages import catalogue
from gamehall.letters import tell_account_deleted
from gamehall.problems import Problem
from gamehall.settings import Settings
from gamehall.tables import challenge, feature, game, game_seat, new_id, now, user

__all__ = ["add_nobody", "delete_user", "leave"]

_ = catalogue(__name__)

_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # those that nobody takes for others
_NAME = "Deleted player"


async def leave(host: Host, user_id: str, password: str, code: str) -> None:
    """Deletes the account of a user who gives their password, and a code if they sign in in two steps.

    Raises Problem `invalid` that names `password` or `code`, `not-possible` for the last admin, or `busy`.
    """
    await confirm_password(host, user_id, password, code, field="password")
    await host.write(delete_user, user_id, host.hall_time(), host.settings)


def delete_user(
    connection: sa.Connection, user_id: str, hall_time: int, settings: Settings, *, last_admin: bool = False
) -> User:
    """Deletes an account; what is left of it. Guests are deleted like everybody.

    Running games end as if the user had left the table: aborted where not everybody has moved, else resigned.
    Challenges are closed, and every row that would go with the user's goes. The username is free again: nothing is
    kept by which it could be told.

    Raises Problem `not-found`, or `not-possible` for one that is played by a plugin or deleted already, and, unless
    `last_admin` says that it is meant, for the last admin.
    """
    serialize_on(connection, "admins")
    person = find_user(connection, user_id)
    if person is None:
        raise Problem("not-found", _("There is no such user."))
    _check(connection, person, last_admin=last_admin)
    games, challenges = _games(connection, user_id), _challenges(connection, user_id)
    for name in (user_id, *games, *challenges):
        serialize_on(connection, name)
    for challenge_id in challenges:
        _close(connection, challenge_id, user_id, hall_time)
    for game_id in games:
        _leave_game(connection, game_id, user_id, hall_time)
    _hold(connection, user_id)
    end_credentials(connection, user_id)
    _forget(connection, user_id)
    connection.execute(feature.update().where(feature.c.changed_by == person.username).values(changed_by=""))
    tell_account_deleted(connection, settings, person)
    left = _rename(connection, user_id)
    told = {"user_id": user_id, "username": person.username, "display_name": person.display_name}
    emit(connection, [NewEvent("user_deleted", (), told)])  # for plugins that have written the name down elsewhere
    note(connection, "account.deleted", about=user_id)
    return left


def _check(connection: sa.Connection, person: User, *, last_admin: bool) -> None:
    if person.played_by is not None or person.is_deleted:
        raise Problem("not-possible", _("This account cannot be deleted."))
    others = sa.select(user.c.id).where(user.c.is_admin, user.c.is_active, user.c.id != person.id).limit(1)
    if person.is_admin and person.is_active and not last_admin and connection.execute(others).first() is None:
        raise Problem("not-possible", _("You are the only admin: make somebody else one first."))


def _games(connection: sa.Connection, user_id: str) -> list[str]:
    """The games of the user that are not over."""
    own = sa.select(game_seat.c.game_id).where(game_seat.c.user_id == user_id)
    going_on = sa.select(game.c.id).where(game.c.id.in_(own), game.c.status.in_(("active", "suspended")))
    return list(connection.scalars(going_on.order_by(game.c.id)))


def _challenges(connection: sa.Connection, user_id: str) -> list[str]:
    own = sa.or_(challenge.c.challenger_id == user_id, challenge.c.opponent_id == user_id)
    pending = sa.select(challenge.c.id).where(own, challenge.c.status == "pending")
    return list(connection.scalars(pending.order_by(challenge.c.id)))


def _close(connection: sa.Connection, challenge_id: str, user_id: str, hall_time: int) -> None:
    sent = sa.select(challenge.c.id).where(challenge.c.id == challenge_id, challenge.c.challenger_id == user_id)
    action: Literal["cancel", "decline"] = "cancel" if connection.execute(sent).first() else "decline"
    with contextlib.suppress(Problem):  # somebody has answered meanwhile, or its time is over
        close(connection, challenge_id, action, hall_time)


def _leave_game(connection: sa.Connection, game_id: str, user_id: str, hall_time: int) -> None:
    status = load_game(connection, game_id).status
    if status == "suspended":
        abort_by_operator(connection, game_id, hall_time)
    elif status == "active":
        try:
            abort(connection, game_id, user_id, hall_time)
        except Problem:  # everybody has moved, so it counts
            resign(connection, game_id, user_id, hall_time)


def _hold(connection: sa.Connection, user_id: str) -> None:
    """Whoever writes a row that refers to the user's holds theirs first; in another order each would wait for the
    other."""
    connection.execute(sa.select(user.c.id).where(user.c.id == user_id).with_for_update())


def _forget(connection: sa.Connection, user_id: str) -> None:
    """Removes whatever in the database would go if the user's row went: the row stays, because games refer to it.

    The tables are asked themselves, so that those of plugins are among them, even of such as are not installed now.
    """
    found = sa.inspect(connection).get_multi_foreign_keys()
    for (_schema, name), keys in found.items():
        for key in keys:
            goes = key["referred_table"] == user.name and key["options"].get("ondelete") == "CASCADE"
            if goes and name != challenge.name:
                (column,) = key["constrained_columns"]
                referring = sa.table(name, sa.column(column))
                connection.execute(referring.delete().where(referring.c[column] == user_id))


def add_nobody(connection: sa.Connection, display_name: str) -> str:
    """The id of a row that is only a name in games that were played elsewhere: one for each name."""
    email_key = f"imported {display_name}"
    known: str | None = connection.scalar(sa.select(user.c.id).where(user.c.email_key == email_key))
    if known is not None:
        return known
    nobody, columns = _nobody(connection, new_id(), display_name)
    row = msgspec.structs.asdict(nobody) | columns | {"email_key": email_key, "created_at": now()}
    connection.execute(user.insert(), row)
    return nobody.id


def _nobody(connection: sa.Connection, user_id: str, display_name: str) -> tuple[User, dict[str, str | None]]:
    """What stands for nobody any more, under a name that nobody has; and the columns that are not part of a user."""
    name = DELETED_PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(5))
    while connection.execute(sa.select(user.c.id).where(user.c.username_key == name)).first() is not None:
        name = DELETED_PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(5))
    nobody = User(user_id, name, "", display_name, False, False, 0, mail_notices=False, is_deleted=True)
    return nobody, {"username_key": name, "email_key": f"deleted {new_id()}", "password_hash": "", "look": None}


def _rename(connection: sa.Connection, user_id: str) -> User:
    """Takes everything out of the user's row that tells who it was."""
    nobody, columns = _nobody(connection, user_id, _NAME)
    values = {field: getattr(nobody, field) for field in nobody.__struct_fields__ if field not in ("id", "auth_epoch")}
    connection.execute(user.update().where(user.c.id == user_id).values(**values, **columns))
    return nobody
