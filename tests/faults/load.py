"""Players who know the contract and nothing else: many games at once by plain requests, whatever happens to the hall.

A move whose answer did not come is unknown. Its player asks again with the same ply until somebody answers; now and
then they try another cell there, as somebody does who does not know, and go by what the hall then shows.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from itertools import cycle
from typing import Any

import httpx
from httpx_sse import EventSource

from faults.history import History

__all__ = ["Load", "Player", "Refused", "playing"]

PATIENCE = 180.0  # for anything that has to come; a limit, not an expectation
_PASSWORD = "correct horse battery"
_SIZE = 15
_NONE = {"kind": "none"}
_ANOTHER = 4  # one in so many unknown moves is tried elsewhere
_PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # quick to make: nothing here is encrypted


class Refused(Exception):
    """The hall has said no."""


class Player:
    """Somebody with an account, a stream and as many games as there are."""

    def __init__(self, name: str, urls: Sequence[str], history: History, streams: Sequence[str] = ()) -> None:
        """`streams` are the addresses to listen at, where they are others than to ask at."""
        self.name = name
        self.heard: dict[str, int] = {}
        """Of each game, the last ply that the stream has told of."""
        self.listening = False
        self.authorization = ""
        self._history = history
        self._signing_in = asyncio.Lock()
        self._hosts, self._streams = cycle(urls), cycle(streams or urls)
        self._http = httpx.AsyncClient(timeout=30, trust_env=False, verify=_PLAIN)

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int | None, Any]:
        """(status, JSON); a status of None is an answer that did not come. Whose token is over signs in again."""
        token = self.authorization
        status, said = await self._ask(method, path, body)
        if status == 401 and not path.startswith("/auth/"):
            await self._sign_in_again(token)
            status, said = await self._ask(method, path, body)
        return status, said

    async def _sign_in_again(self, over: str) -> None:
        async with self._signing_in:
            if self.authorization == over:
                await self._enter("token", {"username": self.name, "password": _PASSWORD})

    async def _enter(self, way: str, account: dict[str, str]) -> None:
        self.authorization = f"Token {(await self.insist('POST', f'/auth/{way}', account))['token']}"

    async def _ask(self, method: str, path: str, body: Any) -> tuple[int | None, Any]:
        began, status, after, secret = self._history.now(), None, None, path.startswith("/auth/")
        said: Any
        try:
            url, headers = f"{next(self._hosts)}/api/v1{path}", {} if secret else {"Authorization": self.authorization}
            answer = await self._http.request(method, url, json=body, headers=headers)
            status, after = answer.status_code, answer.headers.get("retry-after")
            said = answer.json() if answer.content else None
        except httpx.TransportError as error:
            said = repr(error)
        except ValueError:
            said = answer.text
        facts = {"who": self.name, "do": method, "path": path, "status": status, "retry_after": after}
        if not secret:  # what is secret is in no file
            facts |= {"body": body, "said": said}
        self._history.note(**facts, took=round(self._history.now() - began, 4))
        return status, said

    async def insist(self, method: str, path: str, body: Any = None) -> Any:
        """What the hall answers at last, in what may be repeated. Raises Refused where it says no."""
        async with asyncio.timeout(PATIENCE):
            while True:
                status, said = await self.ask(method, path, body)
                if status is not None and status < 500:
                    if status >= 300:
                        raise Refused(f"{method} {path}: {status} {said}")
                    return said
                await asyncio.sleep(0.1)

    async def register(self) -> None:
        await self._enter(
            "register", {"username": self.name, "email": f"{self.name}@example.org", "password": _PASSWORD}
        )

    async def listen(self, told: Callable[[], Any], channel: str = "user") -> None:
        """Follows a channel for good, and goes on after each end where it was."""
        place = ""
        while True:
            headers = {"Authorization": self.authorization} | ({"Last-Event-ID": place} if place else {})
            url = f"{next(self._streams)}/api/v1/events"
            request = self._http.build_request("GET", url, params={"channel": channel}, headers=headers, timeout=40)
            why = "the end"
            try:
                answer = await self._http.send(request, stream=True)
                async with contextlib.aclosing(answer):
                    if answer.status_code == 200:
                        async for event in EventSource(answer).aiter_sse():
                            place = event.id or place
                            self._hear(channel, event.event, event.id, event.json())
                            await told()
                    else:
                        why = f"{answer.status_code} {(await answer.aread()).decode()}"
                    if answer.status_code == 401:
                        await self._sign_in_again(headers["Authorization"])
            except httpx.TransportError as error:
                why = repr(error)
            self._history.note(who=self.name, stream=channel, ended=why)
            await asyncio.sleep(0.1)

    def _hear(self, channel: str, kind: str, place: str, data: Any) -> None:
        self.listening = True
        self._history.note(who=self.name, stream=channel, id=place, event=kind, data=data)
        if kind == "game_move":
            self.heard[data["game_id"]] = data["ply"]

    async def close(self) -> None:
        await self._http.aclose()


class Load:
    """Games that go on until `stop`; one that has ended is followed by another of the same two."""

    def __init__(self, players: Sequence[Player], pause: float, clock: Mapping[str, Any]) -> None:
        self.players = players
        self.acknowledged = 0
        self.unknown = 0
        self.last = asyncio.get_running_loop().time()
        """When a move was last acknowledged, by the loop's clock."""
        self.plies: dict[str, tuple[int, tuple[Player, Player]]] = {}
        """Of each game, how many moves its players know of."""
        self._pause = pause
        self._clock = clock
        self._over = False
        self._news = asyncio.Condition()
        self._chance = random.Random(secrets.randbits(32))

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(true)

    async def reach(self, more: int) -> None:
        """Waits until so many further moves are acknowledged."""
        wanted = self.acknowledged + more
        await self.until(lambda: self.acknowledged >= wanted)

    async def settle(self, games: Sequence[asyncio.Task[None]]) -> None:
        """Lets the moves that are being made be the last, and everybody be told of them."""
        self._over = True
        await asyncio.gather(*games)
        with contextlib.suppress(TimeoutError):  # whoever has not heard of a move by then has missed it
            await self.until(
                lambda: all(
                    each.heard.get(game, 0) >= plies for game, (plies, pair) in self.plies.items() for each in pair
                )
            )

    async def told(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def play(self, pair: tuple[Player, Player]) -> None:
        while not self._over:
            await self._through(await self._begin(pair), pair)

    async def _begin(self, pair: tuple[Player, Player]) -> str:
        terms = {"ruleset": "gomoku", "seat": 0, "opponent": pair[1].name, "clock": self._clock}
        made = await pair[0].insist("POST", "/challenges", terms)  # one that is not known of is nobody's loss
        with contextlib.suppress(Refused):  # it was accepted already, and the answer did not come
            await pair[1].insist("POST", f"/challenges/{made['id']}/respond", {"action": "accept"})
        found = await pair[1].insist("GET", f"/challenges/{made['id']}")
        if found["game_id"] is None:
            raise Refused(f"{made['id']} was not accepted")
        return str(found["game_id"])

    async def _through(self, game: str, pair: tuple[Player, Player]) -> None:
        cells = [f"{chr(ord('a') + column)}{row + 1}" for column in range(_SIZE) for row in range(_SIZE)]
        self._chance.shuffle(cells)
        status, moves = "active", list[str]()
        while status == "active" and not self._over and len(moves) < len(cells):
            status, moves = await self._move(game, pair[len(moves) % 2], moves, [c for c in cells if c not in moves])
            self.plies[game] = (len(moves), pair)
            await self.told()
            await asyncio.sleep(self._chance.uniform(0, 2 * self._pause))

    async def _move(self, game: str, player: Player, moves: list[str], free: list[str]) -> tuple[str, list[str]]:
        """The game's status and its moves, once it is known what has become of this one."""
        cell = free[0]
        async with asyncio.timeout(PATIENCE):
            while True:
                status, said = await player.ask("POST", f"/games/{game}/moves", {"move": cell, "ply": len(moves)})
                if status == 200:
                    self.acknowledged += 1
                    self.last = asyncio.get_running_loop().time()
                    return said["status"], [*moves, said["move"]]
                if status is not None and status < 500:  # another one has got there, as it may have when unknown
                    seen = await player.insist("GET", f"/games/{game}")
                    return seen["status"], seen["moves"]
                self.unknown += 1
                await self.told()
                if len(free) > 1 and self._chance.randrange(_ANOTHER) == 0:
                    cell = self._chance.choice(free)
                await asyncio.sleep(0.1)


@contextlib.asynccontextmanager
async def playing(
    history: History,
    *urls: str,
    games: int = 50,
    people: int = 20,
    pause: float = 0.2,
    streams: Sequence[str] = (),
    clock: Mapping[str, Any] = _NONE,
) -> AsyncIterator[Load]:
    """So many games at once at these addresses; the block's end settles them, and everybody has been told."""
    mark = secrets.token_hex(4)
    async with contextlib.AsyncExitStack() as stack:
        players = [Player(f"p{number}x{mark}", urls, history, streams) for number in range(people)]
        for player in players:
            stack.push_async_callback(player.close)
            await player.register()
        load = Load(players, pause, clock)
        async with asyncio.TaskGroup() as tasks:
            ears = [tasks.create_task(player.listen(load.told)) for player in players]
            await load.until(lambda: all(player.listening for player in players))
            pairs = [(players[n % people], players[(n + 1 + n // people) % people]) for n in range(games)]
            under_way = [tasks.create_task(load.play(pair)) for pair in pairs]
            yield load
            await load.settle(under_way)
            for ear in ears:
                ear.cancel()
