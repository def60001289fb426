"""Games that are played at a server, by programs that send a move as soon as they may."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import uvloop
from bench._measuring import BARE, Measured, Meter, Table, milliseconds
from bench._wire import Line, Stream, get, post

from rig.people import PASSWORD, moves_without_end

MOVES = list(moves_without_end())
KIND = "game_move"


@dataclass(frozen=True)
class Game:
    """Where a game is, and where it is followed from; by seat, what each player's requests carry."""

    id: str
    path: str
    events: str
    headers: tuple[str, str]

    def move(self, ply: int) -> bytes:
        body = b'{"move":"%b","ply":%d}' % (MOVES[ply].encode(), ply)
        return post(f"{self.path}/moves", body, self.headers[ply % 2])


class Players:
    """Pairs of users who begin games with each other. At the bare server there are none, and games are names."""

    def __init__(self, server: Measured, name: str = "p") -> None:
        """What their names begin with is `name`."""
        self._server = server
        self.name = name
        self._headers: list[tuple[str, str]] = []
        self._begun = 0

    async def come(self, pairs: int) -> None:
        """So many pairs, who have registered."""
        while len(self._headers) < pairs:
            number = len(self._headers)
            self._headers.append(
                (await self._register(f"{self.name}{number}a"), await self._register(f"{self.name}{number}b"))
            )

    async def _register(self, name: str) -> str:
        if self._server.name == BARE:
            return ""
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        return f"authorization: Token {(await self._ask('/auth/register', account, ''))['token']}\r\n"

    async def begin(self, pair: int) -> Game:
        """A new game of this pair."""
        self._begun += 1
        if self._server.name == BARE:
            path = f"/games/{self._begun}"
            return Game(str(self._begun), path, f"{path}/events", ("", ""))
        first, second = self._headers[pair]
        terms = {"ruleset": "gomoku", "seat": 0, "opponent": f"{self.name}{pair}b"}
        made = await self._ask("/challenges", terms, first)
        begun = await self._ask(f"/challenges/{made['id']}/respond", {"action": "accept"}, second)
        game_id = begun["game_id"]
        return Game(game_id, f"/api/v1/games/{game_id}", f"/api/v1/events?channel=game-{game_id}", (first, second))

    def told(self, pair: int, seat: int, game: Game) -> bytes:
        """The request for a stream that tells this player of the other's moves."""
        if self._server.name == BARE:
            return get(game.events)
        return get("/api/v1/events?channel=user", self._headers[pair][seat])

    async def _ask(self, path: str, body: dict[str, Any], headers: str) -> Any:
        line = await Line.open(self._server.port)
        answer = await line.ask(post(f"/api/v1{path}", json.dumps(body).encode(), headers))
        line.close()
        assert answer.status in (200, 201), answer.body
        return json.loads(answer.body)


@dataclass
class _Run:
    """What was seen while it counted, in seconds."""

    counts: bool = False
    ended: bool = False
    answered: list[float] = field(default_factory=list)
    pushed: list[float] = field(default_factory=list)


async def moving(server: Measured, players: Players, games: int, seconds: float, *, push: bool) -> dict[str, float]:
    """So many games at once, for so many seconds after a moment to warm up; with `push` the next move of a game waits
    until the other player has been told of the last."""
    await players.come(games)
    run = _Run()
    async with asyncio.TaskGroup() as tasks:
        for pair in range(games):
            tasks.create_task(_go_on(server, players, pair, run, push=push))
        await asyncio.sleep(min(1.0, seconds))
        meter, run.counts = Meter(server), True
        await asyncio.sleep(seconds)
        while not (run.pushed if push else run.answered):  # noqa: ASYNC110 - on a machine that has much to do
            await asyncio.sleep(seconds)
        run.counts = False
        took, used, driver = meter.stop()
        run.ended = True
    moves = len(run.answered)
    figures = {
        "moves/s": moves / took,
        "CPU ms": used / moves * 1e3,
        "answer p50 ms": milliseconds(run.answered, 0.5),
        "p99 ms": milliseconds(run.answered, 0.99),
    }
    if push:
        figures |= {"told p50 ms": milliseconds(run.pushed, 0.5), "told p99 ms": milliseconds(run.pushed, 0.99)}
    return figures | {"driver cores": driver}


async def _go_on(server: Measured, players: Players, pair: int, run: _Run, *, push: bool) -> None:
    """Plays games of one pair until the run has ended."""
    lines = [await Line.open(server.port) for _ in range(2)]
    loop = asyncio.get_running_loop()
    while not run.ended:
        game = await players.begin(pair)
        told: list[asyncio.Future[float]] = [loop.create_future() for _ in MOVES]
        streams = (
            [await _follow(server, players.told(pair, seat, game), seat, told) for seat in range(2)] if push else []
        )
        for ply, heard in enumerate(told):
            if run.ended:
                break
            answer = await lines[ply % 2].ask(game.move(ply))
            assert answer.status == 200, answer.body
            if run.counts:
                run.answered.append(answer.came - answer.asked)
            if push:
                came = await asyncio.wait_for(heard, 10)
                if run.counts:
                    run.pushed.append(came - answer.asked)
        for stream in streams:
            stream.close()
    for line in lines:
        line.close()


async def _follow(server: Measured, request: bytes, seat: int, told: list[asyncio.Future[float]]) -> Stream:
    """A stream that says by ply when the other player's moves have come; it tells of the user's own, too."""
    plies = itertools.count()

    def hear(came: float) -> None:
        if (ply := next(plies)) % 2 != seat:
            told[ply].set_result(came)

    return await Stream.open(server.port, request, KIND, hear)


def report(scenario: str, *, push: bool, servers: Callable[[], Any], seconds: float, many: int) -> None:
    """One game at once and `many`, at each server in turns; the bare one first, with which the others are compared."""
    table = Table(scenario, "CPU ms")
    with servers() as found, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        everybody = {name: Players(server) for name, server in found.items()}
        for games in (1, many):
            for name in sorted(found, key=lambda each: each != BARE):
                figures = runner.run(moving(found[name], everybody[name], games, seconds, push=push))
                table.add(f"{games} games", name, figures)
