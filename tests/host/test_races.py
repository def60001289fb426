"""What players, flags and the operator do at the same moment, in any order, by two workers on one database.

A state machine sends a few requests at once, again and again, and then looks whether there is one truth: the log is
what the rules say, clocks are what the receipts say, an end comes once and stays, and nothing was answered with 5xx.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gamehall.clocks import Fischer, NoClock
from gamehall.gamelog import GameLog, load_log, load_state
from gamehall.replays import replay
from gamehall.standing import resume_games, suspend_games
from gamehall.tables import event, game
from rig.hall import done, problem
from rig.passing import pass_time
from rig.soak import Share
from rig.workers import Workers

SECONDS = 20
OVER = {"finished", "aborted"}
OFFERS = ["draw", "takeback", "takeback", "pause", "pause", "rematch", "rematch"]

moves = st.tuples(st.just("moves"), st.integers(0, 400), st.booleans())
offers = st.tuples(st.sampled_from(OFFERS), st.sampled_from(["offer", "offer", "accept", "accept", "decline"]))
ends = st.sampled_from([*[()] * 15, ("resign",), ("abort",), ("flag",)])
# Who acts, on which worker, and what: mostly moves, mostly by whoever is to act.
requests = st.tuples(
    st.integers(0, 1), st.sampled_from(["turn", "turn", "turn", "other"]), st.one_of(moves, moves, moves, offers)
)
answers = st.tuples(st.integers(0, 1), st.sampled_from(["turn", "other"]), st.one_of(offers, st.just(("pause-end",))))
batches = st.lists(st.one_of(requests, requests, answers), min_size=1, max_size=4)
beginnings = st.tuples(st.sampled_from(["tic-tac-toe", "connect6"]), st.booleans())
ENDINGS = [[("resign",)], [("abort",)], [("flag",)], [("draw", "offer"), ("draw", "accept")]]

Request = tuple[int, str, tuple[Any, ...]]


class Table(Workers):
    """Two players, and what is asked of the workers from outside their event loop."""

    async def prepare(self) -> None:
        people = await self.halls[0].users("ada", "bob")
        self.tokens = {name: each.headers["authorization"] for name, each in zip(("ada", "bob"), people, strict=True)}

    async def post(self, worker: int, player: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        headers = {"authorization": self.tokens[player]}
        return await self.halls[worker].nobody.post(path, json=body, headers=headers)

    async def start(self, ruleset: str, clock: dict[str, Any]) -> str:
        terms = {"ruleset": ruleset, "seat": 0, "clock": clock, "opponent": "bob"}
        challenge = done(await self.post(0, "ada", "/challenges", terms), 201)
        accepted = done(await self.post(1, "bob", f"/challenges/{challenge['id']}/respond", {"action": "accept"}))
        return str(accepted["game_id"])


@pytest.fixture
def table(database_url: str, tmp_path: Path) -> Iterator[Table]:
    table = Table(database_url, tmp_path)
    table.open()
    yield table
    table.close()


class Playing(RuleBasedStateMachine):
    """One game at a time; after a rematch the next one."""

    table: Table
    reasons: set[str | None]

    def __init__(self) -> None:
        super().__init__()
        self.game = ""
        self.ended: dict[str, Any] | None = None

    @initialize(terms=beginnings)
    def start(self, terms: tuple[str, bool]) -> None:
        ruleset, timed = terms
        clock = {"kind": "fischer", "initial": SECONDS, "increment": 1} if timed else {"kind": "none"}
        self.game = self.table.runner.run(self.table.start(ruleset, clock))
        self.ended = None

    @rule(terms=beginnings, ending=st.sampled_from(ENDINGS))
    def end_or_start_anew(self, terms: tuple[str, bool], ending: list[tuple[str, ...]]) -> None:
        """Without a race, so that there is every end; not every game can be ended in every way."""
        if self.ended is not None:  # no precondition: races end otherwise when they are run again
            self.start(terms)
            return
        players = [seat.username for seat in self._log().game.seats]
        for seat, action in enumerate(ending):
            answer = self.table.runner.run(self._send(seat, players[seat], action))
            assert answer.status_code in (200, 403, 409, 422), f"{answer.request.url}: {answer.text}"

    @rule(batch=batches, end=ends, ending=st.integers(0, 3), passed=st.sampled_from([0, 0, 0, 700, 3_000, 9_000]))
    def act(self, batch: list[Request], end: tuple[str, ...], ending: int, passed: int) -> None:
        """Several requests at once, some time after the last, and perhaps one that ends the game."""
        log = self._log()
        turn = 0 if log.game.to_act is None else log.game.to_act
        names = [seat.username for seat in log.game.seats]
        sent = [
            *batch,
            *([(ending % 2, ("turn", "other")[ending // 2], end)] if end and (log.moves or end == ("abort",)) else []),
        ]

        async def at_once() -> list[httpx.Response]:
            if passed:
                await pass_time(passed, *self.table.halls)
            players = [names[turn if who == "turn" else 1 - turn] for _, who, _ in sent]
            return await asyncio.gather(
                *(self._send(each[0], player, each[2]) for player, each in zip(players, sent, strict=True))
            )

        for answer in self.table.runner.run(at_once()):
            assert answer.status_code in (200, 403, 409, 422), f"{answer.request.url}: {answer.text}"
            if answer.status_code == 200 and answer.json().get("rematch"):
                self._go_on_with(answer.json()["rematch"])

    @rule()
    def play_on(self) -> None:
        """The players move in turn, in a small game until the rules say that it is over."""
        for worker in range(9):
            found = self._log().game
            if found.to_act is None:
                return
            player = found.seats[found.to_act].username
            answer = self.table.runner.run(self._send(worker % 2, player, ("moves", 0, False)))
            assert answer.status_code in (200, 409), f"{answer.request.url}: {answer.text}"

    @rule()
    def suspend_and_go_on(self) -> None:
        """The operator switches the game off for a moment."""
        found = self._log().game
        host = self.table.halls[1].host
        self.table.runner.run(host.write(suspend_games, [found.ruleset], "A moment."))
        if self._log().game.status == "suspended":
            answer = self.table.runner.run(self.table.post(0, "ada", f"/games/{self.game}/resign"))
            problem(answer, 409, "game-suspended")
        self.table.runner.run(host.write(resume_games, [found.ruleset], "A moment."))
        assert self._log().game.status in (found.status, "finished")  # a flag that was due has fallen instead

    async def _send(self, worker: int, player: str, action: tuple[Any, ...]) -> httpx.Response:
        host, path = self.table.halls[worker].host, f"/games/{self.game}"
        match action:
            case ("moves", int(choice), bool(repeatable)):
                state = await host.read(load_state, self.game)
                ruleset = host.rulesets[state.game.ruleset]
                legal = list(ruleset.moves(_position(ruleset, state.position))) or ["a1"]
                body = {"move": legal[choice % len(legal)]} | ({"ply": state.game.ply} if repeatable else {})
                return await self.table.post(worker, player, f"{path}/moves", body)
            case ("pause-end",):
                return await self.table.post(worker, player, f"{path}/pause", {"action": "end"})
            case ("flag",):
                await pass_time(2 * SECONDS * 1_000, *self.table.halls)
                return await self.table.post(worker, player, f"{path}/draw", {"action": "offer"})
            case (what,):
                return await self.table.post(worker, player, f"{path}/{what}")
            case (kind, said):
                return await self.table.post(worker, player, f"{path}/{kind}", {"action": said})
        raise AssertionError(action)

    def _go_on_with(self, rematch: str) -> None:
        if rematch != self.game:
            before, after = self._log().game, self.table.read(load_log, rematch).game
            assert before.rematch_id == rematch
            assert [seat.user_id for seat in after.seats] == [seat.user_id for seat in reversed(before.seats)]
            assert (after.terms, after.options) == (before.terms, before.options)
            self.game, self.ended = rematch, None

    def _log(self) -> GameLog:
        log: GameLog = self.table.read(load_log, self.game)
        return log

    @invariant()
    def there_is_one_truth(self) -> None:
        if not self.game:
            return
        log, kinds, flag_at = self.table.read(_seen_at_once, self.game)
        found = log.game
        assert found.ply == len(log.moves)
        assert replay(self.table.halls[0].host.rulesets[found.ruleset], log) is None
        pending = Counter(offer.kind for offer in found.offers if not offer.declined)
        assert set(pending.values()) <= {1}
        if found.status in OVER:
            assert kinds.count("game_over") == 1
            assert found.to_act is None
            assert flag_at is None
            end = {"status": found.status, "result": found.result, "ply": found.ply, "times": found.times}
            assert self.ended in (None, end)
            self.ended = end
            self.reasons.add(found.reason)
        else:
            assert self.ended is None
            assert "game_over" not in kinds
            assert found.to_act == found.times.running
            assert (flag_at is None) == isinstance(found.terms, NoClock)
        assert kinds.count("game_started") == 1

    @invariant()
    def clocks_are_what_receipts_say(self) -> None:
        if not self.game:
            return
        state = self.table.read(load_state, self.game)
        found = state.game
        if not isinstance(found.terms, Fischer):
            return
        for number, seat in enumerate(found.times.seats):
            own = [spent for (mover, _), spent in zip(state.moves, state.spent, strict=True) if mover == number]
            charged = sum(spent.charged for spent in own) - sum(spent.added for spent in own)
            if found.times.running == number or (found.status in OVER and seat.main != SECONDS * 1_000 - charged):
                charged += found.times.spent.charged  # of a move that was thought about, but not made
            assert seat.main == max(0, SECONDS * 1_000 - charged)


def _position(ruleset: Any, text: str) -> Any:
    return msgspec.json.decode(text, type=ruleset.Position)


def _seen_at_once(connection: sa.Connection, game_id: str) -> tuple[GameLog, list[str], int | None]:
    """The log, what was told of the game, and when its flag falls; a flag can fall between two reads."""
    told = sa.select(event.c.kind).where(event.c.channels.contains(f'"game-{game_id}"'))
    flag_at = connection.scalar(sa.select(game.c.flag_at).where(game.c.id == game_id))
    return load_log(connection, game_id), list(connection.scalars(told)), flag_at


@pytest.mark.soak
def test_whatever_happens_at_once_there_is_one_truth(table: Table, share: Share) -> None:
    machine: type[Playing] = type("PlayingHere", (Playing,), {"table": table, "reasons": set()})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=share(8, 150),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    if share(0, 1):  # a long run comes to every end
        by_hall = {"time", "resigned", "agreed", "aborted"}
        assert machine.reasons > by_hall, "and some by the rules"
