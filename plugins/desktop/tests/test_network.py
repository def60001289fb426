"""The thread that talks to the hall."""

from __future__ import annotations

import asyncio
import subprocess
import sys

from gamehall_desktop.network import Network


def test_the_network_ends_what_it_began() -> None:
    network = Network()
    ended: list[str] = []

    async def endless() -> None:
        network.post("begun")
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("endless")

    async def last() -> None:
        ended.append("last")

    network.start(endless())
    assert network.news.wait(20)
    assert network.messages() == ["begun"]
    network.close(last())
    assert ended == ["endless", "last"]


def test_only_the_window_needs_dearpygui() -> None:
    program = "import sys, gamehall_desktop.session, gamehall_desktop.state.model, gamehall_desktop.app;"
    program += "sys.exit('dearpygui' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
