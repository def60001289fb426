"""The desktop client without its window: what a person does, and what the window would show."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gamehall.client import Client
from gamehall_desktop.accounts import AuthenticationManager
from gamehall_desktop.session import Session
from gamehall_desktop.state.model import Model
from gamehall_desktop.tokens import Tokens
from rig.faultproxy import Addressed
from rig.people import PASSWORD

# A socket, or its transport, whose connecting is given up in the moment in which it succeeds is let go of by anyio, and
# closed when Python finds it.
LET_GO = pytest.mark.filterwarnings("ignore:unclosed (<socket|transport):ResourceWarning")


def accounts_in(folder: Path, base_url: str = "http://hall", timeout: float = 30.0) -> AuthenticationManager:
    """The accounts of a computer that has only this folder."""
    flags = {"base_url": base_url, "timeout": timeout}
    tokens = Tokens(folder / "kept", "file")
    return AuthenticationManager(
        str(folder / "desktop.json"), str(folder / ".env"), flags=flags, environment={}, tokens=tokens
    )


class Windowless:
    """A user at the desktop client, in the event loop of the test. Use it as an async context manager."""

    def __init__(self, folder: Path, hall: Addressed, username: str, timeout: float = 30.0) -> None:
        self.username = username
        self.model = Model()
        self.posted: list[Any] = []
        self._url = hall.url
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self.session = Session(accounts_in(folder, hall.url, timeout), self.start, self._post)

    async def __aenter__(self) -> Windowless:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.session.close()
        gc.collect()  # see LET_GO

    async def sign_in(self) -> None:
        """As somebody who has registered, until the stream is there."""
        await self.session.sign_in(self._url, self.username, PASSWORD, "")
        await self.until(lambda model: self.session.line.good)

    def start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def do(self, work: Callable[..., Coroutine[Any, Any, None]], *arguments: Any) -> asyncio.Task[None]:
        """As a button does."""
        return self.start(self.session.attempt(partial(work, *arguments)))

    def _post(self, message: object) -> None:
        self.posted.append(message)
        self.model.take(message)
        self._news.set()

    async def until(self, shown: Callable[[Model], object], seconds: float = 120) -> None:
        """Waits until the window would show this."""
        try:
            async with asyncio.timeout(seconds):
                while not shown(self.model):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"never shown; the last messages were {self.posted[-10:]}") from None


async def account(server: Addressed, username: str) -> Client:
    """Somebody with a new account who uses the API."""
    client = Client(server.url)
    await client.register(username, f"{username}@example.org", PASSWORD)
    return client
