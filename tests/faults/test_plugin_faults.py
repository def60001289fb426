"""Every kind of fault of a plugin while others play: it breaks its own game and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from faults.conftest import Judge
from faults.history import History
from faults.load import Load, Player, playing
from rig.hall import lay_out_plugin
from rig.server import Serve
from rig.soak import Figure, Share

pytestmark = [pytest.mark.anyio, pytest.mark.soak, pytest.mark.timeout(1_800)]

STUCK = 3  # seconds after which a worker that stands still is ended

# By name, what is wrong with each from the start.
BROKEN = {
    "cannot_import": "raise RuntimeError('at import')",
    "leaves_at_import": "raise SystemExit(3)",
    "bad_hook": """
from gamehall import hookimpl

@hookimpl
def gamehall_routes(host):
    raise RuntimeError("in a hook")
""",
    "bad_life": """
from contextlib import asynccontextmanager
from gamehall import hookimpl
from gamehall.declare import Lifespan

@hookimpl
def gamehall_lifespan(host):
    @asynccontextmanager
    async def failing():
        raise RuntimeError("at its start")
        yield
    return [Lifespan(failing)]
""",
}

# And what goes wrong while people play: listeners, a slot on each game's page, and rules at the second move.
FAULTY = """
import asyncio
import time

from gamehall import hookimpl
from gamehall.declare import Listener
from gamehall.game import Input, Options, Outcome, Position, Ruleset, Scene


class Counted(Position, frozen=True):
    count: int = 0


class Faulty(Ruleset[Counted, Options]):
    summary = "At the second move something goes wrong."
    Position = Counted

    def __init__(self, what):
        self.key = self.title = f"faulty-{what.__name__}"
        self.what = what

    def start(self, options):
        return Counted()

    def to_act(self, position):
        return position.count % 2

    def moves(self, position):
        return ("on",)

    def play(self, position, move):
        if position.count:
            self.what()
        return Counted(position.count + 1)

    def outcome(self, position):
        return None

    def scene(self, position, seat):
        return Scene(1, 1, inputs=(Input("on", label="On"),), sides=self.seats, status="On and on.", prompt="On!")


def raising():
    raise RuntimeError("in the rules")


def leaving():
    raise SystemExit(3)


def endless():
    return endless()


def hanging():
    time.sleep(100_000)


@hookimpl
def gamehall_rulesets():
    return [Faulty(what) for what in (raising, leaving, endless, hanging)]


@hookimpl
def gamehall_listeners(host):
    async def fails(event):
        raise RuntimeError("in a listener")

    async def waits(event):
        await asyncio.Event().wait()

    return [Listener("game_move", fails), Listener("game_move", waits)]


@hookimpl(optionalhook=True)
def web_slots(host):
    from gamehall_web_htmx.declare import Slot

    async def fails(viewer, about):
        raise RuntimeError("in a slot")

    async def waits(viewer, about):
        await asyncio.Event().wait()

    return [Slot("game.side", "faulty/none.html", each) for each in (fails, waits)]
"""


async def test_a_plugin_breaks_its_own_game_and_no_other(
    serve: Serve,
    database_url: str,
    tmp_path: Path,
    history: History,
    nothing_lost: Judge,
    share: Share,
    figure: Figure,
) -> None:
    site = tmp_path / "site"
    for name, source in {**BROKEN, "faulty": FAULTY}.items():
        lay_out_plugin(site, name, source)
    settings = {"PYTHONPATH": str(site), "GAMEHALL_STUCK_SECONDS": str(STUCK)}
    server = serve(database_url=database_url, workers=2, settings=settings)
    aside = History(tmp_path / "aside.jsonl")  # of games that shall break
    pauses, others = list[float](), [Player(name, [server.url], aside) for name in ("ada", "bob")]
    for each in others:
        await each.register()
    async with playing(history, server.url, games=share(8, 50), people=share(6, 20)) as load:
        await load.reach(share(20, 50))
        for what in ("raising", "leaving", "endless"):
            broken = await _broken(others, f"faulty-{what}")
            await load.reach(share(8, 20))
            assert broken["status"] == "suspended", what
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, timeout=60) as http:
            (game, *_) = load.plies
            page = await http.get(f"/games/{game}")
            assert page.status_code == 200
        for _ in range(share(1, 10)):
            pauses.append(await _longest_pause(load, _hung(others)))
    for each in others:
        await each.close()
    aside.close()
    for name in BROKEN:
        assert name in server.log()
    nothing_lost(database_url, server.url)
    figure("seconds that hanging rules stop others", max(pauses))


async def _broken(players: Sequence[Player], ruleset: str) -> dict[str, Any]:
    """A game of these rules after the move at which they fail."""
    one, other = players[:2]
    made = await one.insist("POST", "/challenges", {"ruleset": ruleset, "seat": 0, "opponent": other.name})
    game = (await other.insist("POST", f"/challenges/{made['id']}/respond", {"action": "accept"}))["game_id"]
    for ply, player in enumerate((one, other)):
        await player.ask("POST", f"/games/{game}/moves", {"move": "on", "ply": ply})
    state: dict[str, Any] = await one.insist("GET", f"/games/{game}")
    return state


async def _hung(players: Sequence[Player]) -> None:
    assert (await _broken(players, "faulty-hanging"))["ply"] == 1


async def _longest_pause(load: Load, work: Coroutine[Any, Any, None]) -> float:
    """The longest time in which no other move was acknowledged while something is done."""
    doing, longest = asyncio.create_task(work), 0.0
    while not doing.done():
        last = load.last
        await load.until(lambda last=last: load.last > last)  # type: ignore[misc]
        longest = max(longest, load.last - last)
    await doing
    return longest
