"""How long a request may take: to be sent, to be answered, and to be heard."""

from __future__ import annotations

import asyncio
import logging
import traceback
from typing import Any

from litestar.types import ASGIApp, Message, Receive, Send

from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.settings import Settings

__all__ = ["in_time"]

_ = catalogue(__name__)

log = logging.getLogger(__name__)


class _Unheard(Exception):
    """The client takes nothing of its answer."""


async def in_time(app: ASGIApp, settings: Settings, scope: Any, receive: Receive, send: Send) -> None:
    """Answers a request by `app`, within the limits of the settings.

    Raises Problem `took-too-long` where no answer had begun in time. A body that comes too slowly raises Problem
    `request-timeout` where it is read, one that breaks off `malformed`. An answer of which nothing is taken any more
    ends there. One that has begun may go on for as long as it is taken: streams do.
    """
    told = _Telling(settings, receive, send)
    try:
        try:
            await app(scope, told.receive, told.send)
        finally:
            told.end()
    except (TimeoutError, asyncio.CancelledError, SystemExit) as error:
        if _is_ended():
            raise
        if told.given_up:
            log.error("%s %s took longer than %g s", scope["method"], scope["path"], settings.request_seconds)
            sentence = _("This took too long and was given up. Look whether it was done before you try again.")
            raise Problem("took-too-long", sentence) from None
        if isinstance(error, TimeoutError):
            raise
        # A handler's own doing: it must not end the worker, nor leave the client without an answer.
        log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
        if not told.begun:
            raise Problem("internal-error") from error
    except Exception as error:
        if not told.unheard:
            raise
        log.info("%s %s: the client takes nothing; let go", scope["method"], scope["path"])
        _drop(error)


def _drop(error: BaseException) -> None:
    """Lets go of what the frames of an error hold.

    Among that is what told the client. It is closed when nothing holds it any more, which would be at some time only,
    since errors and frames hold each other.
    """
    waiting: list[BaseException | None] = [error]
    seen: list[BaseException] = []
    for each in waiting:  # it grows meanwhile
        if each is not None and each not in seen:
            seen.append(each)
            traceback.clear_frames(each.__traceback__)
            waiting += [each.__cause__, each.__context__, *getattr(each, "exceptions", ())]


def _is_ended() -> bool:
    """Whether the server ends this request."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class _Wait:
    """What is waited for by a task, until a moment."""

    __slots__ = ("late", "task", "until")

    def __init__(self) -> None:
        self.task: asyncio.Task[Any] | None = None
        self.until = 0.0
        self.late = False

    def begin(self, task: asyncio.Task[Any] | None, until: float) -> None:
        self.task, self.until = task, until

    def end(self) -> bool:
        """Whether it was given up, which ends here: what goes on is not cancelled any more."""
        task, self.task = self.task, None
        if self.late and task is not None:
            task.uncancel()
        return self.late


class _Telling:
    """One request's way in and its answer's way out, and one timer for all that can take too long in them: those of
    the library cost several calls of the system each, and most are never needed."""

    def __init__(self, settings: Settings, receive: Receive, send: Send) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()  # which to look up is a call of the system, each time
        self._receive = receive
        self._send = send
        self._body_until: float | None = None
        self._whole = False
        self._answer, self._body, self._piece = self._waits = _Wait(), _Wait(), _Wait()
        self._shortest = min(settings.request_seconds, settings.body_seconds, settings.send_seconds)
        now = self._loop.time()
        self._watch: asyncio.TimerHandle | None = self._loop.call_at(now + self._shortest, self._look)
        self._answer.begin(asyncio.current_task(self._loop), now + settings.request_seconds)
        self.begun = False

    @property
    def given_up(self) -> bool:
        """Whether no answer had begun in time."""
        return self._answer.late

    @property
    def unheard(self) -> bool:
        """Whether the client takes nothing of its answer."""
        return self._piece.late

    async def receive(self) -> Any:
        if self._whole:  # what may come now is that the client goes, for which there is no time
            return await self._receive()
        if self._body_until is None:
            self._body_until = self._loop.time() + self._settings.body_seconds
        self._wait(self._body, self._body_until)
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if not self._body.end():
                raise
            sentence = _("The request was not there as a whole in time; is the connection slow? Try again.")
            raise Problem("request-timeout", sentence, headers={"Connection": "close"}) from None
        finally:
            self._body.task = None
        if message["type"] == "http.disconnect":  # nobody hears it, but it is no fault of the hall either
            raise Problem("malformed", "The request broke off before it was whole.")
        self._whole = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        if self.unheard:
            raise _Unheard
        if not self.begun:
            if self.given_up:  # what is told to whoever is given up comes too late
                raise TimeoutError
            self.begun = True
            self._answer.task = None
        if message["type"] == "http.response.start":  # which the server keeps until there is some of the body
            await self._send(message)
            return
        self._wait(self._piece, self._loop.time() + self._settings.send_seconds)
        try:
            await self._send(message)
        except asyncio.CancelledError:
            if not self._piece.end():
                raise
            raise _Unheard from None
        finally:
            self._piece.task = None

    def _wait(self, what: _Wait, until: float) -> None:
        what.begin(asyncio.current_task(self._loop), until)
        if self._watch is None:
            self._watch = self._loop.call_at(min(until, self._loop.time() + self._shortest), self._look)

    def _look(self) -> None:
        """Gives up what has taken too long, and looks again when the next of the others has."""
        now = self._loop.time()
        waiting = [each for each in self._waits if each.task is not None and not each.late]
        for each in waiting:
            if each.until <= now and each.task is not None:
                each.late = True
                each.task.cancel()
        # What is begun from now on takes no less than the shortest; where nothing is waited for, that begins the watch.
        left = [min(each.until, now + self._shortest) for each in waiting if not each.late]
        self._watch = self._loop.call_at(min(left), self._look) if left else None

    def end(self) -> None:
        """Nothing is told any more."""
        if self._watch is not None:
            self._watch.cancel()
        self._answer.end()
