"""The API against its own description: schemathesis calls everything in it, with what fits and with what does not."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, Literal

import anyio
import anyio.from_thread
import anyio.to_thread
import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gamehall.invitations import invite_code
from gamehall.overseeing import act_on_user
from gamehall.problems import Problem
from rig.hall import PASSWORD, Client, Hall, done, start_game
from rig.soak import Share

pytestmark = pytest.mark.anyio

CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
Who = Literal["a stranger", "a user", "an admin"]
WHO: tuple[Who, ...] = ("a stranger", "a user", "an admin", "an admin")
# What is there, to be hit instead of what is made up; and bodies that mean something.
LIKELY: dict[str, Any] = {"ruleset": "tic-tac-toe", "opponent": "bob", "username": "bob", "move": "b2", "options": {}}
AnyCase = Case[Any]
Send = Callable[[AnyCase, Who], httpx.Response]


async def objects(hall: Hall, ada: Client, bob: Client) -> dict[str, str]:
    """Something for every parameter of a path."""
    challenge = done(await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "opponent": "bob"}), 201)
    link = done(await ada.post("/challenges", json={"ruleset": "tic-tac-toe", "link": True}), 201)
    await bob.post("/friends/requests", json={"username": "ada"})
    requests_ = done(await bob.get("/friends/requests?box=sent"))["items"]
    return {
        "game_id": await start_game(ada, bob),
        "challenge_id": challenge["id"],
        **({"request_id": requests_[0]["id"]} if requests_ else {}),
        "code": invite_code(hall.host.secret, link["id"]),
        "username": "bob",
        "token_id": done(await bob.get("/auth/tokens"))["items"][0]["token_id"],
    }


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_everything_answers_as_it_is_described(
    each_hall: Hall, share: Share, record_property: Callable[[str, object], None]
) -> None:
    hall = each_hall
    asked: Counter[Who] = Counter()
    operations: set[str] = set()
    ada = await hall.user("ada")
    await hall.host.write(act_on_user, "ada", "promote", hall.host.hall_time(), hall.host.settings)
    schema = schemathesis.openapi.from_dict(done(await hall.root.get("/api/openapi.json")))
    found: list[str] = []
    for number in range(share(1, 3)):
        with contextlib.suppress(Problem):  # whatever was done to the bob of the round before
            await hall.host.write(act_on_user, "bob", "delete", hall.host.hall_time(), hall.host.settings)
        bob = await hall.user("bob")
        token = await sign_in(hall, "ada")
        ada.headers["Authorization"] = f"Token {token}"
        there = await objects(hall, ada, bob)
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]
            operations.add(operation.label)
            own = await sign_in(hall, "ada") if "/auth/" in operation.path else token  # which the call may end
            user = await token_of_bob(hall)
            tokens: Mapping[Who, str] = {"a stranger": "", "a user": user, "an admin": own}

            async def answer(case: AnyCase, who: Who, tokens: Mapping[Who, str] = tokens) -> httpx.Response:
                asked[who] += 1
                return await send(hall, case, tokens[who])

            explore = Explored(operation, there, lambda case, who: anyio.from_thread.run(answer, case, who))
            found += await anyio.to_thread.run_sync(explore.run, number, share(2, 30))
        assert not found, "\n\n".join(found)
    assert set(asked) == set(WHO)
    calls = {str(who): number for who, number in asked.items()}
    record_property("described operations", {"operations": len(operations)} | calls)


async def token_of_bob(hall: Hall) -> str:
    """A new token of his; the admin may have deleted or disabled him, which what is called must bear as well."""
    for act in ("enable", "demote"):
        with contextlib.suppress(Problem):
            await hall.host.write(act_on_user, "bob", act, hall.host.hall_time(), hall.host.settings)
    account = {"username": "bob", "password": PASSWORD}
    answer = await hall.nobody.post("/auth/token", json=account)
    if answer.status_code != 200:
        answer = await hall.nobody.post("/auth/register", json=account | {"email": "bob@example.org"})
    return str(answer.json().get("token", ""))


async def sign_in(hall: Hall, username: str) -> str:
    """A new token."""
    account = {"username": username, "password": PASSWORD}
    return str(done(await hall.nobody.post("/auth/token", json=account))["token"])


class Explored:
    """One operation, called with examples that fit its description and with some that do not."""

    def __init__(self, operation: Any, there: dict[str, str], send: Send) -> None:
        self.operation, self.there, self.send = operation, there, send

    def run(self, number: int, examples: int) -> list[str]:
        """What was wrong, if anything was."""
        try:
            self.explore(number, examples, GenerationMode.POSITIVE)
            if self.can_be_wrong():
                self.explore(number, examples, GenerationMode.NEGATIVE)
        except BaseExceptionGroup as error:
            return [f"{self.operation.label}: {each}" for each in error.exceptions]
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with the operation
            return [f"{self.operation.label}: {type(error).__name__}: {error}"]
        return []

    def can_be_wrong(self) -> bool:
        """Whether there is anything that does not fit: any text may be somebody's name, or a header."""
        given = self.operation.definition.raw.get("parameters", ())
        free = [each for each in given if each["in"] in {"path", "header"} and each["schema"] == {"type": "string"}]
        return len(free) < len(given) or bool(self.operation.body)

    def explore(self, number: int, examples: int, mode: GenerationMode) -> None:
        fits = mode == GenerationMode.POSITIVE

        @seed(number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.operation.as_strategy(generation_mode=mode), likely=st.booleans(), who=st.sampled_from(WHO))
        def once(case: AnyCase, likely: bool, who: Who) -> None:
            self.call(case, who, likely=likely and fits)

        once()

    def call(self, case: AnyCase, who: Who, *, likely: bool) -> None:
        if likely:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = self.there.get(name, case.path_parameters[name])
            if isinstance(case.body, dict):
                for name in LIKELY.keys() & case.body.keys():
                    case.body[name] = LIKELY[name]
        case.validate_response(self.send(case, who), checks=CHECKS)


async def send(hall: Hall, case: AnyCase, token: str) -> httpx.Response:
    """The answer to it, with this token or as a stranger. A stream that begins is not waited for."""
    made = requests.Request(**case.as_transport_kwargs(base_url="http://hall")).prepare()
    headers = {name: _text(value) for name, value in made.headers.items() if name.lower() != "authorization"}
    headers |= {"Authorization": f"Token {token}"} if token else {}
    body = made.body.encode() if isinstance(made.body, str) else made.body
    assert body is None or isinstance(body, bytes)
    method, url = str(made.method), str(made.url)
    if url.partition("?")[0].endswith("/events"):
        begun = await hall.root.request("HEAD", url, headers=headers)
        if begun.status_code == 200:
            return begun
    return await hall.root.request(method, url, headers=headers, content=body)


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
