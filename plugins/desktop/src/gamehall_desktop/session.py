"""One user at one hall, from signing in to signing out. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Coroutine
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from gamehall.client import Client, ProblemError

from . import live, lobbying
from .config import Config, remember_login
from .files import TokenFile
from .hallplay import HallPlay
from .line import Line
from .play import Play
from .state.account import SignedIn, SignedOut
from .state.toasts import Toast

if TYPE_CHECKING:
    from .installed import Installed

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]

_REFRESH_AT = 0.8  # of a token's life
_ON_ITS_WAY = 5.0  # seconds that signing out waits for a move to arrive


class Session:
    """What the user does, and what follows from it: `post` tells the window of it.

    `play` is the game that is open, None while there is none; `line` is how the hall can be reached; `installed` is
    what is installed beside the client, None until that was looked for.
    """

    def __init__(
        self, config: Config, path: Path, tokens: TokenFile, spawn: Spawn, post: Callable[[object], None]
    ) -> None:
        self.config = config
        self.post = post
        self.spawn = spawn
        self.username = ""
        self.line = Line()
        self.play: Play | None = None
        self.installed: Installed | None = None
        self.lists = lobbying.Lists()
        self._path = path
        self._tokens = tokens
        self._client: Client | None = None
        self._following: list[asyncio.Task[None]] = []

    @property
    def client(self) -> Client:
        """Raises LookupError while nobody is signed in."""
        if self._client is None:
            raise LookupError("nobody is signed in")
        return self._client

    @property
    def is_signed_in(self) -> bool:
        return self._client is not None and bool(self.username)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something beside the rest, until the user is signed out."""
        self._following = [task for task in self._following if not task.done()]
        self._following.append(self.spawn(self.attempt(work)))

    async def attempt(self, work: Coroutine[Any, Any, None]) -> None:
        """Does something and tells the user what is wrong when it cannot be done."""
        try:
            await work
        except ProblemError as problem:
            if problem.slug in ("invalid-token", "token-reused"):
                await self.leave(problem.detail)
            else:
                fields = [f"{error.field}: {error.message}" for error in problem.errors if error.field]
                self.post(Toast("\n".join(fields) or problem.detail, "fault"))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            address = self._client.base_url if self._client else self.config.base_url
            self.post(Toast(unreachable(address, error), "fault"))

    async def restore(self, username: str) -> None:
        """Goes on with the token that was kept for this user, if there is one."""
        token = self._tokens.get(self.config.base_url, username)
        if token is not None:
            self._client = Client(self.config.base_url, token, timeout=self.config.timeout)
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
        await self.line.settled(_ON_ITS_WAY)
        try:
            await self.client.sign_out()
        finally:
            await self.leave("")

    async def close(self) -> None:
        """Ends what runs; the token stays for the next time."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        self._following = []
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def open_game(self, game_id: str) -> None:
        """Opens a game of the hall, to play or to watch; one that is open is looked at anew."""
        if isinstance(self.play, HallPlay) and self.play.game_id == game_id:
            await self.play.look()
        else:
            await self.open(HallPlay(self.client, game_id, self.post, self.line))

    async def open(self, play: Play) -> None:
        """Opens a game, which stays closed when it cannot be looked at."""
        before, told = self.play, live.channels(self)
        self.play = play
        try:
            await play.look()
        except BaseException:
            if self.play is play:
                self.play = before
            raise
        if isinstance(before, HallPlay):
            before.left = True
        if live.channels(self) != told:
            self.line.try_now()

    async def leave(self, why: str) -> None:
        """Forgets the token and closes what is open in the hall."""
        self._tokens.put(self.config.base_url, self.username, None)
        self.username = ""
        if isinstance(self.play, HallPlay):
            self.play = None
        self.post(SignedOut(why))
        self._following = [task for task in self._following if task is not asyncio.current_task()]
        await self.close()

    async def _new_client(self, base_url: str) -> Client:
        await self.close()
        self.config.base_url = base_url.strip().rstrip("/")
        self._client = Client(self.config.base_url, timeout=self.config.timeout)
        return self._client

    async def _enter(self, username: str, expires_in: int) -> None:
        self.username = username
        remember_login(self._path, self.client.base_url, username)
        self._keep_token()
        self.post(SignedIn(username, self.client.base_url))
        self._following = [self.spawn(self.attempt(live.follow(self)))]
        if self.config.auto_refresh_token:
            self._following.append(self.spawn(self.attempt(self._stay_signed_in(expires_in))))

    def _keep_token(self) -> None:
        self._tokens.put(self.config.base_url, self.username, self.client.token)

    async def _stay_signed_in(self, expires_in: float) -> None:
        while True:
            await asyncio.sleep(expires_in * _REFRESH_AT)
            expires_in = (await self.client.refresh()).expires_in
            self._keep_token()


def unreachable(address: str, error: Exception) -> str:
    """A sentence about a hall that does not answer, with what can be done."""
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return f"{address!r} is not an address. Write it like http://127.0.0.1:8000."
    return f"Nothing answers at {address}. Check the address, and that the hall is running there (gamehall serve)."


def _device() -> dict[str, Any]:
    info = {"os": platform.system(), "version": platform.release(), "app": "gamehall-desktop"}
    return {"device_name": platform.node(), "device_info": info | {"app_version": version("gamehall-desktop")}}
