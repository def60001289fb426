"""Friends at two live browsers: from asking to a game at one press, and what a block, a choice and a switch change."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, expect

from rig.people import Caller, Person, client
from rig.server import Serve, Server

GAME = {"ruleset": "tic-tac-toe"}


def region(person: Person, name: str) -> Locator:
    return person.page.get_by_role("region", name=name, exact=True)


def switch(server: Server, way: str) -> None:
    done = server.command("features", way, "friends")
    assert done.returncode == 0, done.stderr


def test_friends_at_two_browsers(serve: Serve, chromium: Browser) -> None:
    server = serve()
    cyd = Caller(server.url, "cyd")
    ada, bob = (Person(chromium, server.url, name, live=True) for name in ("ada", "bob"))
    for person in (ada, bob):
        person.register()
        person.page.goto("/friends")

    # Bob has his page open, and is asked; ada has hers open, and is answered.
    ada.page.get_by_label("User name").fill("bob")
    ada.page.get_by_role("button", name="Ask to be friends").click()
    expect(region(ada, "Waiting for an answer")).to_contain_text("@bob")
    region(bob, "Requests to you").get_by_role("button", name=re.compile("^Accept ?: ada")).click()
    expect(region(ada, "Your friends").get_by_role("listitem")).to_contain_text(re.compile("bob.*online", re.DOTALL))
    expect(region(ada, "Waiting for an answer")).to_have_count(0)

    # One press, and one move.
    bob.page.goto("/")
    ada.page.goto("/")
    friends = region(ada, "Friends")
    expect(friends.get_by_role("listitem")).to_contain_text("online")
    friends.get_by_role("button", name=re.compile("^Challenge ?: bob")).click()
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Gomoku")
    region(bob, "Challenges to you").get_by_role("button", name=re.compile("^Accept")).click()
    expect(bob.page).to_have_url(re.compile("/games/"))
    expect(ada.page).to_have_url(bob.page.url)
    game = bob.page.url
    mover = ada if "Your turn" in ada.page.get_by_role("status").inner_text() else bob
    mover.cell("H8").click()
    for person in (ada, bob):
        expect(person.page.locator("#cell-h8")).to_have_text(re.compile("^H8 black"))
    ada.page.goto("/friends")
    playing = region(ada, "Your friends").get_by_role("link", name="playing Gomoku")
    expect(playing).to_have_attribute("href", re.compile(game[-26:]))

    # Bob wants to be left alone.
    bob.page.goto("/settings")
    bob.page.get_by_label("Who may challenge me").select_option("nobody")
    bob.page.get_by_label("Who sees whether I am here").select_option("nobody")
    bob.page.locator("#friends-settings").get_by_role("button", name="Save").click()
    expect(bob.page.get_by_label("Who may challenge me")).to_have_value("nobody")
    expect(playing).to_have_count(0)
    region(ada, "Your friends").get_by_role("button", name=re.compile("^Challenge ?: bob")).click()
    expect(ada.page.get_by_role("alert")).to_contain_text("bob takes no challenges from you at the moment.")

    # The operator switches friends off and on while both are there.
    ada.page.goto("/")
    bob.page.goto("/friends")
    expect(region(ada, "Friends")).to_be_visible()
    switch(server, "off")
    for person in (ada, bob):
        expect(person.page.get_by_role("listitem").filter(has_text=re.compile("Challenge"))).to_have_count(0)
    expect(region(ada, "Friends")).to_have_count(0)
    with client(server.url) as once:
        off, unknown = (once.get(path).content for path in ("/api/v1/friends", "/api/v1/strangers"))
    assert off == unknown
    bob.page.goto("/friends")
    expect(bob.page.get_by_role("heading", level=1)).to_have_text(
        re.compile("There is nothing|not found", re.IGNORECASE)
    )
    bob.page.goto("/@ada")
    expect(region(bob, "Friendship")).to_have_count(0)
    expect(bob.page.get_by_role("banner").get_by_role("link", name="Friends")).to_have_count(0)
    bob.page.goto("/settings")
    expect(bob.page.get_by_label("Who may challenge me")).to_have_count(0)
    free = cyd.ask("POST", "/challenges", 201, GAME | {"opponent": "bob"})
    cyd.ask("POST", f"/challenges/{free['id']}/respond", 200, {"action": "cancel"})
    switch(server, "on")
    expect(region(ada, "Friends").get_by_role("listitem")).to_contain_text("bob")
    cyd.ask("POST", "/challenges", 403, GAME | {"opponent": "bob"})

    # A block, and neither meets the other; cyd meets both.
    bob.page.goto("/@ada")
    bob.page.get_by_role("button", name=re.compile("^Block ?: ada")).click()
    expect(bob.page.get_by_role("button", name=re.compile("^Unblock ?: ada"))).to_be_visible()
    expect(region(ada, "Friends")).to_contain_text("Nobody yet")
    bob.page.goto("/")
    own = {}
    for person in (ada, bob):
        person.page.get_by_role("link", name="New game").click()
        person.page.get_by_role("link", name="Renju", exact=True).click()
        person.page.get_by_label("Whoever comes first").check()
        person.page.get_by_role("button", name="Start the game").click()
        expect(person.page.get_by_role("status")).to_contain_text("Waiting for somebody")
        own[person.name] = person.page.url[-26:]
        person.page.goto("/")
    theirs = cyd.ask("POST", "/challenges", 201, {"ruleset": "renju", "clock": {"kind": "none"}})["id"]
    for person in (ada, bob):
        opened = region(person, "Open challenges").get_by_role("listitem")
        expect(opened).to_have_count(1)
        expect(opened).to_have_attribute("id", f"challenge-{theirs}")
    offered = {each["id"] for each in cyd.ask("GET", "/challenges?box=open")["items"]}
    assert offered == {theirs, *own.values()}
