"""One game and a crowd that follows it: until the last of them has been told of a move, and what each costs.

A thousand and two thousand streams, and a move every half second. Memory is what the server's processes have resident
more than before the first of them. The driver's own time for each delivery is told as well: while it is well below the
server's, it is not what is measured. Needs Linux and a PostgreSQL as the tests do; a minute.
"""

from __future__ import annotations

import asyncio
import resource
import select
import socket
import time
from http.client import HTTPResponse
from time import perf_counter

from bench._measuring import BARE, Measured, Meter, Table, milliseconds, servers
from bench._moving import KIND, Game, Players
from bench._sizes import sized
from bench._wire import get

MOVES = sized(12, least=2)
PAUSE = 0.5  # seconds between two moves
ABREAST = 50  # that come at once
CROWDS = [sized(1_000, least=20), sized(2_000, least=40)]
_MARK = f"event: {KIND}\n".encode()
# Heartbeats cost by themselves, which `units` measures: there are none while moves are told.
_SETTINGS = "[plugins.sse_push]\nmax_streams_of_strangers = 100000\nheartbeat_seconds = 60\n"


class Crowd:
    """Connections that follow one game, all in one loop of the system's, which costs a few microseconds an event."""

    def __init__(self, port: int, request: bytes, size: int) -> None:
        self._poll = select.epoll()
        self._lines: dict[int, socket.socket] = {}
        for begin in range(0, size, ABREAST):
            come = set()
            for _ in range(min(ABREAST, size - begin)):
                line = socket.create_connection(("127.0.0.1", port))
                line.sendall(request)
                self._lines[line.fileno()] = line
                self._poll.register(line, select.EPOLLIN)
                come.add(line.fileno())
            self._wait(b"event: hello\n", come)

    def hear(self, mark: bytes) -> tuple[float, float]:
        """When the first and when the last of them were told something with this mark in it."""
        return self._wait(mark, set(self._lines))

    def _wait(self, mark: bytes, missing: set[int]) -> tuple[float, float]:
        first = 0.0
        while missing:
            ready = self._poll.poll(10)
            if not ready:
                raise TimeoutError(f"{len(missing)} were told nothing in 10 s")
            for number, _ in ready:
                told = self._lines[number].recv(1 << 16)
                if not told:
                    raise ConnectionError("the server has ended a stream")
                if mark in told:  # small enough never to come in two pieces
                    missing.discard(number)
                    first = first or perf_counter()
        return first, perf_counter()

    def close(self) -> None:
        for line in self._lines.values():
            line.close()
        self._poll.close()


def spectate(server: Measured, game: Game, size: int, alone: int) -> dict[str, float]:
    """The figures of one crowd, at a server that had so much memory before anybody came."""
    crowd = Crowd(server.port, get(game.events), size)
    mover = socket.create_connection(("127.0.0.1", server.port))
    first, last = [], []

    def move(ply: int) -> None:
        began = perf_counter()
        mover.sendall(game.move(ply))
        one, all_of_them = crowd.hear(_MARK)
        answer = HTTPResponse(mover)
        answer.begin()
        answer.read()
        assert answer.status == 200
        first.append(one - began)
        last.append(all_of_them - began)

    for ply in range(2):
        move(ply)
    memory = (server.resident - alone) / size / 1024
    first.clear()
    last.clear()
    meter = Meter(server)
    for ply in range(2, MOVES + 2):
        move(ply)
        time.sleep(max(0.0, PAUSE - last[-1]))
    took, used, driver = meter.stop()
    idle = Meter(server)
    time.sleep(2)
    resting = idle.stop()[1] / 2 * took
    crowd.close()
    mover.close()
    return {
        "first ms": milliseconds(first, 0.5),
        "last ms": milliseconds(last, 0.5),
        "worst ms": milliseconds(last, 1.0),
        "CPU µs each": (used - resting) / MOVES / size * 1e6,
        "KiB a stream": memory,
        "driver µs each": driver * took / MOVES / size * 1e6,
    }


def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    table = Table("spectate", "CPU µs each")
    with servers(_SETTINGS) as found:
        for name in sorted(found, key=lambda each: each != BARE):
            server, players = found[name], Players(found[name])
            asyncio.run(players.come(1))
            Crowd(server.port, get(asyncio.run(players.begin(0)).events), ABREAST).close()  # loads what is loaded late
            alone = server.resident
            for size in CROWDS:
                figures = spectate(server, asyncio.run(players.begin(0)), size, alone)
                table.add(f"{size:,} streams", name, figures)
