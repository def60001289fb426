"""Who is here: seen by requests and streams, written down now and then, and gone with the worker that saw them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gamehall.gamelog import Game, load_game
from gamehall.presence import Presence, Seen, last_seen
from gamehall.tables import game as game_table
from gamehall.tables import presence, spectators, user
from rig.hall import Client, Hall, done, start_game
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

LASTS = 15_000  # whoever was seen by a stream is there for so long
STALE = 30_000


async def id_of(who: Client) -> str:
    return str(done(await who.get("/users/me"))["id"])


async def write_down(hall: Hall, *workers: Presence) -> int:
    """Lets these workers, by default the hall's own, write down what they see; the moment."""
    now = hall.host.hall_time()
    for each in workers or (hall.host.presence,):
        await each.write_down(now)
    return now


async def seen(hall: Hall, user_id: str) -> Seen:
    found = await hall.host.read(last_seen, user_id)
    assert found is not None
    return found


async def rows(hall: Hall, table: sa.Table) -> int:
    return len(await hall.host.read(lambda c: c.execute(sa.select(table)).all()))


async def watched_game(hall: Hall) -> tuple[Game, list[Client]]:
    players = await hall.users("ada", "bob")
    return await hall.host.read(load_game, await start_game(*players)), players


async def spectators_in(hall: Hall, game_id: str) -> int:
    """As the game and the list of games say it, which must be the same."""
    shown = done(await hall.nobody.get(f"/games/{game_id}"))["spectators"]
    (listed,) = done(await hall.nobody.get("/games"))["items"]
    assert listed["spectators"] == shown
    return int(shown)


# -- When somebody was last seen


async def test_whoever_asks_for_something_is_seen(each_hall: Hall) -> None:
    ada, _ = await each_hall.users("ada", "bob")
    user_id = await id_of(ada)
    first = await write_down(each_hall)
    found = await seen(each_hall, user_id)
    assert (found.at <= first, found.by_stream) == (True, False)
    await pass_time(100_000, each_hall)
    await each_hall.nobody.get("/users/ada")
    await write_down(each_hall)
    assert await seen(each_hall, user_id) == found
    await ada.get("/users/me")
    await write_down(each_hall)
    assert (await seen(each_hall, user_id)).at >= first + 100_000


async def test_whoever_follows_a_stream_is_there_until_it_ends(each_hall: Hall) -> None:
    user_id = await id_of(await each_hall.user("ada"))
    with each_hall.host.presence.following(user_id, []):
        for _ in range(5):
            await pass_time(LASTS // 2, each_hall)
            now = await write_down(each_hall)
            found = await seen(each_hall, user_id)
            assert (found.by_stream, now - LASTS < found.at <= now) == (True, True), "by this beat or the one before"
        with each_hall.host.presence.following(user_id, []):
            pass
        await pass_time(LASTS, each_hall)
        await write_down(each_hall)
        assert (await seen(each_hall, user_id)).is_there(each_hall.host.hall_time())
    ended = await write_down(each_hall)
    await pass_time(LASTS, each_hall)
    await write_down(each_hall)
    found = await seen(each_hall, user_id)
    assert found.at <= ended
    assert found.by_stream
    assert not found.is_there(each_hall.host.hall_time())


async def test_a_request_beside_a_stream_does_not_hide_it(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    user_id = await id_of(ada)
    with each_hall.host.presence.following(user_id, []):
        await ada.get("/users/me")
        await write_down(each_hall)
        assert (await seen(each_hall, user_id)).by_stream
    await ada.get("/users/me")
    await write_down(each_hall)
    assert not (await seen(each_hall, user_id)).by_stream


async def test_of_several_workers_the_latest_sight_counts(each_hall: Hall) -> None:
    user_id = await id_of(await each_hall.user("ada"))
    await write_down(each_hall)
    early, late = Presence(each_hall.host.database), Presence(each_hall.host.database)
    now = each_hall.host.hall_time() + 1_000_000
    late.seen(user_id)
    await late.write_down(now)
    with early.following(user_id, []):
        await early.write_down(now - 10)
    assert await seen(each_hall, user_id) == Seen(now, by_stream=False)


async def test_a_user_who_is_deleted_takes_nobody_else_along(each_hall: Hall) -> None:
    ada, bob = [await id_of(each) for each in await each_hall.users("ada", "bob")]
    await write_down(each_hall)
    await each_hall.host.write(lambda c: c.execute(user.delete().where(user.c.id == ada)))
    written = await each_hall.host.read(lambda c: set(c.scalars(sa.select(presence.c.user_id))))
    assert written & {ada, bob} == {bob}
    await pass_time(1, each_hall)
    with each_hall.host.presence.following(ada, []):
        each_hall.host.presence.seen(bob)
        now = await write_down(each_hall)
    assert await seen(each_hall, bob) == Seen(now, by_stream=False)
    assert await each_hall.host.read(last_seen, ada) is None


async def test_what_could_not_be_written_is_written_later(hall: Hall) -> None:
    user_id = await id_of(await hall.user("ada"))
    await write_down(hall)
    await pass_time(1_000, hall)
    worker = Presence(hall.host.database)
    worker.seen(user_id)
    await hall.host.write(lambda c: c.exec_driver_sql("ALTER TABLE presence RENAME TO away"))
    with pytest.raises(sa.exc.OperationalError):
        await write_down(hall, worker)
    await hall.host.write(lambda c: c.exec_driver_sql("ALTER TABLE away RENAME TO presence"))
    now = await write_down(hall, worker)
    assert (await seen(hall, user_id)).at == now


# -- Spectators


async def test_spectators_are_the_streams_of_others_than_the_players(each_hall: Hall) -> None:
    game, (ada, _) = await watched_game(each_hall)
    eve = await id_of(await each_hall.user("eve"))
    presence_ = each_hall.host.presence
    assert await spectators_in(each_hall, game.id) == 0
    with presence_.following(None, [game]), presence_.following(await id_of(ada), [game]):
        await write_down(each_hall)
        assert await spectators_in(each_hall, game.id) == 1
        with presence_.following(eve, [game]):
            await write_down(each_hall)
            assert await spectators_in(each_hall, game.id) == 2
            await pass_time(10 * STALE, each_hall)
            await write_down(each_hall)
            assert await spectators_in(each_hall, game.id) == 2
        await write_down(each_hall)
        assert await spectators_in(each_hall, game.id) == 1
    await write_down(each_hall)
    assert await spectators_in(each_hall, game.id) == 0
    assert await rows(each_hall, spectators) == 0


async def test_spectators_of_all_workers_are_counted_and_a_dead_worker_leaves_none(each_hall: Hall) -> None:
    game, _ = await watched_game(each_hall)
    alive, dying, stopping = workers = [Presence(each_hall.host.database) for _ in range(3)]
    with alive.following(None, [game]), dying.following(None, [game]), stopping.following(None, [game]):
        await write_down(each_hall, *workers)
        assert await spectators_in(each_hall, game.id) == 3
        await stopping.leave()
        assert await spectators_in(each_hall, game.id) == 2
        await pass_time(STALE // 2, each_hall)
        await write_down(each_hall, alive)
        assert await spectators_in(each_hall, game.id) == 2
        await pass_time(STALE // 2, each_hall)
        assert await spectators_in(each_hall, game.id) == 1
        await pass_time(STALE // 2, each_hall)
        await write_down(each_hall, alive)
        assert await rows(each_hall, spectators) == 1


async def test_a_game_that_is_gone_takes_no_other_along(each_hall: Hall) -> None:
    game, players = await watched_game(each_hall)
    gone = await each_hall.host.read(load_game, await start_game(*players))
    await each_hall.host.write(lambda c: c.execute(game_table.delete().where(game_table.c.id == gone.id)))
    worker = Presence(each_hall.host.database)
    with worker.following(None, [gone, game]):
        await write_down(each_hall, worker)
    assert await spectators_in(each_hall, game.id) == 1
