"""The board with scripts, in a real browser: under a finger, by keyboard alone, and through a screen reader."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from rig.people import PASSWORD, Caller, play_moves, start_game
from rig.server import Server


@pytest.fixture
def callers(server: Server) -> tuple[str, Caller, Caller]:
    return server.url, Caller(server.url, "ada"), Caller(server.url, "bob")


def sign_in(context: BrowserContext, name: str) -> Page:
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Lobby")
    return page


def test_on_a_phone_the_first_touch_aims_and_the_second_places(
    callers: tuple[str, Caller, Caller], chromium: Browser
) -> None:
    url, ada, bob = callers
    game = start_game((ada, bob), "gomoku")
    phone = chromium.new_context(
        base_url=url, viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True, reduced_motion="reduce"
    )
    page = sign_in(phone, "ada")
    page.goto(f"/games/{game}")
    cell, bar = page.locator("#cell-h8"), page.locator("#move-bar")
    box = cell.bounding_box()
    assert box is not None
    assert box["width"] == box["height"] == 24  # the least that a finger is owed
    assert page.evaluate("document.documentElement.scrollWidth") == 360

    cell.tap()
    place = bar.get_by_role("button", name="Place at H8")
    expect(place).to_be_visible()
    expect(cell).to_have_class(re.compile("is-aimed"))
    # What makes the move lies where no cell is, and the board has not moved under the finger.
    assert cell.bounding_box() == box
    field, button = page.locator(".field").bounding_box(), place.bounding_box()
    assert field is not None
    assert button is not None
    assert button["y"] >= field["y"] + field["height"]

    page.locator("#cell-c3").tap()
    expect(bar.get_by_role("button", name="Place at C3")).to_be_visible()
    expect(page.locator(".cell.is-aimed")).to_have_count(1)
    bar.get_by_role("button", name="Cancel").tap()
    expect(page.locator(".cell.is-aimed")).to_have_count(0)
    assert ada.ask("GET", f"/games/{game}")["ply"] == 0

    cell.tap()
    place.tap()
    expect(cell).to_have_text(re.compile("^H8 black"))
    play_moves(game, (ada, bob), "h9")
    page.goto(f"/games/{game}")
    cell = page.locator("#cell-i8")
    cell.evaluate("cell => { cell.click(); cell.click() }")  # a finger that bounces has touched once
    expect(cell).to_have_class(re.compile("is-aimed"))
    page.wait_for_function("since => performance.now() > since + 100", arg=page.evaluate("performance.now()"))
    assert ada.ask("GET", f"/games/{game}")["ply"] == 2
    cell.tap()  # again, as whoever is sure does
    expect(cell).to_have_text(re.compile("^I8 black"))

    # Whoever does not want it says so on the same page, and comes back to it.
    play_moves(game, (ada, bob), "i9")
    page.goto(f"/games/{game}")
    page.get_by_role("button", name="Play without asking").tap()
    expect(page.get_by_role("button", name="Ask before each move")).to_be_visible()  # the page has come back
    expect(page).to_have_url(re.compile(game))
    page.locator("#cell-j8").tap()
    expect(page.locator("#cell-j8")).to_have_text(re.compile("^J8 black"))


def test_a_whole_game_by_keyboard_alone(callers: tuple[str, Caller, Caller], chromium: Browser) -> None:
    url, ada, bob = callers
    game = start_game((ada, bob), "tic-tac-toe")
    page = sign_in(chromium.new_context(base_url=url, viewport={"width": 1280, "height": 900}), "ada")
    press = page.keyboard.press

    def enter_the_board() -> None:
        """From the top of the page on; the board is one stop among the others."""
        page.goto(f"/games/{game}")
        for _ in range(60):
            press("Tab")
            if page.evaluate("document.activeElement.matches('.cell')"):
                return
        raise AssertionError("Tab never comes to the board")

    def here(cell: str) -> None:
        expect(page.locator(f"#cell-{cell}")).to_be_focused()

    enter_the_board()
    here("b2")
    for key, cell in (
        ("ArrowUp", "b3"),
        ("ArrowUp", "b3"),
        ("ArrowLeft", "a3"),
        ("End", "c3"),
        ("PageDown", "c1"),
        ("Home", "a1"),
        ("Control+End", "c1"),
        ("Control+Home", "a3"),
        ("PageDown", "a1"),
        ("ArrowRight", "b1"),
        ("ArrowUp", "b2"),
    ):
        press(key)
        here(cell)
    assert page.locator('.cell[tabindex="0"]').count() == 1
    grid = page.get_by_role("grid", name="Board, 3 by 3")
    expect(grid.get_by_role("row")).to_have_count(3)
    expect(grid.get_by_role("gridcell")).to_have_count(9)
    press("Tab")
    assert not page.evaluate("document.activeElement.matches('.cell')")
    press("Shift+Tab")
    here("b2")

    press("Enter")
    expect(grid.get_by_role("gridcell", name="B2 cross, last move")).to_be_visible()
    play_moves(game, (ada, bob), "a1")
    enter_the_board()
    here("a1")  # where the last move was
    press("ArrowUp")
    press("Space")
    expect(grid.get_by_role("gridcell", name="A2 cross, last move")).to_be_visible()
    play_moves(game, (ada, bob), "a3")
    # Or in words.
    page.goto(f"/games/{game}")
    page.get_by_label("Move, such as B2").focus()
    page.keyboard.type("C2")
    press("Enter")
    expect(page.get_by_role("status")).to_contain_text("You won")


def test_cells_that_are_swapped_keep_the_keyboard_and_what_is_aimed(
    callers: tuple[str, Caller, Caller], chromium: Browser
) -> None:
    url, ada, bob = callers
    game = start_game((ada, bob), "gomoku")
    page = sign_in(chromium.new_context(base_url=url, viewport={"width": 1280, "height": 900}), "ada")
    page.goto("/look")
    page.get_by_role("group", name="Ask before a move is made").get_by_text("Always").click()
    page.get_by_role("button", name="Save").click()
    page.goto(f"/games/{game}")
    cell = page.locator("#cell-h8")
    swap = """cell => {
        const fresh = cell.cloneNode(true);
        for (const name of ["tabindex", "role"]) fresh.removeAttribute(name);
        cell.replaceWith(fresh);
    }"""
    cell.focus()
    cell.evaluate(swap)
    expect(cell).to_be_focused()
    expect(cell).to_have_attribute("role", "gridcell")
    assert page.locator('.cell[tabindex="0"]').count() == 1
    cell.press("Enter")
    expect(page.get_by_role("button", name="Place at H8")).to_be_visible()
    page.locator("#cell-a1").evaluate(swap)
    expect(page.locator(".cell.is-aimed")).to_have_count(1)
    # So it goes on where the whole position is swapped.
    page.locator("#position").evaluate("position => { position.outerHTML = position.outerHTML; }")
    expect(page.get_by_role("gridcell")).to_have_count(225)
    expect(page.get_by_role("button", name="Place at H8")).to_be_visible()
    # Somebody else's move on the aimed cell ends the aim.
    cell.evaluate('cell => { cell.outerHTML = \'<span class="cell p-white" id="cell-h8">H8 white</span>\'; }')
    expect(page.get_by_role("button", name="Place at H8")).to_have_count(0)
    page.locator("#cell-c3").press("Enter")
    expect(page.get_by_role("button", name="Place at C3")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Place at C3")).to_have_count(0)
    assert ada.ask("GET", f"/games/{game}")["ply"] == 0
