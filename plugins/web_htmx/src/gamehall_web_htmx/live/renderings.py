"""Pieces of pages, each made once for all who may see the same: a thousand who watch a game are one role."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Renderings"]

T = TypeVar("T")


class _Making(Generic[T]):
    """A piece that is being made, and who waits for it."""

    def __init__(self, made: asyncio.Task[T]) -> None:
        self._made = made
        self._waiting: list[asyncio.Future[T]] = []
        made.add_done_callback(self._tell)

    def wait(self) -> asyncio.Future[T]:
        """A future for each: one who leaves does not take the piece from the others, and a thousand who wait for a
        task each in their own way would cost more than the piece."""
        self._waiting.append(mine := self._made.get_loop().create_future())
        return mine

    def _tell(self, made: asyncio.Task[T]) -> None:
        for each in self._waiting:
            if each.done():
                continue
            if made.cancelled():
                each.cancel()
            elif (error := made.exception()) is not None:
                each.set_exception(error)
            else:
                each.set_result(made.result())


class Renderings(Generic[T]):
    """The latest pieces by what they depend on. Who asks while one is being made waits for that one."""

    def __init__(self, size: int = 500) -> None:
        self._size = size
        self._made: dict[Hashable, T] = {}
        self._making: dict[Hashable, _Making[T]] = {}

    async def of(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """The piece with this key, made unless it is there. What it raises is raised for all who wait for it."""
        if key in self._made:
            return self._made[key]
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = _Making(asyncio.ensure_future(self._make(key, make)))
        return await making.wait()

    async def _make(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        try:
            made = await make()
        finally:
            del self._making[key]
        if len(self._made) >= self._size:
            del self._made[next(iter(self._made))]
        self._made[key] = made
        return made
