"""The whole hall against a simple model: what users, two workers and the operator do in any order, one after another.

After each step every answer is what the model foretells: the state of each game, what each user's lists show, who is
refused what. And whoever reads their events from where they were is told each of them once, in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from gamehall.events import NewEvent, user_channel
from gamehall.feed import emit
from gamehall.overseeing import act_on_user
from rig.foretold import END, Asking
from rig.hall import PASSWORD, empty
from rig.model import OPTIONS, OVER, Asked, Game
from rig.soak import Figure, Share
from rig.workers import Workers

REFUSALS = {
    "",
    "already-exists",
    "challenge-closed",
    "forbidden",
    "game-over",
    "game-suspended",
    "illegal-move",
    "invalid",
    "no-offer",
    "not-found",
    "not-possible",
    "not-your-turn",
    "offer-declined",
}
SWITCHES = ("friends", *(f"ruleset:{key}" for key in OPTIONS))
INSISTING = [(2, "offer"), (1, "decline"), (2, "offer")]  # by one player and the other

picks = st.integers(0, 10_000)
rulesets = st.sampled_from(sorted(OPTIONS))


class Users(Asking, RuleBasedStateMachine):
    """What users do, and the operator."""

    def __init__(self) -> None:
        super().__init__()
        self.begin_anew()

    @initialize()
    def begin(self) -> None:
        async def anew() -> str:
            first = self.workers.halls[0]
            await first.host.write(empty, first)
            return str((await first.user("root")).headers["authorization"])

        self.admin = self.workers.runner.run(anew())
        host = self.workers.halls[0].host
        self.workers.runner.run(host.write(act_on_user, "root", "promote", host.hall_time(), host.settings))
        for key in SWITCHES:
            self._switch(key, on=True, now=False)
        for _ in range(3):
            self.register()
        for pick in range(3):
            self.challenge(pick, 0, sorted(OPTIONS)[pick % 2], 0, is_open=pick == 2, answer="accept")
        self.ask_friend(0, 0)

    @precondition(lambda self: len(self.model.users) < 4)
    @rule()
    def register(self) -> None:
        user = f"user{len(self.ids)}"
        account = {"username": user, "email": f"{user}@example.org", "password": PASSWORD}
        made = self._send("POST", "/auth/register", json=account)
        assert made.status_code == 201, made.text
        self.model.register(user)
        self._put_down(user, made)
        self.ids[user] = made.json()["user"]["id"]
        self.seen[user] = 0
        self.cursors[user] = self.workers.runner.run(self._listen(user, None, []))[1]

    @precondition(lambda self: len(self.model.users) > 2)
    @rule(pick=picks)
    def leave(self, pick: int) -> None:
        user = self._user(pick)
        self.read_events(pick)
        assert self._ask(user, "DELETE", "/users/me", json={"password": PASSWORD}).status_code == 204
        self.model.leave(user)

    @rule(pick=picks)
    def sign_in(self, pick: int) -> None:
        user = self._user(pick)
        answer = self._send("POST", "/auth/token", json={"username": user, "password": PASSWORD})
        assert answer.status_code == 200
        self._put_down(user, answer)

    @rule(pick=picks, other=picks, out=st.booleans())
    def revoke(self, pick: int, other: int, out: bool) -> None:
        user = self._user(pick)
        mine = [token for token, (owner, _id) in self.model.tokens.items() if owner == user]
        if len(mine) < 2:
            return
        by, ended = mine[pick % len(mine)], mine[other % len(mine)]
        method, path = ("POST", "/auth/logout") if out else ("DELETE", f"/auth/tokens/{self.model.tokens[ended][1]}")
        assert self._send(method, path, by).status_code == 204
        self.model.revoke(by if out else ended)

    @rule(key=st.sampled_from(SWITCHES), now=st.booleans())
    def switch(self, key: str, now: bool) -> None:
        self._switch(key, on=key in self.model.off, now=now)

    def _switch(self, key: str, *, on: bool, now: bool) -> None:
        answer = self._send("PUT", f"/admin/features/{key}", self.admin, json={"on": on, "now": now})
        assert (answer.status_code, answer.json()["late"]) == (200, [])
        self.model.switch(key, on=on, now=now)

    # Challenges.

    @rule(
        pick=picks,
        other=picks,
        ruleset=rulesets,
        seat=st.integers(0, 1),
        is_open=st.booleans(),
        answer=st.sampled_from(["", "", "accept", "accept", "accept", "decline", "cancel"]),
    )
    def challenge(self, pick: int, other: int, ruleset: str, seat: int, is_open: bool, answer: str) -> None:
        user, other_user = self._two(pick, other)
        if user == other_user:  # which begins at once, and is tried elsewhere
            return
        opponent = None if is_open else other_user
        terms = {"ruleset": ruleset, "options": OPTIONS[ruleset], "seat": seat, "opponent": opponent}
        why = self.model.why_not_challenge(user, opponent, ruleset)
        if made := self._expect(why, user, "POST", "/challenges", 201, json=terms):
            asked = Asked(made["id"], user, opponent, ruleset, seat, is_open)
            self.model.challenge(asked)
            if answer:
                self._answer_challenge(asked, user if answer == "cancel" else other_user, answer)

    @precondition(lambda self: self.model.challenges)
    @rule(pick=picks, which=picks, action=st.sampled_from(["accept", "accept", "accept", "decline", "cancel"]))
    def answer_challenge(self, pick: int, which: int, action: str) -> None:
        pending = sorted(self.model.pending(), key=lambda each: each.id)
        asked = self._pick(pending if which % 4 and pending else list(self.model.challenges.values()), which)
        likely = asked.challenger if action == "cancel" else asked.opponent
        user = likely if likely in self.model.users and pick % 3 else self._user(pick)
        self._answer_challenge(asked, user, action)

    def _answer_challenge(self, asked: Asked, user: str, action: str) -> None:
        why = self.model.why_not_answer(asked, user, action)
        path = f"/challenges/{asked.id}/respond"
        if settled := self._expect(why, user, "POST", path, json={"action": action}):
            if action == "accept":
                self.model.accept(asked, user, settled["game_id"])
            else:
                self.model.close(asked, action)
            assert (settled["status"], settled["game_id"]) == (asked.status, asked.game)

    # Games.

    @precondition(lambda self: self.model.games)
    @rule(which=picks, moves=st.lists(st.tuples(picks, picks, st.booleans()), min_size=1, max_size=8))
    def play(self, which: int, moves: list[tuple[int, int, bool]]) -> None:
        game = self._game(which)
        for move in moves:
            self._move(game, *move)

    def _move(self, game: Game, pick: int, cell: int, again: bool) -> None:
        """Mostly whoever is to act, mostly where it is free; a move can be sent twice."""
        turn = game.players[game.to_act or 0]
        user = turn if turn in self.model.users and pick % 5 else self._user(pick)
        cells = game.free() if cell % 6 and game.free() else ["a1", "e5", "z9", "swap", "é\0"]
        name, path = cells[cell % len(cells)], f"/games/{game.id}/moves"
        made = {"move": name, "ply": len(game.moves)}
        why = self.model.why_not_move(game, user, name)
        if played := self._expect(why, user, "POST", path, json=made):
            self.model.move(game, name)
            assert (played["ply"], played["status"]) == (len(game.moves), game.status)
            if again:
                assert self._expect("", user, "POST", path, json=made) == played

    @precondition(lambda self: self.model.games)
    @rule(pick=picks, which=picks, abort=st.booleans())
    def end(self, pick: int, which: int, abort: bool) -> None:
        game = self._game(which)
        user = self._player(game, pick)
        why = self.model.why_not_act(game, user)
        if not why and abort and len(game.moves) > 1:
            why = "not-possible"
        if self._expect(why, user, "POST", f"/games/{game.id}/{'abort' if abort else 'resign'}"):
            if abort:
                self.model.end(game, None, "aborted", "aborted")
            else:
                self.model.resign(game, user)

    @precondition(lambda self: self.model.games)
    @rule(
        which=picks,
        kind=st.sampled_from(["draw", "takeback", "rematch", "rematch"]),
        said=st.one_of(
            st.lists(
                st.tuples(picks, st.sampled_from(["offer", "offer", "accept", "decline"])), min_size=1, max_size=3
            ),
            st.just(INSISTING),
        ),
    )
    def offer(self, which: int, kind: str, said: list[tuple[int, str]]) -> None:
        over = [each for each in self.model.games.values() if each.status in OVER]
        game = self._pick(over, which) if kind == "rematch" and which % 4 and over else self._game(which)
        for pick, action in said:
            self._offer(game, kind, self._player(game, pick), action)

    def _offer(self, game: Game, kind: str, user: str, action: str) -> None:
        why = self.model.why_not_offer(game, kind, user, action)
        if done := self._expect(why, user, "POST", f"/games/{game.id}/{kind}", json={"action": action}):
            self.model.offer(game, kind, user, action, done["rematch"])
            assert (done["status"], done["ply"], done["rematch"]) == (game.status, len(game.moves), game.rematch)

    # Friends.

    @rule(pick=picks, other=picks)
    def ask_friend(self, pick: int, other: int) -> None:
        user, asked = self._two(pick, other)
        why = self.model.why_not_ask(user, asked)
        if made := self._expect(why, user, "POST", "/friends/requests", 201, json={"username": asked}):
            self.model.ask(user, asked, made["id"])

    @precondition(lambda self: self.model.requests)
    @rule(pick=picks, which=picks, action=st.sampled_from(["accept", "accept", "decline", "cancel"]))
    def answer_friend(self, pick: int, which: int, action: str) -> None:
        request = self._pick(list(self.model.requests.values()), which)
        user = (request.asker, request.asked, self._user(pick))[pick % 3]
        why = self.model.why_not_answer_request(request, user, action)
        if self._expect(why, user, "POST", f"/friends/requests/{request.id}/respond", json={"action": action}):
            self.model.answer_request(request, action)

    @rule(pick=picks, other=picks, act=st.sampled_from(["unfriend", "block", "unblock"]))
    def part(self, pick: int, other: int, act: str) -> None:
        user, whom = self._two(pick, other)
        if act == "unfriend":
            if (
                self._expect(self.model.why_not_unfriend(user, whom), user, "DELETE", f"/friends/{whom}", 204)
                is not None
            ):
                self.model.unfriend(user, whom)
        elif act == "block":
            why = self.model.why_not_block(user, whom)
            if self._expect(why, user, "PUT", f"/friends/blocks/{whom}", 204) is not None:
                self.model.block(user, whom)
        else:
            why = "not-found" if "friends" in self.model.off else ""
            if self._expect(why, user, "DELETE", f"/friends/blocks/{whom}", 204) is not None:
                self.model.blocks.discard((user, whom))

    # What is to be seen.

    @rule(pick=picks)
    def read_events(self, pick: int) -> None:
        """Comes back to the events where they were left."""
        user = self._user(pick)
        told = self.model.told[user]
        expected, self.seen[user] = told[self.seen[user] :], len(told)
        found, self.cursors[user] = self.workers.runner.run(self._listen(user, self.cursors[user], expected))
        assert found == expected

    @invariant()
    def games_are_as_they_were_played(self) -> None:
        for game in self.model.games.values():
            self._see(game)

    @invariant()
    def lists_show_what_there_is(self) -> None:
        """Of one user, in turn."""
        if self.model.users:
            self.turn += 1
            self._see_lists(self.model.users[self.turn % len(self.model.users)])

    def teardown(self) -> None:
        if not self.model.users:
            return
        host = self.workers.halls[0].host
        everybody = tuple(user_channel(self.ids[user]) for user in self.model.users)
        self.workers.runner.run(host.write(emit, [NewEvent(END, everybody, {})]))
        for number, user in enumerate(self.model.users):
            self._see_lists(user)
            self.model.told[user].append((END, {}))
            self.read_events(number)
        for token in self.model.dead:
            assert self._send("GET", "/users/me", token).status_code == 401


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(database_url, tmp_path / "data")
    workers.open()
    yield workers
    workers.close()


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_the_hall_does_what_the_model_says(workers: Workers, share: Share, figure: Figure) -> None:
    machine: type[Users] = type("UsersHere", (Users,), {"workers": workers, "answers": Counter()})
    examples = share(2, 150 if workers.halls[0].host.database.dialect == "sqlite" else 75)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=share(20, 60),
            deadline=None,
            # To look for a shorter way to the same would take an hour.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
    figure("acts against the model", sum(machine.answers.values()))
    if share(0, 1):  # a long run comes to everything
        assert set(machine.answers) >= REFUSALS
