"""What a hall is asked when its lists change, and how plugins' panels are loaded, by a hall that counts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from gamehall.answers import ProblemError
from gamehall.client import Client
from gamehall.records.formats import by_format
from gamehall_desktop import lobbying, panels
from gamehall_desktop.declare import Action, Ask, NewChallenge, Panel, Row, Then
from gamehall_desktop.installed import Installed
from gamehall_desktop.session import Session
from gamehall_desktop.state.challenge import Proposing, TermsRefused
from gamehall_desktop.state.panels import PanelLoaded
from gamehall_desktop.state.toasts import Toast
from rig.windowless import accounts_in

pytestmark = pytest.mark.anyio


class Asked:
    """A user at a hall without anything in it. `gate` holds its answers back while it is closed."""

    def __init__(self, folder: Path) -> None:
        self.counted: Counter[str] = Counter()
        self.told: list[Any] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.refusal: httpx.Response | None = None
        self.session = Session(accounts_in(folder), self._spawn, self.told.append)
        self.session.accounts.auth_manager.token = "token"
        self.session._client = Client("http://hall", "token", transport=httpx.MockTransport(self._answer))
        self.session.username = "ada"

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(work))
        return self.tasks[-1]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params.get("box") or request.url.params.get("status") or ""
        self.counted[f"{request.url.path.removeprefix('/api/v1/')} {query}".strip()] += 1
        await self.gate.wait()
        return self.refusal or httpx.Response(200, json={"items": [], "next": None})

    async def refreshed(self, kind: str | None) -> set[str]:
        """What an event of this kind has looked at."""
        self.counted.clear()
        await lobbying.refresh(self.session, kind)
        await asyncio.gather(*self.tasks)
        return set(self.counted)


@pytest.fixture
async def asked(tmp_path: Path) -> AsyncIterator[Asked]:
    found = Asked(tmp_path)
    yield found
    await found.session.close()


async def test_an_event_has_only_those_lists_looked_at_that_it_changes(asked: Asked) -> None:
    own, boxes = "games active", {"challenges received", "challenges sent", "challenges open"}
    assert await asked.refreshed(None) == {"rulesets", "clocks", own, *boxes}
    assert await asked.refreshed("game_move") == {own}
    assert await asked.refreshed("challenge_opened") == {"challenges open"}
    assert await asked.refreshed("challenge_received") == {"challenges received"}
    assert await asked.refreshed("game_over") == {own}
    assert await asked.refreshed("presence") == set()
    await lobbying.turn_to(asked.session, "finished")
    await asyncio.gather(*asked.tasks)
    assert await asked.refreshed("game_over") == {own, "games finished"}


async def test_whatever_happens_in_a_busy_hall_one_look_is_under_way_and_one_waits(asked: Asked) -> None:
    asked.gate.clear()
    for kind in ("game_move", "challenge_opened") * 50:
        await lobbying.refresh(asked.session, kind)
        await asyncio.sleep(0)
    asked.gate.set()
    await asyncio.gather(*asked.tasks)
    assert asked.counted == {"games active": 2, "challenges open": 1}
    assert len(asked.tasks) == 1
    assert await asked.refreshed("game_move") == {"games active"}


async def test_what_the_hall_refuses_goes_to_the_form(asked: Asked) -> None:
    refusal = {"type": "/problems/invalid", "errors": [{"field": "opponent", "message": "There is no such user."}]}
    asked.refusal = httpx.Response(422, json=refusal, headers={"content-type": "application/problem+json"})
    await lobbying.propose(asked.session, "stones", {"opponent": "nobody"})
    refusal = {"type": "/problems/forbidden", "detail": "Bob takes challenges of friends."}
    asked.refusal = httpx.Response(403, json=refusal, headers={"content-type": "application/problem+json"})
    await lobbying.propose(asked.session, "stones", {"opponent": "bob"})
    found = [
        (error.field, error.message) for each in asked.told if isinstance(each, TermsRefused) for error in each.errors
    ]
    assert found == [("opponent", "There is no such user."), ("", "Bob takes challenges of friends.")]


async def _empty(_client: Client) -> list[Row]:
    return []


async def _broken(_client: Client) -> list[Row]:
    raise RuntimeError("a fault of the plugin's")


async def _absent(_client: Client) -> None:
    return None


def install(asked: Asked, *found: Panel) -> None:
    asked.session.installed = Installed({}, {}, by_format(()), tuple(("gamehall_friends", each) for each in found))


async def test_a_panel_that_fails_hinders_no_other_and_each_is_loaded_after_its_events(asked: Asked) -> None:
    install(
        asked, Panel("a", "A", _broken, ("wave",)), Panel("b", "B", _empty, ("wave", "nod")), Panel("c", "C", _absent)
    )
    await asked.refreshed(None)

    def loaded() -> dict[str, tuple[bool, bool]]:
        found = [each for each in asked.told if isinstance(each, PanelLoaded)]
        asked.told.clear()
        return {each.panel.name: (each.failed, each.rows is None) for each in found}

    assert loaded() == {"a": (True, True), "b": (False, False), "c": (False, True)}
    await asked.refreshed("nod")
    assert set(loaded()) == {"b"}
    await asked.refreshed("wave")
    assert set(loaded()) == {"a", "b"}


async def test_what_a_button_of_a_panel_leads_to(asked: Asked) -> None:
    async def challenge(_client: Client) -> Then:
        return NewChallenge("bob")

    async def say(_client: Client, written: str) -> Then:
        return f"Well, {written}."

    async def refuse(_client: Client) -> Then:
        raise ProblemError(404, {"detail": "There is nobody."})

    panel = Panel("b", "B", _empty, ask=Ask("Say", "", say))
    install(asked, panel)
    await panels.act(asked.session, panel, Action("Challenge", challenge))
    assert panel.ask is not None
    await panels.ask(asked.session, panel, panel.ask, " hello ")
    await panels.ask(asked.session, panel, panel.ask, "  ")
    await asked.session.attempt(partial(panels.act, asked.session, panel, Action("Refuse", refuse)))
    told = [each for each in asked.told if not isinstance(each, PanelLoaded)]
    assert told == [Proposing("hall", "bob"), Toast("Well, hello.", "done"), Toast("There is nobody.", "fault")]
    assert sum(isinstance(each, PanelLoaded) for each in asked.told) == 2
