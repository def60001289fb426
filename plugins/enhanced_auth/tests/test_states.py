"""Tokens against a simple model: whatever is done with them, in any order, at the same time and by two workers.

At most one token of a family is worth anything for long; no token is accepted after its end; a token has one successor,
however often it is exchanged; and one that returns from the past ends its own family and no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from gamehall.accounts import end_credentials, update_user
from gamehall.credentials import change_password
from gamehall.tables import user
from gamehall_enhanced_auth.tables import token
from rig.hall import PASSWORD, done, empty
from rig.passing import grow_old
from rig.soak import Share
from rig.workers import Workers

NAMES = ("ada", "bob")
GRACE, AFTER_FIRST_USE = 60, 10
TOKEN, FAMILY = 7 * 86_400, 90 * 86_400
# However long the test itself takes, it is far from one of these limits, or just behind it.
SPANS = (20, 20, 60, 60, 2 * 86_400, 5 * 86_400, 45 * 86_400)

picks = st.integers(0, 10_000)


@dataclass
class Token:
    """A token and what the model knows of it; moments are in the model's seconds."""

    text: str
    since: int
    until: int
    exchanged: int | None = None
    first_used: int | None = None


@dataclass
class Family:
    owner: str
    token_id: str
    until: int
    tokens: list[Token] = field(default_factory=list)
    is_over: bool = False


class Tokens(RuleBasedStateMachine):
    workers: Workers
    seen: set[str]

    def __init__(self) -> None:
        super().__init__()
        self.clock = 0
        self.families: list[Family] = []
        self.active = dict.fromkeys(NAMES, True)
        self.passwords = dict.fromkeys(NAMES, PASSWORD)
        self.ids: dict[str, str] = {}

    @initialize()
    def begin(self) -> None:
        async def anew() -> None:
            first = self.workers.halls[0]
            await first.host.write(empty, first)
            for name in NAMES:
                given = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
                answer = done(await first.nobody.post("/auth/register", json=given), 201)
                self.ids[name] = answer["user"]["id"]
                self._put_down(name, answer)

        self.workers.runner.run(anew())

    @rule(name=st.sampled_from(NAMES), worker=st.integers(0, 1))
    def sign_in(self, name: str, worker: int) -> None:
        given = {"username": name, "password": self.passwords[name]}
        (answer,) = self._ask(("POST", "/auth/token", "", given), worker=worker)
        assert answer.status_code == (200 if self.active[name] else 401)
        if answer.status_code == 200:
            self._put_down(name, answer.json())

    @rule(pick=picks, times=st.sampled_from([1, 1, 2, 5]))
    def refresh(self, pick: int, times: int) -> None:
        """Exchanges any token there ever was, several times at once or once."""
        family, place = self._pick(pick)
        standing = self._standing(family, place)
        answers = self._ask(*[("POST", "/auth/token/refresh", family.tokens[place].text, None)] * times)
        if standing in ("live", "grace", "followed"):
            (successor,) = {str(done(answer)["token"]) for answer in answers}
            if standing == "live":
                assert successor not in {each.text for every in self.families for each in every.tokens}
                family.tokens[place].exchanged = self.clock
                family.tokens.append(Token(successor, self.clock, min(self.clock + TOKEN, family.until)))
            assert family.tokens[place + 1].text == successor
        else:
            assert {answer.status_code for answer in answers} == {401}
            self._was_refused(family, standing, answers[0] if times == 1 else None)

    @rule(pick=picks, worker=st.integers(0, 1))
    def use(self, pick: int, worker: int) -> None:
        """Asks for something with any token there ever was."""
        self._use(*self._pick(pick), worker)

    @rule(pick=picks, worker=st.integers(0, 1))
    def come_late_with_what_was_exchanged(self, pick: int, worker: int) -> None:
        """One of two that have the same token goes on with its successor, the other with the token."""
        family, place = self._pick(pick)
        if self._standing(family, place) == "live":
            self.refresh(pick, 1)
            self._use(family, place + 1, worker)
            self.time_passes(SPANS[0])
            self._use(family, place, 1 - worker)

    @rule(pick=picks, other=picks)
    def revoke(self, pick: int, other: int) -> None:
        family, place = self._pick(pick)
        target = self.families[other % len(self.families)]
        if self._accepted(family, place):
            was_there = target.owner == family.owner and self._standing(target, len(target.tokens) - 1) == "live"
            path = f"/auth/tokens/{target.token_id}"
            (answer,) = self._ask(("DELETE", path, family.tokens[place].text, None))
            assert answer.status_code == (204 if was_there else 404)
            target.is_over |= was_there

    @rule(pick=picks)
    def revoke_others(self, pick: int) -> None:
        family, place = self._pick(pick)
        if self._accepted(family, place):
            others = [each for each in self.families if each.owner == family.owner and each is not family]
            live = [each for each in others if self._standing(each, len(each.tokens) - 1) == "live"]
            (answer,) = self._ask(("POST", "/auth/tokens/revoke-others", family.tokens[place].text, None))
            assert done(answer)["revoked"] == len(live)
            for each in live:
                each.is_over = True

    @rule(name=st.sampled_from(NAMES), disable=st.booleans())
    def end_every_sign_in(self, name: str, disable: bool) -> None:
        """By a new password, or by disabling the account; one that is disabled is enabled again."""
        host = self.workers.halls[1].host
        if disable or not self.active[name]:
            self.active[name] = not self.active[name]
            self.workers.runner.run(host.write(_switch, self.ids[name], self.active[name]))
        else:
            old, new = self.passwords[name], f"{self.passwords[name]}!"
            self.workers.runner.run(change_password(host, self.ids[name], old, new, ""))
            self.passwords[name] = new
        for family in self.families:
            family.is_over |= family.owner == name

    @rule(seconds=st.sampled_from(SPANS))
    def time_passes(self, seconds: int) -> None:
        self.workers.runner.run(grow_old(self.workers.halls[0], token, timedelta(seconds=seconds)))
        self.clock += seconds

    @invariant()
    def a_family_has_one_head(self) -> None:
        def heads(connection: sa.Connection) -> list[int]:
            live = sa.and_(token.c.superseded_at.is_(None), token.c.revoked_at.is_(None))
            query = sa.select(sa.func.count()).join(user).where(live).group_by(token.c.family_id)
            return list(connection.scalars(query))

        assert set(self.workers.read(heads)) <= {1}

    def teardown(self) -> None:
        for family in self.families:
            for place in reversed(range(len(family.tokens))):
                self._use(family, place, 0)

    def _use(self, family: Family, place: int, worker: int) -> None:
        standing = self._standing(family, place)
        (answer,) = self._ask(("GET", "/users/me", family.tokens[place].text, None), worker=worker)
        self.seen.add(standing)
        if standing in ("live", "grace"):
            assert done(answer)["username"] == family.owner
            self._was_used(family, place)
        else:
            assert answer.status_code == 401
            self._was_refused(family, standing, answer)

    def _was_used(self, family: Family, place: int) -> None:
        used = family.tokens[place]
        if used.first_used is None and used.exchanged is None:
            used.first_used = self.clock

    def _was_refused(self, family: Family, standing: str, answer: httpx.Response | None) -> None:
        if answer is not None:
            slug = "token-reused" if standing == "reused" else "invalid-token"
            assert answer.json()["type"].endswith(f"/{slug}")
        family.is_over |= standing == "reused"

    def _accepted(self, family: Family, place: int) -> bool:
        if self._standing(family, place) not in ("live", "grace"):
            return False
        self._was_used(family, place)
        return True

    def _standing(self, family: Family, place: int) -> str:
        this = family.tokens[place]
        if family.is_over:
            return "revoked"
        if this.exchanged is not None:
            if self.clock >= this.exchanged + GRACE:
                return "reused"
            first_used = family.tokens[place + 1].first_used
            return "followed" if first_used is not None and self.clock >= first_used + AFTER_FIRST_USE else "grace"
        return "live" if self.clock < this.until else "expired"

    def _put_down(self, name: str, answer: dict[str, str]) -> None:
        family = Family(name, answer["token_id"], self.clock + FAMILY)
        family.tokens.append(Token(answer["token"], self.clock, self.clock + TOKEN))
        self.families.append(family)

    def _pick(self, pick: int) -> tuple[Family, int]:
        """A token, mostly of a family that is not over."""
        wanted = [each for each in self.families if not each.is_over or pick % 4 == 0] or self.families
        there = [(family, place) for family in wanted for place in range(len(family.tokens))]
        return there[pick % len(there)]

    def _ask(self, *requests: tuple[str, str, str, dict[str, str] | None], worker: int = 0) -> list[httpx.Response]:
        """The answers to requests at the same time, by one worker and the other in turn."""

        async def at_once() -> list[httpx.Response]:
            return await asyncio.gather(
                *(
                    self.workers.halls[(worker + number) % 2].nobody.request(
                        method, path, json=body, headers={"Authorization": f"Bearer {text}"} if text else {}
                    )
                    for number, (method, path, text, body) in enumerate(requests)
                )
            )

        return self.workers.runner.run(at_once())


def _switch(connection: sa.Connection, user_id: str, active: bool) -> None:
    end_credentials(connection, user_id)
    update_user(connection, user_id, {"is_active": active})


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers(database_url, tmp_path / "data")
    workers.open()
    yield workers
    workers.close()


@pytest.mark.soak
def test_tokens_do_what_the_model_says(workers: Workers, share: Share) -> None:
    machine: type[Tokens] = type("TokensHere", (Tokens,), {"workers": workers, "seen": set()})
    examples = share(12, 400) if workers.halls[0].host.database.dialect == "sqlite" else share(5, 100)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
    if share(0, 1):  # a long run comes to everything
        assert machine.seen == {"live", "grace", "followed", "reused", "revoked", "expired"}
