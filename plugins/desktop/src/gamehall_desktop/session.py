"""What the user does at the hall. Every method runs in the network's thread and posts what it leads to."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import httpx

from gamehall.client import Client, Event, ProblemError

from .config import Config, remember_login
from .files import TokenFile
from .model import Lobby, Message, Notice, Shown, SignedIn, SignedOut

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]

_LOBBY_EVENTS = {"challenge_received", "challenge_answered", "challenge_opened", "challenge_closed", "game_started"}
_GAME_EVENTS = {"game_move", "game_over"}
_REFRESH_AT = 0.8  # of a token's life


class Session:
    """One user at one hall, from signing in to signing out."""

    def __init__(
        self, config: Config, path: Path, tokens: TokenFile, spawn: Spawn, post: Callable[[Message], None]
    ) -> None:
        self._config = config
        self._path = path
        self._tokens = tokens
        self._spawn = spawn
        self._post = post
        self._client: Client | None = None
        self._username = ""
        self._game: str | None = None
        self._following: list[asyncio.Task[None]] = []

    @property
    def client(self) -> Client:
        if self._client is None:
            raise LookupError("nobody is signed in")
        return self._client

    async def attempt(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something and tells the user what is wrong when it cannot be done."""
        try:
            await work
        except ProblemError as problem:
            if problem.slug in ("invalid-token", "token-reused"):
                await self._leave(problem.detail)
            else:
                fields = [f"{error.field}: {error.message}" for error in problem.errors if error.field]
                self._post(Notice("\n".join(fields) or problem.detail))
                if problem.status == httpx.codes.CONFLICT and self._game is not None:
                    await self.show(self._game)
        except (httpx.TransportError, httpx.InvalidURL) as error:
            address = self._client.base_url if self._client else self._config.base_url
            self._post(Notice(unreachable(address, error)))

    async def restore(self, username: str) -> None:
        """Goes on with the token that was kept for this user, if there is one."""
        token = self._tokens.get(self._config.base_url, username)
        if token is not None:
            self._client = Client(self._config.base_url, token, timeout=self._config.timeout)
            await self._enter((await self._client.me()).username, 0)

    async def sign_in(self, base_url: str, username: str, password: str, code: str) -> None:
        client = await self._new_client(base_url)
        signed_in = await client.sign_in(username, password, code, **_device())
        await self._enter(signed_in.user.username, signed_in.expires_in)

    async def register(self, base_url: str, username: str, email: str, password: str) -> None:
        client = await self._new_client(base_url)
        signed_in = await client.register(username, email, password, **_device())
        await self._enter(signed_in.user.username, signed_in.expires_in)

    async def sign_out(self) -> None:
        try:
            await self.client.sign_out()
        finally:
            await self._leave("")

    async def close(self) -> None:
        """Ends what runs; the token stays for the next time."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        self._following = []
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def refresh_lobby(self) -> None:
        games, received, opened, rulesets = await asyncio.gather(
            self.client.games(player=self._username, status="active"),
            self.client.challenges("received"),
            self.client.challenges("open"),
            self.client.rulesets(),
        )
        acceptable = [each for each in opened.items if each.challenger.username != self._username]
        self._post(Lobby(games.items, [*received.items, *acceptable], rulesets))

    async def challenge(self, ruleset: str, opponent: str) -> None:
        """Challenges a user, or everybody without one, with the ruleset's default options."""
        await self.client.challenge(ruleset, opponent.strip() or None)
        self._post(Notice(f"You have challenged {opponent.strip() or 'everybody'}."))

    async def respond(self, challenge_id: str, action: Literal["accept", "decline"]) -> None:
        answer = await self.client.respond(challenge_id, action)
        if answer.game_id is not None:
            await self.show(answer.game_id)

    async def show(self, game_id: str) -> None:
        self._game = game_id
        self._post(Shown(await self.client.game(game_id)))

    async def play(self, game_id: str, move: str, ply: int) -> None:
        await self.client.play(game_id, move, ply)
        await self.show(game_id)

    async def resign(self, game_id: str) -> None:
        await self.client.resign(game_id)
        await self.show(game_id)

    async def _new_client(self, base_url: str) -> Client:
        await self.close()
        self._config.base_url = base_url.strip().rstrip("/")
        self._client = Client(self._config.base_url, timeout=self._config.timeout)
        return self._client

    async def _enter(self, username: str, expires_in: int) -> None:
        self._username = username
        remember_login(self._path, self.client.base_url, username)
        self._keep_token()
        self._post(SignedIn(username))
        self._following = [self._spawn(self.attempt(self._follow()))]
        if self._config.auto_refresh_token:
            self._following.append(self._spawn(self.attempt(self._stay_signed_in(expires_in))))

    async def _leave(self, why: str) -> None:
        self._tokens.put(self._config.base_url, self._username, None)
        self._game = None
        self._post(SignedOut(why))
        self._following = [task for task in self._following if task is not asyncio.current_task()]
        await self.close()

    def _keep_token(self) -> None:
        self._tokens.put(self._config.base_url, self._username, self.client.token)

    async def _stay_signed_in(self, expires_in: float) -> None:
        while True:
            await asyncio.sleep(expires_in * _REFRESH_AT)
            expires_in = (await self.client.refresh()).expires_in
            self._keep_token()

    async def _follow(self) -> None:
        async with aclosing(self.client.events(["user", "lobby"])) as events:
            async for event in events:
                if event.kind == "closed":
                    await self._leave("You were signed out.")
                    return
                await self.attempt(self._take(event))

    async def _take(self, event: Event) -> None:
        anew = event.kind in ("hello", "resync")
        if anew or event.kind in _LOBBY_EVENTS | _GAME_EVENTS:
            await self.refresh_lobby()
        if self._game and (anew or (event.kind in _GAME_EVENTS and event.data.get("game_id") == self._game)):
            await self.show(self._game)
        if event.kind == "challenge_answered" and event.data.get("game_id"):
            await self.show(event.data["game_id"])


def unreachable(address: str, error: Exception) -> str:
    """A sentence about a hall that does not answer, with what can be done."""
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return f"{address!r} is not an address. Write it like http://127.0.0.1:8000."
    return f"Nothing answers at {address}. Check the address, and that the hall is running there (gamehall serve)."


def _device() -> dict[str, Any]:
    info = {"os": platform.system(), "version": platform.release(), "app": "gamehall-desktop"}
    return {"device_name": platform.node(), "device_info": info | {"app_version": version("gamehall-desktop")}}
