"""Who of one's friends is there, and telling them when somebody comes, begins to play, or goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec
import sqlalchemy as sa

from gamehall.declare import Host
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.leases import take_lease
from gamehall.presence import Playing, last_seen_of, playing_now, seen_lately
from gamehall.tables import now, user
from gamehall_friends.choices import Choices, choices_of_all
from gamehall_friends.tables import relation, told

__all__ = ["Presence", "presence_of", "tell_presence"]

_LEASE_MS = 10_000
_AT_ONCE = 500  # who is left is told of in the next round


class Presence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether somebody is there, as a friend may know it: the game that they play, and when they were last seen if they
    have gone. Of whoever shows themselves to nobody it is that they are offline, and nothing else."""

    status: Literal["online", "playing", "offline"]
    game_id: str | None = None
    ruleset: str | None = None
    last_seen_at: datetime | None = None


def presence_of(connection: sa.Connection, user_ids: Sequence[str], hall_time: int) -> dict[str, Presence]:
    """How each of these users is there, in three statements."""
    chosen = choices_of_all(connection, user_ids)
    seen = last_seen_of(connection, user_ids)
    playing = playing_now(connection, user_ids, hall_time)
    found = {}
    for user_id in user_ids:
        choices, last = chosen.get(user_id, Choices()), seen.get(user_id)
        if last is None or choices.presence == "nobody":
            found[user_id] = Presence("offline")
        elif not last.is_there(hall_time):
            found[user_id] = Presence("offline", last_seen_at=now() - timedelta(milliseconds=hall_time - last.at))
        else:
            found[user_id] = _present(playing.get(user_id), choices)
    return found


def _present(playing: Playing | None, choices: Choices) -> Presence:
    """Of a game that nobody may watch it is not said which one it is."""
    if playing is None:
        return Presence("online")
    return Presence("playing") if choices.watching == "nobody" else Presence("playing", *playing)


async def tell_presence(host: Host, holder: str) -> None:
    """Tells of everybody who has come, begun a game or gone since this was done last, if it is this worker's turn."""
    if "friends" not in host.features:
        return
    changes = await host.read(_changes, host.hall_time())
    if changes:  # mostly there is nothing to tell, and so nothing to write
        await host.write(_tell_changes, holder, host.hall_time())


def _changes(connection: sa.Connection, hall_time: int) -> dict[str, Presence]:
    """How it is now with those of whom it is not told yet, some of them where there are many."""
    before = {row.user_id: row.game_id for row in connection.execute(sa.select(told))}
    present = _present_users(connection, hall_time)
    gone = sorted(before.keys() - present.keys())
    new = [each for each, presence in present.items() if each not in before or before[each] != presence.game_id]
    return {each: present.get(each, Presence("offline")) for each in (*gone, *new)[:_AT_ONCE]}


def _tell_changes(connection: sa.Connection, holder: str, hall_time: int) -> None:
    if not take_lease(connection, "friends.presence", holder, hall_time, _LEASE_MS):
        return
    changes = _changes(connection, hall_time)
    connection.execute(told.delete().where(told.c.user_id.in_(changes)))
    rows = [
        {"user_id": each, "game_id": presence.game_id}
        for each, presence in changes.items()
        if presence.status != "offline"
    ]
    if rows:
        connection.execute(told.insert(), rows)
    _tell(connection, changes, _present_users(connection, hall_time).keys())


def _present_users(connection: sa.Connection, hall_time: int) -> dict[str, Presence]:
    """Everybody who is there and shows it to friends."""
    there = list(seen_lately(connection, hall_time))
    parts = [there[at : at + _AT_ONCE] for at in range(0, len(there), _AT_ONCE)]
    found = (item for some in parts for item in presence_of(connection, some, hall_time).items())
    return {user_id: presence for user_id, presence in found if presence.status != "offline"}


def _tell(connection: sa.Connection, changes: Mapping[str, Presence], there: Collection[str]) -> None:
    """Tells the friends of these users who are there themselves."""
    friends: dict[str, list[str]] = {}
    either = sa.or_(relation.c.user_low.in_(changes), relation.c.user_high.in_(changes))
    for row in connection.execute(sa.select(relation).where(relation.c.status == "friends", either)):
        for one, other in ((row.user_low, row.user_high), (row.user_high, row.user_low)):
            if one in changes and other in there:
                friends.setdefault(one, []).append(other)
    if not friends:
        return
    rows = connection.execute(sa.select(user.c.id, user.c.username).where(user.c.id.in_(friends)))
    emit(
        connection,
        [
            NewEvent(
                "presence",
                tuple(map(user_channel, sorted(friends[row.id]))),
                {"username": row.username, **msgspec.to_builtins(changes[row.id])},
            )
            for row in rows
        ],
    )
