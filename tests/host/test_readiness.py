"""`/health/ready`: what it answers while a worker comes and goes, and how little it does for who asks all the time."""

from __future__ import annotations

import asyncio
import textwrap
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from gamehall.declare import CheckResult
from gamehall.readiness import Readiness
from gamehall.settings import Settings
from rig.hall import Hall, InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

_SLEEPY = """
    from gamehall import hookimpl
    from gamehall.declare import Check, CheckResult

    @hookimpl
    def gamehall_checks(host):
        async def sleepy():
            return CheckResult(False, "It has gone to bed.")
        return [Check("bed", sleepy)]
"""


async def test_many_who_ask_at_once_are_answered_by_one_round() -> None:
    rounds, go_on = 0, asyncio.Event()

    async def check() -> CheckResult:
        nonlocal rounds
        rounds += 1
        await go_on.wait()
        return CheckResult(True, str(rounds))

    readiness = Readiness(lambda: {"slow": check})
    asked = [asyncio.create_task(readiness.ask()) for _ in range(50)]
    await asyncio.sleep(0)
    asked.pop().cancel()  # whoever goes away keeps nobody else from the answer
    go_on.set()
    answers = await asyncio.gather(*asked)
    assert rounds == 1
    assert all(each == {"slow": CheckResult(True, "1")} for each in answers)


async def test_a_check_that_hangs_is_named_beside_the_others_and_not_begun_again() -> None:
    begun, heard, let_go = 0, 0, asyncio.Event()

    async def stubborn() -> CheckResult:
        nonlocal begun, heard
        begun += 1
        while not let_go.is_set():
            try:
                await let_go.wait()
            except asyncio.CancelledError:
                heard += 1
        return CheckResult(True)

    async def well() -> CheckResult:
        return CheckResult(True)

    readiness = Readiness(lambda: {"stubborn": stubborn, "well": well}, seconds=0.1, good_for=0)
    for _ in range(3):
        answer = await readiness.ask()
        assert answer == {"stubborn": CheckResult(False, "It did not end within 0.1 s."), "well": CheckResult(True)}
    assert begun == 1
    assert heard == 3
    let_go.set()
    assert (await readiness.ask())["well"].ok


async def test_what_fails_or_answers_nonsense_is_named() -> None:
    async def fails() -> CheckResult:
        raise SystemExit("no more")

    async def nonsense() -> CheckResult:
        return "fine"  # type: ignore[return-value]

    answer = await Readiness(lambda: {"fails": fails, "nonsense": nonsense}).ask()
    assert answer == dict.fromkeys(("fails", "nonsense"), CheckResult(False, "It failed; the reason is in the log."))


async def test_a_plugins_check_that_fails_names_it(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("sleepy", textwrap.dedent(_SLEEPY))
    hall = await start_hall()
    answer = await hall.root.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"]["sleepy.bed"] == {"ok": False, "detail": "It has gone to bed."}


async def test_a_worker_that_has_not_begun_or_is_at_its_end_is_not_ready(tmp_path: Path) -> None:
    hall = Hall(Settings(database_url=f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}", data_dir=str(tmp_path)), safe=True)
    answer = await hall.root.get("/health/ready", headers={"host": "localhost"})
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"worker": {"ok": False, "detail": "This worker is starting."}}
    assert (await hall.root.get("/health", headers={"host": "localhost"})).status_code == 200
    await hall.host.database.close()


async def test_a_feed_that_stands_still_is_named(postgres_url: str, start_hall: StartHall) -> None:
    hall = await start_hall(postgres_url, safe=True)
    plain = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)

    async def becomes(status: int) -> dict[str, dict[str, object]]:
        while True:
            answer = await hall.root.get("/health/ready")
            if answer.status_code == status:
                checks: dict[str, dict[str, object]] = answer.json()["checks"]
                return checks
            await asyncio.sleep(0.2)

    async with asyncio.timeout(240):
        await becomes(200)
        async with await psycopg.AsyncConnection.connect(plain) as other:
            await other.execute("LOCK TABLE event")
            checks = await becomes(503)
        assert checks["database"] == {"ok": True, "detail": ""}
        assert "The feed was last read" in str(checks["reading"]["detail"])
        await becomes(200)
