"""Work on records, one piece at a time in each worker: images and long games take a processor for a while, and what
else the hall does goes on beside them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import ParamSpec, TypeVar

__all__ = ["in_turn"]

P = ParamSpec("P")
T = TypeVar("T")

_THREAD = ThreadPoolExecutor(1, "records")


async def in_turn(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the function returns, once all that was asked for before it is done."""
    context = copy_context()  # it says what it says in the language of whoever asks
    return await asyncio.get_running_loop().run_in_executor(_THREAD, lambda: context.run(work, *args, **kwargs))
