"""Every page of the hall, in a real browser, at the sizes of a phone and of a desk, by day and by night.

`make look` keeps what is seen: a picture of each page in each size and light, in the folder `.look`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Page, expect

from gamehall.languages import ENGLISH, catalogue, languages, speaking
from rig.people import PASSWORD
from rig.texts import english_left
from rig.walk import eventful_hall, stay_trusted, visitors


class Stop(NamedTuple):
    """A page, who looks at it, and what they do there first. Braces are names of what there is in `rig.walk`."""

    name: str
    who: str
    path: str
    then: Callable[[Page], None] | None = None


def press(button: str) -> Callable[[Page], None]:
    """Presses the button that is called so in English, whatever the browser thinks of the form."""

    def do(page: Page) -> None:
        page.evaluate("document.querySelectorAll('main form').forEach(each => each.noValidate = true)")
        page.get_by_role("main").get_by_role("button", name=said_on(page, button)).first.click()
        page.wait_for_load_state()

    return do


def challenge_nobody(page: Page) -> None:
    page.get_by_label(said_on(page, "A user by name")).check()
    press("Start the game")(page)


def ask_for_link(page: Page) -> None:
    page.get_by_label(said_on(page, "E-mail address")).fill("nobody@example.org")
    press("Send the link")(page)


def said_on(page: Page, text: str) -> str:
    """A text of the pages in the language of this one."""
    with speaking(str(page.locator("html").get_attribute("lang"))):
        return catalogue("gamehall_web_htmx")(text)


def aim(cell: str) -> Callable[[Page], None]:
    """Touches a cell with the wish to be asked first."""

    def do(page: Page) -> None:
        page.evaluate("document.documentElement.dataset.confirm = 'always'")
        page.locator(f"#cell-{cell}").click()
        expect(page.locator(".move-aimed")).to_contain_text(cell.upper())

    return do


def try_move(cell: str) -> Callable[[Page], None]:
    """Plays where the rules forbid it; the game stays as it is."""

    def do(page: Page) -> None:
        page.get_by_role("textbox", name=said_on(page, "Move")).fill(cell)
        page.locator("#move-bar").get_by_role("button", name=said_on(page, "Play"), exact=True).click()
        expect(page.get_by_role("alert")).to_be_visible()

    return do


def hide_the_rest(page: Page) -> None:
    """As for somebody who has chosen zen: ada and bob go on to other pages."""
    page.evaluate("document.documentElement.classList.add('zen')")


def make_token(page: Page) -> None:
    """For a script, so that it is shown."""
    form = page.locator("form[action='/devices/make-token']")
    form.locator("[name=device_name]").fill("bot")
    form.locator("[name=password]").fill(PASSWORD)
    form.get_by_role("button").click()
    expect(page.locator("#made")).to_be_visible()


def give_password(page: Page) -> None:
    """Takes the first of two steps."""
    page.get_by_role("textbox", name=said_on(page, "User name")).fill("careful")
    page.locator("#password").fill(PASSWORD)
    press("Sign in")(page)


def begin_two_steps(page: Page) -> None:
    """Once: what was begun goes on."""
    if page.get_by_role("button", name=said_on(page, "Set it up")).is_visible():
        press("Set it up")(page)


def give_wrong_code(page: Page) -> None:
    begin_two_steps(page)
    press("Turn two-step sign-in on")(page)


REPLAY = "/replay?ruleset=tic-tac-toe&moves=b2+a1+b3+a2+b1&player=Ada&player=Bob"

STOPS = [
    Stop("lobby-stranger", "stranger", "/"),
    Stop("lobby-user", "ada", "/"),
    Stop("lobby-guest", "guest", "/"),
    Stop("lobby-nothing-found", "ada", "/?ruleset=caro&clock=byoyomi"),
    Stop("lobby-newcomer", "newcomer", "/"),
    Stop("register", "stranger", "/register"),
    Stop("register-refused", "stranger", "/register", press("Join")),
    Stop("register-guest", "guest", "/register"),
    Stop("login", "stranger", "/login?next=/games/{running}"),
    Stop("login-refused", "stranger", "/login", press("Sign in")),
    Stop("login-code", "stranger", "/login", give_password),
    Stop("login-kept-move", "stranger", "/login?next=%2Fgames%2F{running}%2Fmove%3Fmove%3Dj8"),
    Stop("forgot", "stranger", "/forgot"),
    Stop("forgot-sent", "stranger", "/forgot", ask_for_link),
    Stop("reset-refused", "stranger", "/reset/{reset}", press("Set the password")),
    Stop("reset-too-old", "stranger", "/reset/nothing"),
    Stop("leaving", "newcomer", "/settings/delete"),
    Stop("leaving-refused", "newcomer", "/settings/delete", press("Delete the account for good")),
    Stop("kept-move", "bob", "/games/{choosing}/move?move=white"),
    Stop("play", "ada", "/play"),
    Stop("play-stranger", "stranger", "/play"),
    Stop("play-gomoku", "ada", "/play?ruleset=gomoku"),
    Stop("play-stranger-gomoku", "stranger", "/play?ruleset=gomoku"),
    Stop("play-with", "ada", "/play?opponent=bob"),
    Stop("play-mnk", "ada", "/play?ruleset=mnk"),
    Stop("play-refused", "ada", "/play?ruleset=gomoku", challenge_nobody),
    Stop("challenge-own-link", "ada", "/challenges/{link}"),
    Stop("challenge-own-open", "bob", "/challenges/{open}"),
    Stop("challenge-own-pair", "ada", "/challenges/{pair}?auto=on"),
    Stop("challenge-received", "ada", "/challenges/{received}"),
    Stop("challenge-sent", "bob", "/challenges/{received}"),
    Stop("challenge-open", "stranger", "/challenges/{open}"),
    Stop("challenge-declined", "bob", "/challenges/{declined}"),
    Stop("invitation", "stranger", "/c/{code}"),
    Stop("invitation-user", "bob", "/c/{code}"),
    Stop("game-waiting", "ada", "/games/{running}"),
    Stop("game-turn", "bob", "/games/{running}"),
    Stop("game-aimed", "bob", "/games/{running}", aim("g8")),
    Stop("game-refused", "bob", "/games/{running}", try_move("h8")),
    Stop("game-zen", "bob", "/games/{running}", hide_the_rest),
    Stop("game-watched", "stranger", "/games/{running}"),
    Stop("game-offers", "ada", "/games/{offered}"),
    Stop("game-choice", "bob", "/games/{choosing}"),
    Stop("game-forbidden", "ada", "/games/{forbidden}?forbidden=on"),
    Stop("game-forbidden-tried", "ada", "/games/{forbidden}", try_move("i8")),
    Stop("game-computer", "ada", "/games/{computer}"),
    Stop("game-alone", "ada", "/games/{alone}"),
    Stop("game-suspended", "ada", "/games/{suspended}"),
    Stop("game-long", "ada", "/games/{long}"),
    Stop("game-won", "ada", "/games/{won}"),
    Stop("game-lost", "bob", "/games/{won}"),
    Stop("game-replayed", "stranger", "/games/{won}?ply=2"),
    Stop("game-aborted", "ada", "/games/{aborted}"),
    Stop("game-connect6", "bob", "/games/{connect6}"),
    Stop("game-no-board", "ada", "/games/{without_board}"),
    Stop("game-hexes", "bob", "/games/{hexes}"),
    Stop("game-moved-pieces", "bob", "/games/{moved}"),
    Stop("game-moved-aimed", "bob", "/games/{moved}?from=e7"),
    Stop("games", "ada", "/games"),
    Stop("games-stranger", "stranger", "/games"),
    Stop("games-nothing-found", "stranger", "/games?ruleset=caro"),
    Stop("profile-own", "ada", "/@ada"),
    Stop("profile-other", "ada", "/@bob"),
    Stop("profile-stranger", "stranger", "/@root"),
    Stop("profile-newcomer", "newcomer", "/@newcomer"),
    Stop("profile-computer", "ada", "/@computer"),
    Stop("friends", "ada", "/friends"),
    Stop("friends-none", "newcomer", "/friends"),
    Stop("friends-invited-stranger", "stranger", "/befriend?code={friends_code}"),
    Stop("friends-invited", "newcomer", "/befriend?code={friends_code}"),
    Stop("friends-invited-already", "ada", "/befriend?code={friends_code}"),
    Stop("settings", "ada", "/settings"),
    Stop("settings-refused", "ada", "/settings", press("Change the password")),
    Stop("devices", "root", "/devices", make_token),
    Stop("sign-in-settings", "ada", "/settings/sign-in"),
    Stop("two-steps-begun", "newcomer", "/settings/sign-in", begin_two_steps),
    Stop("two-steps-code-refused", "newcomer", "/settings/sign-in", give_wrong_code),
    Stop("two-steps-on", "careful", "/settings/sign-in"),
    Stop("recovery-codes", "careful", "/settings/sign-in", press("Make new recovery codes")),
    Stop("confirm", "ada", "/confirm?next=/settings"),
    Stop("confirm-refused", "careful", "/confirm?next=/settings", press("Go on")),
    Stop("look", "stranger", "/look"),
    Stop("notices", "bob", "/notices"),
    Stop("notices-none", "newcomer", "/notices"),
    Stop("admin", "root", "/admin"),
    Stop("admin-user", "root", "/admin/users/ada"),
    Stop("admin-games", "root", "/admin/games"),
    Stop("admin-audit", "root", "/admin/audit"),
    Stop("replay-file", "stranger", "/replay"),
    Stop("replay", "stranger", REPLAY),
    Stop("embedded", "stranger", "/embed/games/{running}"),
    Stop("embedded-nothing", "stranger", "/embed/games/nothing"),
    Stop("error-unknown", "ada", "/nothing/here"),
    Stop("error-forbidden", "ada", "/admin"),
]

HEAVIEST = 80 * 1024  # bytes
# Each page in two looks, the next one in the other two; those who want pictures get all four. Everything that can be
# unfolded is so in every other look: then it is seen itself, and hides what is below it.
LOOKS = [(360, "light", False), (1280, "dark", True), (360, "dark", True), (1280, "light", False)]
WIDE_LOOKS = [(768, "light", False), (2560, "dark", False)]  # only for pictures of boards
_AXE = """() => axe.run({resultTypes: ["violations"]})"""
_SHIFTS = """() => new Promise(done => {
    const seen = [];
    new PerformanceObserver(list => seen.push(...list.getEntries())).observe({type: "layout-shift", buffered: true});
    requestAnimationFrame(() => requestAnimationFrame(() => done(seen.map(each => [
        each.value, each.sources.map(one => one.node?.outerHTML?.slice(0, 80) ?? "").join(" and "),
    ]))));
})"""
_TOO_WIDE = "() => document.documentElement.scrollWidth > document.documentElement.clientWidth"
_UNFOLD = "open => document.querySelectorAll('details').forEach(each => each.open = open)"


Hall = tuple[str, Mapping[str, str], Mapping[str, BrowserContext]]


@pytest.fixture(scope="module")
def hall(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Hall]:
    """(its address, names of what is in it, browsers by who sits there)."""
    with eventful_hall(tmp_path_factory.mktemp("pages"), request.node) as (server, names):
        browsers = visitors(browser, server.url, names["guests_code"])
        stay_trusted(server)
        yield server.url, names, browsers


@contextmanager
def visiting(context: BrowserContext, **headers: str) -> Iterator[Page]:
    """The one tab of this visitor, like new: another tab would be another process, which costs more than the page that
    is looked at in it."""
    page = context.pages[0] if context.pages else context.new_page()
    page.set_extra_http_headers(headers)
    page.set_viewport_size({"width": 360, "height": 740})
    page.emulate_media(color_scheme="null")
    yield page
    page.goto("about:blank")  # it does not live on beside the others


@contextmanager
def overheard(page: Page) -> Iterator[tuple[list[str], list[str]]]:
    """The errors that it tells of meanwhile, and the addresses that it asks for."""
    faults: list[str] = []
    asked: list[str] = []
    listeners: dict[Any, Callable[[Any], None]] = {
        "console": lambda message: faults.append(message.text) if message.type == "error" else None,
        "pageerror": lambda error: faults.append(str(error)),
        "request": lambda request: asked.append(request.url),
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    yield faults, asked
    for event, listener in listeners.items():
        page.remove_listener(event, listener)


@pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])
def test_a_page(stop: Stop, hall: Hall, look: Path | None) -> None:
    """Nobody is kept out (axe finds nothing), nothing is cut off or jumps, no script and no policy is broken, and
    nothing is asked of another host."""
    url, names, browsers = hall
    with visiting(browsers[stop.who]) as page, overheard(page) as (faults, asked):
        page.goto(stop.path.format_map(names))
        assert jumps(page) == []
        if stop.then:
            stop.then(page)
        assert {address for address in asked if not address.startswith((f"{url}/", "data:"))} == set()
        for width, light, unfolded in looks_at(stop, all_of_them=look is not None):
            page.set_viewport_size({"width": width, "height": 1440 if width > 2000 else 900 if width > 500 else 740})
            page.emulate_media(color_scheme="dark" if light == "dark" else "light")
            page.evaluate(_UNFOLD, unfolded)
            if look:
                page.screenshot(path=look / f"{stop.name}-{width}-{light}.png", full_page=True)
            assert not page.evaluate(_TOO_WIDE), f"at {width} the page is wider than the screen"
            assert violations(page) == [], f"at {width}, {light}"
    assert [each for each in faults if "status of 4" not in each] == []


@pytest.mark.parametrize("stop", STOPS, ids=[stop.name for stop in STOPS])
def test_a_page_in_another_language(stop: Stop, hall: Hall, look: Path | None) -> None:
    """Nothing on it is English but what people and the examples' rules say, and its longer words fit on a phone.
    Each page in one of the languages, the next one in the next."""
    _, names, browsers = hall
    others = [code for code in languages() if code != ENGLISH]
    code = others[STOPS.index(stop) % len(others)]
    with visiting(browsers[stop.who], **{"Accept-Language": code}) as page:
        page.goto(stop.path.format_map(names))
        if stop.then:
            stop.then(page)
        page.evaluate(_UNFOLD, True)
        if look:
            page.screenshot(path=look / f"{stop.name}-{code}.png", full_page=True)
        assert english_left(page, code) == []
        assert not page.evaluate(_TOO_WIDE)


def test_a_games_page_is_light(hall: Hall, browser: Browser) -> None:
    """All that travels to a player whose browser keeps nothing yet: the live page of a long game and its scripts."""
    url, names, browsers = hall
    page = browser.new_context(base_url=url, storage_state=browsers["ada"].storage_state()).new_page()
    network = page.context.new_cdp_session(page)
    sizes: list[float] = []
    network.on("Network.loadingFinished", lambda loaded: sizes.append(loaded["encodedDataLength"]))
    network.send("Network.enable")
    page.goto(f"/games/{names['long']}")
    assert page.evaluate("[typeof htmx, document.forms['move-bar'].hidden]") == ["object", False]
    assert len(sizes) > 3
    assert sum(sizes) <= HEAVIEST
    assert jumps(page) == []


def test_an_address_is_copied_with_one_press(hall: Hall, browser: Browser) -> None:
    url, names, _ = hall
    context = browser.new_context(base_url=url, permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"/games/{names['won']}?ply=2")
    page.locator("summary", has_text="Share").click()
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_have_count(1)
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/games/{names['won']}?ply=2")


def looks_at(stop: Stop, *, all_of_them: bool) -> list[tuple[int, str, bool]]:
    """How to look at a page: (pixels across, light or dark, unfolded)."""
    if all_of_them:
        return LOOKS + (WIDE_LOOKS if stop.name.startswith("game-") else [])
    first = 2 * (STOPS.index(stop) % 2)
    return LOOKS[first : first + 2]


def jumps(page: Page) -> list[str]:
    """What has moved while the page came. Less than a hundredth is nothing: on a slow machine a line may be painted
    before its last word is there."""
    seen: list[tuple[float, str]] = page.evaluate(_SHIFTS)
    return [f"{value}: {moved}" for value, moved in seen] if sum(value for value, _ in seen) >= 0.01 else []


def violations(page: Page) -> list[str]:
    """What axe finds, each with where and why."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE_SCRIPT} }} }}")
    found: list[Any] = page.evaluate(_AXE)["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for each in found
        for node in each["nodes"]
    ]
