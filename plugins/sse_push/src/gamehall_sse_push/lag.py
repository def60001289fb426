"""Whether this worker's feed keeps up: streams on a feed that stands still look healthy and tell nothing."""

from __future__ import annotations

from gamehall.declare import Check, CheckResult, Host

_TOO_LATE = 5.0


def feed_check(host: Host) -> Check:
    async def run() -> CheckResult:
        lag = await host.feed.lag()
        return CheckResult(lag < _TOO_LATE, f"The oldest unread event has waited for {lag:.1f} s." if lag else "")

    return Check("feed", run)
