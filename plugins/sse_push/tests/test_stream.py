"""Streams: what they tell, to whom, and when they end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from gamehall.accounts import end_credentials, find_user, update_user
from gamehall.client import Client
from gamehall.credentials import link_for
from gamehall.events import user_channel
from gamehall.features import Switchable, switch
from gamehall.feed import Subscription
from gamehall.presence import last_seen
from gamehall_enhanced_auth.families import live_tokens
from rig.figures import Figures
from rig.hall import PASSWORD
from rig.streaming import Hall, Stream, StreamingTransport, scope_of

pytestmark = pytest.mark.anyio

Start = Callable[..., Awaitable[Hall]]


async def game_of(black: Client, white: Client) -> str:
    ruleset = (await black.rulesets())[0].key
    challenge = await black.challenge(ruleset, (await white.me()).username, seat=0)
    answer = await white.respond(challenge.id, "accept")
    assert answer.game_id is not None
    return answer.game_id


async def test_a_stream_begins_with_hello_and_says_that_nobody_may_keep_it(hall: Hall) -> None:
    stream = await hall.open("lobby")
    hello = await stream.next()
    assert stream.answer.headers["content-type"].startswith("text/event-stream")
    assert stream.answer.headers["cache-control"] == "no-store"
    assert stream.answer.headers["x-accel-buffering"] == "no"
    assert (hello.event, hello.id) == ("hello", str(hall.host.feed.place))
    assert hello.json()["cursor"] == hello.id
    assert hello.json()["channel"] is None
    assert hello.json()["at"].endswith("Z")


async def test_a_move_reaches_both_players_and_a_spectator(hall: Hall) -> None:
    ada, bob = await hall.user("ada"), await hall.user("bob")
    game = await game_of(ada, bob)
    await hall.tell("settled", "lobby")  # the game's beginning is read too, and no news any more
    streams = [
        await hall.open("user", by=ada),
        await hall.open("user", f"game-{game}", "lobby", by=bob),
        await hall.open("lobby", f"game-{game}"),
    ]
    for stream in streams:
        assert (await stream.next()).event == "hello"
    move = (await ada.game(game)).scene.inputs[0].move
    played = await ada.play(game, move)
    await hall.tell("last", "lobby", user_channel((await ada.me()).id))
    for stream, channel in zip(streams, ("user", "user", f"game-{game}"), strict=True):
        event = await stream.next()
        assert (event.event, event.id) == ("game_move", played.cursor)
        assert event.json()["channel"] == channel
        assert event.json()["move"] == move
        assert event.json()["cells"][0]["seat"] == 0
        assert (await stream.next()).event == "last"  # and the move was told once


async def test_events_of_others_are_not_told(hall: Hall) -> None:
    ada, bob, eve = await hall.user("ada"), await hall.user("bob"), await hall.user("eve")
    stream = await hall.open("user", by=eve)
    await stream.next()
    await game_of(ada, bob)
    await hall.tell("notice", user_channel((await eve.me()).id), text="for you")
    assert (await stream.next()).json()["text"] == "for you"


@pytest.mark.parametrize("how", ["header", "query"])
async def test_a_returning_client_misses_nothing_and_hears_nothing_twice(hall: Hall, how: str) -> None:
    stream = await hall.open("lobby")
    heard = [await stream.next()]
    for number in range(30):
        if number % 7 == 3:
            await stream.close()
            for between in range(3):
                await hall.tell("between", "lobby", number=number, between=between)
            last = heard[-1].id
            stream = await (hall.open("lobby", after=last) if how == "header" else hall.open("lobby", cursor=last))
            assert (await stream.next()).id == last
            heard += [await stream.next() for _ in range(3)]
        await hall.tell("step", "lobby", number=number)
        heard.append(await stream.next())
    told = [(each.json()["number"], each.json().get("between")) for each in heard[1:]]
    expected = [
        (number, between) for number in range(30) for between in ([0, 1, 2] if number % 7 == 3 else []) + [None]
    ]
    assert told == expected


async def test_a_client_that_left_during_a_replay_can_go_on_from_its_hello(hall: Hall) -> None:
    first = await hall.tell("first", "lobby")
    await hall.tell("second", "lobby")
    await hall.tell("third", "lobby")
    stream = await hall.open("lobby", after=str(first))
    hello = await stream.next()
    await stream.close()
    stream = await hall.open("lobby", after=hello.id)
    assert await stream.kinds(3) == ["hello", "second", "third"]


async def test_the_header_wins_over_the_query(hall: Hall) -> None:
    first = await hall.tell("first", "lobby")
    second = await hall.tell("second", "lobby")
    await hall.tell("third", "lobby")
    stream = await hall.open("lobby", after=str(second), cursor=str(first))
    assert await stream.kinds(2) == ["hello", "third"]


@pytest.mark.parametrize("cursor", ["0-999999", "7-1", "-1", "yesterday", "0-1\u0660", "9" * 400])
async def test_a_cursor_that_is_not_the_feeds_is_answered_with_resync(hall: Hall, cursor: str) -> None:
    await hall.tell("old", "lobby")
    stream = await hall.open("lobby", cursor=cursor)
    hello, resync = await stream.next(), await stream.next()
    assert (hello.event, resync.event) == ("hello", "resync")
    assert resync.json()["reason"] == "unknown-cursor"
    assert hello.id == resync.id == str(hall.host.feed.place)
    await hall.tell("new", "lobby")
    assert await stream.kinds(1) == ["new"]


async def test_who_may_listen_to_what(hall: Hall) -> None:
    ada, bob = await hall.user("ada"), await hall.user("bob")
    game = await game_of(ada, bob)
    assert await hall.refusal("user") == (401, "unauthenticated")
    assert await hall.refusal("game-" + "0" * 26) == (404, "not-found")
    assert await hall.refusal("game-../../x") == (404, "not-found")
    assert await hall.refusal(user_channel((await ada.me()).id), by=ada) == (422, "invalid")
    assert await hall.refusal("features_changed") == (422, "invalid")
    assert await hall.refusal() == (422, "invalid")
    assert await hall.refusal(*["lobby"] * 21) == (422, "invalid")
    ada.token = "hall_nonsense"
    assert await hall.refusal("lobby", by=ada) == (401, "invalid-token")
    await hall.open("lobby", f"game-{game}")
    await hall.open("lobby", f"game-{game}", "user", by=bob)


@pytest.mark.parametrize("channels", [["user"], ["lobby"]])
async def test_a_stream_ends_with_the_sign_in_that_it_began_with(hall: Hall, channels: list[str]) -> None:
    phone, desk = await hall.user("ada"), await hall.user("bob")
    desk.token = None
    await desk.sign_in("ada", "correct horse battery")
    ending, going_on = await hall.open(*channels, by=phone), await hall.open("user", by=desk)
    await ending.next()
    await going_on.next()
    await phone.sign_out()
    closed = await ending.next()
    assert (closed.event, closed.json()["reason"]) == ("closed", "not-allowed")
    with pytest.raises(StopAsyncIteration):
        await ending.next()
    await hall.tell("notice", user_channel((await desk.me()).id), text="for you")
    assert await going_on.kinds(1) == ["notice"]  # and nothing of how the other one ended


async def test_all_streams_of_a_user_end_together(hall: Hall) -> None:
    ada = await hall.user("ada")
    streams = [await hall.open("user", by=ada), await hall.open("lobby", by=ada)]
    await hall.host.write(end_credentials, (await ada.me()).id)
    for stream in streams:
        assert await stream.kinds(2) == ["hello", "closed"]


async def test_whatever_ends_a_sign_in_ends_its_streams_at_once(start: Start) -> None:
    """No heartbeat could find it within the time that a test waits."""
    hall = await start(heartbeat_seconds=60)
    host, new = hall.host, "another good sentence"
    root = await hall.user("root")
    await host.write(update_user, (await root.me()).id, {"is_admin": True})

    async def reset(ada: Client) -> None:
        ada_id = (await ada.me()).id
        person = await host.read(find_user, ada_id)
        assert person is not None
        code = await host.write(link_for, person, host.secret)
        await hall.call("POST", "/users/password", root, code=code, password=new)

    async def revoke(ada: Client) -> None:
        (token,) = await host.read(live_tokens, (await ada.me()).id)
        await hall.call("DELETE", f"/auth/tokens/{token.family_id}", ada)

    def by_admin(act: str) -> Callable[[Client], Awaitable[None]]:
        async def acting(ada: Client) -> None:
            await hall.call("POST", f"/admin/users/{(await ada.me()).username}/{act}", root)

        return acting

    ends: dict[str, Callable[[Client], Awaitable[None]]] = {
        "password": lambda ada: hall.call("POST", "/users/me/password", ada, current=PASSWORD, password=new),
        "reset": reset,
        "disabled": by_admin("disable"),
        "deleted": lambda ada: hall.call("DELETE", "/users/me", ada, password=PASSWORD),
        "everywhere": by_admin("sign-out"),
        "revoked": revoke,
    }
    for name, end in ends.items():
        ada = await hall.user(f"ada-{name}")
        streams = [await hall.open(channel, by=ada) for channel in ("user", "lobby")]
        for stream in streams:
            assert (await stream.next()).event == "hello"
        await end(ada)
        for stream in streams:
            assert await stream.kinds(1) == ["closed"], name


async def test_the_heartbeat_finds_an_end_that_nobody_announced(start: Start) -> None:
    hall = await start(heartbeat_seconds=0.05)
    ada = await hall.user("ada")
    stream = await hall.open("lobby", by=ada)
    await stream.next()
    await hall.host.write(lambda connection: connection.exec_driver_sql("DELETE FROM enhanced_auth_token"))
    assert await stream.kinds(1) == ["closed"]


async def test_a_busy_stream_is_asked_for_its_right_too(start: Start) -> None:
    hall = await start(heartbeat_seconds=0.05)
    ada = await hall.user("ada")
    stream = await hall.open("lobby", by=ada)

    async def chatter() -> None:
        while True:
            await hall.tell("chatter", "lobby")

    talking = asyncio.create_task(chatter())
    await hall.host.write(lambda connection: connection.exec_driver_sql("DELETE FROM enhanced_auth_token"))
    while (event := await stream.next()).event != "closed":
        assert event.event in ("hello", "chatter")
    talking.cancel()


async def test_a_quiet_stream_has_comments(start: Start) -> None:
    hall = await start(heartbeat_seconds=0.05)
    answer = await hall.ask("lobby")
    pieces = answer.aiter_raw()
    async with asyncio.timeout(120):
        assert b"event: hello" in await anext(pieces)
        assert [await anext(pieces) for _ in range(3)] == [b":\n"] * 3


async def test_switching_the_plugin_off_ends_its_streams(hall: Hall) -> None:
    stream = await hall.open("lobby")
    await stream.next()
    await hall.host.write(switch, ["sse_push"], on=False, by="test", known={"sse_push": Switchable("plugin")})
    closed = await stream.next()
    assert (closed.event, closed.json()["reason"]) == ("closed", "switched-off")
    assert await hall.refusal("lobby") == (404, "not-found")


async def test_a_client_that_reads_slowly_loses_nothing(hall: Hall) -> None:
    count = Subscription.max_waiting + 300
    stream = await hall.open("lobby")
    hello = await stream.next()
    for number in range(count):
        await hall.tell("step", "lobby", number=number)
    assert [(await stream.next()).json()["number"] for _ in range(count)] == list(range(count))
    await hall.tell("last", "lobby")
    assert await stream.kinds(1) == ["last"]
    again = await hall.open("lobby", cursor=hello.id)
    assert await again.kinds(count + 2) == ["hello", *["step"] * count, "last"], "more than may wait, at once"


async def test_a_client_that_goes_leaves_nothing_behind(hall: Hall) -> None:
    """While nothing happens, or in the middle of what it has missed."""
    of_others = _subscriptions()
    first = str(await hall.tell("first", "lobby"))
    for _ in range(3):
        await hall.tell("missed", "lobby")
    streams: list[Stream] = []
    for _ in range(5):
        streams += [await hall.open("lobby"), await hall.open("lobby", cursor=first)]
    for stream in streams:
        await stream.next()
    assert _subscriptions() == of_others + 10
    for stream in streams:
        await stream.close()
    await hall.tell("for nobody", "lobby")
    assert _subscriptions() == of_others


async def test_a_client_that_is_gone_before_its_stream_begins_counts_no_longer(start: Start) -> None:
    hall = await start(limits=True, max_streams_of_strangers=1)
    of_others = _subscriptions()
    scope = scope_of(httpx.Request("GET", "http://hall/api/v1/events?channel=lobby"))
    said: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        said.append(message.get("status"))

    await hall.app(scope, receive, send)
    assert said[0] == 200
    assert _subscriptions() == of_others
    await hall.open("lobby")


def _subscriptions() -> int:
    gc.collect()
    return sum(isinstance(each, Subscription) for each in gc.get_objects())


async def test_the_check_tells_whether_the_feed_keeps_up(hall: Hall) -> None:
    await hall.tell("event", "lobby")
    checks = await hall.host.check()
    assert checks["sse_push.feed"].ok


async def test_whoever_comes_in_the_middle_of_a_game_misses_nothing(hall: Hall) -> None:
    ada, bob = await hall.user("ada"), await hall.user("bob")
    game = await game_of(ada, bob)
    players = (ada, bob)
    moves = [each.move for each in (await ada.game(game)).scene.inputs][:5]
    for ply, move in enumerate(moves[:2]):
        await players[ply % 2].play(game, move)
    stranger = await hall.user("eve")
    (listed,) = (await stranger.games(status="active")).items
    looked = await stranger.game(listed.id)
    assert list(looked.moves) == moves[:2]
    assert len(looked.scene.pieces) == 2
    for ply, move in enumerate(moves[2:4], start=2):  # between looking and listening
        await players[ply % 2].play(game, move)
    stream = await hall.open(f"game-{game}", cursor=looked.cursor)
    assert (await stream.next()).event == "hello"
    await players[0].play(game, moves[4])
    told = [await stream.next() for _ in range(3)]
    assert [(each.event, each.json()["ply"], each.json()["move"]) for each in told] == [
        ("game_move", ply, moves[ply - 1]) for ply in (3, 4, 5)
    ]


async def test_the_hall_knows_who_follows_a_game(hall: Hall) -> None:
    ada, bob = await hall.user("ada"), await hall.user("bob")
    game = await game_of(ada, bob)

    async def written() -> tuple[int, bool]:
        """(spectators of the game, whether ada was last seen by a stream)"""
        await hall.host.presence.write_down(hall.host.hall_time())
        ada_seen = await hall.host.read(last_seen, (await ada.me()).id)
        return (await bob.game(game)).spectators, ada_seen is not None and ada_seen.by_stream

    assert await written() == (0, False)
    own, strange = await hall.open(f"game-{game}", "user", by=ada), await hall.open(f"game-{game}")
    await own.next()
    await strange.next()
    assert await written() == (1, True)
    await strange.close()
    assert await written() == (0, True)
    await own.close()
    await ada.me()
    assert await written() == (0, False)


async def test_one_user_has_so_many_streams_at_once(start: Start) -> None:
    hall = await start(limits=True, max_streams=2, max_streams_of_strangers=1)
    ada, bob = await hall.user("ada"), await hall.user("bob")
    first, _second = await hall.open("lobby", by=ada), await hall.open("user", by=ada)
    assert await hall.refusal("lobby", by=ada) == (429, "too-many-requests")
    await hall.open("lobby", by=bob)
    await hall.open("lobby")
    assert await hall.refusal("lobby") == (429, "too-many-requests")
    await first.kinds(1)
    await first.close()
    await hall.open("lobby", by=ada)


async def test_streams_and_what_they_tell_are_counted(hall: Hall) -> None:
    async def figures() -> dict[str, float]:
        async with httpx.AsyncClient(transport=StreamingTransport(hall.app), base_url="http://hall") as client:
            found = Figures((await client.get("/metrics")).text)
        names = ("streams", "events_total")
        return {name: found.of(f"gamehall_sse_push_{name}", kind="programs") for name in names}

    before = await figures()
    streams = [await hall.open("lobby"), await hall.open("lobby")]
    for stream in streams:
        assert (await stream.next()).event == "hello"
    await hall.tell("news", "lobby")
    for stream in streams:
        assert (await stream.next()).event == "news"
    open_now = await figures()
    assert open_now == {"streams": before["streams"] + 2, "events_total": before["events_total"] + 2}
    await streams.pop().close()
    assert (await figures())["streams"] == before["streams"] + 1
