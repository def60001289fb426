"""What is kept for a while only goes, a few rows at a time, by one worker; everything else stays."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import msgspec
import pytest
import sqlalchemy as sa
from ulid import ULID

from gamehall.accounts import Registration, register
from gamehall.declare import Retention
from gamehall.events import NewEvent
from gamehall.feed import Feed, emit
from gamehall.hall import Hall as Host
from gamehall.migrate import upgrade_all
from gamehall.plugins import load_plugins
from gamehall.retention import BATCH, OWN, forget_old, held, overdue, retentions_of
from gamehall.settings import Settings
from gamehall.tables import UtcTime, event, lease, new_id, now, user
from rig.command import FAILED, Run
from rig.hall import PASSWORD

pytestmark = pytest.mark.anyio

NUMBERS = count(1)


def add_rows(connection: sa.Connection, retention: Retention, moment: datetime, number: int) -> None:
    """Rows of which `since` is this moment; the other columns have whatever they take."""
    table = retention.since.table
    person = connection.scalar(sa.select(user.c.id).where(user.c.username == "ada"))
    for _ in range(number):
        row = {column.name: _some(column, person) for column in table.columns if _is_needed(column)}
        is_moment = isinstance(retention.since.type, UtcTime)
        row[retention.since.name] = moment if is_moment else str(ULID.from_datetime(moment)).lower()
        connection.execute(table.insert(), row)


def _is_needed(column: sa.Column[Any]) -> bool:
    return not column.nullable and not (column.primary_key and column.autoincrement is True)


def _some(column: sa.Column[Any], person: str | None) -> Any:
    if column.foreign_keys:
        return person
    if isinstance(column.type, UtcTime):
        return now()
    kind = column.type.python_type
    if kind is bytes:
        return new_id().encode() + b"......"
    if kind is str:
        return new_id()[: getattr(column.type, "length", None) or 26] if column.unique or column.primary_key else "[]"
    return kind(next(NUMBERS))


class StartHost(Protocol):
    async def __call__(self, name: str) -> Host:
        """A host with this name's data folder. It is not at work: nothing happens but what a test asks of it."""


@pytest.fixture
async def start_host(database_url: str, tmp_path: Path) -> AsyncIterator[StartHost]:
    """Hosts on one database, on which ada has an account."""
    hosts: list[Host] = []

    async def start(name: str) -> Host:
        settings = Settings(database_url=database_url, data_dir=str(tmp_path / name))
        plugins = load_plugins(settings)
        is_new = bool(upgrade_all(database_url, plugins))
        hosts.append(Host(settings, plugins))
        if is_new:
            await register(hosts[0], Registration(username="ada", email="ada@example.org", password=PASSWORD))
        return hosts[-1]

    yield start
    for host in hosts:
        host.passwords.close()
        await host.database.close()


async def half_an_hour_later(host: Host) -> None:
    """Nobody has the turn any more."""
    await host.write(lambda connection: connection.execute(lease.delete()))


async def test_what_is_old_goes_and_nothing_else(start_host: StartHost) -> None:
    host = await start_host("one")
    retentions = retentions_of(host.plugins)
    assert {each.name for _, each in retentions} >= {"events", "audit", "challenges", "links", "tokens", "sessions"}
    for number, (_owner, each) in enumerate(retentions):
        life = each.lasts + timedelta(days=each.days)
        many = BATCH + 20 if each.name in ("events", "audit") else 2
        await host.write(add_rows, each, now() - life - timedelta(hours=1 + number), many)
        await host.write(add_rows, each, now() - life + timedelta(hours=1), 1)
    assert (await host.read(_late, host.settings, retentions)) == ""
    before = {each.name: (await host.read(held, host.settings, owner, each)).rows for owner, each in retentions}

    removed = await forget_old(host, retentions)
    assert removed == Counter({each.name: 2 for _, each in retentions}) | {"events": BATCH + 20, "audit": BATCH + 20}
    after = {each.name: (await host.read(held, host.settings, owner, each)) for owner, each in retentions}
    assert {name: found.rows for name, found in after.items()} == {
        name: rows - removed[name] for name, rows in before.items()
    }
    assert all(found.oldest is None or found.oldest > now() - timedelta(days=found.days) for found in after.values())
    assert await forget_old(host, retentions) == {}, "it was another worker's turn just before"


async def test_of_two_hosts_one_does_it(start_host: StartHost) -> None:
    hosts = [await start_host(name) for name in ("one", "other")]
    (audit,) = [each for _, each in OWN if each.name == "audit"]
    for turn in range(2):
        await half_an_hour_later(hosts[0])
        await hosts[0].write(add_rows, audit, now() - timedelta(days=audit.days, hours=1), 2 * BATCH)
        removed = await asyncio.gather(*(forget_old(host, OWN) for host in hosts))
        assert sorted(map(bool, removed)) == [False, True], turn
        assert sum(each.get("audit", 0) for each in removed) == 2 * BATCH


def _late(connection: sa.Connection, settings: Settings, retentions: list[tuple[str, Retention]]) -> str:
    return overdue([held(connection, settings, owner, each) for owner, each in retentions])


async def test_who_comes_back_to_what_was_removed_looks_at_everything_anew(start_host: StartHost) -> None:
    """The newest event stays, however old, so that nobody is told that they have missed nothing."""
    host = await start_host("one")
    first = await host.write(emit, [NewEvent("one", ("lobby",), {})])
    last = await host.write(emit, [NewEvent("two", ("lobby",), {}), NewEvent("three", ("lobby",), {})])
    assert first is not None
    assert last is not None
    await host.write(lambda connection: connection.execute(event.update().values(at=now() - timedelta(days=8))))
    assert (await forget_old(host, retentions_of(host.plugins)))["events"] >= 2
    feed = Feed(host.database)
    async with feed.running():
        assert await feed.since(first, frozenset({"lobby"})) is None
        assert await feed.since(last, frozenset({"lobby"})) == []


async def test_the_operator_says_for_how_long(start_host: StartHost) -> None:
    host = await start_host("one")
    ((owner, audit),) = [each for each in retentions_of(host.plugins) if each[1].name == "audit"]
    await host.write(add_rows, audit, now() - timedelta(days=40), 3)
    changed = msgspec.structs.replace(host.settings, keep_days=("audit=30",))
    assert "audit of " in await host.read(_late, changed, [(owner, audit)])
    found = await host.read(held, changed, owner, audit)
    assert (found.days, found.rows >= 3, found.oldest and (now() - found.oldest).days) == (30, True, 40)


def test_the_command_line_shows_it(gamehall: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {each["name"]: each for each in gamehall("--json", "db", "status").envelope["data"]["kept"]}
    assert (kept["audit"]["days"], kept["sessions"]["owner"]) == (365, "web_htmx")
    monkeypatch.setenv("GAMEHALL_KEEP_DAYS", "audit=30, nothing=1")
    status = gamehall("--json", "db", "status")
    assert {each["name"]: each["days"] for each in status.envelope["data"]["kept"]}["audit"] == 30
    assert status.envelope["data"]["unknown"] == ["nothing"]
    monkeypatch.setenv("GAMEHALL_KEEP_DAYS", "audit=never")
    assert gamehall("serve").code == FAILED
