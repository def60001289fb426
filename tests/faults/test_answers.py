"""One effect, however often and wherever a move is asked for, and whoever is gone before its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import Player
from rig.faultproxy import bad_line
from rig.people import moves_without_end
from rig.server import Serve
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak]

LENGTH = (20, 100)  # plies of each game, in the quick share and in the whole


@asynccontextmanager
async def _two(history: History, *urls: str) -> AsyncIterator[list[Player]]:
    players = [Player(name, urls, history) for name in ("ada", "bob")]
    for player in players:
        await player.register()
    yield players
    for player in players:
        await player.close()


async def _start(players: Sequence[Player]) -> str:
    made = await players[0].insist("POST", "/challenges", {"ruleset": "gomoku", "seat": 0, "opponent": "bob"})
    return str((await players[1].insist("POST", f"/challenges/{made['id']}/respond", {"action": "accept"}))["game_id"])


async def test_two_workers_are_asked_for_the_same_ply(
    serve: Serve, database_url: str, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    """For one move twice, and for two moves of which one is right."""
    servers = [serve(database_url=database_url) for _ in range(2)]
    async with _two(history, *[server.url for server in servers]) as players:
        for _game in range(share(1, 10)):
            cells = list(moves_without_end())
            path = f"/games/{await _start(players)}/moves"
            for ply in range(share(*LENGTH)):
                other = ply + 2 * (ply // 2 % 2)  # by turns the same one, and the one that is this seat's next
                asked = [{"move": cells[each], "ply": ply} for each in (ply, other)]
                answers = await asyncio.gather(*(players[ply % 2].ask("POST", path, body) for body in asked))
                if other == ply:
                    assert answers[0] == answers[1], "the first answer, again"
                    assert answers[0][0] == 200
                else:
                    assert sorted(status or 0 for status, _ in answers) == [200, 409], answers
                    if answers[1][0] == 200:
                        cells[ply], cells[other] = cells[other], cells[ply]
        verdict = nothing_lost(database_url, servers[0].url)
    figure("plies asked of two workers at once", verdict.acknowledged)


async def test_the_client_is_gone_between_commit_and_answer(
    serve: Serve, database_url: str, history: History, nothing_lost: Judge, share: Share, figure: Figure
) -> None:
    server = serve(database_url=database_url, workers=2)
    with bad_line(server) as line:
        async with _two(history, line.url) as players:
            for _game in range(share(1, 10)):
                cells = list(moves_without_end())
                path = f"/games/{await _start(players)}/moves"
                for ply in range(share(*LENGTH)):
                    body = {"move": cells[ply], "ply": ply}
                    line.lose_answers()
                    assert (await players[ply % 2].ask("POST", path, body))[0] is None
                    line.heal()
                    status, said = await players[ply % 2].ask("POST", path, body)
                    assert (status, said["ply"], said["move"]) == (200, ply + 1, cells[ply])
    verdict = nothing_lost(database_url, server.url)
    figure("answers lost on their way", verdict.unknown)
