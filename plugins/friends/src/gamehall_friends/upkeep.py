"""What the plugin keeps going in each worker, and what it forgets of a user who was deleted."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial

import sqlalchemy as sa

from gamehall.declare import Host, Listener
from gamehall.events import Event
from gamehall.tables import new_id
from gamehall.tasks import again_and_again, beside
from gamehall_friends.presence import tell_presence
from gamehall_friends.tables import block, choice, follow, relation, told

__all__ = ["forgetting", "telling_presence"]

_SECONDS = 2.0
_NAMES_USERS = (
    relation.c.user_low,
    relation.c.user_high,
    block.c.blocker_id,
    block.c.blocked_id,
    follow.c.follower_id,
    follow.c.followed_id,
    choice.c.user_id,
    told.c.user_id,
)


@contextlib.asynccontextmanager
async def telling_presence(host: Host) -> AsyncIterator[None]:
    """Tells friends of each other's comings and goings, until the block ends; one worker at a time does."""
    work = partial(tell_presence, host, new_id())
    async with beside(again_and_again(work, _SECONDS, "telling of presence"), "telling of presence"):
        yield


def forgetting(host: Host) -> Listener:
    """Whoever is deleted is nobody's friend any more. Every worker sees to it, and the first one finds the rows."""

    async def forget(event: Event) -> None:
        await host.write(_forget, event.values()["user_id"])

    return Listener("user_deleted", forget)


def _forget(connection: sa.Connection, user_id: str) -> None:
    for column in _NAMES_USERS:
        connection.execute(column.table.delete().where(column == user_id))
