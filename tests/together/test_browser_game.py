"""Two people at two browsers without JavaScript: from making an account to reading who won."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from rig.people import PASSWORD, Person, play_through, sit_down
from rig.server import Server


@pytest.fixture
def table(server: Server, chromium: Browser) -> tuple[Person, Person]:
    """Two people who have just made their accounts at one server."""
    ada, bob = Person(chromium, server.url, "ada"), Person(chromium, server.url, "bob")
    ada.register()
    bob.register()
    return ada, bob


def test_gomoku_until_five_in_a_row(table: tuple[Person, Person]) -> None:
    ada, bob = table
    sit_down(ada, bob, "Gomoku", "Black")
    play_through((ada, bob), ["H8", "H9", "I8", "I9", "J8", "J9", "K8", "K9", "L8"])
    ada.reads("You won, ada!")
    bob.reads("You lost – ada won")
    for person in table:
        expect(person.page.get_by_role("button", name=re.compile("^[A-O][0-9]+$"))).to_have_count(0)
        expect(person.page.locator(".is-line")).to_have_count(5)
        expect(person.page.get_by_text("winner", exact=True)).to_be_visible()

    # Anybody can look at it, from its beginning.
    bob.page.get_by_role("link", name="First position").click()
    expect(bob.page.get_by_role("status")).to_contain_text("Move 0")
    expect(bob.page.locator(".p-black, .p-white").and_(bob.page.locator(".cell"))).to_have_count(0)
    for _ in range(3):
        bob.page.get_by_role("link", name="One move on").click()
    expect(bob.page.locator(".cell.p-black")).to_have_count(2)
    expect(bob.page.locator(".cell.p-white")).to_have_count(1)


def test_tic_tac_toe_with_a_refused_move_and_a_draw(table: tuple[Person, Person]) -> None:
    ada, bob = table
    sit_down(ada, bob, "Tic-tac-toe", "Nought")
    # A page that was left open: the move that it sends comes too late and says so.
    late = bob.page.context.new_page()
    late.goto(bob.page.url)
    bob.play("B2")
    late.get_by_role("button", name="A1", exact=True).click()
    expect(late.get_by_role("alert")).to_contain_text("moved on")
    expect(late.locator("#cell-b2")).to_have_text(re.compile("^B2 cross"))
    expect(late.locator("#cell-a1")).to_have_text("A1")

    ada.look_again()
    play_through((ada, bob), ["A1", "A3", "C1", "B1", "B3", "A2", "C2", "C3"])
    for person in table:
        person.reads("Draw")


def test_giving_up(table: tuple[Person, Person]) -> None:
    ada, bob = table
    sit_down(ada, bob, "Gomoku", "Black")
    ada.page.locator("summary", has_text="Resign").click()
    ada.page.get_by_role("button", name="Yes, resign").click()
    ada.reads("You lost – bob won")
    bob.look_again()
    bob.reads("You won, bob!")


def test_an_invitation_by_link_brings_back_whoever_must_sign_in_first(table: tuple[Person, Person]) -> None:
    ada, bob = table
    ada.page.goto("/play?ruleset=tic-tac-toe")
    ada.page.get_by_label("A friend, by a link").check()
    ada.page.get_by_role("button", name="Start the game").click()
    link = ada.page.get_by_label("Send this address").input_value()

    bob.page.locator("summary", has_text="bob").click()
    bob.page.get_by_role("button", name="Sign out").click()
    bob.page.goto(link)
    bob.page.get_by_role("link", name="Sign in to accept").click()
    bob.page.get_by_label("User name").fill("bob")
    bob.page.get_by_label("Password").fill(PASSWORD)
    bob.page.get_by_role("main").get_by_role("button", name="Sign in").click()
    bob.page.get_by_role("button", name="Accept and play").click()
    expect(bob.page.get_by_role("heading", level=1)).to_have_text("Tic-tac-toe")
    ada.look_again()
    expect(ada.page).to_have_url(bob.page.url)
