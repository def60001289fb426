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
    `request-timeout` where it is read. An answer of which nothing is taken any more ends there. One that has begun may
    go on for as long as it is taken: streams do.
    """
    told = _Telling(settings, receive, send)
    try:
        async with asyncio.timeout(settings.request_seconds) as told.deadline:
            try:
                await app(scope, told.receive, told.send)
            finally:
                told.end()
    except TimeoutError:
        if told.begun or not told.deadline.expired():
            raise
        log.error("%s %s took longer than %g s", scope["method"], scope["path"], settings.request_seconds)
        sentence = _("This took too long and was given up. Look whether it was done before you try again.")
        raise Problem("took-too-long", sentence) from None
    except Exception as error:
        if not told.unheard:
            raise
        log.info("%s %s: the client takes nothing; let go", scope["method"], scope["path"])
        _drop(error)
    except (SystemExit, asyncio.CancelledError) as error:
        if _is_ended():
            raise
        # A handler's own doing: it must not end the worker, nor leave the client without an answer.
        log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
        if not told.begun:
            raise Problem("internal-error") from error


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


class _Telling:
    """One request's way in and its answer's way out."""

    deadline: asyncio.Timeout

    def __init__(self, settings: Settings, receive: Receive, send: Send) -> None:
        self._settings = settings
        self._loop = asyncio.get_running_loop()  # which to look up is a call of the system, each time
        self._receive = receive
        self._send = send
        self._body_until: float | None = None
        self._whole = False
        self._sender: asyncio.Task[Any] | None = None  # who is about to send something, which may take
        self._until = 0.0  # this moment
        self._watch: asyncio.TimerHandle | None = None
        self.begun = False
        self.unheard = False

    async def receive(self) -> Any:
        if self._whole:  # what may come now is that the client goes, for which there is no time
            return await self._receive()
        if self._body_until is None:
            self._body_until = self._loop.time() + self._settings.body_seconds
        try:
            async with asyncio.timeout_at(self._body_until):
                message = await self._receive()
        except TimeoutError:
            sentence = _("The request was not there as a whole in time; is the connection slow? Try again.")
            raise Problem("request-timeout", sentence, headers={"Connection": "close"}) from None
        self._whole = not message.get("more_body")
        return message

    async def send(self, message: Message) -> None:
        if self.unheard:
            raise _Unheard
        if not self.begun:
            if self.deadline.expired():  # what is told to whoever is given up comes too late
                raise TimeoutError
            self.begun = True
            self.deadline.reschedule(None)
        if message["type"] == "http.response.start":  # which the server keeps until there is some of the body
            await self._send(message)
            return
        self._until = self._loop.time() + self._settings.send_seconds
        self._sender = asyncio.current_task(self._loop)
        if self._watch is None:
            self._watch = self._loop.call_at(self._until, self._look)
        try:
            await self._send(message)
        except asyncio.CancelledError:
            if not self.unheard:
                raise
            if self._sender is not None:
                self._sender.uncancel()
            raise _Unheard from None
        finally:
            self._sender = None

    def _look(self) -> None:
        """Whether it takes too long to send something. That is looked at now and then: a timer for each piece would
        cost a stream as much as all else that it does for an event."""
        self._watch = None
        if self._sender is None:
            return
        if self._loop.time() < self._until:
            self._watch = self._loop.call_at(self._until, self._look)
        else:
            self.unheard = True
            self._sender.cancel()

    def end(self) -> None:
        """Nothing is told any more."""
        if self._watch is not None:
            self._watch.cancel()
