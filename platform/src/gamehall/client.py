"""The hall's API from outside: one client for desktops, bots, tests and benches.

A `Client` belongs to one event loop. Its calls return typed answers and raise `ProblemError` for what the hall
refuses, and httpx's `TransportError` when the hall cannot be reached.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx
from httpx_sse import EventSource, SSEError

from gamehall.answers import (
    Challenge,
    ClockPreset,
    Device,
    Event,
    Forbidden,
    Game,
    GameSummary,
    Grant,
    ListedGame,
    Me,
    Page,
    Person,
    Played,
    ProblemError,
    RecordFormat,
    Replayed,
    Responded,
    RulesetInfo,
    SignedIn,
)
from gamehall.game import Scene
from gamehall.replies import answer_of, event_of, problem_of, text_of, wait_before

__all__ = ["PASSING", "Client", "Event", "Game", "Lost", "ProblemError"]

T = TypeVar("T")
OfferAction = Literal["offer", "accept", "decline"]
Lost = Callable[[Exception | None, float], None]
"""Is told why a stream was lost, None where it has ended well (the hall starts anew), and in how many seconds it is
opened again."""

_API = "/api/v1"
_ATTEMPTS = 5
_FIRST_WAIT = 0.25
_SILENCE = 45.0  # three heartbeats: a stream that says nothing for so long is dead
PASSING = frozenset({429, 500, 502, 503, 504})
"""Statuses of a hall that is away or has too much to do: the same may work in a moment."""


class Client:
    """One caller of the hall at `base_url`, signed in while `token` is set; use it as an async context manager."""

    def __init__(
        self,
        base_url: str,
        token: str | None = None,
        *,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
        auth: httpx.Auth | None = None,
    ) -> None:
        """`auth` signs requests in place of `token`, for a caller that exchanges it while others use the client."""
        self.base_url = base_url.rstrip("/")
        self.token = token
        self._timeout = timeout
        trusted = httpx.create_ssl_context()
        ways: dict[str, Any] = {"base_url": self.base_url, "transport": transport, "verify": trusted, "auth": auth}
        self._http = httpx.AsyncClient(timeout=timeout, **ways)
        # Each stream has a connection of its own: one that was kept from before may be dead and nobody has noticed.
        fresh = httpx.Limits(max_keepalive_connections=0)
        self._streams = httpx.AsyncClient(limits=fresh, **ways)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._streams.aclose()
        await self._http.aclose()

    # Signing in: each of the first three puts the token into `token`.

    async def register(
        self, username: str, email: str, password: str, display_name: str = "", **device: Any
    ) -> SignedIn:
        """Makes an account and signs in. `device` may have device_name and device_info, a flat dict."""
        account = {"username": username, "email": email, "password": password, "display_name": display_name}
        return await self._sign_in("/auth/register", account | device)

    async def sign_in(self, username: str, password: str, code: str = "", **device: Any) -> SignedIn:
        """Signs in, with a code where the account asks for one. `device` is as for `register`; with `scopes` the token
        is good for those alone."""
        account = {"username": username, "password": password, "code": code}
        return await self._sign_in("/auth/token", account | device)

    async def _sign_in(self, path: str, body: Mapping[str, Any]) -> SignedIn:
        signed_in = await self.ask("POST", path, SignedIn, body)
        self.token = signed_in.token
        return signed_in

    async def refresh(self) -> Grant:
        """Exchanges the token for its successor; repeating it soon after a lost answer is safe.

        Keep the new one: the old one ends, and when it comes back later the device is signed out. Not for scripts.
        """
        grant = await self.ask("POST", "/auth/token/refresh", Grant)
        self.token = grant.token
        return grant

    async def sign_out(self) -> None:
        await self._send("POST", "/auth/logout")
        self.token = None

    async def devices(self) -> list[Device]:
        return (await self.ask("GET", "/auth/tokens", Page[Device])).items

    async def revoke(self, token_id: str) -> None:
        """Signs one of the caller's devices out."""
        await self._send("DELETE", f"/auth/tokens/{token_id}")

    async def revoke_others(self) -> None:
        """Signs every device of the caller's out but this one."""
        await self._send("POST", "/auth/tokens/revoke-others")

    async def make_token(self, device_name: str, scopes: Sequence[str], password: str, days: int = 30) -> Grant:
        """A token for a script, which may do what `scopes` say: `read`, `play`, `admin`. This client keeps its own."""
        wanted = {"device_name": device_name, "scopes": list(scopes), "password": password, "days": days}
        return await self.ask("POST", "/auth/tokens", Grant, wanted)

    # People and rules.

    async def me(self) -> Me:
        return await self.ask("GET", "/users/me", Me)

    async def rename(self, display_name: str) -> Me:
        return await self.ask("PATCH", "/users/me", Me, {"display_name": display_name})

    async def mail_notices(self, wanted: bool) -> Me:
        """Says whether mails may tell the caller of games that wait for a move."""
        return await self.ask("PATCH", "/users/me", Me, {"mail_notices": wanted})

    async def user(self, username: str) -> Person:
        return await self.ask("GET", f"/users/{username}", Person)

    async def rulesets(self) -> list[RulesetInfo]:
        return (await self.ask("GET", "/rulesets", Page[RulesetInfo])).items

    # Challenges.

    async def challenge(self, ruleset: str, opponent: str | None = None, **terms: Any) -> Challenge:
        """Proposes a game, to everybody without an opponent. `terms` may have options, seat, clock, link and pair."""
        body = {"ruleset": ruleset, **({"opponent": opponent} if opponent else {}), **terms}
        return await self.ask("POST", "/challenges", Challenge, body)

    async def challenges(
        self,
        box: Literal["received", "sent", "open"] = "received",
        *,
        ruleset: str | None = None,
        clock: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[Challenge]:
        """Pending challenges, newest first; `clock` is a kind of clock or `live`."""
        wanted = {"box": box, "ruleset": ruleset, "clock": clock, "limit": limit, "cursor": cursor}
        return await self.ask("GET", "/challenges", Page[Challenge], None, **wanted)

    async def show_challenge(self, challenge_id: str) -> Challenge:
        return await self.ask("GET", f"/challenges/{challenge_id}", Challenge)

    async def respond(self, challenge_id: str, action: Literal["accept", "decline", "cancel"]) -> Responded:
        return await self.ask("POST", f"/challenges/{challenge_id}/respond", Responded, {"action": action})

    async def invitation(self, code: str) -> Challenge:
        """What the code at the end of an invitation's link offers; this needs no account."""
        return await self.ask("GET", f"/invitations/{code}", Challenge)

    async def accept_invitation(self, code: str) -> Responded:
        return await self.ask("POST", f"/invitations/{code}", Responded)

    async def clocks(self) -> list[ClockPreset]:
        """The clocks that the hall offers by name."""
        return (await self.ask("GET", "/clocks", Page[ClockPreset])).items

    # Games.

    async def games(
        self,
        *,
        player: str | None = None,
        status: str | None = None,
        ruleset: str | None = None,
        order: Literal["newest", "turn"] | None = None,
        turn: Literal["own", "other"] | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[ListedGame]:
        """Games, newest first; or running games of a player in the order of `turn`: theirs to move first, by the least
        time left. `turn` keeps those of the player's own turn, or of others'."""
        wanted = {"player": player, "status": status, "ruleset": ruleset, "order": order, "turn": turn}
        return await self.ask("GET", "/games", Page[ListedGame], None, **wanted, limit=limit, cursor=cursor)

    async def next_game(self, after: str | None = None) -> GameSummary | None:
        """The game that the caller should move in next, another than `after`; None when none waits."""
        answer = await self._send("GET", "/games/next", after=after)
        return answer_of(answer, GameSummary) if answer.content else None

    async def game(self, game_id: str) -> Game:
        return await self.ask("GET", f"/games/{game_id}", Game)

    async def scene(self, game_id: str, ply: int | None = None, *, forbidden: bool = False) -> Scene:
        """The board after so many moves, by default all of them; `forbidden` marks points that may not be taken."""
        return await self.ask("GET", f"/games/{game_id}/scene", Scene, ply=ply, forbidden=forbidden or None)

    async def forbidden(self, game_id: str, ply: int | None = None) -> list[Forbidden]:
        """The points that look free but that whoever is to act after so many moves may not take, each with why."""
        return (await self.ask("GET", f"/games/{game_id}/forbidden", Page[Forbidden], ply=ply)).items

    async def play(
        self, game_id: str, move: str | tuple[int, int], ply: int | None = None, *, attempts: int = _ATTEMPTS
    ) -> Played:
        """Plays a move, given by its name or by (row, column) from the top left.

        With `ply`, the moves already made, the call is made up to `attempts` times when its answer was lost: the hall
        answers a repetition as it did the first time.
        """
        target = {"move": move} if isinstance(move, str) else {"row": move[0], "col": move[1]}
        body = target if ply is None else target | {"ply": ply}
        for failures in range(attempts):
            try:
                return await self.ask("POST", f"/games/{game_id}/moves", Played, body)
            except httpx.TransportError:
                if ply is None or failures == attempts - 1:
                    raise
            except ProblemError as problem:
                if problem.status != httpx.codes.SERVICE_UNAVAILABLE or failures == attempts - 1:
                    raise
            await asyncio.sleep(wait_before(_FIRST_WAIT, failures))
        raise AssertionError("the last attempt answers or raises")

    async def resign(self, game_id: str) -> GameSummary:
        return await self.ask("POST", f"/games/{game_id}/resign", GameSummary)

    async def abort(self, game_id: str) -> GameSummary:
        """Ends a game in which not everybody has moved, without a winner."""
        return await self.ask("POST", f"/games/{game_id}/abort", GameSummary)

    async def draw(self, game_id: str, action: OfferAction) -> GameSummary:
        """Offers a draw, or answers the offer; declining one's own withdraws it, here and below."""
        return await self.ask("POST", f"/games/{game_id}/draw", GameSummary, {"action": action})

    async def takeback(self, game_id: str, action: OfferAction) -> GameSummary:
        return await self.ask("POST", f"/games/{game_id}/takeback", GameSummary, {"action": action})

    async def pause(self, game_id: str, action: OfferAction | Literal["end"]) -> GameSummary:
        """Offers a pause of the clock, or answers the offer; `end` lets the clock run again."""
        return await self.ask("POST", f"/games/{game_id}/pause", GameSummary, {"action": action})

    async def rematch(self, game_id: str, action: OfferAction) -> GameSummary:
        """Offers a rematch, or answers the offer; once accepted, the answer's `rematch` is the new game's id."""
        return await self.ask("POST", f"/games/{game_id}/rematch", GameSummary, {"action": action})

    async def claim(self, game_id: str, result: Literal["win", "draw"] = "win") -> GameSummary:
        """Ends a game whose other player has left; the game's `claim` says when that is possible."""
        return await self.ask("POST", f"/games/{game_id}/claim", GameSummary, {"result": result})

    async def formats(self) -> list[RecordFormat]:
        """The formats in which games can be taken home."""
        return (await self.ask("GET", "/formats", Page[RecordFormat])).items

    async def record(self, game_id: str, format_: str = "json", ply: int | None = None) -> bytes:
        """The game as a file in one of the hall's formats, as it was after so many moves."""
        return (await self._send("GET", f"/games/{game_id}/record", format=format_, ply=ply)).content

    async def archive(
        self,
        format_: str = "json",
        *,
        player: str | None = None,
        status: str | None = None,
        ruleset: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> bytes:
        """A zip of games, newest first; its contents.json has the cursor of the next one."""
        wanted = {"player": player, "status": status, "ruleset": ruleset, "limit": limit, "cursor": cursor}
        return (await self._send("GET", "/games/export", None, format=format_, **wanted)).content

    async def import_record(
        self, content: str | bytes, *, format_: str | None = None, ruleset: str | None = None, ply: int | None = None
    ) -> Replayed:
        """The game of a file, played through by the hall's rules and shown after so many moves.

        Bytes that are no UTF-8 are taken for Latin-1. `ruleset` says which game it is where the file does not.
        """
        chosen = {"format": format_, "ruleset": ruleset}
        body = {"content": text_of(content), **{name: value for name, value in chosen.items() if value is not None}}
        return await self.ask("POST", "/replay", Replayed, body, ply=ply)

    # Events.

    async def events(
        self, channels: Sequence[str], cursor: str | None = None, *, lost: Lost | None = None
    ) -> AsyncGenerator[Event, None]:
        """Events of these channels (user, lobby, game-…), behind a cursor or from now on, each once.

        A lost connection is made again and goes on where it was, so this has no end of its own, except after `closed`.
        Each connection begins with `hello`. After `resync` look at everything anew: events in between are lost.
        Close it (`contextlib.aclosing`) when done before its end. Raises ProblemError when the hall refuses.

        `lost` is called before each pause. Who does not want to wait for its end – the network is back, the machine
        has slept, somebody has pressed a button – closes this and opens it again with the cursor of the last event.
        """
        base, failures = _FIRST_WAIT, 0
        while True:
            pause = 0.0
            why: Exception | None = None  # the hall itself has ended the stream
            try:
                async with self._stream(channels, cursor) as response:
                    async for sent in EventSource(response).aiter_sse():
                        base = base if sent.retry is None else min(sent.retry, 60_000) / 1000
                        failures = 0
                        if not sent.data:
                            continue
                        event = event_of(sent)
                        cursor = event.cursor or cursor
                        if event.kind == "restart":
                            break
                        yield event
                        if event.kind == "closed":
                            return
            except ProblemError as problem:
                if problem.status not in PASSING:
                    raise
                pause, why = problem.retry_after, problem
            except (httpx.TransportError, SSEError) as error:
                why = error
            pause = max(pause, wait_before(base, failures))
            if lost is not None:
                lost(why, pause)
            await asyncio.sleep(pause)
            failures += 1

    @contextlib.asynccontextmanager
    async def _stream(self, channels: Sequence[str], cursor: str | None) -> AsyncIterator[httpx.Response]:
        headers = self._headers() | {"Accept": "text/event-stream"}
        if cursor is not None:
            headers["Last-Event-ID"] = cursor
        timeout = httpx.Timeout(self._timeout, read=_SILENCE)
        params = {"channel": list(channels)}
        async with self._streams.stream(
            "GET", f"{_API}/events", params=params, headers=headers, timeout=timeout
        ) as answer:
            if answer.status_code != httpx.codes.OK:
                await answer.aread()
                raise problem_of(answer)
            yield answer

    # Requests.

    async def ask(
        self, method: str, path: str, shape: type[T], body: Mapping[str, Any] | None = None, **query: Any
    ) -> T:
        """A call below /api/v1 that this class has no method for, such as one of a plugin's.

        The shape of an answer without content is `type(None)`.
        """
        return answer_of(await self._send(method, path, body, **query), shape)

    async def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, **query: Any
    ) -> httpx.Response:
        params = {name: value for name, value in query.items() if value is not None}
        answer = await self._http.request(method, _API + path, params=params, json=body, headers=self._headers())
        if not answer.is_success:
            raise problem_of(answer)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.token}"} if self.token else {}
