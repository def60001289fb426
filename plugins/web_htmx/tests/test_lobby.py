"""Proposing and finding games in the browser: the clock in the form, being paired, filters, and how long it waits."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from gamehall.clocks import PRESETS, describe
from gamehall.lobby import expire_challenges
from gamehall.tables import challenge as challenges
from rig.hall import Hall, StartHall
from rig.streaming import Stream, StreamingTransport

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
PLAY = "/play?ruleset=tic-tac-toe"


async def terms(hall: Hall, path: str) -> dict[str, Any]:
    """The clock of the challenge at a path, as the API tells it."""
    found = await hall.nobody.get(path.partition("?")[0])
    assert found.status_code == 200, found.text
    clock: dict[str, Any] = found.json()["clock"]
    return clock


async def test_every_clock_that_has_a_name_can_be_chosen(hall: Hall, players: list[Any]) -> None:
    ada, bob = players
    for name, each in PRESETS.items():
        path = await ada.go(PLAY, "/play", whom="open", clock=name)
        assert (await terms(hall, path))["kind"] == type(each).__struct_config__.tag
        for page in (await ada.page(path), await bob.page("/")):
            assert describe(each).lower() in page.text.lower()


@pytest.mark.parametrize(
    "own",
    [
        {"kind": "fischer", "initial": 61, "increment": 0},
        {"kind": "byoyomi", "initial": 0, "period": 10, "periods": 7},
        {"kind": "canadian", "initial": 5, "period": 60, "moves": 8},
        {"kind": "correspondence", "days": 14, "vacation": 30},
    ],
)
async def test_a_clock_of_ones_own(hall: Hall, players: list[Any], own: dict[str, Any]) -> None:
    ada, _ = players
    kind = own["kind"]
    typed = {f"{kind}_{name}": f" {value} " for name, value in own.items() if name != "kind"}
    path = await ada.go(PLAY, "/play", whom="open", clock=f"own-{kind}", **typed)
    assert await terms(hall, path) == own


async def test_what_the_form_shows_of_a_kind_is_a_clock(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    assert (await ada.page(PLAY)).form("/play").values["clock"] == "no-clock"
    for kind in ("fischer", "byoyomi", "canadian", "correspondence"):
        path = await ada.go(PLAY, "/play", whom="open", clock=f"own-{kind}")
        assert (await terms(hall, path))["kind"] == kind


async def test_what_is_wrong_with_a_clock_stands_at_its_field(players: list[Any]) -> None:
    ada, _ = players
    page = await ada.refused(
        PLAY, "/play", 422, clock="own-byoyomi", byoyomi_period="0", byoyomi_periods="x", fischer_initial="7"
    )
    assert page.words("clock-byoyomi-period-error") == "Give a whole number from 1 to 3600."
    assert page.words("clock-byoyomi-periods-error") == "Give a whole number from 1 to 100."
    shown = page.form("/play").values
    assert (shown["clock"], shown["byoyomi_period"], shown["fischer_initial"]) == ("own-byoyomi", "0", "7")
    for wrong in ("hourglass", "own-hourglass", "fischer", ""):
        assert (await ada.refused(PLAY, "/play", 422, clock=wrong)).words("clock-error")


async def test_pressing_the_same_button_makes_a_game(players: list[Any]) -> None:
    ada, bob = players
    quick = {"ruleset": "tic-tac-toe", "clock": "10+5"}
    waiting = await ada.go("/", "/play/pair", **quick)
    assert waiting.endswith("?auto=on")
    assert "Looking for" in (await ada.page(waiting)).words("status")
    assert await ada.go("/", "/play/pair", **quick) == waiting, "it waits already"
    game = await bob.go("/", "/play/pair", **quick)
    assert game.startswith("/games/")
    assert (await ada.get(waiting)).headers["location"] == f"{game}?auto=on"


async def test_the_buttons_offer_clocks_that_are_there(hall: Hall, players: list[Any]) -> None:
    ada, _ = players
    form = (await ada.page("/")).form("/play/pair")
    for name, value, words in form.buttons:
        assert (name, words.lower()) == ("clock", describe(PRESETS[value]).lower())
        path = await ada.go("/", "/play/pair", ruleset="tic-tac-toe", clock=value)
        assert (await terms(hall, path))["kind"] == type(PRESETS[value]).__struct_config__.tag
    assert (await ada.refused("/", "/play/pair", 422, clock="hourglass")).words("clock-error")
    assert (await ada.send("/", "/play/pair", ruleset="chess", clock="10+5")).status_code == 404


async def test_being_paired_by_the_whole_form(players: list[Any]) -> None:
    ada, bob = players
    wanted = {"whom": "pair", "clock": "3-days", "option_board_size": "19"}
    waiting = await ada.go("/play?ruleset=gomoku", "/play", seat="1", **wanted)
    assert (await bob.go("/play?ruleset=gomoku", "/play", seat="1", **wanted)).startswith("/challenges/")
    assert (await bob.go("/play?ruleset=gomoku", "/play", seat="0", **wanted)).startswith("/games/")
    assert (await ada.get(waiting)).headers["location"].startswith("/games/")


async def test_open_challenges_by_game_and_clock(players: list[Any], person: Make) -> None:
    ada, bob = players
    blitz = await ada.go(PLAY, "/play", whom="open", clock="3+2")
    days = await ada.go("/play?ruleset=gomoku", "/play", whom="open", clock="3-days")

    async def shown(query: str) -> set[str]:
        page = await bob.page(f"/{query}")
        return {form.action for form in page.forms if form.action.endswith("/respond")}

    both = {f"{path}/respond" for path in (blitz, days)}
    assert await shown("") == await shown("?clock=nonsense&ruleset=") == both
    assert await shown("?clock=live") == await shown("?clock=fischer") == await shown("?ruleset=tic-tac-toe")
    assert await shown("?clock=live") == {f"{blitz}/respond"}
    assert await shown("?clock=correspondence&ruleset=gomoku") == {f"{days}/respond"}
    page = await bob.page("/?clock=none&ruleset=gomoku%00")
    assert "No open challenge is like this" in page.text
    assert page.form("/").values == {"ruleset": "gomoku", "clock": "none"}
    await person().page("/?clock=live")


async def test_how_long_a_challenge_waits_is_said(hall: Hall, players: list[Any]) -> None:
    ada, bob = players
    path = await ada.go(PLAY, "/play", whom="open")
    assert re.search("open for (1 hour|59 minutes)", (await bob.page(path)).words("status"))
    over = challenges.update().values(expires_at=hall.host.hall_time())
    await hall.host.write(lambda connection: connection.execute(over))
    await expire_challenges(hall.host)
    assert "Nobody answered in time" in (await ada.page(path)).words("status")
    assert path not in (await bob.page("/")).attribute("a", "href")


async def test_too_many_challenges_are_refused_on_the_form(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall(rate_limits=True, max_challenges=1)
    ada = await newcomer(hall).register("ada")
    await ada.go(PLAY, "/play", whom="open")
    page = await ada.refused(PLAY, "/play", 429, whom="link", clock="own-canadian", canadian_moves="9")
    assert "Withdraw it" in page.text
    assert page.form("/play").values["canadian_moves"] == "9"
    page = await ada.refused("/", "/play/pair", 429, ruleset="gomoku", clock="10+5")
    assert (page.form("/play").values["whom"], page.form("/play").values["clock"]) == ("pair", "10+5")
    assert page.form("/play").values["option_board_size"] == "15"


async def test_who_comes_back_after_a_challenge_was_removed_is_told_of_the_next(hall: Hall, players: list[Any]) -> None:
    ada, bob = players
    (address,) = [given["hx-sse:connect"] for _, given in (await ada.page("/")).attributes if "hx-sse:connect" in given]
    await bob.challenges("", whom="open")
    await hall.host.write(lambda connection: connection.execute(challenges.delete()))
    path = await bob.challenges("", whom="open")
    headers = {"Last-Event-ID": httpx.URL(address).params["cursor"]}
    async with (
        httpx.AsyncClient(base_url="http://hall", transport=StreamingTransport(hall.app)) as client,
        client.stream("GET", address, headers=headers) as answer,
    ):
        stream = Stream(answer)
        assert await stream.kinds(2) == ["hello", "message"]
        told = await stream.next()
    assert f'id="challenge-{path.rpartition("/")[2]}"' in told.data
