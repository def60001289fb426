"""Pages that live: what one person does is on the other's page without a touch, in order, once, whatever happens on
the way."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from rig.faultproxy import bad_line
from rig.people import PASSWORD, Caller, Person, client, start_game
from rig.server import Serve, Server

# What the stream brings to a page, each with its size as it was sent.
LISTEN = """
window.told = [];
document.addEventListener("htmx:sse:before:message", ({detail: {message}}) => {
  if (!message.event) window.told.push(message.data);
});
"""

LISTENERS = 4  # pages of one browser that listen at the same time, over HTTP/1.1

# A tab goes into the background, or comes back from there.
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
  document.dispatchEvent(new Event("visibilitychange"));
}"""
DEAF_ONCE = """
document.addEventListener("htmx:sse:before:message", (event) => {
  event.preventDefault();
  window.missed = true;
}, {once: true})
"""


@pytest.fixture
def hall(server: Server) -> Server:
    return server


@pytest.fixture
def callers(hall: Server) -> tuple[Caller, Caller]:
    return Caller(hall.url, "ada"), Caller(hall.url, "bob")


class Table:
    """A game of ada, who moves first, and bob, each at a browser; whoever is not `live` has no JavaScript."""

    def __init__(self, browser: Browser, url: str, live: tuple[bool, bool] = (True, True)) -> None:
        self.people = [Person(browser, url, name, live=each) for name, each in zip(("ada", "bob"), live, strict=True)]
        self.ada, self.bob = self.people
        for person, is_live in zip(self.people, live, strict=True):
            person.sign_in()
            if is_live:
                person.page.add_init_script(LISTEN)
            person.page.goto("about:blank")  # the lobby would go to a game that begins by itself

    def sit_down(self, game_id: str) -> None:
        for person in self.people:
            person.page.goto(f"/games/{game_id}")

    def play(self, cells: str) -> None:
        """Plays in turn; both pages show each move before the next."""
        for cell in cells.split():
            mover = next(each for each in self.people if each.page.locator(".mood-turn").count())
            mover.play(cell)
            for person in sorted(self.people, key=lambda each: each is not mover):
                if person is not mover and not person.live:
                    person.look_again()
                expect(person.page.locator(f"#cell-{cell.lower()}")).to_have_class(re.compile("is-last"))

    def agree(self, moves: int) -> None:
        """Both pages show the same position after so many moves, and each move once."""
        boards = []
        for person in self.people:
            expect(person.page.locator("#moves li")).to_have_count(moves)
            boards.append(person.page.locator(".cells .cell").all_text_contents())
        assert boards[0] == boards[1]


@pytest.fixture
def table(chromium: Browser, hall: Server, callers: tuple[Caller, Caller]) -> Table:
    made = Table(chromium, hall.url)
    made.sit_down(start_game(callers, "gomoku"))
    return made


def timed_game(callers: tuple[Caller, Caller], seconds: int) -> str:
    """A game of gomoku with a clock."""
    clock = {"kind": "fischer", "initial": seconds}
    terms = {"ruleset": "gomoku", "seat": 0, "opponent": "bob", "clock": clock}
    made = callers[0].ask("POST", "/challenges", 201, terms)
    return str(callers[1].ask("POST", f"/challenges/{made['id']}/respond", 200, {"action": "accept"})["game_id"])


def told(page: Page) -> list[str]:
    pieces: list[str] = page.evaluate("window.told")
    return pieces


def test_a_game_at_two_live_browsers(chromium: Browser, hall: Server, callers: tuple[Caller, Caller]) -> None:
    table = Table(chromium, hall.url)
    table.sit_down(timed_game(callers, 3_000))
    ada, bob = table.people
    table.play("H8 H9 I8 I9 J8 J9 K8 K9")
    table.agree(8)
    expect(bob.page.locator("#said")).to_have_text(re.compile("white K9", re.IGNORECASE))
    expect(ada.page.locator("#favicon")).to_have_attribute("href", re.compile("icon-turn"))
    expect(bob.page.locator("#favicon")).not_to_have_attribute("href", re.compile("icon-turn"))
    # Everybody has moved: from here on a move is two cells, both clocks and a few words, and each page was told once.
    for person in table.people:
        steps = [piece for piece in told(person.page) if "data-step" in piece]
        assert len(steps) == 8
        assert max(len(f"id: 0-123456\ndata: {piece}\n\n".encode()) for piece in steps[-4:]) <= 700

    bob.page.locator("summary", has_text="Resign").click()
    bob.page.get_by_role("button", name="Yes, resign").click()
    bob.reads("You lost – ada won")
    ada.reads("You won, ada!")
    ada.page.get_by_role("button", name="Offer a rematch").click()
    bob.page.get_by_role("button", name="Accept the rematch").click()
    expect(bob.page.locator("#player-0")).to_contain_text("you")
    ada.page.get_by_role("link", name="To the rematch").click()
    expect(ada.page).to_have_url(bob.page.url)
    table.play("H8 A1")
    table.agree(2)


def test_offers_and_what_is_taken_back_are_seen_at_once(table: Table) -> None:
    ada, bob = table.people
    table.play("H8 H9")
    bob.page.get_by_role("button", name="Ask to take back").click()
    ada.page.get_by_role("button", name="Allow it").click()
    for person in table.people:
        expect(person.page.locator("#cell-h9")).to_have_text("H9")
    bob.reads("Your turn")
    table.play("I9")
    table.agree(2)
    ada.page.get_by_role("button", name="Offer a draw").click()
    bob.page.get_by_role("button", name="Decline").click()
    expect(ada.page.locator("#offers")).to_contain_text("bob has declined a draw.")
    table.play("I8 J9")
    # The buttons that the offer had taken away are there again.
    ada.page.get_by_role("button", name="Offer a draw").click()
    bob.page.get_by_role("button", name="Accept the draw").click()
    for person in table.people:
        person.reads("Draw")
    table.agree(4)


@pytest.mark.parametrize("live", [(True, False), (False, True)])
def test_one_has_javascript_and_the_other_has_not(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller], live: tuple[bool, bool]
) -> None:
    table = Table(chromium, hall.url, live)
    table.sit_down(start_game(callers, "gomoku"))
    table.play("H8 H9 I8 I9 J8 J9 K8 K9 L8")
    table.agree(9)
    table.ada.reads("You won, ada!")
    table.bob.reads("You lost – ada won")


def test_a_server_that_is_killed_and_started_again(serve: Serve, chromium: Browser) -> None:
    """What happened while the pages were cut off is on them when they are back, and nothing twice."""
    hall = serve()
    callers = Caller(hall.url, "ada"), Caller(hall.url, "bob")
    game_id = start_game(callers, "gomoku")
    table = Table(chromium, hall.url)
    table.sit_down(game_id)
    table.play("H8 H9")
    for person in table.people:
        person.page.evaluate("window.stays = true")  # it would be gone if the page were loaded again
    hall.kill()
    for person in table.people:
        expect(person.page.locator("#connection")).to_be_visible()
    table.ada.cell("I8").click()
    expect(table.ada.page.locator("#alert")).to_contain_text("could not be sent")
    serve(port=hall.port)
    for number, move in enumerate(("i8", "i9", "j8")):
        callers[number % 2].ask("POST", f"/games/{game_id}/moves", 200, {"move": move})
    for person in table.people:
        expect(person.page.locator("#cell-j8")).to_have_class(re.compile("is-last"))
        expect(person.page.locator("#connection")).to_be_hidden()
    table.agree(5)
    table.play("J9 K8 K9 L8")
    table.agree(9)
    table.bob.reads("You lost – ada won")
    for person in table.people:
        assert person.page.evaluate("window.stays")
        assert person.page.evaluate("localStorage.length + sessionStorage.length") == 0, "nothing is left for others"


def test_who_is_signed_out_while_cut_off_is_told_and_not_kept_asking(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    with bad_line(hall) as line:
        bob = Person(chromium, line.url, "bob", live=True)
        bob.sign_in()
        with bob.page.expect_response("**/live/own*"):
            bob.page.goto("/settings")
        line.cut()
        expect(bob.page.locator("#connection")).to_be_visible()
        callers[1].ask("DELETE", "/users/me", 204, {"password": PASSWORD})
        line.heal()
        expect(bob.page).to_have_url(f"{line.url}/login?next=%2Fsettings")


def test_answers_and_news_in_any_order(table: Table) -> None:
    """A move's answer that comes after the news of it, and after the next move, changes nothing any more."""
    ada, bob = table.people
    held: list[tuple[Route, Any]] = []

    def hold(route: Route) -> None:
        held.append((route, route.fetch()))

    table.play("H8 H9")
    ada.page.route("**/move", hold)
    ada.play("I8")
    expect(ada.page.locator("#cell-i8")).to_have_class(re.compile("is-last"))  # by the stream alone
    bob.play("I9")
    expect(ada.page.locator("#cell-i9")).to_have_class(re.compile("is-last"))
    ((route, answer),) = held
    with ada.page.expect_response("**/move"):
        route.fulfill(response=answer)
    ada.page.unroute("**/move")
    table.agree(4)
    table.play("J8 J9")
    table.agree(6)


def test_proxies_that_fail_and_pages_that_sleep(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    game_id = start_game(callers, "gomoku")
    cyd = Person(chromium, hall.url, "cyd", live=True)  # a stranger who watches: such a page sleeps in the background
    failures = iter([502, 503])

    def fail(route: Route) -> None:
        status = next(failures, None)
        if status is None:
            route.continue_()
        else:
            route.fulfill(status=status, body="<h1>Bad gateway</h1>")

    cyd.page.add_init_script(LISTEN)
    cyd.page.route("**/live/**", fail)
    cyd.page.goto(f"/games/{game_id}")
    callers[0].ask("POST", f"/games/{game_id}/moves", 200, {"move": "h8"})
    expect(cyd.page.locator("#cell-h8")).to_have_class(re.compile("is-last"))
    expect(cyd.page.locator("h1")).to_have_text("Gomoku")

    # A page that was not told of a move notices it with the next one.
    cyd.page.evaluate(DEAF_ONCE)
    callers[1].ask("POST", f"/games/{game_id}/moves", 200, {"move": "a1"})
    cyd.page.wait_for_function("window.missed")  # the next one in a piece of its own
    callers[0].ask("POST", f"/games/{game_id}/moves", 200, {"move": "a2"})
    expect(cyd.page.locator("#moves li")).to_have_count(3)
    expect(cyd.page.locator("#cell-a1")).to_have_class(re.compile("p-white"))

    cyd.page.evaluate(HIDE, True)
    before = len(told(cyd.page))
    for number, move in enumerate(("h9", "i8", "i9")):
        callers[1 - number % 2].ask("POST", f"/games/{game_id}/moves", 200, {"move": move})
    expect(cyd.page.locator("#moves li")).to_have_count(3)
    cyd.page.evaluate(HIDE, False)
    expect(cyd.page.locator("#cell-i9")).to_have_class(re.compile("is-last"))
    expect(cyd.page.locator("#moves li")).to_have_count(6)
    assert len(told(cyd.page)) == before + 1, "one piece with everything, not every move again"


def test_more_games_than_a_browser_has_connections(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    """Over HTTP/1.1 there are six: whoever plays at seven games opens each, and hears of it when they look at it."""
    ada, bob = callers
    player = Person(chromium, hall.url, "bob", live=True)
    player.sign_in()
    games = [start_game(callers, "gomoku") for _ in range(7)]
    pages = [player.page, *(player.page.context.new_page() for _ in games[1:])]
    for page, game_id in zip(pages, games, strict=True):
        page.add_init_script(LISTEN)
        page.goto(f"/games/{game_id}")
        page.evaluate(HIDE, page is not pages[-1])
        ada.ask("POST", f"/games/{game_id}/moves", 200, {"move": "h8"})
        expect(page.locator("#cell-h8")).to_have_class(re.compile("is-last"))

    for game_id in games:
        bob.ask("POST", f"/games/{game_id}/moves", 200, {"move": "a1"})
    for page in pages[-LISTENERS:]:
        expect(page.locator("#cell-a1")).to_have_class(re.compile("is-last"))
    for page in pages[:-LISTENERS]:
        expect(page.locator("#moves li")).to_have_count(1)
        expect(page.locator("#connection")).to_be_hidden()
        page.evaluate(HIDE, False)
        expect(page.locator("#cell-a1")).to_have_class(re.compile("is-last"))
        assert re.findall(r'data-rev="(\d+)"', " ".join(told(page))) == ["1", "2"], "it goes on where it was"


def test_clocks_tick_and_flags_fall_before_ones_eyes(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    table = Table(chromium, hall.url)
    for initial in (300, 8):
        table.sit_down(timed_game(callers, initial))
        for person in table.people:
            shown = person.page.locator("#clock-0 .clock-digits")
            expect(shown).not_to_have_text(shown.inner_text())
            expect(person.page.locator("#clock-1 .clock-digits")).to_have_text(f"{initial // 60}:{initial % 60:02}")
    expect(table.ada.page.locator(".headline")).to_have_text("You lost – bob won")
    table.bob.reads("You won, bob!")


def test_looking_back_while_the_game_goes_on(table: Table) -> None:
    """Each ply has its address, found without a new page; what happens meanwhile waits."""
    ada, bob = table.people
    table.play("H8 H9 I8 I9")
    bob.page.evaluate("window.stays = true")
    bob.page.get_by_role("link", name="One move back").click()
    bob.reads("Move 3")
    bob.page.keyboard.press("ArrowLeft")
    bob.reads("Move 2")
    expect(bob.page).to_have_url(re.compile(r"\?ply=2$"))
    expect(bob.page.locator("#cell-i8")).to_have_text("I8")
    ada.play("J8")
    expect(bob.page.locator("html")).to_have_class(re.compile("has-news"))
    bob.reads("Move 2")
    bob.page.keyboard.press("ArrowRight")
    bob.reads("Move 3")
    bob.page.go_back()
    bob.reads("Move 2")
    bob.page.get_by_role("link", name="Latest position").click()
    bob.reads("Your turn")
    expect(bob.page).to_have_url(re.compile(r"/games/\w+$"))
    table.agree(5)
    table.play("J9 K8")
    table.agree(7)
    assert bob.page.evaluate("window.stays")

    bob.page.get_by_role("button", name="Zen").click()
    expect(bob.page.locator(".site-header, .moves-card").first).to_be_hidden()
    table.play("K9")
    table.agree(8)
    bob.page.get_by_role("button", name="Show everything").click()
    expect(bob.page.locator(".site-header")).to_be_visible()


def test_the_bell_counts_while_one_looks_at_something_else(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    bob = Person(chromium, hall.url, "bob", live=True)
    bob.sign_in()
    bob.page.goto("/settings")
    expect(bob.page.locator("#notice-count")).to_have_text("")
    challenge = {"ruleset": "tic-tac-toe", "opponent": "bob"}
    made = callers[0].ask("POST", "/challenges", 201, challenge)
    expect(bob.page.locator("#notice-count")).to_contain_text("1 unread")
    callers[1].ask("POST", f"/challenges/{made['id']}/respond", 200, {"action": "decline"})
    callers[0].ask("POST", "/challenges", 201, challenge)
    expect(bob.page.locator("#notice-count")).to_contain_text("1 unread")


def test_the_lobby_lives(chromium: Browser, hall: Server, callers: tuple[Caller, Caller]) -> None:
    """Challenges come and go; whoever waits is taken to the game; strangers watch it on a small board."""
    ada, _ = callers
    stranger = Person(chromium, hall.url, "", live=True)
    stranger.page.goto("/")
    expect(stranger.page.get_by_text("Nobody is waiting for a game")).to_be_visible()
    waiting, looking = (Person(chromium, hall.url, name, live=True) for name in ("ada", "bob"))
    for person in (waiting, looking):
        person.sign_in()
    gone = ada.ask("POST", "/challenges", 201, {"ruleset": "connect6"})
    for person in (stranger, looking):
        expect(person.page.locator("#open-rows li")).to_have_count(1)
    ada.ask("POST", f"/challenges/{gone['id']}/respond", 200, {"action": "cancel"})
    for person in (stranger, looking):
        expect(person.page.locator("#open-rows li")).to_have_count(0)
    ada.ask("POST", "/challenges", 201, {"ruleset": "tic-tac-toe", "seat": 0})
    expect(waiting.page.locator("#sent li")).to_have_count(1)
    looking.page.locator("#open-rows").get_by_role("button", name=re.compile("^Accept")).click()
    expect(looking.page).to_have_url(re.compile("/games/"))
    expect(waiting.page).to_have_url(looking.page.url)
    waiting.play("B2")
    expect(looking.page.locator("#cell-b2")).to_have_class(re.compile("is-last"))
    card = stranger.page.locator("#live-games li")
    expect(card).to_contain_text("bob to move")
    expect(card.locator(".t-cross")).to_have_count(1)


def test_a_link_to_a_friend_takes_both_to_the_game(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    made = callers[0].ask("POST", "/challenges", 201, {"ruleset": "tic-tac-toe", "seat": 0, "link": True})
    ada, bob = (Person(chromium, hall.url, name, live=True) for name in ("ada", "bob"))
    for person in (ada, bob):
        person.sign_in()
    ada.page.goto(f"/challenges/{made['id']}")
    bob.page.goto(f"/c/{made['invite_url'].rpartition('/')[2]}")
    bob.page.get_by_role("main").get_by_role("button", name="Accept and play").click()
    expect(bob.page).to_have_url(re.compile("/games/"))
    expect(ada.page).to_have_url(bob.page.url)


def test_pieces_hold_no_tokens_and_are_made_for_whoever_gets_them(hall: Server, callers: tuple[Caller, Caller]) -> None:
    """A stranger's stream of a game tells what a stranger sees, with no button to press, and names are only text."""
    callers[0].ask("PATCH", "/users/me", 200, {"display_name": '<i id="state" hx-get="/nope">'})
    game_id = start_game(callers, "tic-tac-toe")
    callers[0].ask("POST", f"/games/{game_id}/moves", 200, {"move": "b2"})
    with (
        client(hall.url) as stranger,
        stranger.stream(
            "GET", f"/live/games/{game_id}?cursor=0-0&revision=0", headers={"Last-Event-ID": "0-0"}
        ) as stream,
    ):
        assert stream.headers["content-type"].startswith("text/event-stream")
        told = ""
        for line in stream.iter_lines():
            told += line + "\n"
            if "moves-card" in told and told.endswith("\n\n"):
                break
    assert 'id="cell-b2"' in told
    assert "&lt;i id=" in told
    assert 'hx-get="' not in told
    assert "<button" not in told
    assert "form_token" not in told
    first = json.loads(told.split("data: ", 1)[1].splitlines()[0])
    assert re.fullmatch(r"\d+-\d+", first["cursor"])


def test_a_whole_game_from_the_accessibility_tree_alone(
    chromium: Browser, hall: Server, callers: tuple[Caller, Caller]
) -> None:
    """Both players know only what assistive technology is told: roles and names, nothing of ids, classes or looks."""
    table = Table(chromium, hall.url)
    table.sit_down(start_game(callers, "tic-tac-toe"))

    def tree(person: Person) -> str:
        return person.page.locator("body").aria_snapshot()

    names = {"ada": "cross", "bob": "nought"}
    for number, cell in enumerate(["B2", "A1", "C1", "A3", "A2", "C2", "B3", "B1", "C3"]):
        mover, other = table.people[number % 2], table.people[1 - number % 2]
        expect(mover.page.get_by_role("status").filter(has_text="Your turn")).to_be_visible()
        free = re.findall(r'gridcell "([A-C][1-3])"', tree(mover))
        assert len(free) == 9 - number
        assert cell in free
        mover.page.get_by_role("gridcell", name=cell, exact=True).press("Enter")
        played = f"{cell} {names[mover.name]}, last move"
        for person in table.people:
            expect(person.page.get_by_role("gridcell", name=played)).to_be_visible()
        assert f"{names[mover.name]} {cell}" in tree(other), "the move is said"
    for person in table.people:
        expect(person.page.get_by_role("status").filter(has_text="Draw")).to_be_visible()
        assert len(re.findall(r'link "\d\. (?:cross|nought) [A-C][1-3]', tree(person))) == 9
