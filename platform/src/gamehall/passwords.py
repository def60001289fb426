"""Hashing passwords: slow on purpose, and never on the event loop."""

from __future__ import annotations

import asyncio
import os
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import argon2
from argon2.low_level import ARGON2_VERSION

from gamehall.accountfields import MAX_PASSWORD, normal_password
from gamehall.languages import catalogue
from gamehall.problems import Problem

__all__ = ["Passwords"]

_ = catalogue(__name__)


T = TypeVar("T")

_PASSES = 2


class Passwords:
    """Hashes and checks passwords away from the event loop, only so many at a time."""

    def __init__(self, threads: int = 2, waiting: int = 32, memory: int = 19_456) -> None:
        """`memory` is what one hash takes, in KiB: OWASP's least is 19 MiB with two passes, about 25 ms here."""
        self._hasher = argon2.PasswordHasher(time_cost=_PASSES, memory_cost=memory, parallelism=1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="passwords")
        self._free = threads + waiting
        # To check a password by this takes as long as by any other, and nobody has it: it was not made of one.
        salt, digest = (b64encode(os.urandom(size)).decode().rstrip("=") for size in (16, 32))
        self._nobody = f"$argon2id$v={ARGON2_VERSION}$m={memory},t={_PASSES},p=1${salt}${digest}"

    async def hash(self, password: str) -> str:
        """Raises Problem `busy` when too many are waiting already."""
        return await self._run(lambda: self._hasher.hash(password))

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password fits; without a hash the same work is done, and the answer is no."""
        normal = normal_password(password[: MAX_PASSWORD + 1])
        fits = await self._run(lambda: self._verify(password_hash or self._nobody, normal))
        return fits and password_hash is not None

    def is_dated(self, password_hash: str) -> bool:
        """Whether a hash was made with other parameters than those of now."""
        return self._hasher.check_needs_rehash(password_hash)

    def _verify(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except argon2.exceptions.VerificationError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._free <= 0:
            raise Problem("busy", _("Too many people are signing in at once; try again in a moment."))
        self._free -= 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._free += 1

    def close(self) -> None:
        self._threads.shutdown()
