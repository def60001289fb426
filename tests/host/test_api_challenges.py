"""Challenges, by the API: made, found, answered, and by whom."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest

from rig.hall import Client, Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio

GAME = {"ruleset": "tic-tac-toe"}


async def challenge(who: Client, **terms: Any) -> dict[str, Any]:
    return done(await who.post("/challenges", json=GAME | terms), 201)


async def respond(who: Client, challenge_id: str, action: str) -> dict[str, Any]:
    return done(await who.post(f"/challenges/{challenge_id}/respond", json={"action": action}))


async def ids(who: Client, box: str, **query: Any) -> list[str]:
    page = done(await who.get("/challenges", params={"box": box} | query))
    return [each["id"] for each in page["items"]]


async def test_a_challenge_to_a_user(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    new = await challenge(ada, opponent="BOB", seat=1, clock={"kind": "none"})
    assert new["status"] == "pending"
    assert new["ruleset"] == "tic-tac-toe"
    assert new["challenger"]["username"] == "ada"
    assert new["opponent"]["username"] == "bob"
    assert new["seat"] == 1
    assert new["clock"] == {"kind": "none"}
    assert new["game_id"] is None
    assert "invite_url" not in new
    assert await ids(bob, "received") == await ids(ada, "sent") == [new["id"]]
    for who, box in [(bob, "sent"), (ada, "received"), (cyd, "received"), (cyd, "open"), (bob, "open")]:
        assert await ids(who, box) == []
    for who in (ada, bob):
        assert done(await who.get(f"/challenges/{new['id']}")) == new

    accepted = await respond(bob, new["id"], "accept")
    assert accepted["id"] == new["id"]
    assert accepted["status"] == "accepted"
    game = done(await cyd.get(f"/games/{accepted['game_id']}"))
    assert [seat["user"]["username"] for seat in game["seats"]] == ["bob", "ada"]
    assert await ids(bob, "received") == await ids(ada, "sent") == []
    seen = done(await bob.get(f"/challenges/{new['id']}"))
    assert (seen["status"], seen["game_id"]) == ("accepted", accepted["game_id"])


async def test_strangers_know_nothing_of_a_challenge_between_two(hall: Hall) -> None:
    ada, bob, cyd = await hall.users("ada", "bob", "cyd")
    pending, accepted = [await challenge(ada, opponent="bob") for _ in range(2)]
    await respond(bob, accepted["id"], "accept")
    for found in (pending, accepted):
        unknown = problem(await cyd.get(f"/challenges/{'0' * 26}"), 404, "not-found")
        for who in (cyd, hall.nobody):
            assert problem(await who.get(f"/challenges/{found['id']}"), 404, "not-found") == unknown
        for action in ("accept", "decline", "cancel"):
            answer = await cyd.post(f"/challenges/{found['id']}/respond", json={"action": action})
            assert problem(answer, 404, "not-found") == unknown


async def test_an_open_challenge_is_there_for_whoever_comes_first(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    new = await challenge(ada, seat=0)
    assert new["opponent"] is None
    for who in (ada, bob, cyd):
        assert await ids(who, "open") == [new["id"]]
    assert done(await each_hall.nobody.get(f"/challenges/{new['id']}")) == new
    game_id = (await respond(bob, new["id"], "accept"))["game_id"]
    assert await ids(cyd, "open") == []
    for late in (cyd, bob):
        answer = await late.post(f"/challenges/{new['id']}/respond", json={"action": "accept"})
        assert problem(answer, 409, "challenge-closed")["game_id"] == game_id


async def test_a_challenge_by_link_is_shown_to_its_maker_only(start_hall: StartHall) -> None:
    hall = await start_hall(public_url="https://hall.example/")
    ada, bob = await hall.users("ada", "bob")
    new = await challenge(ada, link=True)
    assert new["link"] is True
    url = urlsplit(new["invite_url"])
    assert url.scheme + "://" + url.netloc == "https://hall.example"
    assert url.path.startswith("/c/")
    assert await ids(ada, "sent") == [new["id"]]
    assert done(await ada.get(f"/challenges/{new['id']}"))["invite_url"] == new["invite_url"]
    assert await ids(bob, "open") == []
    problem(await bob.get(f"/challenges/{new['id']}"), 404, "not-found")
    problem(await bob.post(f"/challenges/{new['id']}/respond", json={"action": "accept"}), 404, "not-found")


@pytest.mark.parametrize(
    ("who", "action", "status"),
    [
        ("challenger", "cancel", "cancelled"),
        ("opponent", "decline", "declined"),
        ("opponent", "accept", "accepted"),
    ],
)
async def test_an_answer_is_the_last_one(hall: Hall, who: str, action: str, status: str) -> None:
    people = dict(zip(("challenger", "opponent"), await hall.users("ada", "bob"), strict=True))
    new = await challenge(people["challenger"], opponent="bob")
    answered = await respond(people[who], new["id"], action)
    assert answered["status"] == status
    assert (answered["game_id"] is not None) == (action == "accept")
    for name, later in [("challenger", "cancel"), ("opponent", "decline"), ("opponent", "accept")]:
        answer = await people[name].post(f"/challenges/{new['id']}/respond", json={"action": later})
        assert problem(answer, 409, "challenge-closed")["game_id"] == answered["game_id"]
    assert done(await people["opponent"].get(f"/challenges/{new['id']}"))["status"] == status


async def test_who_may_answer_how(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    directed, to_all = await challenge(ada, opponent="bob"), await challenge(ada)
    for who, found, action in [
        (ada, directed, "accept"),
        (ada, directed, "decline"),
        (bob, directed, "cancel"),
        (ada, to_all, "accept"),
        (bob, to_all, "decline"),
        (bob, to_all, "cancel"),
    ]:
        answer = await who.post(f"/challenges/{found['id']}/respond", json={"action": action})
        problem(answer, 403, "forbidden")
    problem(
        await hall.nobody.post(f"/challenges/{to_all['id']}/respond", json={"action": "accept"}), 401, "unauthenticated"
    )
    assert set(await ids(ada, "sent")) == {directed["id"], to_all["id"]}


async def test_two_who_accept_at_once_get_one_game(each_hall: Hall) -> None:
    ada, *others = await each_hall.users("ada", "bob", "cyd", "dan")
    for _ in range(3):
        new = await challenge(ada)
        path, body = f"/challenges/{new['id']}/respond", {"action": "accept"}
        answers = await asyncio.gather(*(who.post(path, json=body) for who in others for _ in range(2)))
        games = {done(answer)["game_id"] for answer in answers if answer.status_code == 200}
        assert len(games) == 1
        late = [problem(answer, 409, "challenge-closed") for answer in answers if answer.status_code != 200]
        assert len(late) == len(answers) - 1
        assert {body["game_id"] for body in late} == games
    assert len(done(await ada.get("/games", params={"player": "ada"}))["items"]) == 3


async def test_seats_are_the_challengers_choice_or_drawn(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")

    async def first(seat: Any) -> str:
        terms = {} if seat is None else {"seat": seat}
        new = await challenge(ada, opponent="bob", **terms)
        assert new["seat"] == (seat if seat in (0, 1) else None)
        game = done(await ada.get(f"/games/{(await respond(bob, new['id'], 'accept'))['game_id']}"))
        assert {seat["user"]["username"] for seat in game["seats"]} == {"ada", "bob"}
        return str(game["seats"][0]["user"]["username"])

    assert {await first(0) for _ in range(3)} == {"ada"}
    assert {await first(1) for _ in range(3)} == {"bob"}
    drawn: set[str] = set()
    while drawn != {"ada", "bob"}:
        drawn.add(await first("random" if drawn else None))


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"ruleset": "chess"}, "ruleset"),
    ({"ruleset": None}, "ruleset"),
    ({"ruleset": "gomoku", "options": {"board_size": 4}}, "options"),
    ({"ruleset": "gomoku", "options": {"board_size": "15"}}, "options"),
    ({"ruleset": "gomoku", "options": {"board_size": True}}, "options"),
    ({"ruleset": "gomoku", "options": {"colour": "red"}}, "options"),
    ({"ruleset": "gomoku", "options": {"board_size": 5, "opening": "long_pro"}}, "options"),
    ({"options": []}, "options"),
    ({"opponent": 7}, "opponent"),
    ({"seat": 2}, "seat"),
    ({"seat": True}, "seat"),
    ({"seat": "0"}, "seat"),
    ({"clock": {"kind": "hourglass"}}, "clock"),
    ({"clock": {"kind": "none", "seconds": 5}}, "clock"),
    ({"clock": "none"}, "clock"),
    ({"clock": {"kind": "fischer", "initial": 0}}, "clock"),
    ({"clock": {"kind": "byoyomi", "initial": 60}}, "clock"),
    ({"clock": None}, "clock"),
    ({"link": "yes"}, "link"),
    ({"pair": 1}, "pair"),
    ({"link": True, "opponent": "bob"}, "link"),
]


async def test_terms_that_cannot_be_are_refused_with_the_field(hall: Hall) -> None:
    ada, _ = await hall.users("ada", "bob")
    for terms, field in WRONG:
        (error,) = problem(await ada.post("/challenges", json=GAME | terms), 422, "invalid")["errors"]
        assert error["field"] == field, terms
        assert error["message"]
    assert await ids(ada, "sent") == []


async def test_a_challenge_needs_a_ruleset_and_somebody(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    body = problem(await ada.post("/challenges", json={}), 422, "invalid")
    assert body["errors"][0]["field"] == "ruleset"
    for opponent in ("nobody", "", "\u0000", "x" * 5000):
        problem(await ada.post("/challenges", json=GAME | {"opponent": opponent}), 404, "not-found")
    problem(await each_hall.nobody.post("/challenges", json=GAME), 401, "unauthenticated")
    problem(await each_hall.nobody.get("/challenges"), 401, "unauthenticated")


async def test_an_unknown_action_is_refused(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    new = await challenge(ada)
    for action in ("acept", "", None, 1, ["accept"]):
        body = problem(await bob.post(f"/challenges/{new['id']}/respond", json={"action": action}), 422, "invalid")
        assert body["errors"][0]["field"] == "action"


async def test_boxes_come_in_pages_newest_first(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    made = [(await challenge(ada, opponent="bob"))["id"] for _ in range(5)]
    for who, box in [(bob, "received"), (ada, "sent")]:
        found: list[str] = []
        cursor = None
        pages = 0
        while cursor is not None or not pages:
            query: dict[str, Any] = {"box": box, "limit": 2} | ({"cursor": cursor} if cursor else {})
            page = done(await who.get("/challenges", params=query))
            found += [each["id"] for each in page["items"]]
            cursor = page["next"]
            pages += 1
        assert found == made[::-1]
        assert pages == 3
    assert done(await bob.get("/challenges", params={"limit": 5}))["next"] is None


async def test_open_challenges_by_game_and_clock(each_hall: Hall) -> None:
    ada, bob = await each_hall.users("ada", "bob")
    kinds: dict[str, dict[str, Any]] = {
        "none": {},
        "fischer": {"initial": 60},
        "byoyomi": {"initial": 60, "period": 10},
        "canadian": {"initial": 60, "period": 60, "moves": 5},
        "correspondence": {"days": 3},
    }
    made = {kind: (await challenge(ada, clock={"kind": kind} | terms))["id"] for kind, terms in kinds.items()}
    other = (await challenge(ada, ruleset="gomoku"))["id"]
    for kind, challenge_id in made.items():
        assert await ids(bob, "open", clock=kind, ruleset="tic-tac-toe") == [challenge_id]
    assert await ids(bob, "open", clock="live") == [made[kind] for kind in ("canadian", "byoyomi", "fischer")]
    assert await ids(bob, "open", ruleset="gomoku") == [other]
    assert await ids(bob, "open", clock="none") == [other, made["none"]]
    assert await ids(ada, "sent", clock="correspondence") == [made["correspondence"]]
    for ruleset in ("chess", "\0", "%"):
        assert await ids(bob, "open", ruleset=ruleset, clock="live") == []


async def test_the_clocks_that_have_names(hall: Hall) -> None:
    items = done(await hall.nobody.get("/clocks"))["items"]
    words = {each["name"]: each["words"] for each in items}
    assert words["10+5"] == "10 min + 5 s"
    assert {each["clock"]["kind"] for each in items} == {"none", "fischer", "byoyomi", "canadian", "correspondence"}
    ada = await hall.user("ada")
    for each in items:
        assert (await challenge(ada, clock=each["clock"]))["clock"] == each["clock"]


async def test_an_invitation_is_seen_and_accepted_by_its_code(each_hall: Hall) -> None:
    ada, bob, cyd = await each_hall.users("ada", "bob", "cyd")
    new = await challenge(ada, link=True, clock={"kind": "correspondence", "days": 3})
    code = new["invite_url"].rsplit("/", 1)[-1]
    offered = done(await each_hall.nobody.get(f"/invitations/{code}"))
    assert offered == {name: value for name, value in new.items() if name != "invite_url"}
    problem(await each_hall.nobody.post(f"/invitations/{code}"), 401, "unauthenticated")
    problem(await ada.post(f"/invitations/{code}"), 403, "forbidden")
    accepted = done(await bob.post(f"/invitations/{code}"))
    assert (accepted["id"], accepted["status"]) == (new["id"], "accepted")
    assert problem(await cyd.post(f"/invitations/{code}"), 409, "challenge-closed")["game_id"] == accepted["game_id"]
    for wrong in (code[:-1], f"{code}0", new["id"], "%00", "é"):
        problem(await each_hall.nobody.get(f"/invitations/{wrong}"), 404, "not-found")
        problem(await bob.post(f"/invitations/{wrong}"), 404, "not-found")


async def test_a_list_is_asked_for_properly(hall: Hall) -> None:
    ada = await hall.user("ada")
    for query, field in [
        ({"box": "spam"}, "box"),
        ({"clock": "blitz"}, "clock"),
        ({"limit": "many"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": str(10**30)}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "\u0000"}, "cursor"),
    ]:
        body = problem(await ada.get("/challenges", params=query), 422, "invalid")
        assert [error["field"] for error in body["errors"]] == [field]


async def test_a_page_has_one_to_a_hundred(hall: Hall) -> None:
    ada = await hall.user("ada")
    for _ in range(101):
        await challenge(ada)
    for limit, given in [(-1, 1), (0, 1), (1, 1), (101, 100), (10**9, 100)]:
        assert len(await ids(ada, "sent", limit=limit)) == given


async def test_there_is_no_unknown_challenge(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    for challenge_id in ("x", "0" * 26, "%00", "A" * 26, "é" * 26, "0" * 26 + "%0A"):
        problem(await ada.get(f"/challenges/{challenge_id}"), 404, "not-found")
        problem(await ada.post(f"/challenges/{challenge_id}/respond", json={"action": "accept"}), 404, "not-found")
