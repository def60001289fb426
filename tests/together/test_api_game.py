"""Whole games through the API: two programs, their event streams, and a real server."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any

import msgspec
import pytest

from gamehall.answers import Played
from gamehall.client import Client, Event, ProblemError
from rig.server import Serve, Server

pytestmark = pytest.mark.anyio

FIVE_IN_A_ROW = ["h8", "h9", "i8", "i9", "j8", "j9", "k8", "k9", "l8"]


class Table:
    """Two signed-in players at one server."""

    def __init__(self, black: Client, white: Client) -> None:
        self.players = (black, white)

    async def game(self, ruleset: str = "gomoku") -> str:
        """A game that black, seat 0, begins."""
        black, white = self.players
        challenge = await black.challenge(ruleset, (await white.me()).username, seat=0)
        answer = await white.respond(challenge.id, "accept")
        assert (answer.status, bool(answer.game_id)) == ("accepted", True)
        return answer.game_id or ""

    async def play(self, game: str, moves: Sequence[str], ply: int = 0) -> list[Played]:
        """Plays these moves in turn, beginning at this ply."""
        return [await self.players[n % 2].play(game, move, n) for n, move in enumerate(moves, ply)]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


async def table_at(server: Server, stack: AsyncExitStack) -> Table:
    ada, bob = [await stack.enter_async_context(Client(server.url)) for _ in range(2)]
    await ada.register("ada", "ada@example.org", "correct horse battery", device_name="test")
    await bob.register("bob", "bob@example.org", "correct horse battery")
    return Table(ada, bob)


async def until_over(client: Client, channels: Sequence[str], cursor: str) -> list[Event]:
    """What a stream tells up to the end of a game, without the news about the stream itself."""
    told = []
    async with asyncio.timeout(120), aclosing(client.events(channels, cursor)) as events:
        async for event in events:
            if event.channel is not None:
                told.append(event)
            if event.kind == "game_over":
                break
    return told


def check_told(told: Sequence[Event], moves: Sequence[str]) -> None:
    """Every move once and in order, then the end."""
    assert [event.kind for event in told] == ["game_move"] * len(moves) + ["game_over"]
    assert [(event.data["ply"], event.data["move"]) for event in told[:-1]] == list(enumerate(moves, 1))
    assert told[-1].data["result"] == {"winner": 0, "reason": "five"}
    assert len({event.cursor for event in told}) == len(told)


async def test_a_whole_game_and_both_streams(serve: Serve, database_url: str, stack: AsyncExitStack) -> None:
    table = await table_at(serve(database_url=database_url), stack)
    ada, bob = table.players
    game = await table.game()
    start = (await ada.game(game)).cursor
    async with asyncio.TaskGroup() as tasks:
        streams = [
            tasks.create_task(until_over(ada, ["user"], start)),
            tasks.create_task(until_over(bob, ["user", f"game-{game}"], start)),
        ]
        answers = await table.play(game, FIVE_IN_A_ROW)
    for stream in streams:
        check_told(stream.result(), FIVE_IN_A_ROW)
    assert [answer.ply for answer in answers] == list(range(1, 10))
    assert [answer.status for answer in answers] == ["active"] * 8 + ["finished"]
    over = await bob.game(game)
    assert (over.status, over.to_act, over.moves) == ("finished", None, tuple(FIVE_IN_A_ROW))
    assert over.result is not None
    assert (over.result.winner, over.result.reason) == (0, "five")
    assert sorted(mark.cell for mark in over.scene.marks if mark.kind == "line") == ["h8", "i8", "j8", "k8", "l8"]
    assert [piece.cell for piece in (await ada.scene(game, 1)).pieces] == ["h8"]
    with pytest.raises(ProblemError) as refused:
        await bob.play(game, "a1", 9)
    assert (refused.value.status, refused.value.slug) == (409, "game-over")


async def test_streams_outlive_the_server(serve: Serve, database_url: str, stack: AsyncExitStack) -> None:
    server = serve(database_url=database_url)
    table = await table_at(server, stack)
    ada, bob = table.players
    game = await table.game()
    start = (await ada.game(game)).cursor
    async with asyncio.TaskGroup() as tasks:
        streams = [tasks.create_task(until_over(client, ["user"], start)) for client in (ada, bob)]
        await table.play(game, FIVE_IN_A_ROW[:3])
        server.kill()
        # Its port again. What is played before the streams have found back to it, they are told afterwards.
        server = await asyncio.to_thread(serve, database_url=database_url, port=server.port)
        await table.play(game, FIVE_IN_A_ROW[3:6], 3)
        server.stop()
        await asyncio.to_thread(serve, database_url=database_url, port=server.port)
        await table.play(game, FIVE_IN_A_ROW[6:], 6)
    for stream in streams:
        check_told(stream.result(), FIVE_IN_A_ROW)


async def test_a_repeated_move_gets_the_first_answer(serve: Serve, database_url: str, stack: AsyncExitStack) -> None:
    table = await table_at(serve(database_url=database_url), stack)
    ada, bob = table.players
    game = await table.game()
    first = await ada.play(game, "h8", 0)
    assert await ada.play(game, "h8", 0) == first
    assert await ada.play(game, (7, 7), 0) == first
    second = await bob.play(game, (0, 0), 1)
    assert second.move == "a15"
    assert await ada.play(game, "h8", 0) == first
    for client, move, ply in ((ada, "h9", 0), (bob, "h8", 0), (bob, "a14", 2), (ada, "i8", 3)):
        with pytest.raises(ProblemError) as refused:
            await client.play(game, move, ply)
        assert (refused.value.status, refused.value.slug) in ((409, "stale-ply"), (409, "not-your-turn"))
    assert (await bob.game(game)).moves == ("h8", "a15")


class Line:
    """One kept connection, for requests that must leave at the same moment: a client would take its time over 32."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    def close(self) -> None:
        self._writer.close()

    async def post(self, path: str, token: str | None, body: dict[str, Any]) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        content = msgspec.json.encode(body)
        head = (
            f"POST /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Token {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        self._writer.write(head.encode() + content)
        status, *headers = (await self._reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        (length,) = [int(line.partition(":")[2]) for line in headers if line.startswith("content-length:")]
        return int(status.split()[1]), await self._reader.readexactly(length)


async def test_of_many_posts_at_one_ply_one_is_played(serve: Serve, postgres_url: str, stack: AsyncExitStack) -> None:
    """32 posts at once, 200 times over, at two worker processes."""
    server = serve(database_url=postgres_url, workers=2)
    table = await table_at(server, stack)
    games = [await table.game() for _ in range(8)]
    start = (await table.players[0].game(games[0])).cursor
    # Cells of which no two touch, so that no game ends: at each ply two that are never used again.
    cells = [(row, column) for row in range(0, 15, 2) for column in range(0, 15, 2)]
    lines = [Line(*await asyncio.open_connection("127.0.0.1", server.port)) for _ in range(32)]
    for line in lines:
        stack.callback(line.close)

    async def play_round(game: str, ply: int) -> str:
        mover, other = ply % 2, 1 - ply % 2
        one, two = cells[ply], cells[ply + 32]
        posts = [(mover, one)] * 12 + [(mover, two)] * 12 + [(other, one)] * 8
        random.shuffle(posts)
        answers = await asyncio.gather(
            *(
                line.post(f"/games/{game}/moves", table.players[seat].token, {"row": row, "col": col, "ply": ply})
                for line, (seat, (row, col)) in zip(lines, posts, strict=True)
            )
        )
        assert {status for status, _ in answers} <= {200, 409}, Counter(answers)
        (accepted,) = {body for status, body in answers if status == 200}
        played = msgspec.json.decode(accepted, type=Played)
        assert (played.ply, played.seat) == (ply + 1, mover)
        return played.move

    played = {game: [await play_round(game, ply) for ply in range(25)] for game in games}

    for game, moves in played.items():
        seen = await table.players[0].game(game)
        assert (list(seen.moves), seen.ply, len(seen.scene.pieces)) == (moves, 25, 25)
    told: dict[str, list[str]] = {game: [] for game in games}
    channels = [f"game-{game}" for game in games]
    async with asyncio.timeout(120), aclosing(table.players[0].events(channels, start)) as events:
        while sum(map(len, told.values())) < 200:
            event = await anext(events)
            if event.kind == "game_move":
                told[event.data["game_id"]].append(event.data["move"])
    assert told == played
