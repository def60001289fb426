"""What each user has chosen: who may challenge them, watch their games, and see whether they are there. The hall has no
messages between users, so there is nothing to choose about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.database import Prepared, serialize_on
from gamehall_friends.tables import choice

__all__ = ["Choices", "Who", "change_choices", "choices_of"]

Who = Literal["everyone", "friends", "nobody"]


class Choices(msgspec.Struct, frozen=True):
    """Who may challenge the user, who may watch games that they play, and who sees whether they are there."""

    challenges: Who = "everyone"
    watching: Who = "everyone"
    presence: Literal["friends", "nobody"] = "friends"


_CHOSEN = Prepared(
    sa.select(choice.c.challenges, choice.c.watching, choice.c.presence).where(choice.c.user_id == sa.bindparam("user"))
)


def choices_of(connection: sa.Connection, user_id: str) -> Choices:
    return next((Choices(*row) for row in _CHOSEN.rows(connection, user=user_id)), Choices())


def change_choices(connection: sa.Connection, user_id: str, changes: Mapping[str, Any]) -> Choices:
    """Changes those that are given, by their columns, and gives all."""
    serialize_on(connection, f"choices of {user_id}")
    mine = choice.c.user_id == user_id
    if connection.execute(sa.select(choice.c.user_id).where(mine)).first() is None:
        connection.execute(choice.insert(), {"user_id": user_id})
    if changes:
        connection.execute(choice.update().where(mine).values(**changes))
    return choices_of(connection, user_id)
