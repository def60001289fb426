"""Who of one's friends is there, and telling them when somebody comes, begins to play, or goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall.database import Prepared, is_one_of
from gamehall.declare import Host
from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.leases import take_lease
from gamehall.presence import Playing, Seen, look_who_plays, playing_now, seen_lately
from gamehall.tables import now, user
from gamehall.tables import presence as seen
from gamehall_friends.tables import choice, relation, told

__all__ = ["Presence", "look_who_is_there", "presence_of", "tell_presence"]

_LEASE_MS = 10_000
_AT_ONCE = 500  # who is left is told of in the next round


class Presence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Whether somebody is there, as a friend may know it: the game that they play, and when they were last seen if they
    have gone. Of whoever shows themselves to nobody it is that they are offline, and nothing else."""

    status: Literal["online", "playing", "offline"]
    game_id: str | None = None
    ruleset: str | None = None
    last_seen_at: datetime | None = None


_HOW = Prepared(
    sa.select(user.c.id, seen.c.seen_at, seen.c.by_stream, choice.c.presence, choice.c.watching)
    .select_from(user)
    .outerjoin(seen, seen.c.user_id == user.c.id)
    .outerjoin(choice, choice.c.user_id == user.c.id)
    .where(is_one_of(user.c.id, "user_ids"))
)


def presence_of(connection: sa.Connection, user_ids: Sequence[str], hall_time: int) -> dict[str, Presence]:
    """How each of these users is there, in two statements."""
    how = _HOW.rows(connection, user_ids=user_ids)
    there = _there(how, hall_time)
    return _as_friends_see(how, there, playing_now(connection, there, hall_time) if there else {}, hall_time)


async def look_who_is_there(host: Host, user_ids: Sequence[str]) -> dict[str, Presence]:
    """The same, by looks."""
    how, hall_time = await host.look(_HOW, user_ids=user_ids), host.hall_time()
    there = _there(how, hall_time)
    return _as_friends_see(how, there, await look_who_plays(host, there) if there else {}, hall_time)


def _there(how: Iterable[Any], hall_time: int) -> list[str]:
    """Those who are there, and show it."""
    seen = (row for row in how if row.seen_at is not None and row.presence != "nobody")
    return [row.id for row in seen if Seen(row.seen_at, row.by_stream).is_there(hall_time)]


def _as_friends_see(
    how: Iterable[Any], there: Collection[str], playing: Mapping[str, Playing], hall_time: int
) -> dict[str, Presence]:
    found = {}
    for row in how:
        if row.id in there:
            found[row.id] = _present(playing.get(row.id), row.watching)
        elif row.seen_at is None or row.presence == "nobody":
            found[row.id] = Presence("offline")
        else:
            found[row.id] = Presence("offline", last_seen_at=now() - timedelta(milliseconds=hall_time - row.seen_at))
    return found


def _present(playing: Playing | None, watching: str | None) -> Presence:
    """Of a game that nobody may watch it is not said which one it is."""
    if playing is None:
        return Presence("online")
    return Presence("playing") if watching == "nobody" else Presence("playing", *playing)


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
