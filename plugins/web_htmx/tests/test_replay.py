"""Games from files on a board: sent by a form, told by an address, gone through move by move."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from gamehall.records.chain import JSON
from gamehall.records.sgf import SGF
from rig.hall import Hall
from rig.records import recorded

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
SWAPPED = "h8 h9 i8 more a1 b1 white c1"


async def sent(who: Any, content: bytes, **typed: str) -> httpx.Response:
    answer: httpx.Response = await who.post("/replay", typed, files={"file": ("game", content)})
    return answer


async def shown(who: Any, content: bytes, **typed: str) -> tuple[str, Any]:
    """(the address that a file leads to, its page)."""
    answer = await sent(who, content, **typed)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    return address, await who.page(address)


async def test_a_file_leads_to_an_address_that_tells_the_game(person: Make, hall: Hall) -> None:
    stranger, friend = person(), person()
    record = recorded(hall.host.rulesets["gomoku"], SWAPPED, ("Ada <b>", "Bob & Co"), opening="swap2")
    form = (await stranger.page("/replay")).form("/replay")
    assert set(form.values) == {"form_token", "file", "ruleset"}
    for content in (JSON.write(record), SGF.write(record)):
        address, page = await shown(stranger, content, ruleset="")
        query = parse_qs(urlsplit(address).query)
        assert (query["ruleset"], query["moves"]) == (["gomoku"], [SWAPPED])
        assert "Ada <b>" in page.text
        assert "Bob & Co" in page.text
        assert page.words("status").startswith("Move 8 of 8")
        assert "A1 white" in page.words("cell-a1")
        assert "last move" in page.words("cell-c1")
        assert (await friend.page(address)).text == page.text, "whoever is given the address sees the same"


async def test_the_game_is_gone_through_move_by_move(person: Make, hall: Hall) -> None:
    stranger = person()
    record = recorded(hall.host.rulesets["tic-tac-toe"], "a1 b1 a2 b2 a3", ("Ada", "Bob"))
    address, page = await shown(stranger, JSON.write(record))
    assert page.words("status").startswith("Ada won")
    form = page.form("/replay")
    assert form.method == "get"
    assert [value for _, value, _ in form.buttons] == ["0", "4", "6", "5", "1", "2", "3", "4", "5"]
    assert "First position One move back One move on Last position" in page.text
    for ply in (0, 3, 5):
        then = await stranger.page(f"{address}&ply={ply}")
        stones = [cell for cell in ("a1", "b1", "a2", "b2", "a3") if " " in then.words(f"cell-{cell}").split(",")[0]]
        assert len(stones) == ply
    back = (await stranger.page(f"{address}&ply=3")).form("/replay")
    assert [value for _, value, _ in back.buttons[:4]] == ["0", "2", "4", "5"]


async def test_it_can_be_taken_home_in_every_format(person: Make, hall: Hall) -> None:
    stranger = person()
    record = recorded(hall.host.rulesets["gomoku"], "h8 h9 i8", ("Ada", "Bob"))
    _, page = await shown(stranger, SGF.write(record))
    whole, so_far = [form for form in page.forms if form.action == "/api/v1/replay/record"]
    formats = [value for _, value, _ in whole.buttons]
    assert formats == ["gif", "json", "png", "psq", "sgf", "svg", "text"]
    for name in formats:
        answer = await stranger.get(whole.action, params=whole.values | {"format": name})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-disposition"].startswith('attachment; filename="gomoku-replay.')
    assert so_far.values["ply"] == "3"
    assert [value for _, value, _ in so_far.buttons] == ["gif", "png", "svg"]


async def test_how_a_game_was_given_up_is_not_lost(person: Make) -> None:
    content = b"(;GHRS[gomoku]GHOP[{}]GHPN[Ada][Bob]GHRE[1 resigned]\n;GHMV[h8])"
    address, page = await shown(person(), content)
    assert "result=1+resigned" in address
    assert page.words("status").startswith("Bob won")


async def test_a_decision_has_no_stone_in_the_list(person: Make, hall: Hall) -> None:
    record = recorded(hall.host.rulesets["gomoku"], "a1 b1 c1 black d1", opening="swap")
    answer = await sent(person(), JSON.write(record))
    html = (await person().get(answer.headers["location"])).text
    items = [part.split("</li>")[0] for part in html.split('<li id="move-')[1:]]
    assert ["stone" in item for item in items] == [True, True, True, False, True]


async def test_a_file_that_names_no_game_is_read_as_the_one_that_is_chosen(person: Make) -> None:
    content = b"(;GM[4]SZ[15];B[hh];W[hg])"
    assert "ruleset=gomoku&" in (await sent(person(), content)).headers["location"]
    assert "ruleset=caro&" in (await sent(person(), content, ruleset="caro")).headers["location"]


@pytest.mark.parametrize(
    ("content", "status", "sentence"),
    [
        (b"", 422, "Choose the file of a game."),
        (b"MZ\x90", 400, "Line 1: this is no file of a game in one of the formats that are read: json, psq, sgf."),
        (b"(;GM[4]SZ[15]\n;B[hh]\n;W[hh])", 400, "Line 3: h8 is already taken"),
        (b'{"format":"gamehall-2",\n!}', 400, "Line 2: this is not valid JSON"),
        (b"(;GHRS[gomoku]\n;GHMV[h8];GHMV[h8])", 422, "Move 2, h8: h8 is already taken"),
        (b'(;GHRS[gomoku]GHOP[{"board_size":3}])', 422, "Gomoku is not played with these options"),
        (b"(;GHRS[nine-mens-morris])", 404, "The rules of 'nine-mens-morris' are not offered here."),
        (b"(" + b" " * 200_000 + b")", 413, "A file of a game has at most 192 KiB."),
    ],
)
async def test_what_is_wrong_with_a_file_is_said_above_the_form(
    person: Make, content: bytes, status: int, sentence: str
) -> None:
    stranger = person()
    answer = await sent(stranger, content, ruleset="gomoku" if b"GM[4]" in content else "")
    assert answer.status_code == status
    assert sentence in answer.text.replace("&#39;", "'")
    assert 'action="/replay"' in answer.text


async def test_an_address_that_tells_no_game_is_told_so(person: Make) -> None:
    stranger = person()
    for query, status in (
        ("ruleset=nothing", 404),
        ("ruleset=gomoku&moves=h8+h8", 422),
        ("ruleset=gomoku&moves=h8&ply=2", 404),
        ("ruleset=gomoku&options=[]", 422),
        ("ruleset=gomoku&options=" + "[" * 5_000, 422),
        ("ruleset=gomoku&moves=" + "+".join(["h8"] * 1_001), 422),
        ("ruleset=gomoku&result=7+won", 422),
    ):
        page = await stranger.page(f"/replay?{query}", status)
        assert page.form("/replay").method == "post"


async def test_a_file_from_another_site_is_refused(person: Make) -> None:
    answer = await person().client.post(
        "/replay", files={"file": ("x", b"(;GM[4]SZ[15])")}, headers={"Origin": "http://elsewhere"}
    )
    assert answer.status_code == 403


async def test_a_long_game_makes_no_long_page(person: Make, hall: Hall) -> None:
    cells = [f"{letter}{row}" for row in range(1, 26) for letter in "abcdefghijklmnopqrstuvwxy"]
    record = recorded(hall.host.rulesets["mnk"], " ".join(cells[:600]), width=25, height=25, k=25, wrap=True)
    answer = await sent(person(), JSON.write(record))
    page = await person().get(answer.headers["location"])
    assert page.status_code == 200
    assert len(page.content) < 400_000


async def test_lists_lead_to_the_records_of_their_games(table: Any) -> None:
    ada, _, _ = table
    page = await ada.page("/games?player=@ada&status=active")
    assert "/api/v1/games/export?status=active&player=ada" in page.attribute("a", "href")
    assert "/replay" in page.attribute("a", "href")
