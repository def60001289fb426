"""Games by whose turn it is: the order in which they want attention, and the next one to go on with."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from gamehall.client import Client as HallClient
from gamehall.database.prepared import at_length
from gamehall.spans import in_words
from gamehall.standing import suspend_game
from gamehall.tables import game
from gamehall.turns import WAITING, games_by_turn, next_game
from rig.hall import Client, Hall, done, problem, start_game

pytestmark = pytest.mark.anyio

NONE, LONG, SHORT = {"kind": "none"}, {"kind": "correspondence", "days": 7}, {"kind": "correspondence", "days": 1}


async def start(first: Client, second: Client, clock: dict[str, Any]) -> str:
    """A game with a clock, the first to move; its id."""
    terms = {"ruleset": "tic-tac-toe", "seat": 0, "clock": clock}
    challenge = done(await first.post("/challenges", json=terms), 201)
    answer = await second.post(f"/challenges/{challenge['id']}/respond", json={"action": "accept"})
    return str(done(answer)["game_id"])


async def ids(who: Client, path: str) -> list[str]:
    return [each["id"] for each in done(await who.get(path))["items"]]


async def waiting_since(hall: Hall, *times: tuple[str, int]) -> None:
    """Sets since when games wait, in milliseconds of the hall's time."""
    for game_id, turn_at in times:
        await hall.host.write(
            lambda c, *at: c.execute(game.update().where(game.c.id == at[0]), {"turn_at": at[1]}), game_id, turn_at
        )


async def test_own_turn_first_by_the_time_left_then_by_the_wait(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    others_long, others_short = await start(bob, ada, LONG), await start(bob, ada, SHORT)
    first, second, late, soon, suspended = [await start(ada, bob, clock) for clock in (NONE, NONE, LONG, SHORT, LONG)]
    over = await start(ada, bob, SHORT)
    done(await ada.post(f"/games/{over}/resign"))
    await each_hall.host.write(suspend_game, suspended, "The rules failed.")
    await waiting_since(each_hall, (first, 2_000), (second, 1_000))
    order = [soon, late, second, first, others_short, others_long, suspended]
    for caller in (ada, bob, each_hall.nobody):
        assert await ids(caller, "/games?player=ada&order=turn") == order
    own, others = order[:4], order[4:6]
    assert await ids(ada, "/games?player=ada&turn=own") == own
    assert await ids(ada, "/games?player=ada&turn=other") == others
    assert await ids(ada, "/games?player=ada&turn=own&status=active&ruleset=tic-tac-toe") == own
    assert await ids(ada, "/games?player=ada&turn=own&ruleset=gomoku") == []
    assert await ids(ada, "/games?player=ada&order=turn&status=active") == own + others
    assert await ids(ada, "/games?player=ada&order=turn&status=suspended") == [suspended]
    assert await ids(ada, "/games?player=bob&turn=own") == others
    assert await ids(ada, "/games?player=ada&order=newest&limit=1") == [over]
    for size in (1, 2, 3):
        seen, cursor = list[str](), ""
        while cursor is not None:
            part = done(await ada.get(f"/games?player=ada&order=turn&limit={size}&cursor={cursor}"))
            seen += [each["id"] for each in part["items"]]
            cursor = part["next"]
        assert seen == order, size


async def test_parameters_that_contradict_each_other_are_refused(hall: Hall) -> None:
    await hall.user("ada")
    for query, field in [
        ("turn=own", "player"),
        ("order=turn", "player"),
        ("player=ada&turn=mine", "turn"),
        ("player=ada&order=oldest", "order"),
        ("player=ada&turn=own&order=newest", "order"),
        ("player=ada&turn=own&status=finished", "status"),
        *((f"player=ada&turn=own&cursor={text}", "cursor") for text in ("x", "0.1.2", "0.1.2.x", f"9.1.2.{'a' * 26}")),
    ]:
        assert field in str(problem(await hall.nobody.get(f"/games?{query}"), 422, "invalid")["errors"]), query
    far = f"0.{'9' * 19}.{'9' * 19}.{'a' * 26}"
    assert await ids(hall.nobody, f"/games?player=ada&turn=own&cursor={far}") == []


async def test_the_next_game_is_the_one_with_the_least_time(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    assert (await ada.get("/games/next")).status_code == 204
    late, soon = await start(ada, bob, LONG), await start(ada, bob, SHORT)
    free = await start(ada, bob, NONE)
    await start(bob, ada, SHORT)
    assert done(await ada.get("/games/next"))["id"] == soon
    done(await ada.post(f"/games/{soon}/moves", json={"move": "b2"}))
    assert done(await ada.get(f"/games/next?after={soon}"))["id"] == late
    assert done(await ada.get(f"/games/next?after={late}"))["id"] == free, "whoever skips a game comes to the others"
    assert done(await ada.get(f"/games/next?after={free}"))["id"] == late
    done(await ada.post(f"/games/{late}/moves", json={"move": "b2"}))
    assert (await ada.get(f"/games/next?after={free}")).status_code == 204, "it is the one they come from"
    assert done(await ada.get("/games/next?after=%00"))["id"] == free
    problem(await each_hall.nobody.get("/games/next"), 401, "unauthenticated")


async def test_the_client_goes_on(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    token = ada.headers["authorization"].removeprefix("Token ")
    async with HallClient("http://hall", token, transport=ada._transport) as client:
        assert await client.next_game() is None
        game_id = await start_game(ada, bob)
        found = await client.next_game()
        assert found is not None
        assert found.id == game_id
        assert [each.id for each in (await client.games(player="ada", turn="own")).items] == [game_id]
        await client.play(game_id, "b2", 0)
        assert await client.next_game(after=game_id) is None
        assert [each.id for each in (await client.games(player="ada", order="turn")).items] == [game_id]
        assert (await client.mail_notices(False)).mail_notices is False
        assert (await client.me()).mail_notices is False


async def test_a_players_list_does_not_read_the_games_of_others(hall: Hall) -> None:
    ada, _ = await hall.users("ada", "bob")
    user_id = done(await ada.get("/users/me"))["id"]
    for work in (
        games_by_turn,
        next_game,
        lambda connection, player: WAITING.rows(connection, player=player, besides=""),
    ):
        found = await hall.host.read(plans, work, user_id)
        assert "ix_game_seat_user (user_id=?)" in found[0]
        assert "SEARCH game USING INDEX ix_game_status (status=? AND id=?)" in found[0]
        assert not re.search("SCAN (game|user)", "\n".join(found)), found


def plans(connection: sa.Connection, work: Callable[..., Any], user_id: str) -> list[str]:
    """How SQLite finds the rows of each query that this function makes for a user."""
    asked: list[tuple[str, Any]] = []

    def listen(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(connection, "before_cursor_execute", listen)
    with at_length():
        work(connection, user_id)
    sa.event.remove(connection, "before_cursor_execute", listen)
    return [
        "\n".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))
        for statement, parameters in asked
    ]


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (-5, "no time"),
        (1, "1 second"),
        (59_001, "1 minute"),
        (3_599_000, "59 minutes 59 seconds"),
        (3_600_000, "1 hour"),
        (7_260_000, "2 hours 1 minute"),
        (86_460_000, "1 day"),
        (3 * 86_400_000 - 1_000, "2 days 23 hours"),
    ],
)
async def test_spans_in_words(span: int, words: str) -> None:
    assert in_words(span) == words
