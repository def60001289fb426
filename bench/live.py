"""A game at two live pages of a real browser: from the moment a move is sent until it is in the other page's DOM.

Beside it, in the same run, what the server takes for a request that does nothing, so that the figures mean something on
another machine. Needs Chromium; a few seconds.
"""

from __future__ import annotations

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Page, sync_playwright

MOVES = 40
# Not a fixed one: two halls can listen on one port, and then each answers some of the requests.
with socket.create_server(("127.0.0.1", 0)) as _free:
    PORT = _free.getsockname()[1]
URL = f"http://127.0.0.1:{PORT}"
PASSWORD = "correct horse battery"
# Both pages have the same clock, in milliseconds.
WATCH = """
window.seen = []; window.sent = []; window.sizes = [];
const now = () => performance.timeOrigin + performance.now();
document.addEventListener("htmx:before:request", ({detail: {ctx}}) => {
  if (ctx.request.method === "POST") window.sent.push(now());
});
document.addEventListener("htmx:sse:before:message", ({detail: {message}}) => {
  if (message.data.includes("data-step")) window.sizes.push(`id: ${message.id}\\ndata: ${message.data}\\n\\n`.length);
});
document.addEventListener("hall:shown", () => {
  window.seen.push([Number(document.getElementById("state").dataset.ply), now()]);
});
"""


@contextmanager
def hall() -> Iterator[None]:
    """A hall on SQLite for the time of the bench."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"GAMEHALL_DATA_DIR": folder, "GAMEHALL_PORT": str(PORT), "GAMEHALL_RATE_LIMITS": "off"}
        program = Path(sys.executable).with_name("gamehall")
        server = subprocess.Popen(
            [program, "serve"], env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
        )
        try:
            while not _is_ready():
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            server.wait()


def _is_ready() -> bool:
    try:
        return httpx.get(f"{URL}/health/ready").is_success
    except httpx.TransportError:
        return False


def _player(name: str) -> httpx.Client:
    account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    token = httpx.post(f"{URL}/api/v1/auth/register", json=account).raise_for_status().json()["token"]
    return httpx.Client(base_url=f"{URL}/api/v1", headers={"Authorization": f"Token {token}"})


def _game() -> str:
    """A game of gomoku of ada, who moves first, and bob."""
    ada, bob = _player("ada"), _player("bob")
    made = ada.post("/challenges", json={"ruleset": "gomoku", "seat": 0, "opponent": "bob"}).json()
    return str(bob.post(f"/challenges/{made['id']}/respond", json={"action": "accept"}).json()["game_id"])


def _sit_down(page: Page, name: str, game_id: str) -> Page:
    page.goto(f"{URL}/login?next=/games/{game_id}")
    page.add_init_script(WATCH)
    page.locator("#username").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit], main form button").first.click()
    page.locator("#cell-h8").wait_for()
    return page


def _cells() -> list[str]:
    """Where the players move so that nobody has five in a row."""
    return [f"{'abcdefghijklmno'[(3 * n) % 15]}{1 + (3 * n) // 15 * 2}" for n in range(MOVES)]


def main() -> None:
    executable = shutil.which("chromium") or shutil.which("chromium-browser")
    if executable is None:
        print("no Chromium here; nothing was measured")
        return
    with hall(), sync_playwright() as playwright:
        game_id = _game()
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        pages = [_sit_down(browser.new_context().new_page(), name, game_id) for name in ("ada", "bob")]
        for number, cell in enumerate(_cells(), start=1):
            pages[(number - 1) % 2].locator(f"#cell-{cell}").click()
            for page in pages:
                page.locator(f"#cell-{cell}.is-last").wait_for()
        sent = [page.evaluate("window.sent") for page in pages]
        seen = [dict(page.evaluate("window.seen")) for page in pages]
        took = [seen[ply % 2][ply] - sent[(ply - 1) % 2][(ply - 1) // 2] for ply in range(1, MOVES + 1)]
        sizes = sorted(pages[0].evaluate("window.sizes"))
        browser.close()
        with httpx.Client() as client:
            client.get(f"{URL}/health")
            began = time.perf_counter()
            for _ in range(200):
                client.get(f"{URL}/health")
            nothing = (time.perf_counter() - began) * 1000 / 200
    middle, slow = statistics.median(took), sorted(took)[int(len(took) * 0.95)]
    print(f"from sending a move to the other page's DOM: median {middle:.1f} ms, 95 % below {slow:.1f} ms")
    print(f"  = {middle / nothing:.0f} times a request that does nothing ({nothing:.2f} ms in this run)")
    print(f"bytes of a move on the wire: median {sizes[len(sizes) // 2]}, greatest {sizes[-1]}")
