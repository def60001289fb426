"""A hall in this process with two players, and everything that they do in it, again and again."""

from __future__ import annotations

import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench._filling import Model

from gamehall.database import Database
from gamehall.settings import Settings
from rig.hall import PASSWORD, Client, Hall, done, running
from rig.people import moves_without_end

CLOCK = {"kind": "fischer", "initial": 36_000, "increment": 5}
NAMES = ("ada", "bob")


class Table:
    """Two who play at a hall, each with a token and a session of the pages."""

    def __init__(self, hall: Hall, players: list[Client], browsers: list[Client]) -> None:
        self.hall, self.players, self.browsers = hall, players, browsers

    @property
    def database(self) -> Database:
        return self.hall.host.database

    async def begin(self) -> str:
        """A new game, the first of them to move; its id."""
        terms = {"ruleset": "gomoku", "seat": 0, "opponent": NAMES[1], "clock": CLOCK}
        made = done(await self.players[0].post("/challenges", json=terms), 201)
        answer = await self.players[1].post(f"/challenges/{made['id']}/respond", json={"action": "accept"})
        return str(done(answer)["game_id"])

    async def play(self, game_id: str, moves: int, first: int = 0) -> None:
        """So many moves behind the first ones."""
        for ply, cell in list(enumerate(moves_without_end()))[first : first + moves]:
            done(await self.players[ply % 2].post(f"/games/{game_id}/moves", json={"move": cell}))

    async def model(self, moves: int) -> Model:
        """Two games of about so many moves, one of them over."""
        ended, goes_on = await self.begin(), await self.begin()
        await self.play(ended, moves)
        done(await self.players[0].post(f"/games/{ended}/resign"))
        await self.play(goes_on, moves // 2)
        me = done(await self.players[0].get("/users/me"))
        return Model(ended, goes_on, me["id"], moves)


@asynccontextmanager
async def sitting(url: str) -> AsyncIterator[Table]:
    """The two at a hall on this database, where they may have been before."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=url,
            data_dir=str(Path(folder)),
            secret_key="a key of benches, long enough for anybody",
            rate_limits=False,
            mail="off",
            allowed_hosts=("hall",),
            slow_query_ms=0,
        )
        async with running(settings) as hall:
            yield Table(hall, [await _player(hall, name) for name in NAMES], [await _browser(hall) for _ in NAMES])


async def _player(hall: Hall, name: str) -> Client:
    answer = await hall.nobody.post("/auth/token", json={"username": name, "password": PASSWORD})
    if answer.status_code != 200:
        return await hall.user(name)
    player = hall.stranger()
    player.base_url, player.headers["authorization"] = "http://hall/api/v1", f"Token {answer.json()['token']}"
    return player


async def _browser(hall: Hall) -> Client:
    browser = hall.stranger()
    browser.headers["sec-fetch-site"] = "same-origin"
    answer = await browser.post("/login", data={"username": NAMES[0], "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return browser


def flat(statement: str) -> str:
    """A statement in one line, whatever number of values a list in it has."""
    return re.sub(r"(\([?%:][^()]*\))(, \([?%:][^()]*\))+", r"\1, …", " ".join(statement.split()))
