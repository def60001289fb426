"""A game in a frame on another site, in a browser without JavaScript that has never been at the hall."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from rig.people import Caller, play_moves, start_game
from rig.server import Server

Publish = Callable[[str], str]


@pytest.fixture
def publish() -> Iterator[Publish]:
    """Puts a page on another site than any hall's, which is known by its number; its address."""
    body = b""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def put(html: str) -> str:
        nonlocal body
        body = html.encode()
        return f"http://localhost:{server.server_port}/"

    try:
        yield put
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_game_is_shown_on_another_site(server: Server, chromium: Browser, publish: Publish) -> None:
    url = server.url
    players = [Caller(url, name) for name in ("ada", "bob")]
    game_id = start_game(players)
    play_moves(game_id, players, "b2 a3")
    frames = "".join(
        f'<iframe id="{name}" title="{name}" src="{url}{path}" width="420" height="640"></iframe>'
        for name, path in [("embedded", f"/embed/games/{game_id}"), ("whole", f"/games/{game_id}")]
    )
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(publish(f"<!doctype html><title>Elsewhere</title><h1>My game</h1>{frames}"))

    embedded = page.frame_locator("#embedded")
    expect(embedded.locator("#cell-b2")).to_have_text(re.compile("^B2 cross"))
    expect(embedded.locator("#cell-a3")).to_have_text(re.compile("^A3 nought, last move"))
    expect(embedded.get_by_role("status")).to_contain_text("ada to move")
    expect(embedded.locator(".board")).to_be_in_viewport()
    expect(page.frame_locator("#whole").get_by_role("heading")).to_have_count(0)
    assert context.cookies() == []

    with page.expect_popup() as opened:
        embedded.get_by_role("link", name="Watch at Gamehall").click()
    expect(opened.value).to_have_url(f"{url}/games/{game_id}")
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Tic-tac-toe")


def test_with_javascript_it_takes_over_what_has_changed_until_the_end(server: Server, chromium: Browser) -> None:
    players = [Caller(server.url, name) for name in ("ada", "bob")]
    game_id = start_game(players)
    page = chromium.new_page()
    page.clock.install()
    page.goto(f"{server.url}/embed/games/{game_id}")
    status = page.get_by_role("status").element_handle()
    for moves, headline in [("b2 a1", "ada to move"), ("b3 a2 b1", "ada won")]:
        play_moves(game_id, players, moves)
        page.clock.fast_forward(15_000)
        expect(page.get_by_role("status")).to_contain_text(headline)
        expect(page).to_have_title(re.compile(f"^{headline}"))
        expect(page.locator(f"#cell-{moves[-2:]}")).to_have_text(re.compile("last move"))
    assert status.evaluate("each => each.isConnected")  # the same one, so that its change is read out
