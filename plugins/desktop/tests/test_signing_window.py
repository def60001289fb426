"""Signing in, in the real window on a real screen, with a real mouse and real keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gamehall.client import Client
from rig.desktop import PASSWORD, OpenDesktop
from rig.server import Server


async def _make(base_url: str, username: str) -> None:
    async with Client(base_url) as client:
        await client.register(username, f"{username}@example.org", PASSWORD)


def test_signing_in_registering_switching_and_going_on(
    server: Server, open_desktop: OpenDesktop, tmp_path: Path
) -> None:
    asyncio.run(_make(server.url, "ada"))
    desktop = open_desktop(server)
    desktop.write("username", "ada")
    desktop.write("password", "wrong password")
    desktop.press("Return")
    desktop.find("fault")
    desktop.write("password", PASSWORD)
    desktop.press("Return")
    desktop.find("account_menu")
    desktop.wait_until(lambda: "sign_in" not in desktop.places())
    desktop.choose("devices")
    desktop.find("close_dialog")
    desktop.press("Escape")
    desktop.wait_until(lambda: "close_dialog" not in desktop.places())
    desktop.choose("add_account")
    desktop.register("bob")
    desktop.choose("profile:ada")
    desktop.see(user="ada")
    assert desktop.stop() == 0
    again = open_desktop(server)
    again.choose("profile:bob")
    again.see(user="bob")
    again.choose("sign_out")
    again.find("sign_in")
    assert again.stop() == 0
    for log in (desktop.log(), again.log()):
        assert "Error" not in log, log
    for kept in (tmp_path / "share/gamehall/desktop_tokens.json", tmp_path / "config/gamehall/desktop.json"):
        assert kept.stat().st_mode & 0o077 == 0
        assert PASSWORD not in kept.read_text()
