"""Pages a second on one core, for somebody who is signed in: a game with sixty stones, and the lobby.

Sixteen connections ask for the same page as soon as they have it. Beside it a page that is ready, of the bare server.
Needs Linux and a PostgreSQL as the tests do; half a minute.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import uvloop
from bench._measuring import BARE, Measured, Meter, Table, milliseconds, servers
from bench._moving import Players
from bench._sizes import sized
from bench._wire import Line, get, post

from rig.people import PASSWORD

STONES = sized(60, least=4)
LINES = 16
SECONDS = sized(30, least=2) / 10


async def pages(server: Measured) -> dict[str, bytes]:
    """The requests by what they ask for."""
    if server.name == BARE:
        return {"game": get("/page"), "lobby": get("/page")}
    players = Players(server)
    await players.come(1)
    game, line = await players.begin(0), await Line.open(server.port)
    for ply in range(STONES):
        assert (await line.ask(game.move(ply))).status == 200
    line.close()
    cookies = await sign_in(server, f"{players.name}0a")
    return {"game": get(f"/games/{game.id}", cookies), "lobby": get("/", cookies)}


async def sign_in(server: Measured, name: str) -> str:
    """The header of a browser that this player has signed in at."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    form = urlencode({"username": name, "password": PASSWORD}).encode()
    headers = "sec-fetch-site: same-origin\r\n"
    writer.write(post("/login", form, headers, "application/x-www-form-urlencoded"))
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    assert head.startswith("HTTP/1.1 303"), head
    found = [line.split(":", 1)[1].split(";")[0].strip() for line in head.split("\r\n") if "set-cookie" in line.lower()]
    return f"cookie: {'; '.join(found)}\r\n"


async def asking(server: Measured, request: bytes) -> dict[str, float]:
    """What the server does with as many of these as it can answer."""
    lines = [await Line.open(server.port) for _ in range(LINES)]
    await lines[0].ask(request)  # what is made for the first one is kept
    times: list[float] = []
    size, ended = 0, False

    async def go_on(line: Line) -> None:
        nonlocal size
        while not ended:
            answer = await line.ask(request)
            assert answer.status == 200, answer.body
            size = len(answer.body)
            times.append(answer.came - answer.asked)

    async with asyncio.TaskGroup() as tasks:
        for line in lines:
            tasks.create_task(go_on(line))
        await asyncio.sleep(min(1.0, SECONDS))
        times.clear()
        meter = Meter(server)
        await asyncio.sleep(SECONDS)
        while not times:  # noqa: ASYNC110 - one that needs longer for a page has a figure too
            await asyncio.sleep(SECONDS)
        took, used, driver = meter.stop()
        number, ended = len(times), True
    for line in lines:
        line.close()
    return {
        "pages/s": number / took,
        "CPU ms": used / number * 1e3,
        "p50 ms": milliseconds(times, 0.5),
        "p99 ms": milliseconds(times, 0.99),
        "kB": size / 1e3,
        "driver cores": driver,
    }


def main() -> None:
    table = Table("page", "CPU ms")
    with servers() as found, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        for name in sorted(found, key=lambda each: each != BARE):
            for case, request in runner.run(pages(found[name])).items():
                table.add(case, name, runner.run(asking(found[name], request)))
