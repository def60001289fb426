"""Ctrl-C, from the first instruction of a command to its last."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from sys import UnraisableHookArgs
    from types import FrameType

__all__ = ["stop_at_once", "stop_in_order", "stop_with_parent"]


def stop_at_once() -> None:
    """Ctrl-C ends the process without a word: while a command is looked for there is nothing to tidy up, and after its
    end neither. An exception in the middle of an import, or of the interpreter's end, would print a trace, or be lost.
    """
    _hear(signal.SIG_DFL)


def stop_in_order() -> None:
    """Ctrl-C raises KeyboardInterrupt from now on, so that a command tidies up.

    Also where the signal was ignored, as shells have it for what they start in the background: whoever sends it to a
    command means it.
    """
    _hear(signal.default_int_handler)
    tell = sys.unraisablehook

    def end_if_stopped(dropped: UnraisableHookArgs) -> None:
        """Python goes on after an exception in a destructor or a weak reference's callback, and that is where Ctrl-C
        may have hit: nothing else would end the command then."""
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            stop_at_once()
            signal.raise_signal(signal.SIGINT)
        tell(dropped)

    sys.unraisablehook = end_if_stopped


def stop_with_parent() -> None:
    """In a worker that is starting: its parent tells it to end by SIGTERM, also when a terminal sends Ctrl-C to both.

    Without this it would have the parent's handlers, which only make a note for the parent: it would start on, and be
    waited for until its parent's patience ends.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _hear(handler: Callable[[int, FrameType | None], Any] | signal.Handlers) -> None:
    """Does this at Ctrl-C. Who runs a command in another thread than the main one hears the signal themselves."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, handler)
