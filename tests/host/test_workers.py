"""Switching waits for every worker that is at work, and says who is late."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.database import sync_url
from gamehall.features import Switchable, read_switches, switch
from gamehall.tables import worker
from rig.command import DONE, FAILED, Ended, call
from rig.hall import StartHall
from rig.halls import until
from rig.people import client
from rig.processes import Process, listens
from rig.server import Serve, Server

# What Python runs first in a server whose host's clock is five minutes slow.
SLOW_CLOCK = """
from datetime import timedelta

from gamehall import tables

right = tables.now
tables.now = lambda: right() - timedelta(minutes=5)
"""


def features(server: Server, *arguments: str) -> Ended:
    return call(server.environment, "--json", "features", *arguments)


def workers_of(url: str) -> dict[str, Any]:
    """By its name, when each worker was last seen."""
    with sa.create_engine(sync_url(url), poolclass=sa.NullPool).connect() as connection:
        return {row.name: row.seen_at for row in connection.execute(sa.select(worker))}


def is_off(server: Server, key: str) -> bool:
    with client(server.url) as once:
        return once.get(f"/api/v1/rulesets/{key.removeprefix('ruleset:')}").status_code == 404


def kill_whole(server: Process) -> None:
    with suppress(ProcessLookupError):
        os.killpg(server.pid, signal.SIGKILL)


@pytest.mark.postgres
def test_whoever_stands_still_is_named_and_whoever_died_is_not_waited_for(
    serve: Serve, postgres_url: str, tmp_path: Any
) -> None:
    """On two hosts, the clock of one being wrong by minutes."""
    (tmp_path / "wrong").mkdir()
    (tmp_path / "wrong/sitecustomize.py").write_text(dedent(SLOW_CLOCK))
    right = serve(database_url=postgres_url)
    (right_name,) = workers_of(postgres_url)
    wrong = serve(database_url=postgres_url, settings={"PYTHONPATH": str(tmp_path / "wrong")})
    (wrong_name,) = set(workers_of(postgres_url)) - {right_name}
    moments = workers_of(postgres_url)
    assert abs(moments[wrong_name] - moments[right_name]) < timedelta(minutes=1), "by one clock for all"
    assert features(right, "off", "ruleset:renju").envelope["data"]["late"] == []
    assert is_off(right, "ruleset:renju")
    assert is_off(wrong, "ruleset:renju")

    pid = int(wrong_name.rpartition("/")[2])
    os.kill(pid, signal.SIGSTOP)
    try:
        ended = features(right, "on", "ruleset:renju")
        assert ended.code == FAILED
        assert wrong_name in ended.envelope["error"]["message"]
        assert ended.envelope["data"]["late"] == [wrong_name], "and nobody else"
        assert not is_off(right, "ruleset:renju"), "it is switched all the same"
        assert features(right, "off", "signup", "--no-wait").code == DONE
    finally:
        os.kill(pid, signal.SIGCONT)
    assert features(right, "on", "signup").code == DONE
    assert not is_off(wrong, "ruleset:renju")

    kill_whole(wrong)
    assert features(right, "off", "ruleset:renju").code == DONE
    assert set(workers_of(postgres_url)) == {right_name}
    third = serve(database_url=postgres_url, wait=False)
    for state in ("on", "off", "on", "off"):  # while it starts
        assert features(right, state, "ruleset:tic-tac-toe").code == DONE
    third.wait_until(third.ready)
    assert is_off(third, "ruleset:tic-tac-toe")
    assert len(workers_of(postgres_url)) == 2


@pytest.mark.anyio
async def test_operators_who_switch_at_once_leave_one_order(start_hall: StartHall, database_url: str) -> None:
    one, other = await start_hall(database_url), await start_hall(database_url)
    keys = [f"ruleset:{key}" for key in one.host.rulesets][:3]
    known = dict.fromkeys(keys, Switchable("ruleset"))
    throws = [(hall, key, on) for on in (True, False) for key in keys for hall in (one, other)]
    made = await asyncio.gather(
        *(hall.host.write(switch, [key], on=on, by="test", known=known) for hall, key, on in throws)
    )
    epochs = [each.epoch for each in made]
    assert len(set(epochs)) == len(throws), "each has an epoch of its own"
    last = {key: on for (_, key, on), _ in sorted(zip(throws, epochs, strict=True), key=lambda each: each[1])}
    stored = await one.host.read(read_switches)
    assert {key: key in stored for key in keys} == last
    assert stored.epoch == max(epochs)


@pytest.mark.anyio
async def test_of_two_who_shut_the_last_two_ways_at_once_one_is_refused(
    start_hall: StartHall, database_url: str
) -> None:
    halls = [await start_hall(database_url), await start_hall(database_url)]
    known = {each.name: Switchable("plugin", plugin=each) for each in halls[0].host.installed_plugins}
    ended = await asyncio.gather(
        *(
            hall.host.write(switch, [key], on=False, by="test", known=known)
            for hall, key in zip(halls, ("web_htmx", "enhanced_auth"), strict=True)
        ),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in ended) == ["Problem", "Switched"]
    stored = await halls[0].host.read(read_switches)
    assert ("web_htmx" in stored) != ("enhanced_auth" in stored)


def test_workers_end_with_who_minds_them(serve: Serve) -> None:
    """One process is killed by itself, as the system does when memory is short: the next hall finds the port free."""
    server = serve(workers=3)
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not server.running and not listens(server.port), "they have all ended")
    assert serve(workers=3, port=server.port).ready()


def test_a_worker_that_is_killed_before_it_answers_is_begun_anew(serve: Serve) -> None:
    """The others are not ended with it, as they are when a worker cannot begin."""
    server = serve(workers=2, wait=False)
    until(lambda: len(server.workers()) == 2, "both are there")
    killed = max(server.workers())
    os.kill(killed, signal.SIGKILL)
    until(lambda: "another begins" in server.log(), "its end is noticed")
    until(lambda: server.ready() and len(server.workers()) == 2, "another is there")
    assert killed not in server.workers()
