"""An account at a real hall: signing in, going on later, exchanging its token, beside other windows."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gamehall.client import Client, ProblemError
from gamehall_desktop import auth
from gamehall_desktop.api import APIClient
from gamehall_desktop.auth import AuthManager, SignedOutError, refresh_after
from gamehall_desktop.tokens import Tokens, account_of
from rig.server import Server

pytestmark = pytest.mark.anyio

PASSWORD = "correct horse battery"
DAY = 24 * 60 * 60.0

Window = Callable[[], AuthManager]


@pytest.fixture
def window(server: Server, tmp_path: Path) -> Window:
    """Another window of the same user of the same computer."""
    return lambda: AuthManager(server.url, Tokens(tmp_path / "kept", "file"))


def rows(server: Server, query: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(server.data / "gamehall.db", timeout=60)) as connection, connection:
        return connection.execute(query, values).fetchall()


def exchanges(server: Server) -> int:
    return int(rows(server, "SELECT max(generation) FROM enhanced_auth_token")[0][0])


def long_ago(server: Server) -> None:
    """Whatever was exchanged was exchanged an hour ago: who uses it now has stolen it."""
    before = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%d %H:%M:%S.%f}"
    rows(server, "UPDATE enhanced_auth_token SET superseded_at = ? WHERE superseded_at IS NOT NULL", before)


@given(st.floats(1, 400 * DAY))
def test_a_token_is_exchanged_in_time_and_not_all_the_time(lifetime: float) -> None:
    pause = refresh_after(lifetime)
    assert lifetime / 2 <= pause <= 0.8 * lifetime
    assert pause <= max(lifetime - DAY, lifetime / 2)


async def test_signing_in_going_on_and_out(server: Server, window: Window, tmp_path: Path) -> None:
    first = window()
    assert not await first.restore("ada")
    with pytest.raises(ProblemError, match="invalid-credentials"):
        await first.sign_in("ada", PASSWORD)
    assert (await first.register("Ada", "ada@example.org", PASSWORD, "Ada L.")).user.display_name == "Ada L."
    assert first.is_authenticated()
    again = window()
    assert await again.restore("Ada")
    async with APIClient(server.url, again) as client:
        (device,) = await client.devices()
        assert set(device.device_info) == {"os", "version", "app", "app_version"}
        assert (device.current, bool(device.device_name)) == (True, True)
    await again.sign_out()
    assert not again.is_authenticated()
    assert not await window().restore("Ada")
    async with APIClient(server.url, again) as client:
        with pytest.raises(SignedOutError):
            await client.me()
    assert PASSWORD not in "".join(path.read_text() for path in (tmp_path / "kept").rglob("*") if path.is_file())


async def test_of_fifty_calls_that_come_too_late_one_exchanges_the_token(server: Server, window: Window) -> None:
    account = window()
    await account.register("ada", "ada@example.org", PASSWORD)
    async with APIClient(server.url, account) as client:
        for begin in (soon_due, exchanged_elsewhere):
            before, used = exchanges(server), account.token
            await begin(account, server)
            people = await asyncio.gather(*(client.me() for _ in range(50)))
            assert {each.username for each in people} == {"ada"}
            assert account.token != used
            assert exchanges(server) == before + 1
    assert await window().restore("ada")


async def soon_due(account: AuthManager, _server: Server) -> None:
    account._due = time.monotonic()


async def exchanged_elsewhere(account: AuthManager, server: Server) -> None:
    """By a window that could not tell this one: its mark of the change is lost."""
    other = AuthManager(server.url, account._tokens)
    assert await other.restore("ada")
    await other.exchange(other.token or "")
    account._seen = account._tokens.changed_at(account_of(server.url, "ada"))
    rows(server, "UPDATE enhanced_auth_token SET first_used_at = '2026-01-01 00:00:00.000000' WHERE generation > 0")


async def test_a_window_takes_over_what_another_has_exchanged_and_ends_nothing(server: Server, window: Window) -> None:
    first, second = window(), window()
    await first.register("ada", "ada@example.org", PASSWORD)
    assert await second.restore("ada")
    async with APIClient(server.url, first) as one, APIClient(server.url, second) as two:
        for _ in range(3):
            await first.exchange(first.token or "")
            long_ago(server)
            assert (await two.me()).username == "ada"
            await second.exchange(second.token or "")
            long_ago(server)
            assert (await one.me()).username == "ada"
    assert (first.token, exchanges(server)) == (second.token, 6)


PROGRAM = """
import asyncio, sys, time
from functools import partial
from pathlib import Path
from gamehall_desktop.api import APIClient
from gamehall_desktop.auth import AuthManager
from gamehall_desktop.tokens import Tokens

async def main(url, folder):
    account = AuthManager(url, Tokens(Path(folder), "file"))
    assert await account.restore("ada")
    async with APIClient(url, account) as client:
        for _ in range(12):
            account._due = time.monotonic()
            await asyncio.gather(*(client.me() for _ in range(3)))

asyncio.run(main(*sys.argv[1:]))
"""


async def test_windows_that_all_exchange_at_once_stay_signed_in(server: Server, window: Window, tmp_path: Path) -> None:
    await window().register("ada", "ada@example.org", PASSWORD)
    command = [sys.executable, "-c", PROGRAM, server.url, str(tmp_path / "kept")]
    environment = os.environ | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    begin = partial(asyncio.create_subprocess_exec, *command, env=environment, stderr=asyncio.subprocess.PIPE)
    for each in [await begin(), await begin()]:
        _out, errors = await each.communicate()
        assert each.returncode == 0, errors.decode()
    long_ago(server)
    assert await window().restore("ada")
    assert rows(server, "SELECT count(*) FROM enhanced_auth_token WHERE revoked_at IS NOT NULL") == [(0,)]


async def test_who_was_signed_out_elsewhere_is_told_why(server: Server, window: Window) -> None:
    account = window()
    await account.register("ada", "ada@example.org", PASSWORD)
    async with APIClient(server.url, account) as client, Client(server.url) as elsewhere:
        await elsewhere.sign_in("ada", PASSWORD)
        await elsewhere.revoke_others()
        for _ in range(2):
            with pytest.raises(SignedOutError, match="revoked"):
                await client.me()
    with pytest.raises(SignedOutError, match="revoked"):
        await window().restore("ada")


async def test_the_halls_seconds_count_and_not_this_computers_clock(
    server: Server, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    await window().register("ada", "ada@example.org", PASSWORD)
    for wrong in (0.0, 40 * 365 * DAY):
        monkeypatch.setattr(time, "time", lambda wrong=wrong: wrong)
        account = window()
        assert await account.restore("ada", datetime.now(UTC).timestamp())
        assert account._due - time.monotonic() == pytest.approx(refresh_after(7 * DAY), abs=60)
    assert await window().restore("ada", datetime.now(UTC).timestamp() + 6.5 * DAY)
    assert exchanges(server) == 0


async def test_waking_up_exchanges_what_was_slept_over(
    server: Server, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_LOOK", 0.01)
    account = window()
    await account.register("ada", "ada@example.org", PASSWORD)
    watching = asyncio.create_task(account.watch())
    before, at = account.token, time.time()
    monkeypatch.setattr(time, "time", lambda: at + 8 * 60 * 60)
    while account.token == before:  # noqa: ASYNC110 - nobody waits for it but this test
        await asyncio.sleep(0.01)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await account.close()
    assert exchanges(server) == 1


async def test_a_hall_that_is_away_signs_nobody_out(server: Server, window: Window, tmp_path: Path) -> None:
    await window().register("ada", "ada@example.org", PASSWORD)
    account = window()
    account.base_url = "http://127.0.0.1:9"
    account._tokens.put(account_of(account.base_url, "ada"), "hall_kept")
    with pytest.raises(httpx.TransportError):
        await account.restore("ada")
    assert account._tokens.get(account_of(account.base_url, "ada")) == "hall_kept"


async def test_an_exchange_goes_on_when_whoever_asked_for_it_is_gone(server: Server, window: Window) -> None:
    account = window()
    await account.register("ada", "ada@example.org", PASSWORD)
    before = account.token
    asking = asyncio.create_task(account.exchange(before or ""))
    await asyncio.sleep(0)  # it has begun
    asking.cancel()
    await account.close()
    assert account.token != before
    long_ago(server)
    assert await window().restore("ada")


async def test_a_token_of_the_environment_is_used_and_neither_kept_nor_exchanged(
    server: Server, window: Window, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with Client(server.url) as elsewhere:
        await elsewhere.register("ada", "ada@example.org", PASSWORD)
        script = await elsewhere.make_token("script", ["read", "play"], PASSWORD)
        monkeypatch.setenv("GAMEHALL_TOKEN", script.token)
        account = window()
        assert await account.restore("whoever")
        assert account.username == "ada"
        account._due = time.monotonic()
        async with APIClient(server.url, account) as client:
            assert (await client.me()).username == "ada"
            await elsewhere.revoke(script.token_id)
            with pytest.raises(SignedOutError, match="environment"):
                await client.me()
    assert not (tmp_path / "kept/desktop_tokens.json").exists()
