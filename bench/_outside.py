"""A hall in processes of its own, with one worker: what its processor does for requests, streams and nothing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, LiteralString

import psycopg
from bench._processes import Running, children, connection_to, hall, memory_of, parent_of, seconds_of
from bench._sizes import sized

from rig.people import PASSWORD, Caller, client, moves_without_end, start_game

ROUNDS = sized(3)
REQUESTS, PAGES, SIGN_INS = sized(150, least=3), sized(40, least=2), sized(10, least=2)
STREAMS = min(sized(100, least=5), 800)
MOVES = sized(60, least=2)
IDLE_SECONDS = sized(6, least=2)
BEATS = sized(3, least=1)
HEARTBEAT = 4  # seconds; 15 in a hall that nobody has changed

Figures = dict[str, float]


def outside(url: str) -> Figures:
    """The figures of one kind of database."""
    with hall(url, f"[plugins.sse_push]\nheartbeat_seconds = {HEARTBEAT}\n") as running:
        people = [Caller(running.server.url, name) for name in ("cyd", "dora")]
        found = _requests(running, people, url)
        found |= _at_rest(running, url)
        return found | asyncio.run(_streams(running, people, found))


def _requests(running: Running, people: list[Caller], url: str) -> Figures:
    ada = people[0]
    game_id = start_game(people, "gomoku")
    used = {}
    with client(running.server.url) as program, client(running.server.url) as browser:
        browser.headers["sec-fetch-site"] = "same-origin"
        account = {"username": ada.username, "password": PASSWORD}
        assert browser.post("/login", data=account).status_code == 303

        def moving() -> None:
            new = start_game(people, "gomoku")
            for ply, cell in list(enumerate(moves_without_end()))[:MOVES]:
                body, headers = {"move": cell}, people[ply % 2].headers
                assert program.post(f"/api/v1/games/{new}/moves", json=body, headers=headers).is_success

        def asking(path: str) -> Callable[[], Any]:
            return lambda: [program.get(path, headers=ada.headers).raise_for_status() for _ in range(REQUESTS)]

        def looking(path: str) -> Callable[[], Any]:
            return lambda: [browser.get(path).raise_for_status() for _ in range(PAGES)]

        # Somebody else: who signs in again and again is signed out of the devices used longest ago.
        often = account | {"username": Caller(running.server.url, "erin").username}

        def signing_in() -> None:
            for _ in range(SIGN_INS):
                assert program.post("/api/v1/auth/token", json=often).is_success

        for key, work, number in (
            ("request.nothing", asking("/health"), REQUESTS),
            ("request.me", asking("/api/v1/users/me"), REQUESTS),
            ("request.game", asking(f"/api/v1/games/{game_id}"), REQUESTS),
            ("page.lobby", looking("/"), PAGES),
            ("page.game", looking(f"/games/{game_id}"), PAGES),
            ("page.games", looking("/games"), PAGES),
            ("sign_in.request", signing_in, SIGN_INS),
            ("move.request", moving, MOVES),
        ):
            used[key] = _used(running, work) / number * 1e6
        if url.startswith("postgresql"):
            used["move.database"] = _used_by_postgres(url, moving) / MOVES * 1e6
    return used


def _used(running: Running, work: Callable[[], Any]) -> float:
    """The worker's processor time for some work, in the best of several rounds."""
    return min(_seconds(lambda: seconds_of(running.worker), work) for _ in range(ROUNDS))


def _seconds(used: Callable[[], float], work: Callable[[], Any]) -> float:
    before = used()
    work()
    return used() - before


def _used_by_postgres(url: str, work: Callable[[], Any]) -> float:
    """The same of the database's processes."""
    with connection_to(url) as connection:
        main = parent_of(int(_one(connection, "SELECT pg_backend_pid()")))
        return min(_seconds(lambda: sum(map(seconds_of, children(main))), work) for _ in range(ROUNDS))


async def _streams(running: Running, people: list[Caller], known: Figures) -> Figures:
    """Strangers who follow one game: what each of them takes, what a heartbeat costs, and what an event does."""
    moves = list(moves_without_end())[:MOVES]
    game_id = await asyncio.to_thread(start_game, people, "gomoku")
    memory = memory_of(running.worker)
    followers = [Follower(running.server.port, game_id) for _ in range(STREAMS)]
    async with asyncio.TaskGroup() as tasks:
        for each in followers:
            tasks.create_task(each.follow())
        for each in followers:
            await each.begun.wait()
        memory = memory_of(running.worker) - memory
        before, beats = seconds_of(running.worker), sum(each.beats for each in followers)
        await asyncio.sleep(BEATS * HEARTBEAT)
        idle, beats = seconds_of(running.worker) - before, sum(each.beats for each in followers) - beats

        def play() -> None:
            with client(running.server.url) as program:
                for ply, cell in enumerate(moves):
                    answer = program.post(
                        f"/api/v1/games/{game_id}/moves", json={"move": cell}, headers=people[ply % 2].headers
                    )
                    assert answer.is_success

        before, started = seconds_of(running.worker), time.perf_counter()
        await asyncio.to_thread(play)
        for each in followers:
            await each.has(len(moves))
        took = time.perf_counter() - started
        busy = seconds_of(running.worker) - before
        for each in followers:
            each.leave()
    # Heartbeats and what a worker does by itself go on beside, and the moves themselves are not delivery.
    beside = idle / (BEATS * HEARTBEAT) * took + known["move.request"] / 1e6 * len(moves)
    of_beats = max(0.0, idle - known["worker.idle"] / 1e6 * BEATS * HEARTBEAT)
    return {
        "stream.memory": memory / STREAMS,
        "stream.heartbeat": of_beats / max(beats, 1) * 1e6,
        "event.delivery": max(0.0, busy - beside) / (len(moves) * STREAMS) * 1e6,
    }


class Follower:
    """A connection that follows a game and counts what it is told."""

    def __init__(self, port: int, game_id: str) -> None:
        self._port = port
        self._game_id = game_id
        self.begun = asyncio.Event()
        self.beats = self._moves = 0
        self._news = asyncio.Event()
        self._left = False
        self._writer: asyncio.StreamWriter | None = None

    async def follow(self) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        self._writer.write(
            f"GET /api/v1/events?channel=game-{self._game_id} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
        )
        while line := await reader.readline():
            self.beats += line == b":\n"
            self._moves += line == b"event: game_move\n"
            if line == b"event: hello\n":
                self.begun.set()
            self._news.set()
        if not self._left:
            raise ConnectionError("the hall has ended a stream")

    async def has(self, moves: int) -> None:
        while self._moves < moves:
            self._news.clear()
            await self._news.wait()

    def leave(self) -> None:
        self._left = True
        if self._writer is not None:
            self._writer.close()


def _at_rest(running: Running, url: str) -> Figures:
    """What a worker has and does while nobody asks for anything."""
    before = seconds_of(running.worker)
    time.sleep(IDLE_SECONDS)
    found = {
        "worker.idle": (seconds_of(running.worker) - before) / IDLE_SECONDS * 1e6,
        "worker.memory": float(memory_of(running.worker)),
    }
    if url.startswith("postgresql"):
        with connection_to(url) as connection:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            found["worker.connections"] = int(_one(connection, asked)) - 1.0
    return found


def _one(connection: psycopg.Connection, query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]
