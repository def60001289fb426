"""A game under way while something happens to the hall: two players with open streams, whose moves are counted."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator

import httpx

from gamehall.client import Client, Event, ProblemError
from rig.people import PASSWORD
from rig.server import Server

_PATIENCE = 120.0  # for anything that has to come; a limit, not an expectation
_SIZE = 25
_BETWEEN_MOVES = 0.2  # so that the board lasts for more than two minutes, however quick the hall is
_CLOCK = {"kind": "fischer", "initial": 60, "increment": 10}


def _cells() -> Iterator[str]:
    """Moves in turn with which nobody ever gets five in a row: pairs in each line, shifted by two in the next."""
    cells = [(column, row) for row in range(_SIZE) for column in range(_SIZE)]
    sides: list[Iterator[tuple[int, int]]] = [
        iter([each for each in cells if ((each[0] + 2 * each[1]) % 4 < 2) == first]) for first in (True, False)
    ]
    while True:
        for side in sides:
            column, row = next(side)
            yield f"{chr(ord('a') + column)}{row + 1}"


class Underway:
    """A game that goes on until `settle`. With `patient` players try a move again until it is answered, as people and
    programs do; others let any failure be one of the test."""

    def __init__(self, players: tuple[Client, Client], game_id: str, *, patient: bool) -> None:
        self.players = players
        self.game_id = game_id
        self.answered: list[str] = []
        self.failures: list[str] = []
        self.told: tuple[list[Event], list[Event]] = ([], [])
        self.restarts = 0
        self._patient = patient
        self._over = False
        self._news = asyncio.Condition()

    async def reach(self, more: int) -> None:
        """Waits until so many further moves were answered, and both streams have told of them."""
        wanted = len(self.answered) + more
        await self.until(lambda: len(self.answered) >= wanted and all(self._plies(n)[-1:] >= [wanted] for n in (0, 1)))

    def stop(self) -> None:
        """Lets the move that is being made be the last."""
        self._over = True

    async def settle(self) -> None:
        """After the last move: nothing must be lost, and nothing must have come twice."""
        with contextlib.suppress(TimeoutError):  # what is told then is looked at
            await self.until(lambda: all(self._plies(n)[-1:] >= [len(self.answered)] for n in (0, 1)))
        assert not [each for each in self.failures if each.startswith("500")], self.failures  # what is away is 503
        count = len(self.answered)
        for number in (0, 1):
            kinds = {each.kind for each in self.told[number]}
            assert "resync" not in kinds, self.told[number]
            assert self._plies(number) == list(range(1, count + 1))
        state = await self.players[0].game(self.game_id)
        assert state.status == "active"
        assert list(state.moves) == self.answered, (state.moves, self.answered)

    def __str__(self) -> str:
        told = [self._plies(number) for number in (0, 1)]
        return f"game {self.game_id}: {len(self.answered)} moves answered, told {told}, failures {self.failures[-5:]}"

    def _plies(self, number: int) -> list[int]:
        """The plies of the moves that a player's stream has told of, in the order in which it did."""
        return [each.data["ply"] for each in self.told[number] if each.kind == "game_move"]

    async def until(self, true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE), self._news:
                await self._news.wait_for(true)
        except TimeoutError:
            raise TimeoutError(f"after {_PATIENCE:.0f} s: {self}") from None

    async def play(self) -> None:
        cells = _cells()
        while not self._over:
            cell = next(cells)
            ply = len(self.answered)
            await self._move(self.players[ply % 2], cell, ply)
            self.answered.append(cell)
            async with self._news:
                self._news.notify_all()
            await asyncio.sleep(_BETWEEN_MOVES)

    async def _move(self, player: Client, cell: str, ply: int) -> None:
        async with asyncio.timeout(_PATIENCE):
            while True:
                try:
                    played = await player.play(self.game_id, cell, ply, attempts=1)
                except httpx.TransportError as error:
                    failure = repr(error)
                except ProblemError as problem:
                    if problem.status < 500:
                        raise
                    failure = f"{problem.status} {problem}"
                else:
                    assert (played.ply, played.move) == (ply + 1, cell)
                    return
                self.failures.append(failure)
                if not self._patient:
                    raise AssertionError(f"move {ply + 1} failed: {failure}")
                await asyncio.sleep(0.2)

    async def listen(self, number: int) -> None:
        def lost(why: Exception | None, pause: float) -> None:
            self.restarts += why is None
            if why is not None and not self._patient:
                self.failures.append(f"a stream was cut: {why!r}")

        channels = ["user"] if number == 0 else [f"game-{self.game_id}"]
        async with contextlib.aclosing(self.players[number].events(channels, lost=lost)) as events:
            async for event in events:
                self.told[number].append(event)
                async with self._news:
                    self._news.notify_all()


@contextlib.asynccontextmanager
async def game_under_way(
    *urls: str, patient: bool = True, clock: dict[str, object] | None = None
) -> AsyncIterator[Underway]:
    """Two new users in a game at these addresses, one each or both at the only one. The block's end settles it."""
    async with contextlib.AsyncExitStack() as stack:
        ada, bob = [await stack.enter_async_context(Client(url)) for url in (urls[0], urls[-1])]
        for client in (ada, bob):
            name = f"player{secrets.token_hex(6)}"
            await client.register(name, f"{name}@example.org", PASSWORD)
        challenge = await ada.challenge("gomoku", options={"board_size": _SIZE}, seat=0, clock=clock or _CLOCK)
        game_id = (await bob.respond(challenge.id, "accept")).game_id
        assert game_id is not None
        game = Underway((ada, bob), game_id, patient=patient)
        async with asyncio.TaskGroup() as tasks:
            listening = [tasks.create_task(game.listen(number)) for number in (0, 1)]
            await game.until(lambda: all(game.told))
            playing = tasks.create_task(game.play())
            yield game
            game.stop()
            await playing
            await game.settle()
            for each in listening:
                each.cancel()


async def reload(server: Server, sentence: str = "all workers were relieved") -> None:
    """Has the workers of a hall relieved, and waits until its log says this."""
    before = server.log().count(sentence)
    os.kill(server.pid, signal.SIGHUP)
    async with asyncio.timeout(_PATIENCE):
        while server.log().count(sentence) == before:  # noqa: ASYNC110 - a file tells nobody that it grows
            await asyncio.sleep(0.05)
