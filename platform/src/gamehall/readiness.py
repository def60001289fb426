"""Whether this worker can be asked: its own checks and those of plugins, for whoever shares requests out to workers.

Anybody can ask how a hall is, as often as they like. So an answer is good for a second, whoever comes meanwhile waits
for the same one, and a check that does not come to its end is not begun again beside itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from gamehall.declare import CheckResult

__all__ = ["Checks", "Readiness"]

log = logging.getLogger(__name__)

Checks = Mapping[str, Callable[[], Awaitable[CheckResult]]]


class Readiness:
    """Asks the checks that there are at the moment, by their names."""

    def __init__(self, checks: Callable[[], Checks], seconds: float = 5.0, good_for: float = 1.0) -> None:
        """`seconds` is for how long the checks are waited for, `good_for` how old an answer can be."""
        self._checks = checks
        self._seconds = seconds
        self._good_for = good_for
        self._asking: dict[str, asyncio.Task[CheckResult]] = {}
        self._round: asyncio.Task[dict[str, CheckResult]] | None = None
        self._until = 0.0

    async def ask(self) -> dict[str, CheckResult]:
        """What every check says, or said a moment ago."""
        if self._round is None or (self._round.done() and time.monotonic() >= self._until):
            self._round = asyncio.create_task(self._ask_all(), name="readiness")
        return dict(await asyncio.shield(self._round))

    async def _ask_all(self) -> dict[str, CheckResult]:
        checks = self._checks()
        self._asking = {name: task for name, task in self._asking.items() if not task.done()}
        for name, run in checks.items():
            if name not in self._asking:
                self._asking[name] = asyncio.create_task(_guarded(name, run), name=f"check {name}")
        if checks:
            await asyncio.wait([self._asking[name] for name in checks], timeout=self._seconds)
        results = {name: self._result(name) for name in checks}
        self._until = time.monotonic() + self._good_for
        return results

    def _result(self, name: str) -> CheckResult:
        task = self._asking[name]
        if task.done() and not task.cancelled():
            return task.result()
        task.cancel()  # and no more waited for: what does not listen stays where it is, once
        log.error("the check %s has not ended after %g s", name, self._seconds)
        return CheckResult(False, f"It did not end within {self._seconds:g} s.")


async def _guarded(name: str, run: Callable[[], Awaitable[CheckResult]]) -> CheckResult:
    try:
        result = await run()
        if not isinstance(result, CheckResult):
            raise TypeError(f"expected CheckResult, got {type(result).__name__}")
        return result
    except (Exception, SystemExit) as error:
        log.error("the check %s failed", name, exc_info=error)
        # Anybody can ask how the hall is, and an error can tell where its database is and as whom it goes there.
        return CheckResult(False, "It failed; the reason is in the log.")
