"""What a block means for games."""

from __future__ import annotations

from gamehall.declare import Host, Policy, Verdict
from gamehall.languages import catalogue
from gamehall_friends.relations import are_blocked

__all__ = ["challenge_policy"]

_ = catalogue(__name__)


def challenge_policy(host: Host) -> Policy:
    """No game between two users of whom one has blocked the other; who did is not said."""

    async def answer(asker: str, other: str) -> Verdict:
        if await host.read(are_blocked, asker, other):
            return Verdict(False, _("You and this player cannot challenge each other."))
        return Verdict(True)

    return Policy("challenge", answer)
