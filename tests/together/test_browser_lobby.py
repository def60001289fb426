"""The lobby in a real browser without JavaScript: a clock of one's own, being paired, sitting down as a guest."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from rig.people import PASSWORD, Person
from rig.server import Server


@pytest.fixture
def people(chromium: Browser, server: Server) -> tuple[Person, Person]:
    """ada, who has an account, and somebody who has none."""
    ada, stranger = (Person(chromium, server.url, name) for name in ("ada", "bob"))
    ada.register()
    return ada, stranger


def test_a_clock_of_ones_own_shows_its_fields_when_it_is_chosen(people: tuple[Person, Person]) -> None:
    page = people[0].page
    page.goto("/play?ruleset=gomoku")
    periods = page.get_by_label("Periods", exact=True)
    expect(periods).to_be_hidden()
    page.get_by_text("Byo-yomi", exact=True).click()
    periods.fill("0")
    page.get_by_role("button", name="Start the game").click()
    expect(periods).to_have_accessible_description(re.compile("Give a whole number from 1 to 100"))
    periods.fill("5")
    page.get_by_role("button", name="Start the game").click()
    expect(page.get_by_role("main")).to_contain_text("10 min + 5 × 30 s")


def test_two_who_press_the_same_button_play(people: tuple[Person, Person]) -> None:
    ada, bob = people
    bob.register()
    for person in people:
        person.page.goto("/")
        quick = person.page.get_by_role("region", name="Play now")
        quick.get_by_label("Game").select_option("Renju")
        quick.get_by_role("button", name="10 min + 5 s").click()
    expect(bob.page.get_by_role("heading", level=1)).to_have_text("Renju")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Renju")
    ada.page.goto("/")
    games = ada.page.get_by_role("region", name="Your games")
    games.get_by_role("listitem").get_by_role("link").click()
    expect(ada.page).to_have_url(bob.page.url)


def test_a_guest_plays_at_once_and_keeps_the_game(people: tuple[Person, Person]) -> None:
    ada, guest = people
    ada.page.goto("/play?ruleset=tic-tac-toe")
    ada.page.get_by_label("A friend, by a link").check()
    ada.page.get_by_text("Nought", exact=True).click()
    ada.page.get_by_role("button", name="Start the game").click()
    page = guest.page
    page.goto(ada.page.get_by_label("Send this address").input_value())
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Your turn")
    game = page.url
    guest.play("B2")
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("User name").fill("bob")
    page.get_by_label("E-mail address").fill("bob@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(game)
    expect(page.locator("#cell-b2")).to_have_text(re.compile("^B2 cross"))
    ada.look_again()
    ada.play("A1")


def test_a_stranger_plays_a_whole_game_after_two_taps_and_keeps_it(people: tuple[Person, Person]) -> None:
    stranger = people[1]
    page = stranger.page
    page.goto("/")
    page.get_by_role("link", name="All games").click()
    page.get_by_role("button", name="Against Computer (Tic-tac-toe)").click()
    status = page.get_by_role("status")
    while True:
        # Whoever waits has nothing to press: the page looks again by itself, without scripts.
        expect(status).to_have_text(re.compile("Your turn|won|Draw"))
        if "Your turn" not in status.inner_text():
            break
        free = page.get_by_role("group", name="Board").get_by_role("button")
        free.first.click()
    game = page.url
    page.get_by_role("link", name="Make an account").click()
    page.get_by_label("User name").fill("bob")
    page.get_by_label("E-mail address").fill("bob@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_url(game)
    page.goto("/@bob")
    finished = page.get_by_role("region", name="Finished")
    expect(finished.get_by_role("link", name=re.compile("Computer"))).to_have_attribute("href", re.compile(game[-26:]))
