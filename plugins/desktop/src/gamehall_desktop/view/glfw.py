"""What DearPyGui does not tell of its window, asked of the library below it where that can be had.

On Windows there is another library below, and a window that is minimised does not stand still there.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import threading
from typing import Any

import dearpygui._dearpygui as below

log = logging.getLogger(__name__)

_FOCUSED = 0x00020001
_BUSY = 1 / 30  # seconds: frames that come so quickly read what the user does often enough
_BLIND = 1 / 6  # seconds a frame where only frames read it


class Glfw:
    """Made after the window is shown, in its thread."""

    def __init__(self) -> None:
        self._library: Any = None
        self._handle: Any = None
        try:
            library = ctypes.CDLL(below.__file__)
            library.glfwGetCurrentContext.restype = ctypes.c_void_p
            library.glfwGetWindowAttrib.argtypes = (ctypes.c_void_p, ctypes.c_int)
            library.glfwWaitEventsTimeout.argtypes = (ctypes.c_double,)
            self._handle = library.glfwGetCurrentContext()
            self._library = library if self._handle else None
        except (OSError, AttributeError) as error:
            log.info("what is below the window cannot be asked: %s", error)

    def is_focused(self) -> bool:
        """Whether keys go to the window; True where that is not known."""
        return self._library is None or bool(self._library.glfwGetWindowAttrib(self._handle, _FOCUSED))

    def wait(self, seconds: float, news: threading.Event) -> None:
        """Waits for news, and between rare frames for what the user does too.

        Input is read by drawing a frame, and keys within one frame have lost their order: the first one begins it.
        """
        if self._library is None:
            news.wait(min(seconds, _BLIND))
        elif seconds <= _BUSY:
            news.wait(seconds)
        elif not news.is_set():
            self._library.glfwWaitEventsTimeout(seconds)
        news.clear()

    def wake(self) -> None:
        """Has the frame end that is under way: while the window is minimised it waits for events. From any thread."""
        if self._library is not None:
            self._library.glfwPostEmptyEvent()

    def wake_by_signals(self) -> None:
        """Wakes the window when a signal comes, whose handler else runs only when the window is looked at again."""
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing)

        def watch() -> None:
            while os.read(reading, 1):
                self.wake()

        threading.Thread(target=watch, name="signals", daemon=True).start()
