"""The workers that are at work: each says again and again that it is there, and which epoch of the switches it has.

When that was is told by the database alone, since the clocks of several hosts differ.
"""

from __future__ import annotations

import os
import socket
import time
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from ulid import ULID

from gamehall.tables import feature_epoch, now, worker

__all__ = ["BEAT_SECONDS", "acknowledge", "forget_worker", "late_workers", "live_workers", "look_around", "worker_name"]

BEAT_SECONDS = 2.0
_LIVE = timedelta(seconds=5 * BEAT_SECONDS)
_SILENT = timedelta(seconds=1.5 * BEAT_SECONDS)
_FORGOTTEN = timedelta(days=1)
_SLACK_SECONDS = 2.0


def worker_name() -> str:
    """What the operator calls this process: its host and its number there."""
    return f"{socket.gethostname()}/{os.getpid()}"


def acknowledge(connection: sa.Connection, worker_id: str, name: str, epoch: int) -> None:
    """Puts down that this worker is there and has taken up this epoch."""
    at = _moment(connection)
    seen = {"epoch": epoch, "seen_at": at}
    if connection.execute(worker.update().where(worker.c.id == worker_id).values(seen)).rowcount == 0:
        connection.execute(worker.insert(), {"id": worker_id, "name": name} | seen)
        connection.execute(worker.delete().where(worker.c.seen_at < at - _FORGOTTEN))
    look_around(connection)


def forget_worker(connection: sa.Connection, worker_id: str) -> None:
    connection.execute(worker.delete().where(worker.c.id == worker_id))


def live_workers(connection: sa.Connection) -> list[str]:
    """The names of the workers that are at work, or were some seconds ago."""
    return list(connection.scalars(sa.select(worker.c.name).where(_is_live(connection)).order_by(worker.c.name)))


def late_workers(connection: sa.Connection, epoch: int | None = None) -> list[str]:
    """The names of live workers that have not taken up this epoch yet; None is the latest."""
    if epoch is None:
        epoch = connection.scalar(sa.select(feature_epoch.c.epoch)) or 0
    late = sa.select(worker.c.name).where(_is_live(connection), worker.c.epoch < epoch)
    return list(connection.scalars(late.order_by(worker.c.name)))


def look_around(connection: sa.Connection) -> None:
    """Looks after workers of this host that have missed a beat: one whose process is there, though it stands still,
    goes on to count as live, since it will go on with what it knew; one whose process has ended is taken out."""
    at = _moment(connection)
    here = worker.c.name.startswith(f"{socket.gethostname()}/", autoescape=True)
    silent = sa.select(worker.c.id, worker.c.name).where(here, worker.c.seen_at <= at - _SILENT)
    for worker_id, name in connection.execute(silent).all():
        is_there = _is_there(int(name.rpartition("/")[2]), ULID.from_str(worker_id.upper()).timestamp)
        if is_there:
            connection.execute(worker.update().where(worker.c.id == worker_id).values(seen_at=at))
        elif is_there is not None:
            forget_worker(connection, worker_id)


def _is_live(connection: sa.Connection) -> sa.ColumnElement[bool]:
    return worker.c.seen_at > _moment(connection) - _LIVE


def _moment(connection: sa.Connection) -> datetime:
    """Now, by a clock that all workers share: the database server's, or this machine's, which has the SQLite file."""
    if connection.dialect.name != "postgresql":
        return now()
    moment: datetime = connection.execute(sa.select(sa.func.clock_timestamp())).scalar_one()
    return moment


def _is_there(pid: int, since: float) -> bool | None:
    """Whether a process of this machine is the one that had this number at a moment, in seconds of the epoch: numbers
    are given again. None where the system does not say (it is no Linux)."""
    try:
        uptime = float(Path("/proc/uptime").read_text().split()[0])
    except OSError:
        return None
    try:
        # What stands in brackets is a name with anything in it.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    age = uptime - int(fields[18]) / os.sysconf("SC_CLK_TCK")
    return state not in ("Z", "X") and age + _SLACK_SECONDS >= time.time() - since
