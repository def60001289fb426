"""What games' pages are made of is remembered. Nobody is shown by it what has changed since, nor what is another's."""

from __future__ import annotations

import random
import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from gamehall.accounts import update_user, user_by_name
from gamehall.challenges import ChallengeTerms
from gamehall.clocks import read_terms
from gamehall.lobby import create_challenge, respond
from rig.hall import Hall, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
Deed = Callable[[], Awaitable[object]]

FISCHER = read_terms({"kind": "fischer", "initial": 36_000, "increment": 5})
NEAR = [f"{column}{row}" for column in "ghi" for row in (7, 8, 9)]
# What is of the moment at which a page was asked for: its place in the feed, times, clocks, the rest of a pause.
MOMENT = re.compile(
    r"""cursor=[0-9-]+|data-left="[^"]*"|<time .*?</time>"""
    r"""|(?<=id="clock-[01]").*?</p>|(?<=<div class="offer"><p>)[^<]*\d[^<]*""",
    re.DOTALL,
)
DEEDS = 4


TOKEN = re.compile(r'name="form_token" value="([^"]*)"')


def lasting(html: str) -> str:
    """What of a page is to be the same wherever it is made, with all of its forms being those of one browser."""
    tokens = set(TOKEN.findall(html))
    assert len(tokens) <= 1
    return MOMENT.sub("", TOKEN.sub("", html))


class Table:
    """A game that ada and bob play, and everybody who looks at it in a hall and how."""

    def __init__(self, ada: Any, bob: Any, others: list[Any], path: str) -> None:
        self.players = (ada, bob)
        self.people = [ada, bob, *others]
        self.path = path

    async def seen(self, make: Make, hall: Hall) -> dict[tuple[int, str, str], str]:
        """What each of them is shown by this hall, by who it is, the path, and whether a piece is asked for."""
        ways = [("", ""), ("?forbidden=on", ""), ("?ply=1", ""), ("?auto=on", "true")]
        shown = {}
        for number, each in enumerate(self.people):
            visitor = make(hall, **each.cookies)
            for query, piece in ways:
                answer = await visitor.get(self.path + query, headers={"hx-request": piece, "accept-language": "de"})
                shown[number, query, piece] = lasting(answer.text)
        embedded = await make(hall).get(f"/embed{self.path}")
        return shown | {(-1, "", ""): lasting(embedded.text)}


async def test_it_is_shown_as_by_a_worker_that_remembers_nothing(
    database_url: str, start_hall: StartHall, newcomer: Make
) -> None:
    """A random evening: two play by several workers, while they and others look, and choose, and an admin switches."""
    one = await start_hall(database_url)
    workers = [one]
    ada, bob, carla = [await newcomer(one).register(name) for name in ("ada", "bob", "carla")]
    ids = [(await one.host.read(user_by_name, name)).id for name in ("ada", "bob", "carla")]
    await one.host.write(update_user, ids[2], {"is_admin": True})
    await carla.sign_in("carla")
    terms = ChallengeTerms(ruleset="renju", opponent="bob", seat=0, clock=FISCHER)
    challenge = await create_challenge(one.host, ids[0], terms)
    path = f"/games/{(await respond(one.host, challenge.id, ids[1], 'accept')).game_id}"
    table = Table(ada, bob, [carla, newcomer(one)], path)

    def act(what: str, **typed: str) -> Deed:
        """Sends a form by either player in either worker; that it may be refused is a part of it."""

        async def deed() -> None:
            who = random.choice(table.players)
            hall = random.choice(workers)
            token = (await who.page("/settings")).form("/settings").values
            answer = await newcomer(hall, **who.cookies).post(f"{path}/{what}", token | typed)
            assert answer.status_code in (303, 403, 409, 422), answer.text

        return deed

    async def move() -> None:
        await act("move", move=random.choice(NEAR))()

    async def look() -> None:
        kind, values = random.choice(
            [
                ("language", ["", "de", "es"]),
                ("theme", ["light", "dark"]),
                ("confirm", ["auto", "always", "slow", "never"]),
                ("zen", ["true", "false"]),
                ("coordinates", ["true", "false"]),
            ]
        )
        await random.choice(table.people).go("/look", "/look?next=/", **{kind: random.choice(values)})

    async def rename() -> None:
        named = {"display_name": f"<b> & {len(workers)}"}
        await random.choice(workers).host.write(update_user, random.choice(ids[:2]), named)

    async def switch() -> None:
        token = (await carla.page("/admin")).form("/admin/features").values
        wanted = {"key": random.choice(["pictures", "sse_push"]), "state": random.choice(["on", "off"])}
        assert (await carla.post("/admin/features", token | wanted)).status_code == 303

    offers = [act(kind, action=action) for kind in ("draw", "takeback", "pause") for action in ("offer", "decline")]
    offers += [act("takeback", action="accept"), act("pause", action="accept"), act("pause", action="end")]
    deeds = [*[move] * len(offers), *offers]
    await ada.go(path, f"{path}/move", move="h8")
    for last in (False, True):
        for deed in [*random.choices(deeds, k=DEEDS), *([act("resign")] if last else [])]:
            await deed()
            await table.seen(newcomer, one)
        for deed in (rename, look, switch):  # the game stays at its revision
            await deed()
        remembered = await table.seen(newcomer, one)
        workers.append(await start_hall(database_url))
        made = await table.seen(newcomer, workers[-1])
        for way, html in remembered.items():
            assert html.splitlines() == made[way].splitlines(), way
    assert len(set(remembered.values())) > len(table.people)
