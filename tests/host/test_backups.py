"""A backup is one moment of a hall in which people play, and restores into either database."""

from __future__ import annotations

import asyncio
import gzip
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from gamehall.backups import read_header, verify, write_backup
from gamehall.database import snapshot
from gamehall.events import Cursor
from gamehall.plugins import load_plugins
from gamehall.problems import Problem
from gamehall.restoring import restore_backup
from gamehall.settings import Settings
from rig.command import DONE, call
from rig.hall import Client, Hall, StartHall, done, start_game
from rig.people import moves_without_end
from rig.postgres import fresh_database
from rig.server import without_settings

pytestmark = [pytest.mark.anyio, pytest.mark.postgres]


@pytest.fixture(params=["sqlite", "postgresql"])
def origin_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'origin.db'}"
    return str(request.getfixturevalue("postgres_url"))


class Made:
    """How many moves were made."""

    def __init__(self) -> None:
        self._number = 0
        self._changed = asyncio.Condition()

    async def count(self) -> None:
        async with self._changed:
            self._number += 1
            self._changed.notify_all()

    async def wait_for(self, more: int) -> None:
        enough = self._number + more
        async with asyncio.timeout(120), self._changed:
            await self._changed.wait_for(lambda: self._number >= enough)


@asynccontextmanager
async def playing(games: dict[str, list[Client]]) -> AsyncIterator[Made]:
    """Moves in all of these games, one after the other without a pause, until the block ends."""
    made = Made()
    stopping = False

    async def go_on(game_id: str, players: list[Client]) -> None:
        for ply, cell in enumerate(moves_without_end()):
            if stopping:
                return
            done(await players[ply % 2].post(f"/games/{game_id}/moves", json={"move": cell}))
            await made.count()

    running = [asyncio.create_task(go_on(*each)) for each in games.items()]
    try:
        yield made
    finally:
        stopping = True
        await asyncio.gather(*running)


async def test_taken_while_people_play_it_goes_on_in_either_database(
    origin_url: str, start_hall: StartHall, tmp_path: Path, postgres_server: str
) -> None:
    hall = await start_hall(origin_url)
    people = await hall.users("ada", "bob", "carol", "dora")
    pairs = [people[:2], people[2:], people[::2]]
    games = {await start_game(*pair, ruleset="gomoku"): pair for pair in pairs}
    file = tmp_path / "hall.backup"
    async with playing(games) as made:
        await made.wait_for(10)
        during: list[int] = []
        header = await asyncio.to_thread(
            write_backup, origin_url, file, hall.host.secret, begin=lambda _: during.append
        )
        await made.wait_for(10)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert read_header(file) == header
    assert (sum(during), header.count("user") >= 4, header.count("game")) == (header.rows, True, 3)
    assert {"gamehall", "web_htmx", "enhanced_auth"} <= set(header.owners)
    verify(file)
    before = {game_id: done(await people[0].get(f"/games/{game_id}")) for game_id in games}

    with fresh_database(postgres_server) as postgres_url:
        for url in (f"sqlite+aiosqlite:///{tmp_path / 'restored.db'}", postgres_url):
            plugins = load_plugins(Settings(data_dir=str(tmp_path)))
            restore_backup(url, file, header, plugins)
            with snapshot(url) as connection:
                counts = {
                    part.table: connection.scalar(sa.select(sa.func.count()).select_from(sa.table(part.table)))
                    for part in header.tables
                }
            assert counts == {part.table: part.rows for part in header.tables} | {"audit": header.count("audit") + 1}
            await goes_on(await start_hall(url), hall, people, games, before)
            variables = without_settings(tmp_path / "data") | {"GAMEHALL_DATABASE_URL": url}
            proven = await asyncio.to_thread(call, variables, "--json", "games", "verify")
            assert (proven.code, proven.envelope["data"]["same"]) == (DONE, 3), proven


async def goes_on(
    restored: Hall,
    hall: Hall,
    people: list[Client],
    games: dict[str, list[Client]],
    before: dict[str, dict[str, object]],
) -> None:
    """Everybody is signed in as they were, sees the games as they were at some moment, and plays on."""
    again = [restored.stranger() for _ in people]
    for old, new in zip(people, again, strict=True):
        new.base_url, new.headers["authorization"] = "http://hall/api/v1", old.headers["authorization"]
    for game_id, pair in games.items():
        found = done(await again[0].get(f"/games/{game_id}"))
        assert found["moves"] == before[game_id]["moves"][: found["ply"]]  # type: ignore[index]
        assert len(found["moves"]) == found["ply"] >= 1
        mover = again[people.index(pair[found["to_act"]])]
        assert done(await mover.post(f"/games/{game_id}/moves", json={"move": "o15"}))["ply"] == found["ply"] + 1
    await restored.user("erin")  # numbers and names go on
    # Whoever followed the hall that was, further than the backup goes or not, looks at everything anew.
    ends = [Cursor(0, 1), hall.host.feed.place]
    assert [await restored.host.feed.since(each, frozenset({"lobby"})) for each in ends] == [None, None]


def test_a_file_that_was_damaged_is_used_for_nothing(database_url: str, tmp_path: Path) -> None:
    plugins = load_plugins(Settings(data_dir=str(tmp_path)))
    with pytest.raises(Problem, match="no hall in this database"):
        write_backup(database_url, tmp_path / "none.backup", b"k" * 32)
    assert not list(tmp_path.glob("*none*"))
    from gamehall.migrate import upgrade_all

    upgrade_all(database_url, plugins)
    file = tmp_path / "hall.backup"
    write_backup(database_url, file, b"k" * 32)
    whole = file.read_bytes()
    lines = gzip.decompress(whole)
    changed = lines.replace(b'"rows":', b'"rows":1', 1)
    for content in (
        whole[: len(whole) // 2],
        whole[:200] + b"\0" + whole[201:],
        gzip.compress(changed),
        gzip.compress(lines.rsplit(b"\n", 2)[0]),
        b"something else",
        b"",
    ):
        file.write_bytes(content)
        with pytest.raises(Problem, match=r"^malformed: "):
            verify(file)
