"""Nobody is led away from here: whatever stands in `next`, a browser stays on this site."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gamehall_web_htmx.forms import internal_path
from rig.hall import PASSWORD, Hall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,x",
    "evil.example",
    "@evil.example",
    "/\r\nSet-Cookie: a=b",
    "/\x00/evil.example",
    "/\u2028/evil.example",
    "/\ud800",
    "?next=//evil.example",
    "",
]
STAYS = ["/", "/games?mine=1", "/%09/evil.example", "/..//evil.example", "/a//evil.example", "/games/ä?x=ß#y", "/@evil"]

pieces = st.sampled_from([*AWAY, *STAYS, "/", "\\", ":", "\t", "\r", "\n", " ", "..", ".", "@", "?", "#", "%2f", "%5c"])
addresses = st.lists(pieces | st.text(st.characters(), max_size=4), max_size=5).map("".join)


def leaves(location: str) -> bool:
    """Whether a browser that is here follows this elsewhere: the URL standard's rules for an https page."""
    text = re.sub(r"[\t\r\n]", "", location.strip("".join(map(chr, range(0x21)))))
    has_scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)
    return bool(has_scheme or re.match(r"[/\\]{2}", text))


@given(addresses)
@example("//evil.example")
def test_a_path_that_is_passed_on_is_one_of_this_site(text: str) -> None:
    found = internal_path(text)
    assert not leaves(found)
    assert found.startswith("/")
    assert found.isprintable()


async def test_after_signing_in_one_is_still_here(hall: Hall, person: Make) -> None:
    await person().register("ada")
    for wanted in [*AWAY, *STAYS]:
        sent = {"username": "ada", "password": PASSWORD, "next": wanted.encode(errors="replace").decode()}
        answer = await hall.stranger().post("/login", data=sent, headers={"Sec-Fetch-Site": "same-origin"})
        location = answer.headers["location"]
        assert answer.status_code == 303
        assert (location == "/") is (wanted not in STAYS[1:] and "\ud800" not in wanted), (wanted, location)
        assert not leaves(location)
        assert "a" not in answer.cookies


async def test_no_page_leads_where_a_stranger_wants_to_lead(hall: Hall) -> None:
    for wanted in AWAY[:8]:
        for path in ("/login", "/register", "/look"):
            page = await hall.root.get(path, params={"next": wanted})
            led = [html.unescape(each) for each in re.findall(r'(?:href|action|value)="([^"]*)"', page.text)]
            assert len(led) > 5
            assert not [each for each in led if "evil" in each and leaves(each)], (path, wanted)
