"""Workers that take over from each other while people play: nothing is refused, cut or lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from rig.hall import lay_out_plugin
from rig.people import client
from rig.server import Serve, Server
from rig.underway import game_under_way, reload

pytestmark = pytest.mark.anyio

WHICH = """
import os
from gamehall import hookimpl
from litestar import get


@hookimpl
def gamehall_routes(host):
    @get("/api/v1/which", opt={"who": "anybody"})
    async def which() -> dict[str, object]:
        return {"code": CODE, "pid": os.getpid()}
    return [which]
"""

DYING = """
from contextlib import asynccontextmanager
from gamehall.declare import Lifespan


@hookimpl
def gamehall_lifespan(host):
    @asynccontextmanager
    async def dying():
        os._exit(7)
        yield
    return [Lifespan(dying)]
"""
TABLES = """
from pathlib import Path
import sqlalchemy as sa
from gamehall.declare import Tables

metadata = sa.MetaData()
sa.Table("which_note", metadata, sa.Column("id", sa.Integer, primary_key=True))


@hookimpl
def gamehall_tables():
    return [Tables(metadata, Path(__file__).parent / "migrations/versions")]
"""
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "which_0001"
down_revision = None


def upgrade() -> None:
    op.create_table("which_note", sa.Column("id", sa.Integer, primary_key=True))
"""


class Hall:
    """A hall with a plugin that tells which code answers."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self._plugin = folder / "gamehall_which/__init__.py"

    def change(self, code: int, more: str = "") -> None:
        self._plugin.write_text(f"{WHICH.replace('CODE', str(code))}\n{more}")

    def add_tables(self) -> None:
        """To what the plugin brings with its next change."""
        versions = self._plugin.parent / "migrations/versions"
        versions.mkdir(parents=True)
        (versions / "0001_which.py").write_text(MIGRATION)

    def which(self) -> tuple[int, int]:
        """The code that answers, and the worker."""
        with client(self.server.url) as once:
            answer = once.get("/api/v1/which").raise_for_status().json()
        return answer["code"], answer["pid"]


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
def hall(request: pytest.FixtureRequest, serve: Serve, tmp_path: Path) -> Hall:
    lay_out_plugin(tmp_path / "site", "which", WHICH.replace("CODE", "1"))
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    return Hall(serve(workers=request.param, settings=environment), tmp_path / "site")


@contextlib.asynccontextmanager
async def asked_all_the_time(url: str) -> AsyncIterator[list[str]]:
    """Asks on kept connections and on new ones, one after another, until the block ends; what did not go well."""
    failures: list[str] = []
    count = 0

    async def ask(kept: bool) -> None:
        nonlocal count
        limits = httpx.Limits(max_keepalive_connections=1 if kept else 0)
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=30, trust_env=False) as http:
            while True:
                try:
                    answer = await http.get("/api/v1/rulesets" if kept else "/health")
                    if answer.status_code != 200:
                        failures.append(f"{answer.status_code} {answer.text}")
                except httpx.HTTPError as error:
                    failures.append(repr(error))
                count += 1

    tasks = [asyncio.create_task(ask(kept)) for kept in (True, True, False, False)]
    try:
        yield failures
    finally:
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert count > 100
    assert failures == []


async def test_nobody_notices_that_all_workers_are_new(hall: Hall) -> None:
    before = hall.which()
    assert before[0] == 1
    async with (
        game_under_way(hall.server.url, patient=False) as game,
        asked_all_the_time(hall.server.url),
    ):
        await game.reach(5)
        hall.change(2)
        await reload(hall.server)
        await game.reach(20)
        assert game.restarts >= 2  # both streams came back
        after = {hall.which() for _ in range(10)}
        assert {code for code, _ in after} == {2}
        assert before[1] not in {pid for _, pid in after}
        assert game.failures == []


@pytest.mark.parametrize("hall", [1], indirect=True)
async def test_workers_that_cannot_begin_leave_those_before_at_work(hall: Hall) -> None:
    """What is wrong is in the log; mended, the same signal brings the new code."""
    async with game_under_way(hall.server.url, patient=False) as game:
        before = hall.which()
        hall.add_tables()
        hall.change(2, TABLES)
        await reload(hall.server, "was not relieved")
        assert "which: its tables are not up to date; run: gamehall db upgrade" in hall.server.log()
        assert hall.which() == before
        await game.reach(3)
        assert game.restarts == 0

        assert hall.server.command("db", "upgrade").returncode == 0
        await reload(hall.server)
        assert hall.which()[0] == 2
        await game.reach(3)
        assert game.failures == []


def test_who_asks_for_it_needs_no_signal_when_code_changes(serve: Serve, tmp_path: Path) -> None:
    lay_out_plugin(tmp_path / "site", "which", WHICH.replace("CODE", "1"))
    environment = {"PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"}
    hall = Hall(serve("--reload", settings=environment), tmp_path / "site")
    assert hall.which()[0] == 1
    hall.change(2)
    hall.server.wait_until(lambda: "all workers were relieved" in hall.server.log())
    assert hall.which()[0] == 2


@pytest.mark.parametrize("hall", [2], indirect=True)
async def test_however_often_a_worker_falls_the_hall_goes_on(hall: Hall) -> None:
    fallen = set()
    async with game_under_way(hall.server.url) as game:
        for _ in range(4):
            _, pid = hall.which()
            fallen.add(pid)
            os.kill(pid, signal.SIGKILL)
            await game.reach(3)
    assert len(fallen) >= 3
    assert hall.server.running
    assert "another begins in 0 s" in hall.server.log()


def _tells(server: Server, sentence: str) -> bool:
    return sentence in server.log()


async def test_a_worker_that_has_fallen_is_relieved_too(serve: Serve) -> None:
    """Three times in a row, so that it is some time until another begins."""
    server = serve()
    for pause in ("0 s", "1 s", "2 s"):
        server.wait_until(lambda: len(server.workers()) == 1 and server.ready())
        (fallen,) = server.workers()
        os.kill(fallen, signal.SIGKILL)
        server.wait_until(partial(_tells, server, f"another begins in {pause}"))
    await reload(server)
    assert server.ready()


def test_a_worker_that_is_told_again_to_stop_stops(serve: Serve) -> None:
    """As by Ctrl-C, which all processes hear, by their parent, and by whoever is impatient."""
    server = serve()
    (told,) = server.workers()
    for number in (signal.SIGINT, signal.SIGTERM) * 200:  # while it hears and forgets them, and goes at last
        with contextlib.suppress(ProcessLookupError):
            os.kill(told, number)
    server.wait_until(lambda: told not in server.workers() and len(server.workers()) == 1 and server.ready())
    assert "Timeout" not in server.log()  # with which a worker begins to tell where it stood still


async def test_a_hall_says_when_it_answers_and_that_it_will_stop(serve: Serve, tmp_path: Path) -> None:
    """The first to the service manager. A proxy that asks how it is sends nobody there any more; whoever comes all the
    same is answered."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(60)
        manager.bind(str(tmp_path / "notify"))
        server = serve(settings={"GAMEHALL_DRAIN_SECONDS": "300", "NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert manager.recv(100) == b"READY=1"
    async with (
        httpx.AsyncClient(base_url=server.url, timeout=30, trust_env=False) as http,
        http.stream("GET", "/api/v1/events", params={"channel": "lobby"}) as stream,
    ):
        told = stream.aiter_lines()
        await anext(told)
        os.kill(server.pid, signal.SIGTERM)
        async with asyncio.timeout(60):
            while (ready := await http.get("/health/ready")).status_code == 200:
                pass
        assert ready.status_code == 503
        assert ready.json()["checks"]["stopping"]["ok"] is False
        answer = await http.get("/api/v1/rulesets")
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        os.kill(server.pid, signal.SIGTERM)  # who says it again does not want to wait
        assert "event: restart" in [line async for line in told]
    assert server.stop() == 0


def test_a_port_that_is_taken_is_named(server: Server) -> None:
    again = server.command("serve", "--port", str(server.port))
    assert again.returncode == 1
    assert f"cannot listen on 127.0.0.1, port {server.port}" in again.stderr
    assert "Traceback" not in again.stderr


def test_a_worker_that_cannot_begin_at_the_start_ends_the_hall(serve: Serve, tmp_path: Path) -> None:
    """Whoever runs it sees that, and tries again."""
    source = f"{WHICH}\n{DYING}"
    lay_out_plugin(tmp_path / "site", "which", source.replace("CODE", "1"))
    server = serve(settings={"PYTHONPATH": str(tmp_path / "site")}, wait=False)
    with pytest.raises(RuntimeError, match="ended with 1 before"):
        server.wait_until(server.ready, 120)
    assert "a worker ended before it answered" in server.log()
