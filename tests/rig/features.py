"""Friends switched off for a while, in a hall in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gamehall.features import Switchable, switch
from gamehall.hall import Hall as Host


async def switched(host: Host, *, on: bool) -> None:
    """Turns the plugin on or off, and waits until the hall has taken it up."""
    taken_up = asyncio.Event()
    host.features.watch(taken_up.set)
    await host.write(switch, ["friends"], on=on, by="test", known={"friends": Switchable("plugin")})
    await taken_up.wait()


@asynccontextmanager
async def off(host: Host) -> AsyncIterator[None]:
    await switched(host, on=False)
    try:
        yield
    finally:
        await switched(host, on=True)
