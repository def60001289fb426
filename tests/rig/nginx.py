"""A real nginx in front of a hall, with the servers that a test writes down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import pytest

from rig.processes import Process, listens
from rig.proxies import program

_FRAME = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
worker_processes 1;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{servers}
}}
"""


class Nginx(Protocol):
    def __call__(self, *servers: str, ports: tuple[int, ...]) -> None:
        """Starts it with these `server { … }` blocks, and returns when it listens on all these ports of 127.0.0.1."""


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    binary = program("nginx")
    started: list[Process] = []

    def start(*servers: str, ports: tuple[int, ...]) -> None:
        folder = tmp_path_factory.mktemp("nginx")
        configuration = folder / "nginx.conf"
        configuration.write_text(_FRAME.format(folder=folder, servers="\n".join(servers)))
        process = Process([binary, "-p", folder, "-c", configuration], folder / "log")
        started.append(process)
        process.wait_until(lambda: all(listens(port) for port in ports))

    try:
        yield start
    finally:
        for process in started:
            process.kill()
