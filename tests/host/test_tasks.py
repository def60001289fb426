"""Work beside a block ends with it."""

from __future__ import annotations

import asyncio

import pytest

from gamehall.tasks import Sharing, beside

pytestmark = pytest.mark.anyio


async def test_it_runs_while_the_block_does() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with beside(work(), "work"):
        await begun.wait()
        assert not ended.is_set()
    assert ended.is_set()


async def test_work_that_mends_its_failures_ends_even_when_one_hides_the_request_to_end() -> None:
    lost = asyncio.Event()

    async def fail(when: asyncio.Event) -> None:
        await when.wait()
        raise ConnectionError

    async def connect_again_and_again() -> None:
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(fail(lost))
            except* ConnectionError:
                lost.clear()

    async with asyncio.timeout(120) as limit:
        async with beside(connect_again_and_again(), "work"):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            lost.set()  # it fails in the very round in which the block ends
    assert not limit.expired()


async def test_what_failed_before_the_end_is_raised_there() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        async with beside(work(), "work"):
            await asyncio.sleep(0)


async def test_what_many_ask_at_once_is_asked_once_and_again_for_who_comes_later() -> None:
    asked: list[str] = []
    both, let_go = asyncio.Barrier(3), asyncio.Event()
    sharing: Sharing[int] = Sharing()

    def question(key: str) -> asyncio.Task[int]:
        async def ask() -> int:
            asked.append(key)
            number = len(asked)
            if not let_go.is_set():
                await both.wait()
            await let_go.wait()
            if key == "bad":
                raise LookupError
            return number

        return asyncio.create_task(sharing.of(key, ask))

    first = [question("a") for _ in range(100)]
    others = [question("bad") for _ in range(100)]
    await both.wait()
    later = [question("a") for _ in range(100)]  # what they know of may have happened after it was asked
    first[0].cancel()  # one who leaves does not take it from the others
    let_go.set()
    answers = await asyncio.gather(*first[1:], *later, *others, return_exceptions=True)
    assert answers[:199] == [1] * 99 + [3] * 100
    assert all(isinstance(each, LookupError) for each in answers[199:])
    assert asked == ["a", "bad", "a"]
    assert await question("a") == 4
