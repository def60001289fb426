"""What other plugins put on the pages: slots and pages of their own, and what their faults cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gamehall.tables import now
from gamehall_web_htmx.tables import session
from rig.hall import PASSWORD, Hall, InstallPlugin, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]

GUEST = """
import asyncio
from gamehall import hookimpl
from gamehall.problems import FieldError, Problem

async def greet(viewer, subject):
    return {"name": f"{viewer.display_name if viewer else 'stranger'} <b>{subject}"}

async def nothing(viewer, subject):
    return None

async def fails(viewer, subject):
    raise RuntimeError("on purpose")

async def hangs(viewer, subject):
    await asyncio.Event().wait()

async def misses(viewer, subject):
    return {}

async def listing(caller, query):
    return {"query": query.get("q", ""), "caller": caller}

async def visiting(query):
    return {"query": query.get("q", ""), "caller": None}

async def number(caller):
    if caller.username == "odd":
        raise RuntimeError("on purpose")
    return len(caller.username)

async def add(caller, form):
    if not form.get("word"):
        raise Problem("invalid", "A word, please.", errors=(FieldError("word", "missing"),))
    return form["word"]

@hookimpl(optionalhook=True)
def web_slots(host):
    from gamehall_web_htmx.declare import Slot
    places = [(place, greet) for place in ("lobby.side", "profile.side", "game.side")]
    lobby = [("lobby.side", each) for each in (nothing, fails, hangs, misses)]
    return [Slot(place, "guest/hello.html", context, order=9) for place, context in lobby + places]

@hookimpl(optionalhook=True)
def web_pages(host):
    from gamehall_web_htmx.declare import Page
    return [
        Page("/words", "Words", "guest/words.html", listing, {"add": add}, menu="Words", badge=number),
        Page("/open", "Open", "guest/open.html", listing, visit=visiting),
        Page("/told", "Told", "guest/told.html", listing, piece="guest/hello.html", events=("told",)),
        Page("/secrets", "Secrets", "guest/words.html", listing, {"add": add}, confirm={"add"}),
    ]
"""
HELLO = "<p>Hello {{ name }}!</p>"
WORDS = """{% extends "web_htmx/base.html" %}{% block content %}<h1>Words of {{ caller.username }}</h1>
{% if problem %}<p id="problem">{{ problem.detail }}</p>{% endif %}<p id="query">{{ query }}</p>
<form method="post" action="/words/add">{{ form_token }}<button>Add</button></form>{% endblock %}"""

OPEN = """{% extends "web_htmx/base.html" %}{% block content %}<h1>{{ caller.username if caller else "nobody" }}</h1>
<p id="query">{{ query }}</p>{% endblock %}"""


@pytest.fixture
async def guest_hall(install_plugin: InstallPlugin, start_hall: StartHall) -> Hall:
    """A hall with a plugin that puts good and bad things on the pages."""
    templates = install_plugin("guest", GUEST) / "gamehall_guest" / "templates"
    templates.mkdir()
    (templates / "hello.html").write_text(HELLO)
    (templates / "words.html").write_text(WORDS)
    (templates / "open.html").write_text(OPEN)
    (templates / "told.html").write_text(OPEN)
    return await start_hall()


async def test_slots_are_shown_where_they_belong_and_their_faults_cost_only_themselves(
    guest_hall: Hall, newcomer: Make
) -> None:
    ada = newcomer(guest_hall)
    assert "Hello stranger <b>!" in (await ada.page("/")).text
    await ada.register("ada")
    page = await ada.page("/")
    assert page.text.count("Hello") == 1
    assert "Hello ada <b>!" in page.text
    assert "Hello ada <b>ada!" in (await ada.page("/@ada")).text
    assert guest_hall.host.plugins.all["guest"].failures == 6  # three that fail, on two visits to the lobby


@pytest.mark.parametrize(("right", "wrong"), [('"game.side"', '"game.sdie"'), ('"/words"', '"/words/of"')])
async def test_a_misspelt_place_is_told_to_the_plugins_author(
    install_plugin: InstallPlugin, start_hall: StartHall, right: str, wrong: str
) -> None:
    install_plugin("guest", GUEST.replace(right, wrong))
    reason = (await start_hall()).host.plugins.all["guest"].reason
    assert wrong.strip('"') in reason


async def test_a_page_of_a_plugin(guest_hall: Hall, newcomer: Make) -> None:
    ada = newcomer(guest_hall)
    assert (await ada.get("/words?q=x")).headers["location"] == "/login?next=%2Fwords%3Fq%3Dx"
    await ada.register("ada")
    page = await ada.page("/words?q=%3Cb%3E")
    assert page.words("query") == "<b>"
    assert "Words of ada" in page.text
    assert "/words" in (await ada.page("/games")).attribute("a", "href")
    assert await ada.go("/words", "/words/add", word="/words?q=added") == "/words?q=added"
    assert await ada.go("/words", "/words/add", word="https://evil.example") == "/"
    page = await ada.refused("/words", "/words/add", 422)
    assert page.words("problem") == "A word, please."
    assert (await ada.post("/words/add", {"word": "/"})).status_code == 403  # without the form's token
    token = page.form("/words/add").values
    assert (await ada.post("/words/other", token)).status_code == 404
    assert (await ada.post("/other/add", token)).status_code == 404
    assert (await ada.get("/words/add")).status_code == 404


async def test_a_page_for_everybody_and_the_numbers_in_the_menu(guest_hall: Hall, newcomer: Make) -> None:
    ada = newcomer(guest_hall)
    page = await ada.page("/open?q=x")
    assert (page.words("query"), "nobody" in page.text) == ("x", True)
    await ada.register("ada")
    page = await ada.page("/open?q=y")
    assert page.words("query") == "y"
    assert "Words 3" in page.text
    odd = newcomer(guest_hall)
    await odd.register("odd")
    assert "Words 3" not in (await odd.page("/open?q=z")).text, "a number that fails is left out"
    assert "/live/pages/told" in (await ada.get("/told")).text
    assert "/live/own" in (await ada.get("/words")).text
    assert (await ada.get("/live/pages/words?cursor=0-0")).status_code == 404


async def test_a_page_that_wants_to_know_whether_it_is_still_them(guest_hall: Hall, newcomer: Make) -> None:
    ada = await newcomer(guest_hall).register("ada")
    token = (await ada.page("/secrets")).form("/words/add").values
    long_ago = session.update().values(confirmed_at=now() - timedelta(minutes=11))
    await guest_hall.host.write(lambda connection: connection.execute(long_ago))
    await ada.page("/words")
    await ada.page("/secrets")
    answer = await ada.post("/secrets/add", token | {"word": "/words"}, headers={"Referer": "http://hall/secrets"})
    assert answer.headers["location"] == "/confirm?next=%2Fsecrets"
    assert await ada.go("/confirm?next=/secrets", "/confirm", password=PASSWORD) == "/secrets"
    await ada.page("/secrets")


SLOW = """
import asyncio
from gamehall import hookimpl

async def context(caller, query):
    await asyncio.Event().wait()

@hookimpl(optionalhook=True)
def web_pages(host):
    from gamehall_web_htmx.declare import Page
    return [Page("/slow", "Slow", "slow/page.html", context, visit=lambda query: context(None, query))]
"""


async def test_a_page_that_takes_too_long_is_told_of_on_a_page(
    install_plugin: InstallPlugin, start_hall: StartHall, newcomer: Make
) -> None:
    install_plugin("slow", SLOW)
    reader = newcomer(await start_hall(request_seconds=1))
    assert "This took too long and was given up." in (await reader.page("/slow", 503)).text
    answer = await reader.client.head("/slow")
    assert (answer.status_code, answer.content) == (503, b"")
