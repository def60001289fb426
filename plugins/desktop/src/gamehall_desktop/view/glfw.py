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


class Glfw:
    """Made after the window is shown, in its thread."""

    def __init__(self) -> None:
        self._library: Any = None
        self._handle: Any = None
        try:
            library = ctypes.CDLL(below.__file__)
            library.glfwGetCurrentContext.restype = ctypes.c_void_p
            library.glfwGetWindowAttrib.argtypes = (ctypes.c_void_p, ctypes.c_int)
            self._handle = library.glfwGetCurrentContext()
            self._library = library if self._handle else None
        except (OSError, AttributeError) as error:
            log.info("what is below the window cannot be asked: %s", error)

    def is_focused(self) -> bool:
        """Whether keys go to the window; True where that is not known."""
        return self._library is None or bool(self._library.glfwGetWindowAttrib(self._handle, _FOCUSED))

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
