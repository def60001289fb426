"""A game of two at this computer: played by the installed rules, stored with every move, and no hall knows of it."""

from __future__ import annotations

import dataclasses
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import ValidationError
from msgspec.structs import replace

from gamehall.answers import Forbidden, Game, Person, ProblemError, RecordFormat, Result, Seat
from gamehall.declare import ImportedGame
from gamehall.game import Outcome, Position, Ruleset, Scene, read_options
from gamehall.languages import catalogue
from gamehall.naming import say, sentence
from gamehall.problems import Problem
from gamehall.records.formats import exporter_of, write_record
from gamehall.records.imports import play_through
from gamehall.showing import ending_words

from .installed import Installed
from .localgames import StoredGame, begin_game, moment, write_game
from .play import Ending, OfferAction, OfferKind
from .state.table import Barred, Refused, Seen, Shown
from .state.toasts import Toast

_ = catalogue(__name__)

log = logging.getLogger(__name__)


class LocalPlayError(Exception):
    """The game cannot be played on; the message says why."""


class LocalPlay:
    """One game on disk, see `Play`. Everything can be taken back and nobody has to agree: both sit at one board.

    Raises LocalPlayError when the installed rules cannot play what is stored.
    """

    def __init__(self, installed: Installed, folder: Path, stored: StoredGame, post: Callable[[object], None]) -> None:
        self._installed = installed
        self._folder = folder
        self._post = post
        self._open(stored)

    def _open(self, stored: StoredGame) -> None:
        self._ruleset = _known(self._installed, stored)
        self._positions = _replayed(self._ruleset, stored)
        self._stored = stored

    @property
    def game_id(self) -> str:
        return self._stored.id

    async def look(self) -> None:
        self._post(Shown(self._game(), time.monotonic(), local=True))

    async def play(self, move: str, ply: int) -> None:
        if ply != len(self._stored.moves) or self._result() is not None:
            await self.look()
            return
        position = self._positions[-1]
        try:
            refusal = self._ruleset.refusal(position, move)
            if refusal is None:
                after = self._ruleset.play(position, move)
                _scene(self._ruleset, after, self._ruleset.to_act(after))  # what cannot be shown is not stored
                self._positions.append(after)
        except Exception:
            log.exception("the rules of %s fail", self._ruleset.key)
            await self.look()
            self._post(Toast(_("The rules of this game fail at {move}. Nothing was changed.", move=move), "fault"))
            return
        if refusal is not None:
            self._post(Refused(self.game_id, ply, move, refusal))
            return
        await self._keep(moves=(*self._stored.moves, move))

    async def end(self, how: Ending) -> None:
        """Whoever is to move resigns; a game that is aborted has no winner."""
        to_act = self._ruleset.to_act(self._positions[-1])
        if self._result() is None and to_act is not None:
            others = [seat for seat in range(len(self._ruleset.seats)) if seat != to_act]
            resigned = how == "resign" and len(others) == 1
            result = Result(others[0], "resigned") if resigned else Result(None, "aborted")
            await self._keep(result=result)

    async def offer(self, kind: OfferKind, action: OfferAction) -> None:
        """What is offered is agreed on; there is no clock to be paused."""
        if action == "decline":
            return
        match kind:
            case "draw" if self._result() is None:
                await self._keep(result=Result(None, "agreed"))
            case "takeback" if self._stored.result is not None:
                await self._keep(result=None)
            case "takeback" if self._stored.moves:
                del self._positions[-1]
                await self._keep(moves=self._stored.moves[:-1])
            case "rematch":
                ruleset = self._ruleset
                self._open(begin_game(ruleset.key, ruleset.title, ruleset.version, self._stored.options))
                await self._keep()

    async def end_pause(self) -> None:
        """There is no clock."""

    async def look_for_reasons(self, ply: int) -> None:
        if ply >= len(self._positions):
            return  # taken back meanwhile
        barred = self._ruleset.forbidden(self._positions[ply])
        points = (Forbidden(cell, why.code, why.detail, why.cells) for cell, why in barred.items())
        self._post(Barred(self.game_id, ply, tuple(points)))

    async def look_at(self, ply: int) -> None:
        scene = _scene(self._ruleset, self._positions[ply], None)
        self._post(Seen(self.game_id, ply, scene))

    async def formats(self) -> Sequence[RecordFormat]:
        found = self._installed.exporters.values()
        return [RecordFormat(each.format, each.suffix, each.media_type) for each in found]

    async def record(self, format_: str, ply: int | None = None) -> bytes:
        stored, result = self._stored, self._stored.result
        whole = ply is None or ply == len(stored.moves)
        ended = Outcome(result.winner, result.reason or "") if result and whole else None
        wanted = ImportedGame(stored.ruleset, stored.options, stored.moves[:ply], result=ended)
        try:
            record = play_through(self._installed.rulesets, wanted).record
            finished_at = stored.changed_at if record.reason else None
            named = dataclasses.replace(record, id=stored.id, started_at=stored.started_at, finished_at=finished_at)
            return write_record(exporter_of(self._installed.exporters, format_), named)
        except Problem as problem:
            raise ProblemError(problem.status, problem.body()) from problem

    async def _keep(self, **changes: Any) -> None:
        """Stores the game with these changes, and shows it."""
        changed = replace(self._stored, **changes)
        is_over = changed.result is not None or self._ruleset.outcome(self._positions[-1]) is not None
        self._stored = replace(changed, is_over=is_over, changed_at=moment())
        try:
            write_game(self._folder, self._stored)
        except OSError as error:
            self._post(Toast(_("The game could not be stored: {error}.", error=error.strerror or error), "fault"))
        await self.look()

    def _result(self) -> Result | None:
        outcome = self._ruleset.outcome(self._positions[-1])
        return Result(outcome.winner, outcome.reason) if outcome else self._stored.result

    def _game(self) -> Game:
        stored, ruleset, position, result = self._stored, self._ruleset, self._positions[-1], self._result()
        to_act = None if result else ruleset.to_act(position)
        scene = _scene(ruleset, position, to_act)
        if result is not None:
            status = ending_words(scene, result.winner, result.reason, ruleset)
            scene = replace(scene, inputs=(), prompt="", status=status)
        seats = enumerate(ruleset.sides(position))
        return Game(
            id=stored.id,
            ruleset=stored.ruleset,
            ruleset_version=ruleset.version,
            options=stored.options,
            status="active" if result is None else "aborted" if result.reason == "aborted" else "finished",
            seats=tuple(Seat(seat, side, Person("", sentence(say(ruleset, side)))) for seat, side in seats),
            to_act=to_act,
            ply=len(stored.moves),
            clock={"kind": "none"},
            offers=(),
            rematch=None,
            result=result,
            note="",
            created_at=stored.started_at,
            finished_at=stored.changed_at if result else None,
            spectators=0,
            claim=None,
            moves=stored.moves,
            spent=({},) * len(stored.moves),
            scene=scene,
            cursor="",
            movers=tuple(map(self._mover, self._positions[:-1])),
        )

    def _mover(self, position: Position) -> int:
        seat = self._ruleset.to_act(position)
        return 0 if seat is None else seat


def new_game(installed: Installed, key: str, options: dict[str, Any]) -> StoredGame:
    """A game by these options. Raises LocalPlayError with what the rules have against them."""
    ruleset = installed.rulesets[key]
    try:
        ruleset.start(read_options(ruleset, options))
    except (ValidationError, ValueError) as error:
        raise LocalPlayError(str(error)) from error
    return begin_game(key, ruleset.title, ruleset.version, options)


def _known(installed: Installed, stored: StoredGame) -> Ruleset[Any, Any]:
    if (ruleset := installed.rulesets.get(stored.ruleset)) is None:
        raise LocalPlayError(_("The rules of {title} are not installed any more.", title=stored.title))
    return ruleset


def _replayed(ruleset: Ruleset[Any, Any], stored: StoredGame) -> list[Position]:
    """The position before each move and the last one. Raises LocalPlayError where the rules have changed too much."""
    try:
        positions = [ruleset.start(read_options(ruleset, stored.options))]
        for number, move in enumerate(stored.moves, start=1):
            if ruleset.refusal(positions[-1], move) is not None:
                raise LocalPlayError(
                    _(
                        "The rules of {title} have changed: move {number}, {move}, is not allowed any more.",
                        title=stored.title,
                        number=number,
                        move=move,
                    )
                )
            positions.append(ruleset.play(positions[-1], move))
    except LocalPlayError:
        raise
    except Exception as error:
        log.exception("the rules of %s cannot play %s", ruleset.key, stored.id)
        raise LocalPlayError(_("The rules of {title} cannot play this game any more.", title=stored.title)) from error
    return positions


def _scene(ruleset: Ruleset[Any, Any], position: Position, seat: int | None) -> Scene:
    """The board as this seat sees it; it is never turned, since both sit before it."""
    return replace(ruleset.scene(position, seat), turned=False)
