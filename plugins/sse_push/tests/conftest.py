"""A hall in this process, on SQLite."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gamehall import migrate
from gamehall.app import create_app
from gamehall.plugins import load_plugins
from gamehall.settings import Settings
from rig.streaming import Hall


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[Hall]]]:
    """Starts a hall with these settings of the plugin; nothing is limited unless `limits` is true."""
    async with AsyncExitStack() as stack:

        async def started(*, limits: bool = False, **section: Any) -> Hall:
            settings = Settings(
                data_dir=str(tmp_path),
                database_url=f"sqlite+aiosqlite:///{tmp_path / 'hall.db'}",
                rate_limits=limits,
                allowed_hosts=("hall",),
                strict=True,
                plugins={"sse_push": section},
            )
            migrate.upgrade_all(settings.database_url, load_plugins(settings))
            app = create_app(settings)
            await stack.enter_async_context(app.lifespan())
            return Hall(app, stack)

        yield started


@pytest.fixture
async def hall(start: Callable[..., Awaitable[Hall]]) -> Hall:
    return await start()
