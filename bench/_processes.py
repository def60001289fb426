"""What processes use, as Linux counts it, and what the benches start: a hall, and a PostgreSQL that keeps its word."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from gamehall.database import sync_url
from rig.postgres import running_postgres
from rig.server import Server, serving


def parent_of(pid: int) -> int:
    """Who has started this process; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def children(pid: int) -> list[int]:
    """The processes that this one has started and that still run."""
    running = [int(folder.name) for folder in Path("/proc").glob("[0-9]*")]
    return [each for each in running if parent_of(each) == pid]


def seconds_of(pid: int) -> float:
    """The processor time that the threads of a process have used which it still has."""
    used = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):  # it has just ended
            used += int(each.read_text().split()[0])
    return used / 1e9


def memory_of(pid: int) -> int:
    """The bytes of memory that are a process's own: what it shares with others is left out."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kept = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
    return 1024 * sum(int(kept[name]) for name in ("Private_Clean", "Private_Dirty"))


@contextmanager
def databases() -> Iterator[Mapping[str, str]]:
    """An address for each kind of database, in which nothing is yet; both put on the disk what they have promised."""
    with tempfile.TemporaryDirectory(prefix="gamehall-bench-") as folder, running_postgres(careful=True) as server:
        yield {"sqlite": f"sqlite+aiosqlite:///{folder}/hall.db", "postgresql": server.url}


def connection_to(url: str) -> psycopg.Connection:
    """A connection to a database of PostgreSQL, where each statement is a transaction."""
    conninfo = sync_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(conninfo, autocommit=True)


@dataclass(frozen=True)
class Running:
    """A hall with one worker in processes of its own."""

    server: Server

    @property
    def worker(self) -> int:
        """The process that answers."""
        (found,) = [pid for pid in children(self.server.pid) if b"resource_tracker" not in _command_of(pid)]
        return found


def _command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def hall(database_url: str, settings_file: str = "") -> Iterator[Running]:
    """A hall on this database that sends no mails and has no limits."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as start:
        file = Path(folder) / "gamehall.toml"
        file.write_text(settings_file)
        settings = {"GAMEHALL_MAIL": "off", "GAMEHALL_SLOW_QUERY_MS": "0", "GAMEHALL_CONFIG": str(file)}
        yield Running(start(database_url=database_url, settings=settings))


def machine() -> str:
    """What this runs on, in a line."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    model = models[0].partition(": ")[2] if models else "unknown processor"
    version = ".".join(map(str, sys.version_info[:3]))
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return f"{os.cpu_count()} × {model}, Python {version}, commit {commit.stdout.strip() or '?'}"
