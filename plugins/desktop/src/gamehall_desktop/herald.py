"""Tells the user of what happens by sounds and by notifications of the system.

It lives in the network's thread, since a window that is minimised is not drawn: its loop stands still.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from importlib import import_module
from typing import Any

from . import sounds
from .state.alerts import Alert, Alerts, Sound
from .state.settings import Look

log = logging.getLogger(__name__)


class Herald:
    """Passes every message on to the window, and hears what is worth more than being drawn.

    The window's thread says how loud it may be (`look`), whether somebody looks at the window (`is_watched`) and how it
    is woken to draw what is new (`wake`).
    """

    def __init__(
        self, post: Callable[[object], None], spawn: Callable[[Coroutine[Any, Any, None]], object], look: Look
    ) -> None:
        self.look = look
        self.is_watched = True
        self.wake: Callable[[], None] = lambda: None
        self._alerts = Alerts()
        self._pass_on = post
        self._spawn = spawn
        self._low: asyncio.TimerHandle | None = None
        self._notifier: Any | None = None
        self._is_mute = False
        self._is_silent = False

    def post(self, message: object) -> None:
        """Takes a message in the network's thread."""
        self._pass_on(message)
        self.wake()
        alert = self._alerts.take(message)
        self._wait_for_low()
        if alert is not None:
            self._tell(alert)

    def _tell(self, alert: Alert) -> None:
        if self.look.loudness and not self._is_silent:
            self._spawn(self._play(alert.sound))
        if alert.text and self.look.notifications and not self.is_watched:
            self._spawn(self._notify(alert.text))

    async def _play(self, sound: Sound) -> None:
        """Plays a sound; a computer without a way to do so is asked once."""
        if not await asyncio.to_thread(sounds.play, sound, self.look.loudness):
            self._is_silent = True

    def _wait_for_low(self) -> None:
        """Has the user warned when their clock runs low."""
        if self._low is not None:
            self._low.cancel()
            self._low = None
        if self._alerts.low_in is not None and self._alerts.low_in > 0:
            self._low = asyncio.get_running_loop().call_later(self._alerts.low_in, self._tell, Alert("low"))

    async def _notify(self, text: str) -> None:
        """Says something on the user's screen; a system that has no way to do so is asked once."""
        if self._is_mute:
            return
        try:
            if self._notifier is None:
                logging.getLogger("desktop_notifier").setLevel(logging.CRITICAL)  # it tells where none is shown
                self._notifier = import_module("desktop_notifier").DesktopNotifier(app_name="Gamehall")
            await self._notifier.send(title="Gamehall", message=text)
        except Exception as error:  # noqa: BLE001 - whatever the system does, the window says it too
            self._is_mute = True
            log.info("no notifications: %s", error)
