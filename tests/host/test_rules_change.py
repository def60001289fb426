"""Rules that change between two starts: running games go on where they replay the same, the others wait, and
finished ones are shown as they were."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.features import Switchable, switch
from gamehall.gamelog import load_game
from gamehall.settings import Settings
from gamehall.standing import MovedOn, advance, settle
from gamehall.tables import event
from rig.changing import CHANGES, PILE, ChangingPlugin, pile
from rig.hall import Client, Hall, InstallPlugin, done, play, problem, running, start_game

pytestmark = pytest.mark.anyio

# How each change shows in a game of the moves take-1, take-3: where, and in whose words.
SAID = {
    "refused": "move 2 (take-3) is not allowed: take-3 is not a legal move here.",
    "position": "move 1 (take-1) leads to another position.",
    "turn": "somebody else is to move at its beginning.",
    "end": "the game is over after move 2 (take-3).",
    "unreadable": "the position at its beginning cannot be read.",
    "raised": "the rules fail at move 2 (take-3).",
}

Open = Callable[..., AbstractAsyncContextManager[Hall]]


@pytest.fixture
def rules(install_plugin: InstallPlugin) -> ChangingPlugin:
    return ChangingPlugin(install_plugin)


@pytest.fixture
def opened(rules: ChangingPlugin, database_url: str, tmp_path: Path) -> Open:
    """Opens a hall on the test's database for a block, which begins when the games have been checked."""

    @contextlib.asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[Hall]:
        settings = Settings(
            database_url=database_url, data_dir=str(tmp_path), rate_limits=False, allowed_hosts=("hall",), **more
        )
        async with running(settings) as hall:
            await asyncio.gather(*(task for task in asyncio.all_tasks() if task.get_name() == "games of other rules"))
            yield hall

    return start


async def seen(hall: Hall, game_id: str) -> dict[str, Any]:
    return done(await hall.nobody.get(f"/games/{game_id}"))


async def move(hall: Hall, player: Client, game_id: str, name: str) -> Any:
    """A move by a player who signed in at another hall on this database."""
    headers = {"authorization": player.headers["authorization"]}
    return await hall.nobody.post(f"/games/{game_id}/moves", json={"move": name}, headers=headers)


async def notices(hall: Hall) -> list[tuple[str, str]]:
    """(game, text) of every notice in the feed."""
    query = sa.select(event.c.data).where(event.c.kind == "notice").order_by(event.c.tx, event.c.id)
    found = await hall.host.read(lambda connection: list(connection.scalars(query)))
    return [(data["game_id"], data["text"]) for data in map(msgspec.json.decode, found)]


async def test_games_go_on_by_rules_that_replay_them(opened: Open, rules: ChangingPlugin) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        without = await start_game(*players, ruleset="pile")
        begun = await start_game(*players, ruleset="pile")
        await play(begun, players, "take-1 take-3")
    rules.become(pile(2, "same"))
    async with opened() as hall:
        for game_id in (without, begun):
            found = await seen(hall, game_id)
            assert (found["status"], found["ruleset_version"]) == ("active", 2)
        assert (await seen(hall, begun))["scene"]["status"] == "5 stones remain."
        assert done(await move(hall, players[0], begun, "take-2"))["ply"] == 3
        assert await notices(hall) == [], "nobody has to know"


async def test_games_that_would_go_another_way_wait_for_rules_that_fit(opened: Open, rules: ChangingPlugin) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        game_id, other = [await start_game(*players, ruleset="pile") for _ in range(2)]
        await play(game_id, players, "take-1 take-3")
        await play(other, players, "take-1 take-2")
    rules.become(pile(2, "refused"))
    for _ in range(2):  # a second start finds nothing new
        async with opened() as hall:
            found = await seen(hall, game_id)
            assert (found["status"], found["ruleset_version"]) == ("suspended", 1)
            assert found["note"].endswith(
                "It was played by version 1; by version 2, installed now, "
                "move 2 (take-3) is not allowed: take-3 is not a legal move here."
            )
            assert (
                problem(await move(hall, players[0], game_id, "take-1"), 409, "game-suspended")["detail"]
                == (found["note"])
            )
            assert await notices(hall) == [(game_id, found["note"])]
            found = await seen(hall, other)
            assert (found["status"], found["ruleset_version"]) == ("active", 2)
    rules.become(pile(3, "raised"))
    async with opened() as hall:
        found = await seen(hall, game_id)
        assert found["note"].endswith("by version 3, installed now, the rules fail at move 2 (take-3).")
    rules.become(PILE)
    async with opened() as hall:
        for each in (game_id, other):
            found = await seen(hall, each)
            assert (found["status"], found["ruleset_version"], found["note"]) == ("active", 1, "")
        assert done(await move(hall, players[0], game_id, "take-3"))["ply"] == 3
        assert (game_id, "The game goes on.") in await notices(hall)


async def test_a_later_version_that_fits_lets_a_game_go_on(opened: Open, rules: ChangingPlugin) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        game_id = await start_game(*players, ruleset="pile")
        await play(game_id, players, "take-3")
    for version, change, status in ((2, "refused", "suspended"), (3, "same", "active"), (4, "refused", "suspended")):
        rules.become(pile(version, change))
        async with opened() as hall:
            found = await seen(hall, game_id)
            assert (found["status"], found["ruleset_version"]) == (status, 1 if version == 2 else 3)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("change", SAID)
async def test_what_players_are_told(opened: Open, rules: ChangingPlugin, change: str) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        game_id = await start_game(*players, ruleset="pile")
        touched = {"row": 0, "col": 0, "ply": 0}
        first = done(await players[0].post(f"/games/{game_id}/moves", json=touched))
        done(await players[1].post(f"/games/{game_id}/moves", json={"move": "take-3"}))
    rules.become(pile(2, change))
    async with opened(strict=True) as hall:
        found = await seen(hall, game_id)
        assert found["status"] == "suspended"
        assert found["note"].endswith(SAID[change])
        assert len(found["note"]) <= 300
        assert found["scene"]["status"] == found["note"]
        for ply in range(3):
            scene = done(await hall.nobody.get(f"/games/{game_id}/scene", params={"ply": ply, "forbidden": True}))
            assert len(scene["pieces"]) == (9, 8, 5)[ply]
            assert scene["inputs"] == []
        problem(await move(hall, players[0], game_id, "take-1"), 409, "game-suspended")
        headers = {"authorization": players[0].headers["authorization"]}
        again = await hall.nobody.post(f"/games/{game_id}/moves", json=touched, headers=headers)
        if change == "unreadable":  # nobody can tell any more what was touched
            problem(again, 409, "stale-ply")
        else:
            assert done(again) == first


async def test_halls_that_start_at_once_agree(opened: Open, rules: ChangingPlugin) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        games = [await start_game(*players, ruleset="pile") for _ in range(6)]
        for game_id in games:
            await play(game_id, players, "take-3" if game_id in games[:3] else "take-2")
    rules.become(pile(2, "refused"))

    async def start() -> None:
        async with opened() as hall:
            found = [await seen(hall, game_id) for game_id in games]
            assert [each["status"] for each in found] == ["suspended"] * 3 + ["active"] * 3
            assert [each["ruleset_version"] for each in found] == [1] * 3 + [2] * 3
            assert sorted(game_id for game_id, _ in await notices(hall)) == games[:3], "each is told once"

    await asyncio.gather(start(), start())


async def test_no_move_comes_before_the_check(opened: Open, rules: ChangingPlugin) -> None:
    """A game that other rules make while this hall is running, as when one worker after the other is replaced."""
    async with opened() as older:
        players = await older.users("ada", "bob")
        rules.become(pile(2, "refused"))
        async with opened() as newer:
            same, other = [await start_game(*players, ruleset="pile") for _ in range(2)]
            await play(same, players, "take-1")
            await play(other, players, "take-3")
            refused = problem(await move(newer, players[1], other, "take-1"), 409, "game-suspended")
            assert "move 1 (take-3) is not allowed" in refused["detail"]
            assert (await seen(newer, other))["moves"] == ["take-3"]
            for hall, player, version in ((newer, 1, 2), (older, 0, 1), (newer, 1, 2)):
                done(await move(hall, players[player], same, "take-1"))
                assert (await seen(hall, same))["ruleset_version"] == version


async def test_a_writer_that_read_a_game_before_other_rules_took_it_up_looks_again(each_hall: Hall) -> None:
    game_id = await start_game(*await each_hall.users("ada", "bob"))
    before = await each_hall.host.read(load_game, game_id)
    await each_hall.host.write(settle, before, before.ruleset_version + 1, "")
    with pytest.raises(MovedOn):
        await each_hall.host.write(advance, before, msgspec.structs.replace(before, ply=1))
    with pytest.raises(MovedOn):
        await each_hall.host.write(settle, before, before.ruleset_version + 2, "")
    assert (await each_hall.host.read(load_game, game_id)).ruleset_version == before.ruleset_version + 1


async def test_a_game_that_the_operator_stopped_is_checked_when_it_goes_on(opened: Open, rules: ChangingPlugin) -> None:
    known = {"ruleset:pile": Switchable("ruleset", ("pile",))}
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        game_id = await start_game(*players, ruleset="pile")
        await play(game_id, players, "take-3")
        await hall.host.write(switch, list(known), on=False, by="test", known=known, suspend=True)
    rules.become(pile(2, "refused"))
    async with opened() as hall:
        assert "operator" in (await seen(hall, game_id))["note"]
        await hall.host.write(switch, list(known), on=True, by="test", known=known)
        problem(await move(hall, players[1], game_id, "take-1"), 409, "game-suspended")
        assert "move 1 (take-3)" in (await seen(hall, game_id))["note"]


@pytest.mark.parametrize("change", sorted(CHANGES))
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_finished_game_is_shown_as_it_was(opened: Open, rules: ChangingPlugin, change: str) -> None:
    async with opened() as hall:
        players = await hall.users("ada", "bob")
        won, given_up = [await start_game(*players, ruleset="pile") for _ in range(2)]
        await play(won, players, "take-1 take-3 take-3 take-2")
        await play(given_up, players, "take-1 take-3")
        done(await players[0].post(f"/games/{given_up}/resign"))
        before = [await shown(hall, each) for each in (won, given_up)]
    rules.become(pile(2, change))
    async with opened(strict=True) as hall:
        assert [await shown(hall, each) for each in (won, given_up)] == before
    rules.vanish()
    async with opened() as hall:
        assert "pile" not in hall.host.rulesets
        assert [await shown(hall, each) for each in (won, given_up)] == before


async def shown(hall: Hall, game_id: str) -> list[Any]:
    """All that must not change of a finished game: its state, its scenes but for their wording, its records."""
    found = await seen(hall, game_id)
    scenes = []
    for ply in range(found["ply"] + 1):
        scene = done(await hall.nobody.get(f"/games/{game_id}/scene", params={"ply": ply, "forbidden": True}))
        scenes.append([scene[name] for name in ("width", "height", "lattice", "pieces", "sides", "inputs")])
    records = []
    for name in ("json", "text"):
        record = await hall.nobody.get(f"/games/{game_id}/record", params={"format": name})
        assert record.status_code == 200
        records.append(record.text.replace("Pile,", "pile,"))  # the title goes with the ruleset
    state = [found[name] for name in ("status", "ruleset_version", "moves", "result", "seats")]
    return [state, found["scene"]["status"], scenes, records]
