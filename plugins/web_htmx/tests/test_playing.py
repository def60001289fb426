"""What a game's page shows and takes besides moves: clocks, receipts, offers, and the ways in which a game ends."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gamehall.accounts import user_by_name
from gamehall.challenges import ChallengeTerms
from gamehall.clocks import read_terms
from gamehall.endings import abort_by_operator, fall_flag
from gamehall.lobby import create_challenge, respond
from rig.hall import Hall
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
SitDown = Callable[..., Awaitable[str]]

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
FISCHER = {"kind": "fischer", "initial": 36_000, "increment": 5}
BYOYOMI = {"kind": "byoyomi", "initial": 60, "period": 3_600, "periods": 3}
CANADIAN = {"kind": "canadian", "initial": 60, "period": 3_600, "moves": 5}
BY_DAYS = {"kind": "correspondence", "days": 3, "vacation": 7}
NO_CLOCK = {"kind": "none"}


@pytest.fixture
def sit_down(hall: Hall, players: list[Any]) -> SitDown:
    """Starts a game of ada, who begins, and bob; its path."""

    async def start(clock: dict[str, Any], ruleset: str = "tic-tac-toe") -> str:
        ada, bob = [(await hall.host.read(user_by_name, name)).id for name in ("ada", "bob")]
        terms = ChallengeTerms(ruleset=ruleset, opponent="bob", seat=0, clock=read_terms(clock))
        challenge = await create_challenge(hall.host, ada, terms)
        return f"/games/{(await respond(hall.host, challenge.id, bob, 'accept')).game_id}"

    return start


def forms(page: Any, game: str) -> set[str]:
    """What can be sent to the game: `draw:offer`, or `resign` where there is nothing to choose."""
    return {
        f"{form.action.removeprefix(game + '/')}{':' * bool(value)}{value}"
        for form in page.forms
        if form.action.startswith(f"{game}/") and not form.action.endswith("/move")
        for _, value, _ in form.buttons
    }


async def token_of(person: Any) -> dict[str, str]:
    return dict((await person.page("/settings")).form("/settings").values)


# -- Clocks


@pytest.mark.parametrize(
    ("clock", "terms", "taken", "rests", "waits"),
    [
        (FISCHER, "600 min + 5 s", 2 * HOUR, "left 8:00:0", "10 hours left 10:00:00"),
        (
            BYOYOMI,
            "1 min + 3 × 60 min",
            70 * MINUTE,
            "1 hour left in this period, 2 periods left 1:00:00 2 periods left",
            "1 minute left, then 3 periods of 1 hour 1:00 + 3 × 1:00:00",
        ),
        (
            CANADIAN,
            "1 min + 5 turns in 60 min",
            30 * MINUTE + 30 * SECOND,
            "left for 4 turns 30:",
            "1 minute left, then 5 turns in 1 hour 1:00 + 5 turns in 1:00:00",
        ),
        (
            BY_DAYS,
            "3 days a turn, 7 of vacation",
            3 * DAY + 12 * HOUR + 30 * MINUTE,
            "3 days left for this turn, then 6 days 11 hours of vacation 3 d vacation 6 d 11 h",
            "3 days left for this turn, then 7 days of vacation 3 d vacation 7 d",
        ),
    ],
)
async def test_what_each_side_has_left(
    hall: Hall,
    players: list[Any],
    sit_down: SitDown,
    clock: dict[str, Any],
    terms: str,
    taken: int,
    rests: str,
    waits: str,
) -> None:
    ada, bob = players
    game = await sit_down(clock)
    page = await ada.page(game)
    assert terms in page.text
    assert page.words("clock-1") == waits
    assert "running" in page.words("clock-0")
    assert "UTC" in page.text
    assert game in page.attribute("a", "href")
    await pass_time(taken, hall)
    await ada.go(game, f"{game}/move", move="b2")
    page = await bob.page(game)
    assert rests in page.words("clock-0")
    assert "running" in page.words("clock-1")
    assert "running" not in page.words("clock-0")


async def test_vacation_begins_when_a_turns_days_are_over(hall: Hall, players: list[Any], sit_down: SitDown) -> None:
    game = await sit_down(BY_DAYS)
    await pass_time(3 * DAY + 12 * HOUR + 30 * MINUTE, hall)
    page = await players[1].page(game)
    assert page.words("clock-0") == "on vacation, 6 days 11 hours of it left, running 6 d 11 h on vacation"


async def test_without_a_clock_no_time_is_shown(players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down(NO_CLOCK)
    await ada.go(game, f"{game}/move", move="b2")
    page = await bob.page(game)
    assert not [name for name in page.ids if name.startswith(("clock-", "time-sheet"))]
    assert "UTC" not in page.text
    assert "pause:offer" not in forms(page, game)


# -- Receipts


async def test_each_moves_receipt_and_the_totals(hall: Hall, players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    assert "time-sheet" not in (await ada.page(game)).ids
    await pass_time(2 * HOUR + 30 * SECOND, hall)
    await ada.go(game, f"{game}/pause", action="offer")
    await bob.go(game, f"{game}/pause", action="accept")
    await pass_time(30 * MINUTE + 30 * SECOND, hall)
    await ada.go(game, f"{game}/move", move="b2")
    await pass_time(HOUR + 30 * SECOND, hall)
    await bob.go(game, f"{game}/move", move="a1")
    await pass_time(3 * HOUR, hall)
    await ada.go(game, f"{game}/move", move="c1")
    page = await bob.page(game)
    assert re.search(r"B2 2:00:\d\d$", page.words("move-1"))
    assert re.search(r"A1 1:00:\d\d$", page.words("move-2"))
    sheet = page.words("time-sheet")
    assert re.search(r"1\. B2 cross 2:00:\d\d 0.5 s 30:\d\d 5 s 2\. A1 nought 1:00:\d\d 0.5 s – 5 s", sheet)
    assert re.search(r"ada, in all 5:00:\d\d 0.6 s 30:\d\d 10 s bob, in all 1:00:\d\d 0.5 s – 5 s$", sheet)


# -- Offers


@pytest.mark.parametrize(
    ("kind", "offered", "own", "declined"),
    [
        ("draw", "ada offers a draw.", "You have offered a draw.", "bob has declined a draw."),
        ("takeback", "ada asks to take their last turn back", "You have asked", "bob does not want you to take"),
        ("pause", "ada offers a pause of up to 1 hour.", "You have offered a pause", "bob has declined a pause."),
    ],
)
async def test_an_offer_waits_is_withdrawn_and_declined(
    players: list[Any], sit_down: SitDown, person: Make, kind: str, offered: str, own: str, declined: str
) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    await ada.go(game, f"{game}/move", move="b2")
    path = f"{game}/{kind}"
    for answer in ("withdrawn", "declined"):
        assert await ada.go(game, path, action="offer") == game
        page = await ada.page(game)
        assert page.words("offers").startswith(own)
        assert {each for each in forms(page, game) if each.startswith(kind)} == {f"{kind}:decline"}
        page = await bob.page(game)
        assert page.words("offers").startswith(offered)
        assert {each for each in forms(page, game) if each.startswith(kind)} == {f"{kind}:accept", f"{kind}:decline"}
        stranger = await person().page(game)
        assert stranger.words("offers") == ""
        assert forms(stranger, game) == set()
        await (ada if answer == "withdrawn" else bob).go(game, path, action="decline")
        assert (await bob.page(game)).words("offers") == ""
    page = await ada.page(game)
    assert page.words("offers").startswith(declined)
    assert f"{kind}:offer" not in forms(page, game)


async def test_only_what_is_possible_now_is_shown(players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    assert forms(await ada.page(game), game) == {"draw:offer", "pause:offer", "abort", "resign"}
    await ada.go(game, f"{game}/move", move="b2")
    assert forms(await ada.page(game), game) == {"draw:offer", "pause:offer", "takeback:offer", "abort", "resign"}
    assert forms(await bob.page(game), game) == {"draw:offer", "pause:offer", "abort", "resign"}
    await bob.go(game, f"{game}/move", move="a1")
    assert forms(await bob.page(game), game) == {"draw:offer", "pause:offer", "takeback:offer", "resign"}
    await bob.go(game, f"{game}/resign")
    assert forms(await bob.page(game), game) == {"rematch:offer"}


async def test_a_turn_is_taken_back_with_its_time(hall: Hall, players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    await ada.go(game, f"{game}/move", move="b2")
    await pass_time(2 * HOUR, hall)
    await bob.go(game, f"{game}/move", move="a1")
    assert "8:00:0" in (await bob.page(game)).words("clock-1")
    await bob.go(game, f"{game}/takeback", action="offer")
    await ada.go(game, f"{game}/takeback", action="accept")
    page = await bob.page(game)
    assert page.words("status").startswith("Your turn")
    assert page.words("cell-a1") == "A1"
    assert "move-2" not in page.ids
    # As it was before the move, and running since.
    assert re.search(r"\b(10:00:00|9:59:\d\d)$", page.words("clock-1"))


async def test_a_pause_is_seen_by_all_and_ended_by_either(hall: Hall, players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    await ada.go(game, f"{game}/pause", action="offer")
    await bob.go(game, f"{game}/pause", action="accept")
    await pass_time(19 * MINUTE + 30 * SECOND, hall)
    page = await bob.page(game)
    assert page.words("offers").startswith("The game is paused for another 40 minutes")
    assert "running" not in page.words("clock-0")
    assert "pause:end" in forms(page, game)
    assert "pause:offer" not in forms(page, game)
    await bob.go(game, f"{game}/pause", action="end")
    page = await bob.page(game)
    assert "paused" not in page.words("offers")
    assert "running" in page.words("clock-0")


async def test_a_rematch_swaps_the_seats_and_is_found_from_the_old_game(
    players: list[Any], sit_down: SitDown, person: Make
) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    await ada.go(game, f"{game}/resign")
    await ada.go(game, f"{game}/rematch", action="offer")
    waiting = await ada.page(f"{game}?auto=on")
    assert waiting.attribute("meta", "http-equiv") == ["refresh"]
    assert "ada offers a rematch" in (await bob.page(game)).words("offers")
    rematch = await bob.go(game, f"{game}/rematch", action="accept")
    assert rematch != game
    page = await bob.page(rematch)
    assert page.words("player-0").startswith("bob you Cross")
    assert "600 min + 5 s" in page.text
    for who in (ada, bob, person()):
        page = await who.page(game)
        assert rematch in page.attribute("a", "href")
        assert forms(page, game) == set()


@pytest.mark.parametrize(
    ("late", "sent", "told"),
    [
        ("draw", {"action": "accept"}, "it was withdrawn"),
        ("takeback", {"action": "accept"}, "Nobody has offered you"),
        ("pause", {"action": "end"}, "The game is not paused."),
        ("abort", {}, "Everybody has moved"),
        ("rematch", {"action": "offer"}, "The game is not over yet."),
        ("claim", {"action": "win"}, "Your opponent is there."),
    ],
)
async def test_a_form_that_comes_too_late_shows_how_the_game_stands(
    players: list[Any], sit_down: SitDown, late: str, sent: dict[str, str], told: str
) -> None:
    ada, bob = players
    game = await sit_down(FISCHER)
    await ada.go(game, f"{game}/draw", action="offer")
    await ada.go(game, f"{game}/draw", action="decline")
    await ada.go(game, f"{game}/move", move="b2")
    await bob.go(game, f"{game}/move", move="a1")
    token = await token_of(bob)
    answer = await bob.post(f"{game}/{late}", token | sent)
    assert answer.status_code == 409
    assert told in answer.text
    assert "ada to move" in answer.text
    assert 'id="cell-b2"' in answer.text


async def test_a_form_for_a_game_that_is_over_tells_its_end(hall: Hall, players: list[Any], sit_down: SitDown) -> None:
    ada, bob = players
    game = await sit_down({"kind": "fischer", "initial": 60})
    token = await token_of(ada)
    await pass_time(61 * SECOND, hall)
    for name, sent in (("resign", {}), ("draw", {"action": "offer"}), ("move", {"move": "b2"}), ("abort", {})):
        answer = await ada.post(f"{game}/{name}", token | sent)
        assert answer.status_code == 409
        assert "You lost – bob won" in answer.text
    assert "Cross ran out of time. Nought wins." in (await bob.page(game)).words("status")


async def test_what_no_form_of_ours_says(players: list[Any], sit_down: SitDown, person: Make) -> None:
    ada, _ = players
    game = await sit_down(FISCHER)
    token = await token_of(ada)
    for name in ("draw", "takeback", "pause", "rematch", "claim"):
        for sent in ({}, {"action": "no"}, {"action": "end" if name != "pause" else ""}):
            assert (await ada.post(f"{game}/{name}", token | sent)).status_code == 400
    cyd = await person().register("cyd")
    token = await token_of(cyd)
    for name in ("draw", "takeback", "pause", "abort", "rematch"):
        assert (await cyd.post(f"{game}/{name}", token | {"action": "offer"})).status_code == 403
        assert (await cyd.post(f"{game}/{name}", {"action": "offer"})).status_code == 403
    assert (await person().post(f"{game}/draw", {"action": "offer"})).headers["location"].startswith("/login")


async def test_htmx_gets_the_offers_without_the_forms_token(players: list[Any], sit_down: SitDown) -> None:
    ada, _ = players
    game = await sit_down(FISCHER)
    form = (await ada.page(game)).form(f"{game}/draw").values
    for action, status, told in (("offer", 200, "You have offered a draw."), ("accept", 409, "Nobody has offered")):
        answer = await ada.post(f"{game}/draw", form | {"action": action}, headers={"HX-Request": "true"})
        assert answer.status_code == status
        assert told in answer.text
        assert "<html" not in answer.text
        assert "form_token" not in answer.text
        ids = set(re.findall(r'id="(alert|offers|clock-0|clock-1|acts-now)"', answer.text))
        assert ids == {"alert", "offers", "clock-0", "clock-1", "acts-now"}


# -- Ends


async def test_who_has_left_is_waited_for_visibly_and_then_claimed_from(
    hall: Hall, players: list[Any], sit_down: SitDown
) -> None:
    ada, bob = players
    for action, headline, status in (
        ("win", "You won, ada!", "Nought left. Cross wins."),
        ("draw", "Draw", "One player left; the other took a draw."),
    ):
        game = await sit_down(FISCHER)
        await ada.go(game, f"{game}/move", move="b2")
        await bob.page(game)
        await hall.host.presence.write_down(hall.host.hall_time())
        await pass_time(2 * MINUTE, hall)
        page = await ada.page(game)
        counting = r"bob has been away; you can claim the game in [78] minutes( \d+ seconds?)?\."
        assert re.fullmatch(counting, page.words("offers"))
        assert not [each for each in forms(page, game) if each.startswith("claim")]
        await pass_time(8 * MINUTE + SECOND, hall)
        page = await ada.page(game)
        assert page.words("offers").startswith("bob has left.")
        await ada.go(game, f"{game}/claim", action=action)
        page = await ada.page(game)
        assert page.words("status") == f"{headline} {status}"


async def test_every_end_is_told_in_words(hall: Hall, players: list[Any], sit_down: SitDown, person: Make) -> None:
    ada, bob = players

    async def resigned(game: str) -> None:
        await bob.go(game, f"{game}/resign")

    async def agreed(game: str) -> None:
        await bob.go(game, f"{game}/draw", action="offer")
        await ada.go(game, f"{game}/draw", action="accept")

    async def out_of_time(game: str) -> None:
        await hall.host.write(fall_flag, game.removeprefix("/games/"), hall.host.hall_time() + 11 * HOUR)

    async def called_off(game: str) -> None:
        await ada.go(game, f"{game}/abort")

    async def closed(game: str) -> None:
        await hall.host.write(abort_by_operator, game.removeprefix("/games/"), hall.host.hall_time())

    ends: tuple[tuple[Callable[[str], Awaitable[None]], str, str, str, str], ...] = (
        (resigned, "You won, ada!", "You lost – ada won", "ada won", "Nought resigned. Cross wins."),
        (agreed, "Draw", "Draw", "Draw", "Both agreed on a draw."),
        (out_of_time, "You lost – bob won", "You won, bob!", "bob won", "Cross ran out of time. Nought wins."),
        (called_off, "Aborted", "Aborted", "Aborted", "Aborted before everybody had moved. Nobody wins."),
        (closed, "Aborted", "Aborted", "Aborted", "Aborted by whoever runs this hall. Nobody wins."),
    )
    for end, *headlines, status in ends:
        game = await sit_down(FISCHER)
        await end(game)
        for who, headline in zip((ada, bob, person()), headlines, strict=True):
            assert (await who.page(game)).words("status") == f"{headline} {status}"
        seen = (await hall.nobody.get(game)).json()
        assert seen["scene"]["status"] == status
