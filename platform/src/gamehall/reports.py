"""What workers say of themselves, again and again, so that whoever looks after the hall need not go to each of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec
import sqlalchemy as sa

from gamehall import __version__
from gamehall.tables import now, worker_report
from gamehall.workers import worker_name

__all__ = ["REPORT_SECONDS", "Report", "clock_skew", "put_down", "reports_of", "take_back"]

REPORT_SECONDS = 2.0
_FORGOTTEN = timedelta(days=1)


class Report(msgspec.Struct, frozen=True):
    """What a worker says of itself. `skew` is by how many seconds the clock of its machine is ahead of the database's,
    `failures` how often something of each plugin has failed since the start."""

    started_at: datetime
    failures: dict[str, int] = {}
    version: str = __version__
    skew: float = 0.0


def put_down(connection: sa.Connection, report: Report) -> None:
    """Puts down what this worker says of itself, in place of what it said before."""
    name = worker_name()
    told = msgspec.structs.replace(report, skew=round(clock_skew(connection), 1))
    said = {"at": now(), "report": msgspec.json.encode(told).decode()}
    if connection.execute(worker_report.update().where(worker_report.c.worker == name).values(said)).rowcount == 0:
        connection.execute(worker_report.insert(), {"worker": name} | said)
        connection.execute(worker_report.delete().where(worker_report.c.at < now() - _FORGOTTEN))


def take_back(connection: sa.Connection) -> None:
    """Forgets what this worker said, at its end."""
    connection.execute(worker_report.delete().where(worker_report.c.worker == worker_name()))


def reports_of(connection: sa.Connection, workers: Collection[str]) -> dict[str, Report]:
    """What these workers say of themselves, by name; one that has just begun may have said nothing yet."""
    found = connection.execute(sa.select(worker_report.c.worker, worker_report.c.report))
    return {row.worker: msgspec.json.decode(row.report, type=Report) for row in found if row.worker in workers}


def clock_skew(connection: sa.Connection) -> float:
    """By how many seconds the clock of this machine is ahead of the database's; SQLite has no clock of its own."""
    if connection.dialect.name != "postgresql":
        return 0.0
    before = now()
    theirs: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return (before + (now() - before) / 2 - theirs).total_seconds()
