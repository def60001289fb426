"""Pieces of pages, each made once for all who may see the same: a thousand who watch a game are one role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Renderings"]

T = TypeVar("T")


class Renderings(Generic[T]):
    """The latest pieces by what they depend on. Who asks while one is being made waits for that one."""

    def __init__(self, size: int = 500) -> None:
        self._size = size
        self._made: dict[Hashable, asyncio.Task[T]] = {}

    async def of(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The piece with this key, made unless it is there. What it raises is raised for all who wait for it."""
        task = self._made.get(key)
        if task is not None and task.done() and not task.cancelled() and task.exception() is None:
            return task.result()
        if task is None or task.done():
            task = asyncio.ensure_future(_run(make))
            if len(self._made) >= self._size:
                del self._made[next(iter(self._made))]
            self._made[key] = task
        return await asyncio.shield(task)  # one who leaves does not take it from the others


async def _run(make: Callable[[], Awaitable[T]]) -> T:
    return await make()
