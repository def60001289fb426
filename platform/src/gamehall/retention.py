"""What is kept for a while only, and its end: removed by one worker for the whole hall, a few rows at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa
from ulid import ULID

from gamehall.declare import Host, Retention
from gamehall.leases import take_lease
from gamehall.plugins import Plugins
from gamehall.settings import Settings, SettingsError
from gamehall.tables import UtcTime, audit, challenge, event, new_id, now, one_time_link

__all__ = [
    "BATCH",
    "OWN",
    "Held",
    "changed_days",
    "forget_old",
    "forget_some",
    "held",
    "overdue",
    "retentions_of",
]

BATCH = 500  # rows in one transaction, so that nobody waits for long
_WORK, _LEASE_MS = "forgetting what is old", 1_800_000
_OTHERWISE = re.compile(r"(?P<name>[a-z_-]+)=(?P<days>[1-9][0-9]{0,4})", re.ASCII)
_LATE = timedelta(days=2)

_HALL = "gamehall"
_LAST_EVENT = sa.select(sa.func.max(event.c.id)).scalar_subquery()
OWN = tuple(
    (_HALL, each)
    for each in (
        # The newest stays: by it one sees how far the feed has come, and whose place in it is too old.
        Retention("events", event.c.at, 7, along=event.c.id, only=event.c.id < _LAST_EVENT),
        Retention("audit", audit.c.id, 365),
        Retention("links", one_time_link.c.expires_at, 1),
        Retention("challenges", challenge.c.id, 365, only=challenge.c.status != "pending"),
    )
)
"""What the hall itself keeps for a while only, as `retentions_of` gives it."""


class Held(msgspec.Struct, frozen=True):
    """How much there is of what is kept for some days only: rows, and when the oldest of them became of no use."""

    owner: str
    name: str
    days: int
    rows: int
    oldest: datetime | None


def retentions_of(plugins: Plugins) -> list[tuple[str, Retention]]:
    """What is kept for a while only, with whose it is: the hall's, and what working plugins declare."""
    declared = plugins.declared("gamehall_retention")
    return [*OWN, *((plugin.name, each) for plugin, each in declared)]


def changed_days(texts: Sequence[str]) -> Mapping[str, int]:
    """Days by the name of what is kept, from the setting `keep_days`. Raises SettingsError."""
    found = [(text, _OTHERWISE.fullmatch(text.replace(" ", ""))) for text in texts]
    if wrong := [text for text, match in found if match is None]:
        raise SettingsError(f"keep_days: {wrong[0]!r} is not like audit=365, what is kept for so many days")
    return {match["name"]: int(match["days"]) for _text, match in found if match}


def _days_of(settings: Settings, retention: Retention) -> int:
    """For how many days this is kept here."""
    return changed_days(settings.keep_days).get(retention.name, retention.days)


async def forget_old(host: Host, retentions: Iterable[tuple[str, Retention]]) -> dict[str, int]:
    """Removes what has been kept long enough; how many rows of what. Nothing where another worker had the turn lately.

    What fails of a plugin keeps nothing else.
    """
    holder = new_id()
    removed: dict[str, int] = {}
    for owner, retention in retentions:
        try:
            while batch := await host.write(_in_turn, retention, host.settings, holder, host.hall_time()):
                removed[retention.name] = removed.get(retention.name, 0) + batch
        except sa.exc.OperationalError:
            raise  # the database is away, for everybody
        except Exception as error:
            if owner == _HALL:
                raise
            host.fault(owner, f"forgetting {retention.name}", error)
    return removed


def _in_turn(connection: sa.Connection, retention: Retention, settings: Settings, holder: str, hall_time: int) -> int:
    if not take_lease(connection, _WORK, holder, hall_time, _LEASE_MS):
        return 0
    return forget_some(connection, retention, settings)


def forget_some(connection: sa.Connection, retention: Retention, settings: Settings) -> int:
    """Removes up to BATCH rows of what has been kept long enough, the oldest first; how many."""
    before = now() - timedelta(days=_days_of(settings, retention)) - retention.lasts
    since, table = retention.since, retention.since.table
    key = list(table.primary_key.columns)
    is_old = since < _bound(retention, before)
    query = sa.select(*key).order_by(since if retention.along is None else retention.along).limit(BATCH)
    if retention.along is None:
        query = query.where(is_old, *_only(retention))
    else:  # the first rows by its index, of which some are old
        first = query.subquery()
        same = sa.and_(*(column == first.c[column.name] for column in key))
        query = sa.select(*key).join(first, same).where(is_old, *_only(retention))
    # Named one by one, as each row's key is then found by its index.
    found = connection.execute(query).all()
    if not found:
        return 0
    named = sa.tuple_(*key).in_([tuple(row) for row in found])
    if len(key) == 1:
        named = key[0].in_([row[0] for row in found])
    return connection.execute(sa.delete(table).where(named)).rowcount


def held(connection: sa.Connection, settings: Settings, owner: str, retention: Retention) -> Held:
    """How much of this there is now."""
    since = retention.since
    rows, oldest = connection.execute(
        sa.select(sa.func.count(), sa.func.min(since)).select_from(since.table).where(*_only(retention))
    ).one()
    if isinstance(oldest, str):
        oldest = ULID.from_str(oldest.upper()).datetime
    return Held(owner, retention.name, _days_of(settings, retention), rows, oldest and oldest + retention.lasts)


def overdue(found: Iterable[Held]) -> str:
    """What should have been removed some days ago, in words; empty when nothing should."""
    return ", ".join(
        f"{each.name} of {each.oldest:%Y-%m-%d} are still here, kept for {each.days} days"
        for each in found
        if each.oldest is not None and each.oldest < now() - timedelta(days=each.days) - _LATE
    )


def _only(retention: Retention) -> tuple[sa.ColumnElement[bool], ...]:
    return () if retention.only is None else (retention.only,)


def _bound(retention: Retention, before: datetime) -> datetime | str:
    """This moment as the column has it: ids tell when they were made."""
    return before if isinstance(retention.since.type, UtcTime) else str(ULID.from_datetime(before)).lower()
