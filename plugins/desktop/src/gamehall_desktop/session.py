"""One user at one hall, from signing in to signing out. Everything here runs in the network's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import msgspec

from gamehall.client import Client, ProblemError
from gamehall.languages import catalogue

from . import live, lobbying
from .accounts import AuthenticationManager
from .addresses import address_of
from .api import APIClient
from .auth import AuthManager, SignedOutError
from .config import Config
from .hallplay import HallPlay
from .halls import HallAwayError, HallError, look_at
from .line import Line
from .play import Play
from .reach import Reach
from .remedies import not_a_hall, unreachable
from .state.account import Restoring, SignedIn, SignedOut
from .state.signing import Asked, DevicesListed, Refused, Trying
from .state.table import Opened
from .state.toasts import Toast
from .tokens import environment_token

_ = catalogue(__name__)

if TYPE_CHECKING:
    from .installed import Installed

Spawn = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]
Work = Callable[[], Coroutine[Any, Any, None]]
"""Begins something: a coroutine that is made before its time may never be awaited, which is a fault to Python."""


_CODE = ("code-needed", "invalid-code")


class NobodyError(LookupError):
    """Nobody is signed in."""


class Session:
    """What the user does, and what follows from it: `post` tells the window of it.

    `play` is the game that is open, None while there is none; `line` is how the hall can be reached; `installed` is
    what is installed beside the client, None until that was looked for.
    """

    def __init__(self, accounts: AuthenticationManager, spawn: Spawn, post: Callable[[object], None]) -> None:
        self.accounts = accounts
        self.post = post
        self.spawn = spawn
        self.username = ""
        self.line = Line()
        self.play: Play | None = None
        self.installed: Installed | None = None
        self.lists = lobbying.Lists()
        self.reach = Reach(post, spawn)
        self._client: Client | None = None
        self._following: list[asyncio.Task[None]] = []
        self._wanted: Work | None = None  # what somebody wanted to do who had to sign in first

    @property
    def config(self) -> Config:
        return self.accounts.config

    @property
    def client(self) -> Client:
        """Raises NobodyError while nobody is signed in."""
        if self._client is None or not self.accounts.is_authenticated():
            raise NobodyError
        return self._client

    @property
    def is_signed_in(self) -> bool:
        return self._client is not None and self.accounts.is_authenticated()

    def beside(self, work: Work) -> None:
        """Does something beside the rest, until the user is signed out."""
        self._following = [task for task in self._following if not task.done()]
        self._following.append(self.spawn(self.attempt(work)))

    async def attempt(self, work: Work, *, again: bool = False) -> None:
        """Does something and tells the user what is wrong when it cannot be done.

        `again`: it is done after signing in, where that is what is lacking.
        """
        try:
            await work()
        except (NobodyError, SignedOutError) as error:
            if self.accounts.is_authenticated():
                await self.leave(str(error))
            elif self._wanted is None:
                reason = _("Sign in first; then it is done.") if again else _("Sign in first.")
                self.post(Asked("sign_in", self.config.base_url, self.username, reason))
            if again:
                self._wanted = work
        except ProblemError as problem:
            fields = [f"{error.field}: {error.message}" for error in problem.errors if error.field]
            self.post(Toast("\n".join(fields) or problem.detail, "fault"))
        except (httpx.TransportError, httpx.InvalidURL, HallAwayError) as error:
            self.lost(error)

    def lost(self, error: Exception, ask: Callable[[], Awaitable[object]] | None = None) -> None:
        """The hall does not answer: says so, and asks it again until it does; by `ask`, where that is more to do."""
        address = self.accounts.auth_manager.base_url
        why = str(error) if isinstance(error, HallError | HallAwayError) else unreachable(address, error)
        if self.line.reopen is not None:  # the stream finds out whether the hall is there, and says so
            self.post(Toast(why, "fault"))
            self.line.try_now()
        else:
            self.reach.lost(why, ask or (lambda: look_at(address, self.config.timeout)))

    async def ask_now(self) -> None:
        """Asks a hall that does not answer at once."""
        self.line.try_now()
        await self.reach.now()

    async def begin(self, profile: str | None) -> None:
        """Goes on as whoever was here last, or as the one of this name; else asks who it is."""
        await self.accounts.begin()
        known = self.accounts.known(profile)
        if known is None and environment_token() is not None:
            await self.switch(self.config.base_url, profile or "")
        elif known is None:
            self.post(Asked("sign_in", self.config.base_url, profile or ""))
        else:
            await self.switch(known.base_url, known.username)

    async def switch(self, base_url: str, username: str) -> None:
        """Goes on as another user that is known here; asks for the password where no token was kept."""
        await self._put_away()
        self.post(Restoring(username, base_url))
        await self.accounts.take(self.accounts.manager_for(base_url))
        try:
            await self._restore(username)
        except (httpx.TransportError, HallError, HallAwayError) as error:
            self.lost(error, lambda: self._restore(username))

    async def _restore(self, username: str) -> None:
        """Goes on with a token that was kept. Raises what `look_at` does."""
        manager = self.accounts.auth_manager
        try:
            seen = await look_at(manager.base_url, self.config.timeout)
            found = await manager.restore(username, seen.now)
        except SignedOutError as error:
            await manager.forget()
            self._nobody(username, str(error))
        else:
            await self._enter(seen.clock_note) if found else self._nobody(username, manager.warning)

    async def sign_in(self, base_url: str, username: str, password: str, code: str = "") -> None:
        """Signs in; whoever is signed in so far stays until it succeeds."""
        await self._admit(base_url, lambda manager: manager.sign_in(username.strip(), password, code.strip()))

    async def register(self, base_url: str, username: str, email: str, password: str, display_name: str = "") -> None:
        """Makes an account and signs in with it."""
        account = (username.strip(), email.strip(), password, display_name.strip())
        await self._admit(base_url, lambda manager: manager.register(*account))

    async def _admit(self, base_url: str, ask: Callable[[AuthManager], Awaitable[object]]) -> None:
        """Signs in by `ask`, at a hall that has shown that it is one; what it refuses is said in the dialog."""
        self.post(Trying())
        try:
            address = address_of(base_url)
            seen = await look_at(address, self.config.timeout)
            manager = self.accounts.manager_for(address)
            await ask(manager)
        except ProblemError as problem:
            errors = {each.field: each.message for each in reversed(problem.errors) if each.field}
            if problem.slug == "invalid-code":
                errors["code"] = problem.detail
            self.post(Refused("" if errors else problem.detail, errors, problem.slug in _CODE))
        except ValueError as error:
            self.post(Refused(errors={"base_url": str(error)}))
        except (HallError, HallAwayError) as error:
            self.post(Refused(str(error)))
        except (httpx.TransportError, httpx.InvalidURL) as error:
            self.post(Refused(unreachable(base_url.strip(), error)))
        except msgspec.DecodeError:
            self.post(Refused(not_a_hall(base_url.strip())))
        else:
            if (manager, manager.username) != (self.accounts.auth_manager, self.username):
                await self._put_away()
                await self.accounts.take(manager)
            await self._enter(seen.clock_note)

    async def sign_out(self) -> None:
        """Signs this device out; here even where the hall does not answer."""
        await self.line.finish()
        await self._stop_following()  # the stream ends too, which shall be no news
        try:
            await self.accounts.auth_manager.sign_out()
        except httpx.TransportError:
            self.post(
                Toast(_("You are signed out here. The hall could not be told: end this device there later."), "fault")
            )
        finally:
            await self._put_away()
            self._nobody(self.username, "")

    async def leave(self, why: str) -> None:
        """Forgets the token, which the hall does not take any more, and asks the user to sign in again.

        What is open stays for the same user: it is there again when they have.
        """
        if self.accounts.is_authenticated():
            self._nobody(self.username, why)
            await self.accounts.auth_manager.forget()
            await self._stop_following()

    async def forget(self, profile: str) -> None:
        """Forgets a profile and its token, and asks who it is instead."""
        await self.accounts.drop(profile)
        self.post(Asked("sign_in", self.config.base_url))

    async def list_devices(self) -> None:
        self.post(DevicesListed(tuple(await self.client.devices())))

    async def revoke(self, token_id: str) -> None:
        await self.client.revoke(token_id)
        await self.list_devices()

    async def revoke_others(self) -> None:
        await self.client.revoke_others()
        await self.list_devices()

    async def close(self) -> None:
        """Ends what runs; the token stays for the next time."""
        await self._put_away()
        await self.accounts.close()

    async def open_game(self, game_id: str) -> None:
        """Opens a game of the hall, to play or to watch; one that is open is looked at anew."""
        if isinstance(self.play, HallPlay) and self.play.game_id == game_id:
            await self.play.look()
            self.post(Opened(game_id))
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
        self.post(Opened(play.game_id))
        if live.channels(self) != told:
            self.line.try_now()

    def _nobody(self, username: str, why: str) -> None:
        self.reach.found()
        self.post(SignedOut(why))
        self.post(Asked("sign_in", self.config.base_url, username, why))

    async def _enter(self, note: str) -> None:
        """Goes on as whoever the account's token is of; with what was open and wanted, where they were here before."""
        manager = self.accounts.auth_manager
        self.reach.found()
        self.username = manager.username
        self.accounts.remember()
        self.post(SignedIn(self.username, manager.base_url))
        for text in filter(None, (note, manager.warning)):
            self.post(Toast(text, "fault"))
        wanted, self._wanted = self._wanted, None
        if self._client is None:
            self._client = APIClient(manager.base_url, manager, timeout=self.config.timeout)
        elif isinstance(self.play, HallPlay):
            self.spawn(self.attempt(self.play.look))
        self._following = [self.spawn(self.attempt(work)) for work in (partial(live.follow, self), manager.watch)]
        if wanted is not None:
            self.spawn(self.attempt(wanted))

    async def _put_away(self) -> None:
        """Closes what is open in the hall."""
        await self.line.finish()
        self.reach.found()
        await self._stop_following()
        if isinstance(self.play, HallPlay):
            self.play = None
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _stop_following(self) -> None:
        ending = [task for task in self._following if task is not asyncio.current_task()]
        self._following = []
        await asyncio.sleep(0)  # what has just begun has its first step, and so its own end
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
