"""Two hosts behind nginx and behind Caddy, with the samples that operators are given: play goes on whatever goes."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from rig.postgres import fresh_database
from rig.processes import Process, free_port
from rig.proxies import SAMPLES, Proxy, at_home, program
from rig.server import Serve, Server, serving
from rig.underway import game_under_way, reload

pytestmark = [pytest.mark.anyio, pytest.mark.postgres, pytest.mark.redis, pytest.mark.timeout(600)]


@dataclass
class Site:
    """Two hosts of one hall, of two workers each, behind a proxy. Each test has its own: a proxy remembers for seconds
    which host was away."""

    proxy: Proxy
    running: Process
    hosts: list[Server]
    serve: Serve
    database_url: str
    settings: dict[str, str]

    def start(self, number: int, port: int) -> None:
        data = self.proxy.folder / f"host-{number}"
        host = self.serve(workers=2, port=port, data=data, database_url=self.database_url, settings=self.settings)
        self.hosts[number : number + 1] = [host]


@pytest.fixture(params=["nginx with Redis", "caddy without"])
def site(
    request: pytest.FixtureRequest, postgres_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    kind, _, redis = request.param.partition(" with")
    program(kind)
    folder = tmp_path_factory.mktemp(kind)
    proxy = Proxy(folder, free_port())
    settings = {
        "GAMEHALL_PUBLIC_URL": proxy.url,
        "GAMEHALL_TRUSTED_PROXIES": "127.0.0.1",
        "GAMEHALL_SECRET_KEY": "one key for every host of this hall",
    }
    if redis == " Redis":
        settings["GAMEHALL_REDIS_URL"] = request.getfixturevalue("redis_server")
    with fresh_database(postgres_server) as url, serving(folder) as serve, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(proxy.certificate))
        ports = [free_port(), free_port()]
        running: Process = getattr(proxy, kind)(ports)
        site = Site(proxy, running, [], serve, url, settings)
        try:
            for number, port in enumerate(ports):
                site.start(number, port)
            yield site
        finally:
            running.stop()


def test_what_the_proxy_does_by_itself(site: Site) -> None:
    context = ssl.create_default_context(cafile=site.proxy.certificate)
    with httpx.Client(base_url=site.proxy.url, verify=context, trust_env=False, timeout=30) as http:
        page = http.get("/login").raise_for_status()
        assert page.headers["strict-transport-security"]
        assert http.get("/metrics").status_code == 404
        sheet = next(part for part in page.text.split('"') if part.startswith("/static/"))
        for _ in range(2):
            kept = http.get(sheet).raise_for_status()
            assert "immutable" in kept.headers["cache-control"]
        assert http.get("/health/ready").json()["status"] == "ok"
    context.set_alpn_protocols(["h2", "http/1.1"])
    line = socket.create_connection(("127.0.0.1", site.proxy.port), timeout=30)
    with line, context.wrap_socket(line, server_hostname="localhost") as secure:
        assert secure.selected_alpn_protocol() == "h2", "tabs do not wait for each other's streams"
    with socket.create_connection(("127.0.0.1", site.proxy.port)) as line:
        context.set_alpn_protocols(["h2", "http/1.1"])
        with context.wrap_socket(line, server_hostname="localhost") as encrypted:
            assert encrypted.selected_alpn_protocol() == "h2"
    if (cache := site.proxy.folder / "cache").exists():
        assert [path for path in cache.rglob("*") if path.is_file()]
        moved = httpx.get(f"http://127.0.0.1:{site.proxy.plain_port}/games?page=2", headers={"Host": "localhost"})
        assert (moved.status_code, moved.headers["location"]) == (301, "https://localhost/games?page=2")


async def test_nobody_notices_that_the_workers_of_both_hosts_are_new(site: Site) -> None:
    async with game_under_way(site.proxy.url, patient=False) as game:
        await game.reach(4)
        for host in site.hosts:
            await reload(host)
            await game.reach(10)
        assert game.failures == []


async def test_one_host_is_killed_and_comes_back_then_the_other_is_stopped(site: Site) -> None:
    async with game_under_way(site.proxy.url) as game:
        await game.reach(4)
        site.hosts[0].kill()
        await game.reach(10)
        site.start(0, site.hosts[0].port)
        await game.reach(4)
        assert await asyncio.to_thread(site.hosts[1].stop) == 0
        await game.reach(10)
        site.start(1, site.hosts[1].port)
        await game.reach(4)


def test_the_sample_for_caddy_is_valid_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "Caddyfile"
    file.write_bytes((SAMPLES / "Caddyfile").read_bytes())
    command = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(file)]
    done = subprocess.run(command, env=at_home(tmp_path), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
