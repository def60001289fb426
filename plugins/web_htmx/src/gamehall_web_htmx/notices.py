"""What has happened to a user, kept until they have seen it: made of events, one notice for each user and event.

Every worker reads every event and puts its notices down, under a lock of the user's; whoever comes second finds them
there. So a notice is written once, and a worker that has put one down, or found it, can tell the pages it keeps live.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from gamehall.database import serialize_on
from gamehall.declare import Host, Listener
from gamehall.events import Cursor, Event, user_channel, users_of
from gamehall.origins import at_work
from gamehall.tables import user
from gamehall.tasks import beside

from .declare import NoticeKind
from .happenings import own_kinds
from .tables import notice

__all__ = [
    "OWN",
    "Kinds",
    "Notice",
    "forgetting",
    "keeping_notices",
    "list_notices",
    "mark_read",
    "notice_kinds",
    "unread_links",
]

log = logging.getLogger(__name__)

OWN = "web_htmx"
KEPT = 200
"""How many notices of a user are kept, and for how long."""
_WAITING = 10_000
_RETRY_SECONDS = 1.0

Kinds = Sequence[tuple[str, NoticeKind]]
_place = sa.tuple_(notice.c.tx, notice.c.event_id)


class Notice(msgspec.Struct, frozen=True):
    """A notice as its user sees it."""

    place: Cursor
    at: datetime
    sentence: str
    link: str
    is_read: bool


def notice_kinds(host: Host) -> Kinds:
    """Every kind of notice with the name of the plugin that tells it, those of plugins that are on."""
    declared: Kinds = host.declared("web_notices")
    return [*((OWN, kind) for kind in host.kept(own_kinds)), *declared]


@contextlib.asynccontextmanager
async def keeping_notices(host: Host) -> AsyncIterator[None]:
    """Puts down the notices of every event from now on, until the block ends."""
    waiting: asyncio.Queue[Event] = asyncio.Queue(_WAITING)

    def hear(event: Event) -> None:
        told = OWN in host.features and any(kind.event == event.kind for _, kind in notice_kinds(host))
        if not told or not users_of(event):
            return
        try:
            waiting.put_nowait(event)
        except asyncio.QueueFull as error:
            host.fault(OWN, "keeping notices", error)

    host.feed.listen(hear)
    async with beside(_keep(host, waiting), "notices"):
        yield


async def _keep(host: Host, waiting: asyncio.Queue[Event]) -> None:
    while True:
        event = await waiting.get()
        for plugin, kind in notice_kinds(host):
            if kind.event == event.kind:
                await _keep_one(host, plugin, kind, event)


async def _keep_one(host: Host, plugin: str, kind: NoticeKind, event: Event) -> None:
    while True:
        try:
            with at_work(plugin):
                told = await host.write(_put_down, plugin, kind, event)
        except sa.exc.OperationalError:
            log.warning("a notice could not be put down; trying again")
            await asyncio.sleep(_RETRY_SECONDS)
        except Exception as error:  # noqa: BLE001 - a plugin's fault keeps no other notice back
            host.fault(plugin, f"the notice of {event.kind}", error)
            return
        else:
            host.feed.wake_subscribers([user_channel(user_id) for user_id in told])
            return


def _put_down(connection: sa.Connection, plugin: str, kind: NoticeKind, event: Event) -> list[str]:
    """Writes the notices of an event that nobody has written yet; the ids of those who have one."""
    accounts = sa.select(user.c.id).where(user.c.id.in_(users_of(event)), user.c.is_active, ~user.c.is_guest)
    told = []
    for user_id in sorted(connection.scalars(accounts)):
        serialize_on(connection, f"notices of {user_id}")
        key = {"user_id": user_id, "tx": event.cursor.tx, "event_id": event.cursor.id}
        is_there = sa.and_(*(notice.c[name] == value for name, value in key.items()))
        if connection.execute(sa.select(notice.c.at).where(is_there)).first() is None:
            if kind.settles is not None:
                mark_read(connection, user_id, kind.settles(event.values()))
            facts = kind.facts(connection, user_id, event.values())
            if facts is None:
                continue
            row = {"at": event.at, "plugin": plugin, "kind": kind.event, "is_read": False}
            texts = {"facts": msgspec.json.encode(facts).decode(), "link": kind.link(facts)}
            connection.execute(notice.insert(), key | row | texts)
            _forget(connection, user_id)
        told.append(user_id)
    return told


def _forget(connection: sa.Connection, user_id: str) -> None:
    """Removes what this user has too much of."""
    newest = sa.select(notice.c.tx, notice.c.event_id).where(notice.c.user_id == user_id)
    last = connection.execute(
        newest.order_by(notice.c.tx.desc(), notice.c.event_id.desc()).offset(KEPT - 1).limit(1)
    ).first()
    if last is not None:
        older = _place < sa.tuple_(sa.literal(last.tx), sa.literal(last.event_id))
        connection.execute(notice.delete().where(notice.c.user_id == user_id, older))


def forgetting(host: Host) -> Listener:
    """Removes what others were told of somebody whose account was deleted."""

    async def forget(event: Event) -> None:
        await host.write(_forget_name, event.values()["display_name"])

    return Listener("user_deleted", forget)


def _forget_name(connection: sa.Connection, name: str) -> None:
    told = f'"name":{msgspec.json.encode(name).decode()}'
    connection.execute(notice.delete().where(notice.c.facts.contains(told, autoescape=True)))


def _of(user_id: str, kinds: Kinds) -> sa.ColumnElement[bool]:
    """The user's notices that can be told now, their plugins being on."""
    known = sa.tuple_(notice.c.plugin, notice.c.kind).in_({(plugin, kind.event) for plugin, kind in kinds})
    return sa.and_(notice.c.user_id == user_id, known)


def unread_links(connection: sa.Connection, user_id: str, kinds: Kinds) -> list[str]:
    """What the unread notices of a user lead to, one for each of them."""
    return list(connection.scalars(sa.select(notice.c.link).where(_of(user_id, kinds), ~notice.c.is_read)))


def mark_read(connection: sa.Connection, user_id: str, link: str | None = None) -> None:
    """Marks a user's notices as read: all, or those that lead to this path."""
    unread = sa.and_(notice.c.user_id == user_id, ~notice.c.is_read)
    connection.execute(
        notice.update().where(unread, notice.c.link == link if link is not None else sa.true()).values(is_read=True)
    )


def list_notices(
    connection: sa.Connection, user_id: str, kinds: Kinds, limit: int, before: Cursor | None = None
) -> list[Notice]:
    """A user's notices, newest first, and those before a place."""
    query = sa.select(notice).where(_of(user_id, kinds))
    if before is not None:
        query = query.where(_place < sa.tuple_(sa.literal(before.tx), sa.literal(before.id)))
    rows = connection.execute(query.order_by(notice.c.tx.desc(), notice.c.event_id.desc()).limit(limit))
    by_kind = {(plugin, kind.event): kind for plugin, kind in kinds}
    return [_notice(row, by_kind[row.plugin, row.kind]) for row in rows]


def _notice(row: sa.Row[Any], kind: NoticeKind) -> Notice:
    facts: Mapping[str, Any] = msgspec.json.decode(row.facts)
    return Notice(Cursor(row.tx, row.event_id), row.at, kind.sentence(facts), row.link, row.is_read)
