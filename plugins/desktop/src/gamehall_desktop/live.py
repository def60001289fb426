"""Follows the hall's stream and brings what the window shows up to date."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

import httpx

from gamehall.client import Event, ProblemError
from gamehall.languages import catalogue

from . import lobbying, news
from .hallplay import HallPlay
from .line import awakenings
from .state.account import Offline, Online

if TYPE_CHECKING:
    from .session import Session

_ = catalogue(__name__)

_MOMENT = 1.0  # seconds until something is asked again that a good line did not answer
_PATIENCE = 10.0  # seconds that an answer has, before its connection is taken for dead
_UNPUSHED = 15.0  # seconds between two looks at a hall that has no stream


async def follow(session: Session) -> None:
    """Runs until the user is signed out. Raises ProblemError when the hall does not know the user any more."""
    stream = Stream(session)
    waking = session.spawn(stream.wake_up())
    try:
        await stream.run()
    finally:
        waking.cancel()


def channels(session: Session) -> list[str]:
    """What the stream must tell of: a game in which the user plays is told of on the user's own channel."""
    play = session.play
    watched = isinstance(play, HallPlay) and play.game is not None and play.seat_of(session.username) is None
    return ["user", "lobby", *([f"game-{play.game_id}"] if isinstance(play, HallPlay) and watched else [])]


class Stream:
    """The one stream of whoever is signed in. It is taken up where it was whenever it is opened anew: because the line
    was lost, because it may be dead without anybody having closed it, or for other channels."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._line = session.line
        self._cursor: str | None = None
        self._untold: set[str] = set()  # channels that the hall does not tell of, or not any more
        self._reading: asyncio.Timeout | None = None

    async def run(self) -> None:
        self._line.reopen = self._reopen
        try:
            while True:
                await self._open()
        finally:
            self._line.closed()

    async def wake_up(self) -> None:
        """Does not trust a line over which the computer has slept."""
        async for _awake in awakenings():
            self._reopen()

    def _reopen(self) -> None:
        if self._reading is not None and not self._reading.expired():
            self._reading.reschedule(asyncio.get_running_loop().time())

    async def _open(self) -> None:
        """One stream, to its end."""
        wanted = [channel for channel in channels(self._session) if channel not in self._untold]
        try:
            async with asyncio.timeout(None) as self._reading:
                await self._read(wanted)
        except TimeoutError:
            pass  # it shall be opened anew
        except httpx.TransportError:
            await asyncio.sleep(_MOMENT)
        except ProblemError as problem:
            if problem.status == httpx.codes.UNAUTHORIZED:
                raise
            await self._go_without(wanted, problem)
        finally:
            self._reading = None

    async def _read(self, wanted: list[str]) -> None:
        events = self._session.client.events(wanted, self._cursor, lost=self._lost)
        async with contextlib.aclosing(events):
            async for event in events:
                self._cursor = event.cursor or self._cursor
                self._take(event)  # without a pause: nothing that has a cursor is lost when this ends
        # The right to listen has ended: for the user, which asking tells, or for the game that is watched.
        await self._session.client.me()
        self._untold.update(wanted[2:])
        await asyncio.sleep(_MOMENT)

    async def _go_without(self, wanted: list[str], problem: ProblemError) -> None:
        if wanted[2:]:
            self._untold.update(wanted[2:])
            return
        self._found_good()  # it answers, only that it tells nothing by itself
        self._look_at_everything()
        await self._line.back(_UNPUSHED)

    def _lost(self, why: Exception | None, seconds: float) -> None:
        self._line.found(good=False)
        self._session.post(Offline(_why(why), time.monotonic() + seconds))

    def _found_good(self) -> None:
        self._line.found(good=True)
        self._session.post(Online())

    def _take(self, event: Event) -> None:
        match event.kind:
            case "hello":
                self._found_good()
                self._look_at_everything()
            case "resync":
                self._look_at_everything()
            case _:
                self._tell(event)

    def _look_at_everything(self) -> None:
        self._start(lambda: lobbying.refresh(self._session))
        if isinstance(self._session.play, HallPlay):
            self._start(self._session.play.look)

    def _tell(self, event: Event) -> None:
        play = self._session.play
        self._start(lambda: lobbying.refresh(self._session, event.kind))
        if isinstance(play, HallPlay) and event.data.get("game_id") == play.game_id and play.hear(event):
            self._start(play.look)
        self._start(lambda: news.tell(self._session, event))

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        self._session.beside(partial(self._patiently, work))

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> None:
        """What is not answered is asked again with everything else, once the line is good again."""
        try:
            async with asyncio.timeout(_PATIENCE):
                await work()
        except (httpx.TransportError, TimeoutError):
            await asyncio.sleep(_MOMENT)
            self._line.try_now()


def _why(error: Exception | None) -> str:
    if error is None:
        return _("The hall starts anew.")
    if isinstance(error, ProblemError):
        return _("The hall cannot answer at the moment ({detail}).", detail=error.detail)
    return _("The hall cannot be reached.")
