"""What the window is told while the line to the hall is good, bad and lost: no window is needed for that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from gamehall.answers import Game
from gamehall.client import Client
from gamehall.game import Scene
from gamehall_desktop.hallplay import HallPlay
from gamehall_desktop.line import slept
from gamehall_desktop.state.account import Offline, Online
from gamehall_desktop.state.model import Model
from gamehall_desktop.state.table import Moved, Refused, Sending, Shown, Stored
from gamehall_desktop.state.toasts import Toast
from rig.faultproxy import Addressed, FaultProxy
from rig.server import Server
from rig.windowless import LET_GO, Windowless, account

pytestmark = [pytest.mark.anyio, LET_GO]


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


class Table:
    """ada at the desktop, over a line that can be bad, and bob with a program beside the hall."""

    def __init__(self, ada: Windowless, ada_elsewhere: Client, bob: Client, line: FaultProxy) -> None:
        self.ada = ada
        self.ada_elsewhere = ada_elsewhere
        self.bob = bob
        self.line = line

    async def begin(self, *, seat: int = 0, ruleset: str = "gomoku", **terms: Any) -> str:
        """A game of the two in which ada has this seat: bob accepts, and her window goes there."""
        made = await self.ada.session.client.challenge(ruleset, "bob", seat=seat, **terms)
        game_id = (await self.bob.respond(made.id, "accept")).game_id
        assert game_id is not None
        await self.ada.until(lambda model: model.table.game and model.table.game.id == game_id)
        return game_id

    @property
    def play(self) -> HallPlay:
        assert isinstance(self.ada.session.play, HallPlay)
        return self.ada.session.play

    async def truth(self, game_id: str) -> Game:
        return await self.bob.game(game_id)

    async def shows_the_truth(self, game_id: str) -> Game:
        game = await self.truth(game_id)
        scene = await self.ada_elsewhere.scene(game_id)
        await self.ada.until(lambda model: shows(model, game, scene))
        return game

    def posted(self, kind: type[Any]) -> list[Any]:
        return [message for message in self.ada.posted if isinstance(message, kind)]


def shows(model: Model, game: Game, scene: Scene) -> bool:
    shown = model.table.game
    told = (game.id, game.revision, game.moves, scene)
    return shown is not None and (shown.id, shown.revision, shown.moves, shown.scene) == told


@pytest.fixture
async def table(
    server: Server, line_to: Callable[[Addressed], FaultProxy], tmp_path: Path, stack: AsyncExitStack
) -> Table:
    bob = await stack.enter_async_context(await account(server, "bob"))
    elsewhere = await stack.enter_async_context(await account(server, "ada"))
    line = line_to(server)
    ada = await stack.enter_async_context(Windowless(tmp_path, line, "ada"))
    await ada.sign_in()
    return Table(ada, elsewhere, bob, line)


async def test_a_move_is_sent_and_stored_and_the_other_s_is_told(table: Table) -> None:
    game_id = await table.begin()
    clicks = [table.ada.do(table.play.play, "h8", 0), table.ada.do(table.play.play, "h9", 0)]
    for click in clicks:
        await click
    assert table.posted(Sending) == [Sending(game_id, 0, "h8")]  # the second of two quick clicks is none
    assert table.posted(Stored) == [Stored(game_id, 0)]
    await table.ada.do(table.play.play, "h9", 0)  # nor is one on a board that was not drawn anew yet
    assert len(table.posted(Sending)) == 1
    await table.bob.play(game_id, "a1", 1)
    await table.shows_the_truth(game_id)
    assert (table.posted(Moved)[-1].ply, table.posted(Moved)[-1].move) == (2, "a1")
    assert sorted({message.game.ply for message in table.posted(Shown)}) == [0, 1, 2]
    await table.ada.do(table.play.play, "h8", 2)
    (refused,) = table.posted(Refused)
    assert (refused.move, refused.refusal.code) == ("h8", "occupied")
    assert not [toast for toast in table.posted(Toast) if toast.kind == "fault"]  # said once, in the game


async def test_a_move_without_an_answer_is_made_once(table: Table) -> None:
    game_id = await table.begin()
    table.line.lose_answers()
    click = table.ada.do(table.play.play, "h8", 0)
    await table.ada.until(lambda _: Sending(game_id, 0, "h8", waiting=True) in table.ada.posted)
    assert (await table.truth(game_id)).moves == ("h8",)
    await table.bob.play(game_id, "a1", 1)
    table.line.heal()
    await click
    assert table.posted(Refused) == []
    assert table.posted(Stored) == [Stored(game_id, 0)]
    assert (await table.shows_the_truth(game_id)).moves == ("h8", "a1")


async def test_a_game_that_was_left_does_not_come_back_by_an_answer_that_was_still_on_its_way(table: Table) -> None:
    await table.begin()
    left = table.play
    other = (await table.bob.respond((await table.ada_elsewhere.challenge("gomoku", "bob")).id, "accept")).game_id
    assert other is not None
    await table.ada.do(table.ada.session.open_game, other)
    await left.look()
    assert table.posted(Shown)[-1].game.id == other


async def test_a_move_waits_for_the_hall_also_when_its_game_was_left(table: Table) -> None:
    game_id = await table.begin()
    table.line.cut()
    await table.ada.until(lambda model: model.account.offline)
    left = table.play
    click = table.ada.do(left.play, "h8", 0)
    await table.ada.until(lambda _: Sending(game_id, 0, "h8", waiting=True) in table.ada.posted)
    other = (await table.bob.respond((await table.ada_elsewhere.challenge("gomoku", "bob")).id, "accept")).game_id
    assert other is not None
    left.left = True  # the table was left for another
    table.line.heal()
    await click
    await table.ada.until(lambda model: model.account.offline is None)
    assert (await table.truth(game_id)).moves == ("h8",)
    (begun,) = [toast for toast in table.posted(Toast) if toast.game == other]
    assert begun.kind == "news"  # ada sits at a game: she is told, and not taken away from it
    assert isinstance(next(each for each in reversed(table.ada.posted) if isinstance(each, Offline | Online)), Online)


@pytest.mark.parametrize("how", ["otherwise", "taken back", "over"])
async def test_a_move_that_the_game_does_not_wait_for_any_more_is_not_made(table: Table, how: str) -> None:
    game_id = await table.begin()
    table.line.cut()
    click = table.ada.do(table.play.play, "h8", 0)
    await table.ada.until(lambda _: Sending(game_id, 0, "h8", waiting=True) in table.ada.posted)
    if how == "over":
        await table.bob.resign(game_id)
    else:
        await table.ada_elsewhere.play(game_id, "c3" if how == "otherwise" else "h8", 0)
    if how == "taken back":
        await table.ada_elsewhere.takeback(game_id, "offer")
        await table.bob.takeback(game_id, "accept")
    table.line.heal()
    await click
    (refused,) = table.posted(Refused)
    assert refused.refusal.code == "stale-ply"
    assert "h8" in refused.refusal.detail
    moves = {"otherwise": ("c3",), "taken back": (), "over": ()}[how]
    assert (await table.shows_the_truth(game_id)).moves == moves


async def test_a_line_that_nobody_has_closed_is_given_up(table: Table) -> None:
    game_id = await table.begin(seat=1)
    table.line.half_open()
    await table.bob.play(game_id, "h8", 0)
    table.ada.session.line.try_now()  # the computer has slept
    await table.shows_the_truth(game_id)
    table.line.half_open()
    await table.ada.do(table.play.play, "a1", 1)  # and this finds out by itself
    await table.bob.play(game_id, "h9", 2)
    assert (await table.shows_the_truth(game_id)).moves == ("h8", "a1", "h9")


async def test_offers_takebacks_and_a_rematch(table: Table) -> None:
    game_id = await table.begin()
    await table.ada.do(table.play.play, "h8", 0)
    await table.ada.do(table.play.offer, "draw", "offer")
    await table.bob.draw(game_id, "decline")
    await table.ada.until(lambda model: any("draw" in toast.text for toast in model.toasts.said))
    await table.ada.do(table.play.offer, "takeback", "offer")
    await table.bob.takeback(game_id, "accept")
    assert (await table.shows_the_truth(game_id)).ply == 0
    await table.ada.do(table.play.play, "g7", 0)
    await table.bob.resign(game_id)
    await table.shows_the_truth(game_id)
    await table.ada.do(table.play.offer, "rematch", "offer")
    again = (await table.bob.rematch(game_id, "accept")).rematch
    assert again is not None
    await table.ada.until(lambda model: model.table.game and model.table.game.id == again)
    other = (
        await table.bob.respond((await table.ada_elsewhere.challenge("gomoku", "bob", seat=1)).id, "accept")
    ).game_id
    assert other is not None
    await table.bob.play(other, "h8", 0)
    await table.ada.until(lambda model: len([each for each in model.toasts.said if each.game == other]) == 2)
    assert "your turn" in table.ada.model.toasts.said[-1].text


async def test_a_game_that_is_watched_has_a_channel_while_it_may_be_watched(
    table: Table, server: Server, stack: AsyncExitStack
) -> None:
    eve = await stack.enter_async_context(await account(server, "eve"))
    made = await eve.challenge("gomoku", "bob", seat=0)
    game_id = (await table.bob.respond(made.id, "accept")).game_id
    assert game_id is not None
    await table.ada.do(table.ada.session.open_game, game_id)
    for ply, (mover, move) in enumerate([(eve, "h8"), (table.bob, "h9"), (eve, "i8")]):
        await mover.play(game_id, move, ply)
        await table.shows_the_truth(game_id)
        assert table.posted(Moved)[-1].ply == ply + 1
    assert [toast for toast in table.posted(Toast) if toast.kind == "fault"] == []


async def test_signed_out_from_elsewhere(table: Table) -> None:
    await table.begin()
    await table.ada_elsewhere.revoke_others()
    await table.ada.until(lambda model: model.account.username is None and model.account.notice)
    assert table.ada.model.table.game is None


async def test_signing_out_waits_for_the_move_that_is_on_its_way(table: Table) -> None:
    game_id = await table.begin()
    table.line.stall()
    click = table.ada.do(table.play.play, "h8", 0)
    await table.ada.until(lambda model: model.table.sending)
    leaving = table.ada.do(table.ada.session.sign_out)
    table.line.heal()
    await leaving
    await click
    assert (await table.truth(game_id)).moves == ("h8",)
    assert table.ada.model.account.username is None


async def test_signing_out_does_not_wait_for_a_hall_that_is_away(table: Table) -> None:
    game_id = await table.begin()
    table.line.cut()
    await table.ada.until(lambda model: model.account.offline)
    click = table.ada.do(table.play.play, "h8", 0)
    await table.ada.until(lambda _: Sending(game_id, 0, "h8", waiting=True) in table.ada.posted)
    await table.ada.do(table.ada.session.sign_out)
    assert click.cancelled()
    assert any("h8" in toast.text for toast in table.posted(Toast))
    table.line.heal()
    assert (await table.truth(game_id)).moves == ()


def test_whoever_has_slept_is_noticed() -> None:
    assert not slept(100.0, 103.0)
    assert slept(100.0, 160.0)
    assert not slept(100.0, 40.0)  # the clock was set back
