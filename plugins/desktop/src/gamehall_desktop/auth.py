"""One account at one hall: its token, exchanged in time and shared with other windows of the same user."""

from __future__ import annotations

import asyncio
import contextlib
import platform
import time
from collections.abc import AsyncGenerator
from importlib.metadata import version
from typing import Any

import httpx
import msgspec
from filelock import AsyncFileLock

from gamehall.answers import Grant, SignedIn
from gamehall.client import Client, ProblemError
from gamehall.languages import catalogue
from gamehall.problems import UNREADABLE

from .tokens import TokenError, Tokens, account_of, environment_token

__all__ = ["AuthManager", "SignedOutError", "refresh_after"]

_ = catalogue(__name__)

_DAY = 24 * 60 * 60.0
_LOOK, _JUMP = 20.0, 60.0  # seconds between two looks at the clocks, and by how much they differ after a sleep
_ATTEMPTS = 4
_ENDED = frozenset({"invalid-token", "token-reused", "unauthenticated"})


class SignedOutError(Exception):
    """The hall does not know the token any more; the message is what it says of it."""


def refresh_after(lifetime: float) -> float:
    """Seconds until a token that lasts so long is exchanged: at four fifths of its life or a day before its end,
    whichever is first, but never before half of it."""
    return min(0.8 * lifetime, max(lifetime - _DAY, lifetime / 2))


class AuthManager:
    """The account `username` at `base_url`, signed in while it has a `token`.

    Exchanging a token ends the one before, and using that later ends both. So one window exchanges at a time, and each
    looks whether another one has, before it uses its own.
    """

    def __init__(self, base_url: str, tokens: Tokens, *, timeout: float = 30.0, auto_refresh: bool = True) -> None:
        self.base_url = base_url.rstrip("/")
        self.username = ""
        self.token: str | None = None
        self.warning = ""  # why the token could not be kept
        self._tokens = tokens
        self._timeout = timeout
        self._auto_refresh = auto_refresh
        self._given = False  # by the environment: another program's, and never exchanged
        self._due = float("inf")  # by the monotonic clock, which counts the hall's own seconds as they pass here
        self._lifetime = 2 * _DAY  # of the token that was given last
        self._seen = 0
        self._flight: asyncio.Task[None] | None = None
        self._clocks = (time.monotonic(), time.time())

    def is_authenticated(self) -> bool:
        return self.token is not None

    async def sign_in(self, username: str, password: str, code: str = "") -> SignedIn:
        """Signs this device in. Raises what `Client.sign_in` does."""
        async with Client(self.base_url, timeout=self._timeout) as client:
            return await self._enter(await client.sign_in(username, password, code, **device()))

    async def register(self, username: str, email: str, password: str, display_name: str = "") -> SignedIn:
        """Makes an account and signs this device in. Raises what `Client.register` does."""
        async with Client(self.base_url, timeout=self._timeout) as client:
            return await self._enter(await client.register(username, email, password, display_name, **device()))

    async def restore(self, username: str, now: float | None = None) -> bool:
        """Goes on with the token that was kept; whether there is one. `now` is the hall's time.

        Raises SignedOutError when the hall does not know it any more, and what `Client` raises.
        """
        self.username = username
        self._given = (given := environment_token()) is not None
        self.token = given or await self._kept()
        if self.token is None:
            return False
        self._due = float("inf")
        async with Client(self.base_url, timeout=self._timeout, auth=self.signature()) as client:
            self.username = (await client.me()).username
            if not self._given:
                ends = next((each.expires_at for each in await client.devices() if each.current), None)
                if ends is not None:
                    left = ends.timestamp() - (time.time() if now is None else now)
                    self._due = time.monotonic() + (refresh_after(left) if left > _DAY else 0)
        return True

    async def sign_out(self) -> None:
        """Ends this device's tokens at the hall, and forgets them here whatever the hall says."""
        token = self.token
        with contextlib.suppress(ProblemError):
            try:
                if token is not None and not self._given:
                    async with Client(self.base_url, token, timeout=self._timeout) as client:
                        await client.sign_out()
            finally:
                await self.forget()

    async def forget(self) -> None:
        """Forgets the token, here and where it is kept, unless another window has put a newer one there."""
        token, self.token = self.token, None
        if not self._given and (token is None or await self._kept() == token):
            await self._keep(None)

    async def close(self) -> None:
        """Waits for an exchange that is under way: its answer, lost, would be the only one with the new token."""
        if self._flight is not None and not self._flight.done():
            await asyncio.wait({self._flight}, timeout=5)

    def signature(self) -> httpx.Auth:
        """What signs the requests of a client, and exchanges the token when that is due or asked for."""
        return _Signature(self)

    async def current(self) -> str | None:
        """The token to use now, exchanged or taken over from another window when that is due."""
        await self._take_over()
        if self.token is not None and self._auto_refresh and not self._given and time.monotonic() >= self._due:
            with contextlib.suppress(httpx.TransportError, ProblemError):  # it is still good; the next call tries again
                await self.exchange(self.token)
        return self.token

    async def watch(self) -> None:
        """Exchanges the token in time while nothing else is asked; runs until it is cancelled or signed out.

        A computer that slept may have slept over it: that shows in the wall clock, which the steady one did not follow.
        """
        while self.token is not None:
            await asyncio.sleep(min(_LOOK, max(1.0, self._due - time.monotonic())))
            if self._has_slept():
                self._due = min(self._due, time.monotonic())
            await self.current()

    def _has_slept(self) -> bool:
        steady, wall = self._clocks
        self._clocks = (time.monotonic(), time.time())
        return (self._clocks[1] - wall) - (self._clocks[0] - steady) > _JUMP

    async def exchange(self, stale: str) -> None:
        """Replaces `stale`, unless that has happened. However many ask at once, the hall is asked once.

        Raises SignedOutError when the hall does not know it any more, and what `Client` raises.
        """
        if self.token != stale:
            return
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._exchange(stale))
            self._flight.add_done_callback(_seen)
        await asyncio.shield(self._flight)  # whoever asked may be cancelled, but not what others wait for

    async def _exchange(self, stale: str) -> None:
        if self._given:
            raise SignedOutError(_("The token that the environment gives is not valid at {hall}.", hall=self.base_url))
        lock = self._tokens.lock_of(account_of(self.base_url, self.username))
        lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        async with AsyncFileLock(lock, mode=0o600):
            kept = await self._kept()
            if kept is not None and kept != stale:
                self._accept(kept, None)
                return
            async with Client(self.base_url, stale, timeout=self._timeout) as client:
                try:
                    grant = await _persistently(client)
                except ProblemError as problem:
                    if problem.slug not in _ENDED:
                        self._due = time.monotonic() + max(problem.retry_after, 60.0)
                        raise
                    raise SignedOutError(problem.detail) from problem
            self._accept(grant.token, grant.expires_in)
            await self._keep(grant.token)

    async def _take_over(self) -> None:
        """Takes the token that another window has put since this one last looked."""
        account = account_of(self.base_url, self.username)
        if self._given or self.token is None or self._tokens.changed_at(account) == self._seen:
            return
        if (kept := await self._kept()) is not None and kept != self.token:
            self._accept(kept, None)

    async def _enter(self, signed_in: SignedIn) -> SignedIn:
        self.username, self._given = signed_in.user.username, False
        self._accept(signed_in.token, signed_in.expires_in)
        await self._keep(signed_in.token)
        return signed_in

    def _accept(self, token: str, lifetime: float | None) -> None:
        """The token is this from now on; one of another window lasts as long as those before it."""
        self.token = token
        self._lifetime = lifetime or self._lifetime
        self._due = time.monotonic() + refresh_after(self._lifetime)

    async def _kept(self) -> str | None:
        account = account_of(self.base_url, self.username)
        self._seen = self._tokens.changed_at(account)
        try:
            return await asyncio.to_thread(self._tokens.get, account)
        except TokenError as error:
            self.warning = str(error)
            return None

    async def _keep(self, token: str | None) -> None:
        account, self.warning = account_of(self.base_url, self.username), ""
        try:
            await asyncio.to_thread(self._tokens.put, account, token)
        except (TokenError, OSError) as error:
            self.warning = str(error)
        self._seen = self._tokens.changed_at(account)


class _Signature(httpx.Auth):
    def __init__(self, account: AuthManager) -> None:
        self._account = account

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        token = await self._account.current()
        if token is None:
            raise SignedOutError(_("Nobody is signed in."))
        request.headers["Authorization"] = f"Token {token}"
        answer = yield request
        if answer.status_code != httpx.codes.UNAUTHORIZED:
            return
        if _refusal(await answer.aread()).slug in _ENDED:
            await self._account.exchange(token)
            request.headers["Authorization"] = f"Token {self._account.token}"
            again = yield request
            if again.status_code == httpx.codes.UNAUTHORIZED:
                raise SignedOutError(_refusal(await again.aread()).detail)


def _refusal(content: bytes) -> ProblemError:
    """What the body of a 401 says, which may not be a hall's."""
    members: Any = None
    with contextlib.suppress(*UNREADABLE):
        members = msgspec.json.decode(content)
    return ProblemError(httpx.codes.UNAUTHORIZED, members if isinstance(members, dict) else {})


def _seen(flight: asyncio.Task[None]) -> None:
    """What came of it is known to whoever waited for it, and nobody may have."""
    if not flight.cancelled():
        flight.exception()


async def _persistently(client: Client) -> Grant:
    """Exchanges the client's token. An answer that was lost is asked for again at once: soon after, the hall gives the
    same; much later it would take the old token for a stolen one."""
    for attempt in range(_ATTEMPTS):
        try:
            return await client.refresh()
        except httpx.TransportError:
            if attempt == _ATTEMPTS - 1:
                raise
            await asyncio.sleep(2.0**attempt / 2)
    raise AssertionError("the last attempt answers or raises")


def device() -> dict[str, Any]:
    """How this device describes itself in the list of those that are signed in."""
    info = {"os": platform.system(), "version": platform.release(), "app": "gamehall-desktop"}
    return {"device_name": platform.node(), "device_info": info | {"app_version": version("gamehall-desktop")}}
