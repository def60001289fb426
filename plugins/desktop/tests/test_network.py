"""The thread that talks to the hall."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gamehall_desktop.network import Network
from rig.faultproxy import bad_line
from rig.server import Server

# A window's network in every state in which somebody can close the window, one after the other in one process: with a
# stream that is open, with a call that hangs, with a hall that is away.
CLOSING = """
import asyncio, sys, threading
from gamehall.client import Client
from gamehall_desktop.network import Network

url, state = sys.argv[1:]
network, begun = Network(), threading.Event()
clients = []

async def use():
    client = Client(url)
    clients.append(client)
    if state == "call":
        asyncio.get_running_loop().call_later(0.2, begun.set)
        await client.me()
    async for event in client.events(["lobby"], lost=lambda why, seconds: begun.set()):
        begun.set()

async def last():
    for client in clients:
        await client.close()

async def late():
    print("began after the end")

network.start(use())
assert begun.wait(20)
network.close(last())
network.start(late())
assert not any(each.name == "network" for each in threading.enumerate())
"""


def test_the_network_ends_what_it_began() -> None:
    network = Network()
    ended: list[str] = []

    async def endless() -> None:
        network.post("begun")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")
            network.spawn(never())

    async def never() -> None:
        ended.append("never")

    async def last() -> None:
        ended.append("last")

    network.start(endless())
    assert network.news.wait(20)
    assert network.messages() == ["begun"]
    network.close(last())
    network.start(never())
    assert ended == ["endless", "last"]


def test_what_does_not_end_does_not_keep_the_window_open(caplog: pytest.LogCaptureFixture) -> None:
    network = Network()

    async def stubborn() -> None:
        network.post("begun")
        done = False
        while not done:
            try:
                done = await asyncio.Event().wait()
            except asyncio.CancelledError:
                done = ending.is_set()

    async def last() -> None:
        ending.set()
        raise OSError("the hall is away")

    ending = asyncio.Event()
    network.start(stubborn())
    assert network.news.wait(20)
    with caplog.at_level(logging.ERROR):
        network.close(last(), patience=0.05)
    assert "a task of the network does not end" in caplog.text
    assert "the hall is away" in caplog.text


@pytest.mark.parametrize("state", ["stream", "call", "away"])
def test_pitfall_7_no_loop_is_closed_under_what_still_runs(server: Server, tmp_path: Path, state: str) -> None:
    """Neither "no running event loop" nor "Event loop is closed", nor a task or a connection that was forgotten."""
    with bad_line(server) as line, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}" if state == "away" else line.url
        if state == "call":
            line.stall()
        command = [sys.executable, "-W", "error", "-c", CLOSING, url, state]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_only_the_window_needs_dearpygui() -> None:
    program = "import sys, gamehall_desktop.session, gamehall_desktop.state.model, gamehall_desktop.app;"
    program += "sys.exit('dearpygui' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
