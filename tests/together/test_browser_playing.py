"""A game with a clock at two browsers without JavaScript: a draw declined, a turn taken back, given up, and again."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, expect

from rig.people import Caller, Person
from rig.server import Server

FISCHER = {"kind": "fischer", "initial": 5_400, "increment": 30}


def clock(person: Person, seat: int) -> Locator:
    return person.page.locator(f"#clock-{seat}")


def test_offers_and_an_end_with_a_rematch(server: Server, chromium: Browser) -> None:
    url = server.url
    callers = [Caller(url, name) for name in ("ada", "bob")]
    terms = {"ruleset": "gomoku", "seat": 0, "opponent": "bob", "clock": FISCHER}
    challenge = callers[0].ask("POST", "/challenges", 201, terms)
    accepted = callers[1].ask("POST", f"/challenges/{challenge['id']}/respond", 200, {"action": "accept"})
    ada, bob = (Person(chromium, url, name) for name in ("ada", "bob"))
    for person in (ada, bob):
        person.sign_in()
        person.page.goto(f"/games/{accepted['game_id']}")
    expect(ada.page.locator("#player-0")).to_contain_text(re.compile("ada.*you.*Black.*to move", re.DOTALL))
    expect(clock(bob, 1)).to_contain_text("1 hour 30 minutes left")

    ada.play("H8")
    ada.page.get_by_role("button", name="Offer a draw").click()
    expect(ada.page.locator("#offers")).to_contain_text("You have offered a draw.")
    bob.look_again()
    expect(bob.page.locator("#offers")).to_contain_text("ada offers a draw.")
    bob.page.get_by_role("button", name="Decline").click()
    ada.look_again()
    expect(ada.page.locator("#offers")).to_contain_text("bob has declined a draw.")
    expect(ada.page.get_by_role("button", name="Offer a draw")).to_have_count(0)

    # The turn that is taken back has added its increment; afterwards it has not.
    bob.play("H9")
    expect(clock(bob, 1)).to_contain_text(re.compile(r"1:30:[0-3]\d"))
    bob.page.get_by_role("button", name="Ask to take back").click()
    ada.look_again()
    ada.page.get_by_role("button", name="Allow it").click()
    expect(ada.page.locator("#cell-h9")).to_have_text("H9")
    bob.look_again()
    bob.reads("Your turn")
    expect(clock(bob, 1)).to_contain_text(re.compile(r"1:(30:00|29:\d\d)"))
    expect(bob.page.locator("#moves li")).to_have_count(1)

    bob.page.locator("summary", has_text="Resign").click()
    bob.page.get_by_role("button", name="Yes, resign").click()
    bob.reads("You lost – ada won")
    expect(bob.page.get_by_role("status")).to_contain_text("White resigned. Black wins.")
    bob.page.get_by_role("button", name="Offer a rematch").click()
    ada.look_again()
    ada.reads("You won, ada!")
    ada.page.get_by_role("button", name="Accept the rematch").click()
    expect(ada.page.locator("#player-1")).to_contain_text(re.compile("ada.*you.*White", re.DOTALL))
    bob.look_again()
    bob.page.get_by_role("link", name="To the rematch").click()
    expect(bob.page).to_have_url(ada.page.url)
    bob.play("H8")
    expect(clock(bob, 0)).to_contain_text(re.compile(r"1:30:[0-3]\d"))
