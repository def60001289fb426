"""What each user has chosen: who may challenge them, watch their games, and see whether they are there. The hall has no
messages between users, so there is nothing to choose about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.database import serialize_on
from gamehall_friends.tables import choice

__all__ = ["Choices", "Who", "change_choices", "choices_of", "choices_of_all"]

Who = Literal["everyone", "friends", "nobody"]


class Choices(msgspec.Struct, frozen=True):
    """Who may challenge the user, who may watch games that they play, and who sees whether they are there."""

    challenges: Who = "everyone"
    watching: Who = "everyone"
    presence: Literal["friends", "nobody"] = "friends"


def choices_of(connection: sa.Connection, user_id: str) -> Choices:
    return choices_of_all(connection, [user_id]).get(user_id, Choices())


def choices_of_all(connection: sa.Connection, user_ids: Collection[str]) -> dict[str, Choices]:
    """What those of these users have chosen who have."""
    columns = (choice.c.user_id, choice.c.challenges, choice.c.watching, choice.c.presence)
    rows = connection.execute(sa.select(*columns).where(choice.c.user_id.in_(user_ids)))
    return {row.user_id: Choices(*row[1:]) for row in rows}


def change_choices(connection: sa.Connection, user_id: str, changes: Mapping[str, Any]) -> Choices:
    """Changes those that are given, by their columns, and gives all."""
    serialize_on(connection, f"choices of {user_id}")
    mine = choice.c.user_id == user_id
    if connection.execute(sa.select(choice.c.user_id).where(mine)).first() is None:
        connection.execute(choice.insert(), {"user_id": user_id})
    if changes:
        connection.execute(choice.update().where(mine).values(**changes))
    return choices_of(connection, user_id)
