"""What moves, lists and pages cost in a hall with many stored games, and a move late in its game.

A hall is measured while it has no more than the games of the bench, and again after BENCH_SIZE × 100,000 were put into
its database, a tenth of which go on. Told is the processor time of the server and its database together, beside the
same before; and a move of a late ply beside one of the first. BENCH_SIZE=10 is a million games: some minutes and
gigabytes of disk for each database. Needs Linux and a PostgreSQL as the tests do.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from time import perf_counter

import uvloop
from bench._filling import Filler, Model
from bench._measuring import Measured, Meter, Table, measured
from bench._moving import Game, Players
from bench._processes import databases
from bench._sizes import sized
from bench._wire import Line, get, post
from bench.page import sign_in

GAMES = sized(100_000, least=40)
STORED_MOVES = 4  # of each of them
AT_ONCE = min(sized(16, least=2), 16)
PLIES = 200
SPAN = 20  # plies that are measured together
REQUESTS = min(sized(20, least=3), 20)
FIRST, LATE = f"move 1–{SPAN}", f"move {PLIES - SPAN + 1}–{PLIES}"

Figures = dict[str, float]
"""Milliseconds of processor time, by what was done."""


def main() -> None:
    table = Table("growth", "CPU ms", "before")
    with databases() as urls, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for name, url in urls.items():
            with measured(name, url) as server:
                empty, model = runner.run(_visit(server, "p"))
            began = perf_counter()
            filler = Filler(url, model)
            filler.fill(GAMES)
            print(
                f"{name}: {filler.games:,} games with {filler.moves:,} moves put down in {perf_counter() - began:.0f} s"
            )
            with measured(name, url) as server:
                full, _ = runner.run(_visit(server, "q"))
            for what, (without, stored) in {each: (empty[each], full[each]) for each in empty}.items():
                table.add(what, name, {"empty ms": without, "CPU ms": stored}, without)
            table.add(f"{LATE} to 1–{SPAN}", name, {"early ms": full[FIRST], "CPU ms": full[LATE]}, full[FIRST])


async def _visit(server: Measured, names: str) -> tuple[Figures, Model]:
    """The figures, and two games and a player that can be copied."""
    players = Players(server, names)
    await players.come(AT_ONCE)
    games = [await players.begin(pair) for pair in range(AT_ONCE)]
    lines = [await Line.open(server.port) for _ in games]
    await _play(games, lines, range(PLIES))  # to warm up
    games = [await players.begin(pair) for pair in range(AT_ONCE)]
    found = {}
    for what, plies in {FIRST: range(SPAN), "": range(SPAN, PLIES - SPAN), LATE: range(PLIES - SPAN, PLIES)}.items():
        meter = Meter(server)
        await _play(games, lines, plies)
        if what:
            found[what] = _each(meter, len(plies) * len(games))
    model = await _model(players, lines)
    for what, request in (await _requests(server, players, games[0])).items():
        assert (await lines[0].ask(request)).status == 200, what
        meter = Meter(server)
        for _ in range(REQUESTS):
            await lines[0].ask(request)
        found[what] = _each(meter, REQUESTS)
    for line in lines:
        line.close()
    return found, model


async def _play(games: list[Game], lines: list[Line], plies: range) -> None:
    async def go_on(game: Game, line: Line) -> None:
        for ply in plies:
            answer = await line.ask(game.move(ply))
            assert answer.status == 200, answer.body

    await asyncio.gather(*map(go_on, games, lines))


def _each(meter: Meter, times: int) -> float:
    _, used, _ = meter.stop()
    return used / times * 1e3


async def _model(players: Players, lines: list[Line]) -> Model:
    """A game that has ended and one that goes on, each of so many moves as the stored ones shall have."""
    ended, running = await players.begin(0), await players.begin(0)
    await _play([ended, running], lines[:2], range(STORED_MOVES))
    line = lines[0]
    assert (await line.ask(post(f"{ended.path}/resign", b"", ended.headers[0]))).status == 200
    me = json.loads((await line.ask(get("/api/v1/users/me", ended.headers[0]))).body)
    return Model(ended.id, running.id, me["id"], STORED_MOVES)


async def _requests(server: Measured, players: Players, game: Game) -> Mapping[str, bytes]:
    """What lists and pages are asked for by."""
    token, cookies = game.headers[0], await sign_in(server, f"{players.name}0a")
    return {
        "lobby page": get("/", cookies),
        "page of games": get("/games", cookies),
        "page of a game": get(f"/games/{game.id}", cookies),
        "games": get("/api/v1/games?limit=20", token),
        "games going on": get("/api/v1/games?status=active", token),
        "games of a player": get(f"/api/v1/games?player={players.name}0a", token),
        "open challenges": get("/api/v1/challenges?box=open", token),
    }
