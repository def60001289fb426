"""A game at browsers in two languages: what travels to open pages speaks that of whoever reads it."""

from __future__ import annotations

import re
from itertools import cycle

from playwright.sync_api import Browser, Page, expect

from rig.people import Caller, Person, start_game
from rig.server import Serve
from rig.texts import english_left

CELLS = "h8 a1 h9 b1 h10 c1 h11 d1 h12"


def test_a_game_in_spanish_and_german(serve: Serve, chromium: Browser) -> None:
    server = serve()
    game_id = start_game((Caller(server.url, "ada"), Caller(server.url, "bob")), "gomoku")
    ada, bob = (Person(chromium, server.url, name, live=True) for name in ("ada", "bob"))
    for person in (ada, bob):
        person.sign_in()
    ada.page.get_by_role("button", name="Español").click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Vestíbulo")
    bob.page.set_extra_http_headers({"Accept-Language": "de"})
    watchers = {code: chromium.new_page(extra_http_headers={"Accept-Language": code}) for code in ("de", "es")}
    pages = [ada.page, bob.page, *watchers.values()]
    for page in pages:
        page.goto(f"{server.url}/games/{game_id}")

    for ply, (page, cell) in enumerate(zip(cycle([ada.page, bob.page]), CELLS.split()), start=1):
        page.locator(f"#cell-{cell}").click()
        for each in pages:
            expect(each.locator(f"#move-{ply}")).to_be_attached()
        if ply == 1:
            _reads(ada.page, "Turno de bob")
            _reads(bob.page, "Du bist am Zug")
            _reads(watchers["es"], "Turno de bob")
            _reads(watchers["de"], "bob ist am Zug")
            expect(watchers["de"].locator("#cell-h8")).to_have_text("H8 Schwarz, letzter Zug")
            assert english_left(bob.page, "de") == []
            assert english_left(ada.page, "es") == []
    _reads(ada.page, "¡Has ganado, ada!")
    _reads(bob.page, "Du hast verloren – ada hat gewonnen")
    expect(bob.page.locator("#status")).to_contain_text("Schwarz gewinnt mit fünf in einer Reihe.")
    bob.page.get_by_role("button", name="Revanche anbieten").click()
    ada.page.get_by_role("button", name="Aceptar la revancha").click()
    expect(ada.page).not_to_have_url(re.compile(game_id))
    _reads(ada.page, "Turno de bob")


def _reads(page: Page, headline: str) -> None:
    expect(page.locator("#status .headline")).to_have_text(headline)
    expect(page).to_have_title(re.compile(f"^{re.escape(headline)} – "))
