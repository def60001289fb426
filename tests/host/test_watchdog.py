"""Several workers: what they have counted together, and what becomes of one whose loop stands still."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from rig.figures import Figures, grown
from rig.hall import lay_out_plugin
from rig.server import Server, serving

WORKERS = 2

# Says who answers, and stands still in either of two ways: waiting, and holding the interpreter so that no other
# thread of Python can do anything.
STANDING = """
import os
import re
import time

from gamehall import hookimpl
from gamehall.gauges import Gauge
from litestar import get


@hookimpl
def gamehall_gauges(host):
    return [Gauge("workers", "Workers that tell of themselves.", lambda: 1)]


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/standing", opt={"who": "anybody"})
    async def who() -> int:
        return os.getpid()

    @get("/api/v1/standing/wait", opt={"who": "anybody"})
    async def wait_for_ever() -> None:
        time.sleep(100_000)

    @get("/api/v1/standing/hold", opt={"who": "anybody"})
    async def hold_everything() -> None:
        re.match("(a+)+$", "a" * 60 + "b")

    return [who, wait_for_ever, hold_everything]
"""


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("standing")
    lay_out_plugin(folder / "site", "standing", STANDING)
    settings = {"GAMEHALL_STUCK_SECONDS": "3", "PYTHONPATH": str(folder / "site"), "PYTHONUNBUFFERED": "1"}
    with serving(folder, request.node) as serve:
        yield serve(workers=WORKERS, settings=settings)


class Caller:
    """A connection to one worker, whichever has taken it."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.worker = int(self.get("/api/v1/standing"))

    def get(self, path: str) -> str:
        self.ask(path)
        return self._connection.getresponse().read().decode()

    def ask(self, path: str) -> None:
        """Asks, and waits for no answer."""
        self._connection.request("GET", path)

    def close(self) -> None:
        self._connection.close()


def one_of_each(server: Server) -> dict[int, Caller]:
    """A connection to each worker, by its process."""
    found: dict[int, Caller] = {}
    deadline = time.monotonic() + 60
    while len(found) < WORKERS and time.monotonic() < deadline:
        try:
            caller = Caller(server)
        except OSError:  # it came to a worker that was just ending
            continue
        if caller.worker in found:
            caller.close()
        else:
            found[caller.worker] = caller
    assert len(found) == WORKERS
    return found


def figures(server: Server) -> Figures:
    caller = Caller(server)
    text = caller.get("/metrics")
    caller.close()
    return Figures(text)


def others_than(server: Server, gone: set[int]) -> bool:
    """Whether others are at work in the place of these, which takes connections until they have ended."""
    try:
        caller = Caller(server)
    except OSError:
        return False
    caller.close()
    return caller.worker not in gone and not any(Path(f"/proc/{each}").exists() for each in gone)


def test_each_worker_tells_the_sum_of_all(server: Server) -> None:
    workers = one_of_each(server)
    before = figures(server)
    for number, caller in enumerate(workers.values(), start=3):
        for _ in range(number):
            caller.get("/health")
    told = [Figures(caller.get("/metrics")) for caller in workers.values()]
    for after in told:
        assert grown(before, after, "gamehall_requests_total", route="/health", status="2xx") == 3 + 4
        assert after.of("gamehall_standing_workers") == WORKERS
    for caller in workers.values():
        caller.close()


def test_workers_that_stand_still_are_ended_and_others_begin(server: Server) -> None:
    before = figures(server)
    stuck = one_of_each(server)
    one, other = stuck.values()
    one.ask("/api/v1/standing/wait")
    other.ask("/api/v1/standing/hold")
    server.wait_until(lambda: others_than(server, set(stuck)), seconds=120)
    # Those that have just begun stand still at once.
    again = one_of_each(server)
    for caller in again.values():
        caller.ask("/api/v1/standing/wait")
    server.wait_until(lambda: others_than(server, set(again)), seconds=120)
    afresh = one_of_each(server)
    after = figures(server)
    log = server.log()
    assert server.running
    assert log.count("Timeout (0:00:0") >= 4
    assert log.count("in wait_for_ever") >= 3
    assert log.count("in hold_everything") >= 1
    # What the ended ones have counted stays, what they had open does not.
    assert after.of("gamehall_requests_total") > before.of("gamehall_requests_total")
    assert after.of("gamehall_standing_workers") == WORKERS
    for caller in (*stuck.values(), *again.values(), *afresh.values()):
        caller.close()


STILL = """
import asyncio, sys, time
from gamehall.watchdog import ending_when_stuck

async def stand_still():
    async with ending_when_stuck(float(sys.argv[1])):
        await asyncio.sleep(0)
        time.sleep(float(sys.argv[2]))

asyncio.run(stand_still())
"""


def stand_still(patience: float, seconds: float) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", STILL, str(patience), str(seconds)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_who_stands_still_is_ended_and_tells_where() -> None:
    ended = stand_still(0.5, 100)
    assert (ended.returncode, "in stand_still" in ended.stderr) == (1, True)


def test_nobody_is_ended_who_goes_on_in_time_nor_where_none_is_wanted() -> None:
    for patience, seconds in ((60, 0.5), (0, 7)):
        ended = stand_still(patience, seconds)
        assert (ended.returncode, ended.stderr) == (0, "")
