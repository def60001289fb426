"""Limits on how often somebody may do something, on both databases."""

from __future__ import annotations

import asyncio

import pytest

from gamehall.problems import Problem
from gamehall.rates import Rate, Rates
from rig.hall import Hall

pytestmark = pytest.mark.anyio

THREE = Rate("knock", 3, 60)


async def outcomes(rates: Rates, times: int, *subjects: str) -> list[str]:
    async def once() -> str:
        try:
            await rates.take(THREE, *subjects)
        except Problem as problem:
            return problem.headers["Retry-After"]
        return "taken"

    return list(await asyncio.gather(*(once() for _ in range(times))))


async def test_whoever_asks_in_parallel_gets_no_more(each_hall: Hall) -> None:
    database, time = each_hall.host.database, 1_000_000
    workers = [Rates(database, lambda: time, on=True) for _ in range(2)]
    tried = await asyncio.gather(*(outcomes(each, 10, "ada") for each in workers))
    both = [*tried[0], *tried[1]]
    assert both.count("taken") == 3
    assert set(both) == {"taken", "20"}
    assert "taken" in await outcomes(workers[0], 1, "bob")


async def test_the_budget_comes_back_evenly(each_hall: Hall) -> None:
    moments = iter([0, 0, 0, 0, 19_999, 20_000, 20_000, 1_000_000])
    rates = Rates(each_hall.host.database, lambda: next(moments), on=True)
    said = [(await outcomes(rates, 1, "ada"))[0] for _ in range(8)]
    assert said == ["taken", "taken", "taken", "20", "1", "taken", "20", "taken"]


async def test_nothing_is_counted_where_limits_are_off(hall: Hall) -> None:
    rates = Rates(hall.host.database, lambda: 0, on=False)
    assert await outcomes(rates, 10, "ada") == ["taken"] * 10
