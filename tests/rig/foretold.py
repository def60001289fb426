"""A hall asked beside its model: by tokens of its users, by two workers in turn, and each answer as it was foretold."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import Any

import httpx
import msgspec
from httpx_sse import EventSource

from rig.hall import problem
from rig.model import OVER, Game, Model
from rig.streaming import StreamingTransport
from rig.workers import Workers

__all__ = ["END", "Asking"]

KINDS = {
    "challenge_received",
    "challenge_answered",
    "game_started",
    "game_move",
    "game_over",
    "draw_offer",
    "takeback_offer",
    "rematch_offer",
    "notice",
    "friend_request",
    "friend_answered",
}
END = "end_of_test"


class Asking:
    """`answers` counts what acts were answered with, by slugs; the empty one is of those that succeeded."""

    workers: Workers
    answers: Counter[str]

    def begin_anew(self) -> None:
        self.model = Model()
        self.ids: dict[str, str] = {}
        self.cursors: dict[str, str] = {}
        self.seen: dict[str, int] = {}
        self.turn = 0

    def _see(self, game: Game) -> None:
        shown = self._send("GET", f"/games/{game.id}").json()
        assert (shown["status"], shown["moves"], shown["to_act"]) == (game.status, game.moves, game.to_act)
        assert {each["kind"]: each["seat"] for each in shown["offers"]} == game.offers
        assert {each["kind"]: each["seat"] for each in shown["declined"]} == game.declined
        assert shown["rematch"] == game.rematch
        names = [each["user"]["username"] for each in shown["seats"]]
        for name, player in zip(names, game.players, strict=True):
            assert name == player if player in self.model.users else name.startswith("deleted-")
        pieces = {piece["cell"]: piece["seat"] for piece in shown["scene"]["pieces"]}
        assert pieces == {cell: number % 2 for number, cell in enumerate(game.moves)}
        result = shown["result"]
        assert (result is None) == (game.status not in OVER)
        if result is not None:
            assert result["winner"] == game.winner
            assert game.reason in ("rules", result["reason"])

    def _see_lists(self, user: str) -> None:
        model = self.model
        for box in ("received", "sent", "open"):
            shown = self._list(user, "/challenges", box=box)
            mine = {each["id"] for each in shown if box != "open" or each["challenger"]["username"] != user}
            assert mine == model.box(user, box)
        played = {each["id"]: each["status"] for each in self._list(user, "/games", player=user)}
        assert played == {game.id: game.status for game in model.games.values() if user in game.players}
        tokens = {each["token_id"] for each in self._list(user, "/auth/tokens")}
        assert tokens == {id_ for owner, id_ in model.tokens.values() if owner == user}
        if "friends" in model.off:
            problem(self._ask(user, "GET", "/friends"), 404, "not-found")
            return
        friends = {each["username"] for each in self._list(user, "/friends")}
        assert friends == {name for pair in model.friends if user in pair for name in pair - {user}}
        received = {each["id"] for each in self._list(user, "/friends/requests", box="received")}
        assert received == {id_ for id_, each in model.requests.items() if each.asked == user and model.is_heard(each)}
        sent = {each["id"] for each in self._list(user, "/friends/requests", box="sent")}
        assert sent == {id_ for id_, each in model.requests.items() if each.asker == user}
        blocked = {each["username"] for each in self._list(user, "/friends/blocks")}
        assert blocked == {whom for who, whom in model.blocks if who == user}

    # How it is asked.

    def _list(self, user: str, path: str, **query: str) -> list[dict[str, Any]]:
        """Everything on it, page by page."""
        items: list[dict[str, Any]] = []
        while True:
            answer = self._ask(user, "GET", path, params=query)
            assert answer.status_code == 200, answer.text
            items += answer.json()["items"]
            if answer.json()["next"] is None:
                return items
            query["cursor"] = answer.json()["next"]

    def _expect(self, why: str, user: str, method: str, path: str, status: int = 200, **body: Any) -> Any:
        """What it is answered with when nothing is said against it; otherwise that is what must be said."""
        answer = self._ask(user, method, path, **body)
        self.answers[why] += 1
        if why:
            assert answer.status_code >= 400, f"{why} was foretold: {answer.text}"
            problem(answer, answer.status_code, why)
            return None
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else {}

    def _ask(self, user: str, method: str, path: str, **body: Any) -> httpx.Response:
        mine = [token for token, (owner, _id) in self.model.tokens.items() if owner == user]
        return self._send(method, path, mine[self.turn % len(mine)], **body)

    def _send(self, method: str, path: str, token: str = "", **body: Any) -> httpx.Response:
        self.turn += 1
        client = self.workers.halls[self.turn % 2].nobody
        headers = {"authorization": token} if token else {}
        return self.workers.runner.run(client.request(method, path, headers=headers, **body))

    async def _listen(
        self, user: str, cursor: str | None, expected: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> tuple[list[tuple[str, Any]], str]:
        """As many events of the user's channel from a cursor on as are expected, and the cursor behind the last."""
        mine = next(token for token, (owner, _id) in self.model.tokens.items() if owner == user)
        headers = {"authorization": mine} | ({"last-event-id": cursor} if cursor else {})
        found: list[tuple[str, Any]] = []
        async with AsyncExitStack() as stack:
            transport = StreamingTransport(self.workers.halls[self.turn % 2].app)
            http = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://hall"))
            stream = http.stream("GET", "/api/v1/events", params={"channel": "user"}, headers=headers)
            answer = await stack.enter_async_context(stream)
            assert answer.status_code == 200
            events = await stack.enter_async_context(aclosing(EventSource(answer).aiter_sse()))
            async with asyncio.timeout(120):
                hello = await anext(events)
                assert hello.event == "hello"
                cursor = cursor or hello.id
                while len(found) < len(expected):
                    sent = await anext(events)
                    assert sent.event != "resync"
                    if sent.event in KINDS | {END}:
                        known = expected[len(found)][1]
                        told = msgspec.json.decode(sent.data)
                        found.append((sent.event, {name: told.get(name) for name in known}))
                        cursor = sent.id
        return found, str(cursor)

    def _put_down(self, user: str, answer: httpx.Response) -> None:
        given = answer.json()
        self.model.tokens[f"Token {given['token']}"] = (user, given["token_id"])

    # Who and what.

    def _user(self, pick: int) -> str:
        return self.model.users[pick % len(self.model.users)]

    def _player(self, game: Game, pick: int) -> str:
        player = game.players[pick % 2]
        return player if player in self.model.users and pick % 5 else self._user(pick)

    def _two(self, pick: int, other: int) -> tuple[str, str]:
        """Two users; seldom the same twice."""
        others = [each for each in self.model.users if each != self._user(pick) or other % 10 == 9]
        return self._user(pick), others[other % len(others)]

    def _game(self, which: int) -> Game:
        under_way = [each for each in self.model.games.values() if each.status not in OVER]
        chosen: Game = self._pick(under_way if which % 5 and under_way else list(self.model.games.values()), which)
        return chosen

    @staticmethod
    def _pick(there: list[Any], which: int) -> Any:
        return there[which % len(there)]
