"""What the plugin keeps going in each worker."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from functools import partial

from gamehall.declare import Host
from gamehall.tables import new_id
from gamehall.tasks import again_and_again, beside
from gamehall_friends.presence import tell_presence

__all__ = ["telling_presence"]

_SECONDS = 2.0


@contextlib.asynccontextmanager
async def telling_presence(host: Host) -> AsyncIterator[None]:
    """Tells friends of each other's comings and goings, until the block ends; one worker at a time does."""
    work = partial(tell_presence, host, new_id())
    async with beside(again_and_again(work, _SECONDS, "telling of presence"), "telling of presence"):
        yield
