"""A game of the hall that is open in the window."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import httpx
import msgspec

from gamehall.answers import Game, RecordFormat
from gamehall.client import PASSING, Client, Event, ProblemError
from gamehall.game import CellChange, Refusal
from gamehall.languages import catalogue

from .anew import Anew
from .line import Line
from .play import Ending, OfferAction, OfferKind
from .state.table import Barred, Moved, Refused, Seen, Sending, Shown, Stored
from .state.toasts import Toast

_ = catalogue(__name__)

_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0  # seconds until a move is sent again that did not arrive
_FIRST_PATIENCE, _LONGEST_PATIENCE = 5.0, 30.0  # seconds that an answer has, before the connection is taken for dead
_ONE_CHANGE = 1  # of a game in which nobody has moved: an offer; with more, a move could have been made and taken back


class HallPlay:
    """One game, played or watched by whoever `client` is; see `Play`.

    A move that cannot be sent waits for the `line` to be good again, also when the game was left meanwhile; `left` has
    what becomes of it said where the game is not to be seen.
    """

    def __init__(self, client: Client, game_id: str, post: Callable[[object], None], line: Line) -> None:
        self.game_id = game_id
        self.game: Game | None = None
        self.left = False
        self._client = client
        self._post = post
        self._line = line
        self._revision = 0  # of what the window was told last
        self._ply = 0
        self._sent: Sending | None = None
        self.look = Anew(self._look)

    async def _look(self) -> None:
        game = await self._client.game(self.game_id)
        if not 0 < game.revision < self._revision:  # else news has overtaken this answer, and another look follows
            self.game, self._revision, self._ply = game, game.revision, game.ply
            if not self.left:  # the window has gone on to another game, as to a rematch that has just been accepted
                self._post(Shown(game, time.monotonic()))

    def hear(self, news: Event) -> bool:
        """Takes an event of this game: a move is told at once. Whether the game has to be looked at as well."""
        revision = int(news.data.get("revision", 0))
        if self.game is None or 0 < revision <= self._revision:
            return False
        if news.kind == "game_move" and revision == self._revision + 1:
            self._revision, self._ply = revision, news.data["ply"]
            self._post(_moved(news))
        return True

    def seat_of(self, username: str) -> int | None:
        return self.game.seat_of(username) if self.game else None

    async def play(self, move: str, ply: int) -> None:
        """Makes a move, once: what is clicked before the window knows of the one before is not sent."""
        if self.game is None or ply < self._ply or (self._sent is not None and ply <= self._sent.ply):
            return
        self._sent = sent = Sending(self.game_id, ply, move)
        self._post(sent)
        try:
            with self._line.sending():
                await self._deliver(sent, self.game)
        except ProblemError as problem:
            self._say(sent, problem)
            await self._see()
            if problem.status == httpx.codes.UNAUTHORIZED:
                raise
        except asyncio.CancelledError:  # the user leaves the hall, and it may have the move or not
            detail = _("Whether your move {move} has reached the hall is not known.", move=sent.move)
            self._post(Toast(detail, "fault", self.game_id))
            raise
        finally:
            if self._sent is sent:
                self._sent = None

    async def _deliver(self, sent: Sending, meant_for: Game) -> None:
        """Sends a move until it is answered, as long as the game stands where it was meant for. Raises ProblemError."""
        wait, patience, doubtful = _FIRST_WAIT, _FIRST_PATIENCE, False
        while True:
            try:
                async with asyncio.timeout(patience):
                    if doubtful and await self._is_stored(sent, meant_for):
                        break
                    await self._client.play(self.game_id, sent.move, sent.ply, attempts=1)
                    break
            except (httpx.TransportError, TimeoutError):
                if self._line.good:
                    self._line.try_now()
            except ProblemError as problem:
                if problem.status not in PASSING:
                    raise
                wait = max(wait, problem.retry_after)
            doubtful = True
            self._post(replace(sent, waiting=True))
            await self._line.back(wait)
            wait, patience = min(2 * wait, _LONGEST_WAIT), min(2 * patience, _LONGEST_PATIENCE)
        self._ply = max(self._ply, sent.ply + 1)
        self._post(Stored(self.game_id, sent.ply))
        await self._see()

    async def _is_stored(self, sent: Sending, meant_for: Game) -> bool:
        """Whether a move has arrived of which no answer came. Raises ProblemError when it comes too late."""
        game = await self._client.game(self.game_id)
        before = meant_for.moves[: sent.ply]
        if game.moves[: sent.ply + 1] == (*before, sent.move):
            return True
        changes = game.revision - meant_for.revision
        if game.status == "active" and game.moves == before and changes <= _ONE_CHANGE:
            return False
        detail = _("Your move {move} did not reach the hall in time: the game has gone on.", move=sent.move)
        raise ProblemError(httpx.codes.CONFLICT, {"type": "stale-ply", "detail": detail})

    def _say(self, sent: Sending, problem: ProblemError) -> None:
        """Says why a move was not made: in the game, and as a toast where the game is not to be seen or has gone on."""
        code = str(problem.members.get("code", problem.slug))
        refusal = Refusal(code, problem.detail, tuple(problem.members.get("cells", ())))
        self._post(Refused(sent.game_id, sent.ply, sent.move, refusal))
        if self.left or problem.slug != "illegal-move":
            self._post(Toast(problem.detail, "fault", self.game_id))

    async def _see(self) -> None:
        """Looks at the game; without an answer the stream is opened anew, and that looks at everything."""
        try:
            await self.look()
        except httpx.TransportError:
            self._line.try_now()

    async def end(self, how: Ending) -> None:
        match how:
            case "resign":
                await self._act(self._client.resign(self.game_id))
            case "abort":
                await self._act(self._client.abort(self.game_id))
            case "claim":
                await self._act(self._client.claim(self.game_id))
            case "claim_draw":
                await self._act(self._client.claim(self.game_id, "draw"))

    async def offer(self, kind: OfferKind, action: OfferAction) -> None:
        match kind:
            case "draw":
                await self._act(self._client.draw(self.game_id, action))
            case "takeback":
                await self._act(self._client.takeback(self.game_id, action))
            case "pause":
                await self._act(self._client.pause(self.game_id, action))
            case "rematch":
                await self._act(self._client.rematch(self.game_id, action))

    async def _act(self, doing: Awaitable[object]) -> None:
        """What is refused because the game is another by now is refused to somebody who has to see that."""
        try:
            await doing
        except ProblemError as problem:
            if problem.status == httpx.codes.CONFLICT:
                await self._see()
            raise
        await self._see()

    async def end_pause(self) -> None:
        await self._act(self._client.pause(self.game_id, "end"))

    async def look_for_reasons(self, ply: int) -> None:
        self._post(Barred(self.game_id, ply, tuple(await self._client.forbidden(self.game_id, ply))))

    async def look_at(self, ply: int) -> None:
        self._post(Seen(self.game_id, ply, await self._client.scene(self.game_id, ply)))

    async def formats(self) -> Sequence[RecordFormat]:
        return await self._client.formats()

    async def record(self, format_: str, ply: int | None = None) -> bytes:
        return await self._client.record(self.game_id, format_, ply)


def _moved(news: Event) -> Moved:
    told = news.data
    return Moved(
        game_id=told["game_id"],
        ply=told["ply"],
        move=told["move"],
        seat=told["seat"],
        to_act=told["to_act"],
        status=told["status"],
        clock=told["clock"],
        cells=msgspec.convert(told["cells"], tuple[CellChange, ...]),
        at=time.monotonic(),
        revision=told.get("revision", 0),
    )
