"""The client against a network that loses answers, refuses and goes away."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import aclosing
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from gamehall.answers import Result
from gamehall.client import Client, ProblemError
from gamehall.game import Mark
from gamehall.replies import wait_before
from rig.hall import Hall, play, start_game
from rig.passing import pass_time

pytestmark = pytest.mark.anyio

PLAYED = {
    "game_id": "g",
    "ply": 1,
    "move": "h8",
    "seat": 0,
    "status": "active",
    "to_act": 1,
    "result": None,
    "clock": {"kind": "none"},
    "spent": {"elapsed": 5, "lag": 0, "charged": 5, "paused": 0, "added": 0},
    "cursor": "0-1",
}
Answer = httpx.Response | Exception


class Line(httpx.AsyncBaseTransport):
    """A connection on which these answers come back, in this order; it keeps the requests."""

    def __init__(self, *answers: Answer) -> None:
        self.requests: list[httpx.Request] = []
        self._answers = list(answers)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def problem(status: int, slug: str, **members: Any) -> httpx.Response:
    content = {"type": f"/problems/{slug}", "title": slug, "status": status, "detail": f"about {slug}"} | members
    return httpx.Response(status, json=content, headers={"content-type": "application/problem+json"})


STREAM = {"content-type": "text/event-stream"}


def stream(*events: tuple[str, str], retry: int = 1) -> httpx.Response:
    """Events by (id, kind)."""
    lines = [f"retry: {retry}\n", ":\n"]
    lines += [
        f'id: {cursor}\nevent: {kind}\ndata: {{"channel": "lobby", "at": "", "n": 1}}\n\n' for cursor, kind in events
    ]
    return httpx.Response(200, content="".join(lines), headers=STREAM)


async def test_a_move_whose_answer_is_lost_is_repeated_as_it_was() -> None:
    busy = problem(503, "busy")
    line = Line(httpx.ReadError("cut"), httpx.ConnectError("refused"), busy, httpx.Response(200, json=PLAYED))
    async with Client("http://hall", "t", transport=line) as client:
        assert (await client.play("g", "h8", 0)).ply == 1
    assert [json.loads(request.content) for request in line.requests] == [{"move": "h8", "ply": 0}] * 4


async def test_a_move_is_not_repeated_for_ever() -> None:
    line = Line(*[httpx.ReadError("cut")] * 5)
    async with Client("http://hall", "t", transport=line) as client:
        with pytest.raises(httpx.ReadError):
            await client.play("g", "h8", 0)
    assert len(line.requests) == 5


async def test_whoever_repeats_a_move_has_it_sent_once() -> None:
    line = Line(httpx.ReadError("cut"), problem(503, "busy"))
    async with Client("http://hall", "t", transport=line) as client:
        with pytest.raises(httpx.ReadError):
            await client.play("g", "h8", 0, attempts=1)
        with pytest.raises(ProblemError, match="busy"):
            await client.play("g", "h8", 0, attempts=1)


async def test_without_its_ply_a_move_is_sent_once() -> None:
    line = Line(httpx.ReadError("cut"))
    async with Client("http://hall", "t", transport=line) as client:
        with pytest.raises(httpx.ReadError):
            await client.play("g", (7, 7))
    assert [json.loads(request.content) for request in line.requests] == [{"row": 7, "col": 7}]


@pytest.mark.parametrize(
    ("answer", "slug", "fields"),
    [
        (lambda: problem(409, "stale-ply", ply=3), "stale-ply", []),
        (lambda: problem(422, "invalid", errors=[{"field": "email", "message": "Give one."}]), "invalid", ["email"]),
        (lambda: httpx.Response(404, text="<h1>A proxy's page</h1>"), "http-404", []),
    ],
)
async def test_a_refusal_says_what_is_wrong(answer: Callable[[], httpx.Response], slug: str, fields: list[str]) -> None:
    async with Client("http://hall", transport=Line(answer())) as client:
        with pytest.raises(ProblemError) as refused:
            await client.me()
    assert refused.value.slug == slug
    assert [error.field for error in refused.value.errors] == fields
    assert refused.value.members.get("ply") == (3 if slug == "stale-ply" else None)


async def test_a_stream_goes_on_where_it_was_lost() -> None:
    line = Line(
        httpx.ConnectError("not up yet"),
        stream(("0-1", "hello"), ("0-2", "first")),
        problem(503, "busy"),
        stream(("0-2", "hello"), ("0-3", "second"), ("0-3", "restart")),
        stream(("0-3", "hello"), ("0-4", "third"), ("0-4", "closed"), ("0-5", "never")),
    )
    pauses: list[tuple[str, bool]] = []

    def lost(why: Exception | None, seconds: float) -> None:
        pauses.append((str(why), 0 < seconds < 1))

    async with (
        Client("http://hall", "t", transport=line) as client,
        aclosing(client.events(["lobby", "user"], lost=lost)) as events,
    ):
        told = [(event.kind, event.cursor, event.channel, event.data) async for event in events]
    kinds = ["hello", "first", "hello", "second", "hello", "third", "closed"]
    cursors = ["0-1", "0-2", "0-2", "0-3", "0-3", "0-4", "0-4"]
    assert told == [(kind, cursor, "lobby", {"n": 1}) for kind, cursor in zip(kinds, cursors, strict=True)]
    assert [request.headers.get("last-event-id") for request in line.requests] == [None, None, "0-2", "0-2", "0-3"]
    assert pauses == [("not up yet", True), ("None", True), ("503 busy: about busy", True), ("None", True)]
    assert all(request.url.params.get_list("channel") == ["lobby", "user"] for request in line.requests)
    assert all(request.headers["authorization"] == "Token t" for request in line.requests)


async def test_a_stream_that_is_spoilt_on_its_way_is_a_lost_one() -> None:
    """By something in between that cuts or changes it."""
    endless = f"retry: {'9' * 400}\n\n"
    line = Line(
        httpx.Response(200, headers=STREAM, text='id: 0-1\nevent: hello\ndata: {"n": 1, "chan\n\n'),
        httpx.Response(200, headers=STREAM, text=f"{endless}id: 0-2\nevent: closed\ndata: {{}}\n\n"),
    )
    why: list[str] = []
    async with (
        Client("http://hall", "t", transport=line) as client,
        aclosing(client.events(["lobby"], lost=lambda error, _seconds: why.append(str(error)))) as events,
    ):
        assert [(event.kind, event.cursor) async for event in events] == [("closed", "0-2")]
    assert [each.partition(":")[0] for each in why] == ["the event 'hello' cannot be read"]


@pytest.mark.parametrize("said", ["<h1>Sign in to this network</h1>", "", "[]", "\xff", '{"username": 1}'])
async def test_an_answer_of_no_hall_is_a_lost_one(said: str) -> None:
    async with Client(
        "http://hall", "t", transport=Line(httpx.Response(200, content=said.encode("latin-1")))
    ) as client:
        with pytest.raises(httpx.TransportError, match="not one of a hall"):
            await client.me()


def test_a_hall_can_be_away_for_days() -> None:
    assert 7.5 <= wait_before(1.0, 5_000) <= 15


@pytest.mark.parametrize(("status", "slug"), [(401, "invalid-token"), (403, "forbidden"), (404, "not-found")])
async def test_a_stream_that_is_refused_is_not_asked_for_again(status: int, slug: str) -> None:
    line = Line(stream(("0-1", "hello")), problem(status, slug))
    async with Client("http://hall", "t", transport=line) as client, aclosing(client.events(["user"])) as events:
        assert (await anext(events)).kind == "hello"
        with pytest.raises(ProblemError, match=slug):
            await anext(events)
    assert len(line.requests) == 2


async def test_every_call_is_understood_by_a_hall(hall: Hall) -> None:
    def client() -> Client:
        return Client("http://hall", transport=httpx.ASGITransport(hall.app))

    async with client() as ada, client() as bob:
        for name, player in (("ada", ada), ("bob", bob)):
            await player.register(name, f"{name}@example.org", "correct horse battery", device_name="a test")
        assert (await ada.rename("Ada L")).display_name == "Ada L" == (await bob.user("ada")).display_name
        assert "tic-tac-toe" in [ruleset.key for ruleset in await ada.rulesets()]
        made = await ada.challenge("tic-tac-toe", "bob", seat=0)
        assert await bob.show_challenge(made.id) == made
        assert (await bob.challenges("received")).items == [made]
        game_id = (await bob.respond(made.id, "accept")).game_id
        assert game_id is not None
        played = await ada.play(game_id, (1, 1), 0)
        assert (played.move, played.to_act) == ("b2", 1)
        assert [piece.cell for piece in (await bob.scene(game_id)).pieces] == ["b2"]
        over = await bob.resign(game_id)
        assert over.result is not None
        assert (over.result.winner, over.seat_of("bob")) == (0, 1)
        (listed,) = (await ada.games(player="bob", status="finished")).items
        assert (listed.id, listed.result, listed.spectators) == (game_id, over.result, 0)
        (move,) = json.loads(await ada.record(game_id))["moves"]
        assert (move["seat"], move["move"]) == (0, "b2")
        assert json.loads(await ada.record(game_id, ply=0))["moves"] == []
        replayed = await bob.import_record(await ada.record(game_id, "sgf"), ply=1)
        assert (replayed.moves, replayed.result) == (("b2",), over.result)
        assert [piece.cell for piece in replayed.scene.pieces] == ["b2"]
        older = await bob.import_record("(;GM[4]SZ[15]PB[Müller];B[hh])".encode("latin-1"), ruleset="renju")
        assert (older.ruleset, older.players[0]) == ("renju", "Müller")
        with ZipFile(BytesIO(await ada.archive("text", player="bob", status="finished"))) as archive:
            assert archive.namelist() == [f"tic-tac-toe-{game_id}.txt", "contents.json"]
        (device,) = await ada.devices()
        assert (device.device_name, device.current) == ("a test", True)
        old = ada.token
        assert (await ada.refresh()).token == ada.token != old
        script = await ada.make_token("bot", ["read"], "correct horse battery", days=1)
        assert {each.token_id: (each.kind, each.scopes) for each in await ada.devices()} == {
            device.token_id: ("device", ("read", "play", "admin")),
            script.token_id: ("script", ("read",)),
        }
        await ada.revoke_others()
        assert [each.token_id for each in await ada.devices()] == [device.token_id]
        await ada.revoke(device.token_id)
        with pytest.raises(ProblemError) as refused:
            await ada.me()
        assert refused.value.slug == "invalid-token"
        await bob.sign_out()
        assert (await bob.sign_in("bob", "correct horse battery")).user.username == "bob"


async def test_challenges_with_clocks_by_link_and_paired(hall: Hall) -> None:
    def client() -> Client:
        return Client("http://hall", transport=httpx.ASGITransport(hall.app))

    async with client() as ada, client() as bob, client() as stranger:
        for name, player in (("ada", ada), ("bob", bob)):
            await player.register(name, f"{name}@example.org", "correct horse battery")
        presets = {each.name: each.clock for each in await stranger.clocks()}
        made = await ada.challenge("tic-tac-toe", clock=presets["10+5"], pair=True)
        assert (await bob.challenges("open", ruleset="tic-tac-toe", clock="live")).items == [made]
        assert (await bob.challenges("open", clock="correspondence")).items == []
        paired = await bob.challenge("tic-tac-toe", clock=presets["10+5"], pair=True)
        assert (paired.id, paired.status, paired.expires_at) == (made.id, "accepted", None)
        by_link = await ada.challenge("tic-tac-toe", link=True)
        assert isinstance(by_link.invite_url, str)
        code = by_link.invite_url.rsplit("/", 1)[-1]
        assert (await stranger.invitation(code)).challenger.username == "ada"
        assert (await bob.accept_invitation(code)).status == "accepted"


async def test_what_players_offer_and_claim(hall: Hall) -> None:
    def client(token: str) -> Client:
        return Client("http://hall", token, transport=httpx.ASGITransport(hall.app))

    people = [each.headers["authorization"].removeprefix("Token ") for each in await hall.users("ada", "bob")]
    async with client(people[0]) as ada, client(people[1]) as bob:

        async def started() -> str:
            clock = {"kind": "fischer", "initial": 3_600}
            made = await ada.challenge("tic-tac-toe", "bob", seat=0, clock=clock)
            game_id = (await bob.respond(made.id, "accept")).game_id
            assert game_id is not None
            return game_id

        game_id = await started()
        await bob.pause(game_id, "offer")
        assert (await ada.pause(game_id, "accept")).clock["running"] is None
        assert (await ada.pause(game_id, "end")).clock["running"] == 0
        await ada.play(game_id, "b2")
        offered = await ada.takeback(game_id, "offer")
        assert [each.kind for each in offered.offers] == ["takeback"]
        taken_back = await bob.takeback(game_id, "accept")
        assert (taken_back.ply, taken_back.revision) == (0, offered.revision + 1)
        assert (await ada.game(game_id)).revision == taken_back.revision
        await ada.draw(game_id, "offer")
        assert (await bob.draw(game_id, "decline")).offers == ()
        assert (await bob.abort(game_id)).status == "aborted"
        await ada.rematch(game_id, "offer")
        assert (await bob.rematch(game_id, "accept")).rematch is not None
        game_id = await started()
        await hall.host.presence.write_down(hall.host.hall_time())
        await pass_time(300_000, hall)
        claim = (await bob.game(game_id)).claim
        assert claim is not None
        assert (claim.seat, claim.in_ > 0) == (1, True)
        with pytest.raises(ProblemError) as refused:
            await bob.claim(game_id)
        assert 0 < refused.value.members["in"] <= claim.in_
        await pass_time(300_000, hall)
        assert (await bob.claim(game_id, "draw")).result == Result(None, "left")


async def test_a_scene_with_its_forbidden_points(hall: Hall) -> None:
    players = await hall.users("ada", "bob")
    game_id = await start_game(*players, ruleset="renju")
    await play(game_id, players, "d4 a15 d6 c15 e6 e15 c5 g15")
    async with Client("http://hall", transport=httpx.ASGITransport(hall.app)) as stranger:
        plain, marked = await stranger.scene(game_id), await stranger.scene(game_id, forbidden=True)
    assert set(marked.marks) - set(plain.marks) == {Mark("b6", "forbidden")}
