"""The end of all streams when the server is told to stop: it would wait for them, and they have no end of their own.

The handlers for SIGTERM and SIGINT wrap those of the server, which go on to do its stopping.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from collections.abc import AsyncIterator, Callable
from types import FrameType
from typing import Any

from gamehall.declare import Host

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_stopping = threading.Event()  # signals are the process's, so this is too


def begun() -> bool:
    """Whether the server is stopping."""
    return _stopping.is_set()


@contextlib.asynccontextmanager
async def ending_streams(host: Host) -> AsyncIterator[None]:
    """Ends the streams at the first signal. A server in another thread than the main one gets no signals."""
    _stopping.clear()
    loop = asyncio.get_running_loop()

    def end_streams() -> None:
        _stopping.set()
        host.feed.wake_subscribers()

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with contextlib.ExitStack() as handlers:
        for number in _SIGNALS:
            handlers.enter_context(_wrapped_handler(number, lambda: loop.call_soon_threadsafe(end_streams)))
        yield


@contextlib.contextmanager
def _wrapped_handler(number: signal.Signals, first: Callable[[], object]) -> Any:
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
