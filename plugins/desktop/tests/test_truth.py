"""Whatever happens to the line and to the game, the window shows the game in the end, and every move was made once."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gamehall.answers import Game
from gamehall.client import Client
from gamehall.game import board_cells
from gamehall_desktop.hallplay import HallPlay
from gamehall_desktop.state.table import Refused, Sending, Stored
from rig.faultproxy import FaultProxy, bad_line
from rig.server import Server
from rig.windowless import LET_GO, Windowless, account

Told = Sending | Stored | Refused
Step = Literal["ada", "bob", "takeback", "offer", "cut", "stall", "half-open", "lose answers", "heal", "wake"]
STEPS: Sequence[Step] = ("ada", "bob", "takeback", "offer", "cut", "stall", "half-open", "lose answers", "heal", "wake")
# Cells that never make a line of five, whoever takes which.
CELLS = [cell for cell in board_cells(15, 15) if ord(cell[0]) % 2 and int(cell[1:]) % 2]


NUMBERS = itertools.count()  # each example has an ada and a bob of its own


class Bout:
    """ada at the desktop, who can also play elsewhere, and bob; `tried` is what ada has clicked at which ply."""

    def __init__(self, ada: Windowless, elsewhere: Client, bob: Client, line: FaultProxy, game_id: str) -> None:
        self._ada, self._elsewhere, self._bob, self._line = ada, elsewhere, bob, line
        self._game_id = game_id
        self._cells = iter(CELLS)
        self._clicks: list[asyncio.Task[None]] = []
        self.tried: list[str] = []
        self.others: list[str] = []

    async def take(self, step: Step) -> None:
        game = await self._bob.game(self._game_id)
        match step:
            case "ada":
                self._click_twice()
            case "bob" if game.to_act == 1:
                self.others.append(next(self._cells))
                await self._bob.play(self._game_id, self.others[-1], game.ply)
            case "takeback" if game.ply > 1 and not game.offers:
                await self._bob.takeback(self._game_id, "offer")
                await self._elsewhere.takeback(self._game_id, "accept")
            case "offer" if not (game.offers or game.declined):
                await self._bob.draw(self._game_id, "offer")
                await self._elsewhere.draw(self._game_id, "decline") if game.to_act == 1 else None
            case "cut":
                self._line.cut()
            case "stall":
                self._line.stall()
            case "half-open":
                self._line.half_open()
            case "lose answers":
                self._line.lose_answers()
            case "heal":
                self._line.heal()
            case "wake":
                self._ada.session.line.try_now()
        await asyncio.sleep(0)

    def _click_twice(self) -> None:
        """On two cells, so quickly that the board was not drawn anew in between."""
        play, shown = self._ada.session.play, self._ada.model.table.game
        assert isinstance(play, HallPlay)
        if shown is None or shown.to_act != 0:
            return
        for cell in (next(self._cells), next(self._cells)):
            self.tried.append(cell)
            self._clicks.append(self._ada.do(play.play, cell, shown.ply))

    async def settle(self) -> Game:
        """The line is good again, and the computer awake."""
        self._line.heal()
        self._ada.session.line.try_now()
        await asyncio.gather(*self._clicks)
        game, scene = await self._bob.game(self._game_id), await self._elsewhere.scene(self._game_id)
        told = game.revision, game.moves, scene
        await self._ada.until(
            lambda model: (shown := model.table.game) and (shown.revision, shown.moves, shown.scene) == told
        )
        return game


@LET_GO
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(STEPS), min_size=4, max_size=12))
def test_the_table_shows_the_game(server: Server, tmp_path: Path, steps: list[Step]) -> None:
    asyncio.run(_play(server, tmp_path, steps))


async def _play(server: Server, folder: Path, steps: list[Step]) -> None:
    async with AsyncExitStack() as stack:
        number = next(NUMBERS)
        names = [f"{name}-{number}" for name in ("ada", "bob")]
        elsewhere, bob = [await stack.enter_async_context(await account(server, name)) for name in names]
        line = stack.enter_context(bad_line(server))
        ada = await stack.enter_async_context(Windowless(folder / names[0], line, names[0]))
        await ada.sign_in()
        made = await elsewhere.challenge("gomoku", names[1], seat=0)
        game_id = (await bob.respond(made.id, "accept")).game_id
        assert game_id is not None
        await ada.until(lambda model: model.table.game)
        bout = Bout(ada, elsewhere, bob, line, game_id)
        for step in steps:
            await bout.take(step)
        game = await bout.settle()
        assert ada.model.table.sending is None
        await ada.until(lambda model: model.account.offline is None)
        _check_moves(game, bout, [message for message in ada.posted if isinstance(message, Told)])


def _check_moves(game: Game, bout: Bout, told: list[Told]) -> None:
    """Nothing was doubled, and nothing lost without a word."""
    assert len(set(game.moves)) == len(game.moves)
    assert set(game.moves) <= {*bout.tried, *bout.others}
    assert set(game.moves[0::2]) <= set(bout.tried)
    sent = {(message.ply, message.move) for message in told if isinstance(message, Sending)}
    answered = {message.ply for message in told if isinstance(message, Stored | Refused)}
    assert {ply for ply, _ in sent} == answered
    assert {(2 * turn, move) for turn, move in enumerate(game.moves[0::2])} <= sent
    assert bool(sent) == bool(bout.tried)
