"""How often somebody may do something, counted in the database, in Redis, and by each worker for itself."""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from gamehall.problems import Problem
from gamehall.rates import Flood, Rate, Rates
from gamehall.settings import Settings, SettingsError
from gamehall.tables import rate
from rig.hall import Hall, StartHall, done, heard, problem
from rig.processes import free_port
from rig.tree import MEMBERS, ROOT, files_below

pytestmark = pytest.mark.anyio

THREE = Rate("knock", 3, 60)

Make = Callable[..., Rates]


@pytest.fixture(params=["database", "redis"])
def counting(request: pytest.FixtureRequest, any_hall: Hall) -> Make:
    """Makes the limits of a worker, given its clock: all that are made share what they count in."""
    more = {"redis_url": request.getfixturevalue("redis_url")} if request.param == "redis" else {}

    def make(clock: Callable[[], int], **settings: str) -> Rates:
        return Rates(Settings(**more | settings), any_hall.host.database, clock)

    return make


async def outcomes(rates: Rates, times: int, *subjects: str, limit: Rate = THREE) -> list[str]:
    async def once() -> str:
        try:
            await rates.take(limit, *subjects)
        except Problem as problem:
            return problem.headers["Retry-After"]
        return "taken"

    return list(await asyncio.gather(*(once() for _ in range(times))))


async def test_whoever_asks_in_parallel_gets_no_more(each_hall: Hall, counting: Make) -> None:
    workers = [counting(lambda: 1_000_000) for _ in range(2)]
    tried = await asyncio.gather(*(outcomes(each, 10, "ada") for each in workers))
    both = [*tried[0], *tried[1]]
    assert both.count("taken") == 3
    assert set(both) == {"taken", "20"}
    assert "taken" in await outcomes(workers[0], 1, "bob")
    for worker in workers:
        await worker.close()


async def test_the_budget_comes_back_evenly(each_hall: Hall, counting: Make) -> None:
    moments = iter([0, 0, 0, 0, 19_999, 20_000, 20_000, 1_000_000])
    rates = counting(lambda: next(moments))
    said = [(await outcomes(rates, 1, "ada"))[0] for _ in range(8)]
    assert said == ["taken", "taken", "taken", "20", "1", "taken", "20", "taken"]
    await rates.close()


async def test_what_came_right_is_not_counted(each_hall: Hall, counting: Make) -> None:
    rates = counting(lambda: 0)
    for _ in range(10):
        assert await outcomes(rates, 1, "ada") == ["taken"]
        await rates.give_back(THREE, "ada")
    assert (await outcomes(rates, 4, "ada")).count("taken") == 3
    await rates.close()


async def test_an_operator_changes_a_limit_and_a_household_is_one_address(hall: Hall) -> None:
    rates = Rates(Settings(rates=("knock=1/10",)), hall.host.database, lambda: 0)
    assert await outcomes(rates, 2, "2001:db8::1") == ["taken", "10"]
    assert await outcomes(rates, 1, "2001:db8:0:0:ffff::2") == ["10"]
    assert await outcomes(rates, 1, "2001:db8:0:1::1") == ["taken"]
    assert await outcomes(rates, 2, "::ffff:192.0.2.1") == ["taken", "10"]
    assert await outcomes(rates, 1, "192.0.2.1") == ["10"]
    with pytest.raises(SettingsError, match="register=20/3600"):
        Rates(Settings(rates=("knock",)), hall.host.database, lambda: 0)


async def test_without_redis_the_database_counts(hall: Hall) -> None:
    nowhere = Settings(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    rates = Rates(nowhere, hall.host.database, lambda: 0)
    with heard() as lines:
        assert await outcomes(rates, 2, "ada") == ["taken", "taken"]
        assert (await outcomes(rates, 2, "ada")).count("taken") == 1
    assert sum("Redis is away" in line for line in lines) == 1
    await rates.close()


async def test_nothing_is_counted_where_limits_are_off(hall: Hall) -> None:
    rates = Rates(Settings(rate_limits=False), hall.host.database, lambda: 0)
    assert await outcomes(rates, 10, "ada") == ["taken"] * 10


async def test_whoever_has_their_whole_budget_is_forgotten(each_hall: Hall) -> None:
    moment = 0
    first, second = (Rates(Settings(), each_hall.host.database, lambda: moment) for _ in range(2))
    await outcomes(first, 1, "ada")
    moment = 15_000
    await outcomes(first, 1, "bob")

    async def known() -> set[str]:
        return set(await each_hall.host.read(lambda connection: connection.scalars(sa.select(rate.c.key)).all()))

    await first.forget()
    assert await known() == {"knock:ada", "knock:bob"}
    moment = 20_000
    await second.forget()  # the first has the lease
    assert await known() == {"knock:ada", "knock:bob"}
    await first.forget()
    assert await known() == {"knock:bob"}


def test_a_flood_is_stopped_by_each_worker_and_its_memory_has_an_end() -> None:
    moment = 0.0
    flood = Flood(Rate("requests", 4, 1), lambda: moment, most=2)

    def take(*addresses: str) -> list[str]:
        said = []
        for each in addresses:
            try:
                flood.take(each)
            except Problem as problem:
                said.append(problem.headers["Retry-After"])
            else:
                said.append("taken")
        return said

    assert take(*["192.0.2.1"] * 6) == ["taken"] * 4 + ["1"] * 2
    moment = 0.25
    assert take("192.0.2.1", "192.0.2.1", "192.0.2.2") == ["taken", "1", "taken"]
    assert take("192.0.2.3", "192.0.2.1") == ["taken", "taken"]  # the one who was heard first is forgotten


async def test_routes_count_by_account_and_by_address(start_hall: StartHall) -> None:
    changed = ("register=2/60", "challenge=2/60", "stream=1/60")
    hall = await start_hall(rate_limits=True, rates=changed, trusted_proxies=("127.0.0.1",))
    ada, bob = await hall.users("ada", "bob")
    account = {"username": "cyd", "email": "cyd@example.org", "password": "a long password"}
    refused = await hall.nobody.post("/auth/register", json=account)
    problem(refused, 429, "too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 30  # one more each 30 seconds, some of which have passed
    page = await hall.root.post("/register", data=account, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 429, "the page and the API are one"
    elsewhere = {"X-Forwarded-For": "192.0.2.7, 203.0.113.5"}
    done(await hall.nobody.post("/auth/register", json=account, headers=elsewhere), 201)
    for _ in range(2):
        done(await ada.post("/challenges", json={"ruleset": "tic-tac-toe"}), 201)
    problem(await ada.post("/challenges", json={"ruleset": "tic-tac-toe"}), 429, "too-many-requests")
    done(await bob.post("/challenges", json={"ruleset": "tic-tac-toe"}), 201)
    await ada.head("/events?channel=lobby")
    problem(await ada.get("/events", params={"channel": "lobby"}), 429, "too-many-requests")


def test_the_limits_in_the_manual_are_those_of_the_code() -> None:
    table = (ROOT / "docs" / "api.md").read_text().partition("## Limits")[2].partition("\n## ")[0]
    rows = {tuple(cell.strip(" `") for cell in line.split("|")[1:3]) for line in table.splitlines() if "| `" in line}
    assert set(limits_in_the_code()) == rows, "say so in docs/api.md, under Limits"


def limits_in_the_code() -> Iterator[tuple[str, str]]:
    """The name of each limit and how often in which time, as they are written down where they are counted."""
    for member in MEMBERS.values():
        for path in files_below(member / "src", ".py"):
            for call in ast.walk(ast.parse(path.read_text())):
                if (
                    isinstance(call, ast.Call)
                    and ast.unparse(call.func) == "Rate"
                    and isinstance(call.args[0], ast.Constant)
                ):
                    name, times, seconds = (eval(ast.unparse(each)) for each in call.args[:3])
                    yield name, f"{times} in {seconds} s"
