"""The end of this worker: first it is announced, then it begins, and whoever has something to finish hears of it.

Signals are the process's, so all of this is too.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from types import FrameType

__all__ = ["announce", "announced", "begin", "begun", "heard_by"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_announced = threading.Event()
_begun = threading.Event()
_hearers: set[Callable[[], None]] = set()


def announced() -> bool:
    """Whether nobody should be sent here any more. Whoever comes is still answered."""
    return _announced.is_set()


def begun() -> bool:
    """Whether what has no end of its own, such as a stream, has to end now."""
    return _begun.is_set()


def announce() -> None:
    _announced.set()


def begin() -> None:
    _announced.set()
    _begun.set()
    for each in tuple(_hearers):
        each()


@contextlib.asynccontextmanager
async def heard_by(hearer: Callable[[], None]) -> AsyncIterator[None]:
    """Has the end begin at the first SIGTERM or SIGINT, and calls the function in this event loop then.

    The handlers wrap those of the server, which go on to do its stopping. A server in another thread than the main one
    gets no signals.
    """
    _announced.clear()
    _begun.clear()
    loop = asyncio.get_running_loop()
    _hearers.add(hearer)
    try:
        with contextlib.ExitStack() as handlers:
            if threading.current_thread() is threading.main_thread():
                for number in _SIGNALS:
                    handlers.enter_context(_wrapped_handler(number, lambda: loop.call_soon_threadsafe(begin)))
            yield
    finally:
        _hearers.discard(hearer)


@contextlib.contextmanager
def _wrapped_handler(number: signal.Signals, first: Callable[[], object]) -> Iterator[None]:
    """Calls `first` before the handler that is there. A signal without one ends the process anyway."""
    inner = signal.getsignal(number)
    if not callable(inner):
        yield
        return

    def handle(received: int, at: FrameType | None) -> None:
        first()
        inner(received, at)

    signal.signal(number, handle)
    try:
        yield
    finally:
        if signal.getsignal(number) is handle:
            signal.signal(number, inner)
