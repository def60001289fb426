"""The figures that the hall tells of itself, and whom it tells them."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import sqlalchemy as sa

from gamehall.events import NewEvent
from gamehall.features import known_features, switch
from rig.figures import Figures, grown
from rig.hall import PASSWORD, Hall, InstallPlugin, StartHall, heard, play, problem, start_game

pytestmark = pytest.mark.anyio

# What it tells is taken from here, so that a test can change it.
WATCHED = """
from gamehall import hookimpl
from gamehall.gauges import Gauge

figures = {"seats": {"red": 2}, "cups": 0, "broken": None}


@hookimpl
def gamehall_gauges(host):
    return [
        Gauge("seats", "Seats that are taken.", lambda: figures["seats"], label="colour"),
        Gauge("cups", "Cups of tea that were poured.", lambda: figures["cups"], grows=True),
        Gauge("broken", "What nobody knows.", lambda: 1 / figures["broken"]),
    ]
"""


async def figures(hall: Hall) -> Figures:
    answer = await hall.root.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return Figures(answer.text)


def from_elsewhere(hall: Hall, address: str = "203.0.113.7", **headers: str) -> httpx.AsyncClient:
    """Somebody at another address; an empty one is a socket of this machine."""
    client = (address, 40_000) if address else None
    transport = httpx.ASGITransport(hall.app, client=client)  # type: ignore[arg-type]  # servers say None for a socket
    return httpx.AsyncClient(transport=transport, base_url="http://hall", headers=headers)


async def test_a_game_is_counted(each_hall: Hall) -> None:
    before = await figures(each_hall)
    players = await each_hall.users("ada", "bob")
    game_id = await start_game(*players)
    live = await figures(each_hall)
    assert live.of("gamehall_games_live") == 1
    await play(game_id, players, "a1 b1 a2 b2")
    problem(await players[1].post(f"/games/{game_id}/moves", json={"move": "a3"}), 409, "not-your-turn")
    await play(game_id, players, "a3")
    after = await figures(each_hall)
    assert after.of("gamehall_games_live") == 0
    counted = {what: grown(before, after, f"gamehall_{what}_total") for what in ("moves", "games_begun", "games_ended")}
    assert counted == {"moves": 5, "games_begun": 1, "games_ended": 1}
    route = {"method": "POST", "route": "/api/v1/games/{game_id}/moves"}
    assert grown(before, after, "gamehall_requests_total", **route, status="2xx") == 5
    assert grown(before, after, "gamehall_requests_total", **route, status="4xx") == 1
    assert grown(before, after, "gamehall_request_seconds_count", **route) == 6
    assert grown(before, after, "gamehall_transaction_seconds_count", kind="write") >= 6


async def test_what_is_not_committed_is_not_counted(each_hall: Hall) -> None:
    before = await figures(each_hall)

    def fail(connection: sa.Connection) -> None:
        each_hall.host.emit(connection, NewEvent("game_move", (), {}))
        raise ValueError("at the last moment")

    with pytest.raises(ValueError, match="at the last moment"):
        await each_hall.host.write(fail)
    assert grown(before, await figures(each_hall), "gamehall_moves_total") == 0


async def test_unknown_paths_and_methods_are_one(hall: Hall) -> None:
    await figures(hall)
    before = await figures(hall)
    for number in range(5):
        await hall.root.get(f"/no/such/path/{number}")
        await hall.root.request(f"FETCH{number}", "/health")
    after = await figures(hall)
    assert grown(before, after, "gamehall_requests_total", method="GET", route="unknown", status="4xx") == 5
    assert grown(before, after, "gamehall_requests_total", method="other") == 5
    assert len(after.samples) - len(before.samples) < 40


async def test_what_is_refused_is_counted(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, rates=("sign-in-from=2/3600", "requests=60/60"))
    before = await figures(hall)
    await hall.user("ada")
    for _ in range(2):
        wrong = {"username": "ada", "password": f"{PASSWORD}!"}
        problem(await hall.nobody.post("/auth/token", json=wrong), 401, "invalid-credentials")
    problem(await hall.nobody.post("/auth/token", json=wrong), 429, "too-many-requests")
    async with from_elsewhere(hall) as flooding:
        statuses = [(await flooding.get("/health")).status_code for _ in range(65)]
    after = await figures(hall)
    assert grown(before, after, "gamehall_audit_entries_total", kind="sign_in.failed") == 2
    assert grown(before, after, "gamehall_limits_hit_total", limit="sign-in-from") == 1
    assert grown(before, after, "gamehall_limits_hit_total", limit="requests") == statuses.count(429) >= 1
    # Whoever may read the figures can do so however often others have asked from there.
    assert [(await hall.root.get("/metrics")).status_code for _ in range(70)] == [200] * 70


async def test_the_database_tells_what_it_has_to_do(each_hall: Hall) -> None:
    before = await figures(each_hall)
    await each_hall.user("ada")
    after = await figures(each_hall)
    dialect = each_hall.host.database.dialect
    assert after.of("gamehall_database_up") == after.of("gamehall_build_info", database=dialect) == 1
    assert after.of("gamehall_database_connections") >= 1
    assert after.of("gamehall_feed_lag_seconds") >= 0
    assert after.of("gamehall_workers_live") >= 1
    # The figures are the process's, to which a hall of other tests adds its own: this one's are a part of them.
    load = each_hall.host.database.load()
    assert (load.commits > 0) == (dialect == "sqlite")
    commits = grown(before, after, "gamehall_writer_commits_total")
    assert grown(before, after, "gamehall_writer_transactions_total") >= commits >= (dialect == "sqlite")


async def test_figures_are_there_while_the_database_is_not(start_hall: StartHall, postgres_url: str) -> None:
    hall = await start_hall(postgres_url)
    assert (await figures(hall)).of("gamehall_database_up") == 1
    url = sa.make_url(postgres_url).set(drivername="postgresql+psycopg")
    name = str(url.database)
    engine = sa.create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as server:
        server.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.exec_driver_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        without = await figures(hall)
        server.exec_driver_sql(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    engine.dispose()
    assert without.of("gamehall_database_up") == 0
    assert "gamehall_games_live" not in without.names
    assert "gamehall_requests_total" in without.names


async def test_from_another_machine_there_is_no_such_path(start_hall: StartHall) -> None:
    hall = await start_hall(metrics_token="a token of the operator", trusted_proxies=("127.0.0.1",))
    near: list[tuple[str, dict[str, str]]] = [(address, {}) for address in ("", "127.0.0.1", "::1", "127.8.9.1")]
    far: list[tuple[str, dict[str, str]]] = [
        ("203.0.113.7", {}),
        ("203.0.113.7", {"Authorization": "Bearer a token of the operato"}),
        ("203.0.113.7", {"Authorization": "Bearer "}),
        ("203.0.113.7", {"Authorization": "a token of the operator"}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("", {"X-Real-IP": "127.0.0.1"}),
    ]
    for address, headers in [*near, ("203.0.113.7", {"Authorization": "Bearer a token of the operator"})]:
        async with from_elsewhere(hall, address, **headers) as client:
            assert (await client.get("/metrics")).status_code == 200, address
    for address, headers in far:
        async with from_elsewhere(hall, address, **headers) as client:
            for path in ("/metrics", "/metrics/", "//metrics", "/metrics//", "/metrics?a=b"):
                await is_unknown(client, path)


async def is_unknown(client: httpx.AsyncClient, path: str) -> None:
    """Nothing tells this path from one that nobody knows, neither to programs nor to browsers."""
    for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
        for accept in ("*/*", "text/html"):
            answers = [
                await client.request(method, f"http://hall{each}", headers={"Accept": accept})
                for each in (path, path.replace("metrics", "netrics"))
            ]
            ours = {"content-length": "", "x-request-id": ""}  # how long the path is, and which request it was
            found, unknown = (
                (
                    answer.status_code,
                    {**answer.headers, **ours},
                    answer.text.replace("netrics", "metrics"),
                )
                for answer in answers
            )
            assert found == unknown, (method, accept)
            assert "gamehall_" not in found[2]


async def test_without_a_token_none_is_right(hall: Hall) -> None:
    for said in ("Bearer ", "Bearer", "Bearer None"):
        async with from_elsewhere(hall, Authorization=said) as client:
            assert (await client.get("/metrics")).status_code == 404


async def test_a_plugins_gauges_are_shown_while_it_is_on(start_hall: StartHall, install_plugin: InstallPlugin) -> None:
    install_plugin("watched", WATCHED)
    hall = await start_hall()
    from gamehall_watched import figures as told  # type: ignore[import-not-found]  # this test has installed it

    with heard() as lines:
        found = await figures(hall)
        await figures(hall)
    assert found.of("gamehall_watched_seats", colour="red") == 2
    assert found.names["gamehall_watched_cups_total"] == "Cups of tea that were poured."
    assert not [name for name, _, _ in found.samples if name == "gamehall_watched_broken"]
    assert sum("gamehall_watched_broken failed" in line for line in lines) == 1
    told |= {"seats": {"blue": 1}, "cups": 3, "broken": 4}
    later = await figures(hall)
    assert {colour: later.of("gamehall_watched_seats", colour=colour) for colour in ("red", "blue")} == {
        "red": 0,
        "blue": 1,
    }
    assert later.of("gamehall_watched_cups_total") == 3
    assert later.of("gamehall_watched_broken") == 0.25
    await switch_off(hall, "watched")
    assert not [name for name in (await figures(hall)).names if "watched" in name]


async def switch_off(hall: Hall, plugin: str) -> None:
    taken_up = asyncio.Event()
    hall.host.features.watch(taken_up.set)
    await hall.host.write(switch, [plugin], on=False, by="test", known=known_features(hall.host.installed_plugins))
    await taken_up.wait()


@pytest.mark.parametrize(
    ("declared", "why"),
    [
        ('Gauge("Two words", "A sentence.", int)', "must be words of lower-case letters"),
        ('Gauge("words", "A sentence.", dict, label="le-vel")', "must be words of lower-case letters"),
        ('Gauge("words", "A sentence.", int), Gauge("words", "Another.", int)', "is declared twice"),
        ("len", "expected Gauge"),
    ],
)
async def test_a_gauge_that_cannot_be_shown_keeps_only_its_plugin_off(
    start_hall: StartHall, install_plugin: InstallPlugin, declared: str, why: str
) -> None:
    source = f"""
from gamehall import hookimpl
from gamehall.gauges import Gauge


@hookimpl
def gamehall_gauges():
    return [{declared}]
"""
    install_plugin("watched", source)
    hall = await start_hall()
    assert why in hall.host.plugins.all["watched"].reason
    assert "gamehall_requests_total" in (await figures(hall)).names
