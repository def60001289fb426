"""Second factors as programs meet them: codes of an app and recovery codes, and how often they can be tried."""

from __future__ import annotations

import asyncio
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa

from gamehall.accounts import setup_code, user_by_name
from gamehall.audit import list_audit
from gamehall.credentials import link_for
from gamehall.factors import begin_factor, confirm_factor, find_factor, pending_secret, remove_factor
from gamehall.problems import Problem
from gamehall.tables import now, recovery_code, second_factor
from rig.hall import PASSWORD, Hall, InstallPlugin, StartHall, done, problem

pytestmark = pytest.mark.anyio


class TwoSteps:
    """A user whose second factor is on: with the app, as it shows codes, and the recovery codes."""

    def __init__(self, hall: Hall, user_id: str, secret: str, recovery: list[str]) -> None:
        self.hall, self.user_id, self.app, self.recovery = hall, user_id, pyotp.TOTP(secret), recovery

    async def code(self) -> str:
        """What the app shows at this moment, as if the last code had been taken long ago."""
        long_ago = second_factor.update().values(last_step=0)
        await self.hall.host.write(lambda connection: connection.execute(long_ago))
        return self.app.at(now())

    async def kinds(self) -> list[str]:
        """What was put down of them, the newest first."""
        entries = await self.hall.host.read(list_audit, user_id=self.user_id)
        return [each.kind for each in entries]


async def two_steps(hall: Hall, username: str) -> TwoSteps:
    await hall.user(username)
    user_id = (await hall.host.read(user_by_name, username)).id
    await hall.host.write(begin_factor, hall.host.secret, user_id)
    secret = await hall.host.read(pending_secret, hall.host.secret, user_id)
    assert secret is not None
    recovery = await confirm_factor(hall.host, user_id, pyotp.TOTP(secret).at(now()))
    return TwoSteps(hall, user_id, secret, recovery)


async def sign_in(hall: Hall, username: str = "ada", **more: str) -> Any:
    return await hall.nobody.post("/auth/token", json={"username": username, "password": PASSWORD} | more)


async def test_a_password_alone_is_not_enough(each_hall: Hall) -> None:
    ada = await two_steps(each_hall, "ada")
    problem(await sign_in(each_hall), 401, "code-needed")
    problem(await sign_in(each_hall, password="not the password", code=await ada.code()), 401, "invalid-credentials")
    for wrong in ("000000", "123", "ä" * 300, "\0", ada.app.at(now(), counter_offset=-3)):
        problem(await sign_in(each_hall, code=wrong), 401, "invalid-code")
    assert (await ada.kinds()).count("sign_in.code_failed") == 5

    shown = await ada.code()
    answers = await asyncio.gather(*(sign_in(each_hall, code=f"{shown[:3]} {shown[3:]}") for _ in range(6)))
    assert sorted(each.status_code for each in answers) == [200, *[401] * 5], "each code is taken once"
    problem(await sign_in(each_hall, code=ada.app.at(now(), counter_offset=-1)), 401, "invalid-code")
    assert {"factor.added", "sign_in", "sign_in.failed"} <= set(await ada.kinds())


async def test_recovery_codes_work_once_and_are_not_stored(each_hall: Hall) -> None:
    ada = await two_steps(each_hall, "ada")
    assert len(set(ada.recovery)) == 10
    stored = await each_hall.host.read(lambda connection: connection.execute(sa.select(recovery_code)).all())
    for code in ada.recovery:
        assert code not in str(stored)
        assert code.replace("-", "") not in str(stored)
    first, second = ada.recovery[:2]
    answers = await asyncio.gather(*(sign_in(each_hall, code=first.upper().replace("-", " ")) for _ in range(4)))
    assert sorted(each.status_code for each in answers) == [200, 401, 401, 401]
    done(await sign_in(each_hall, code=second))
    factor = await each_hall.host.read(find_factor, ada.user_id)
    assert factor is not None
    assert factor.codes_left == 8
    await two_steps(each_hall, "bob")
    problem(await sign_in(each_hall, "bob", code=ada.recovery[2]), 401, "invalid-code")
    assert "factor.recovery_used" in await ada.kinds()


async def test_what_asks_for_the_password_again_asks_for_the_code(each_hall: Hall) -> None:
    ada = await two_steps(each_hall, "ada")
    answer = done(await sign_in(each_hall, code=ada.recovery[0]))
    headers = {"Authorization": f"Token {answer['token']}"}
    given: dict[str, dict[str, Any]] = {
        "/users/me/password": {"current": PASSWORD, "password": "another good sentence"},
        "/users/me/email": {"current": PASSWORD, "email": "ada@example.com"},
        "/auth/tokens": {"password": PASSWORD, "device_name": "bot", "scopes": ["read"]},
    }
    for code in ({}, {"code": "000000"}):
        for path, body in given.items():
            refused = problem(await each_hall.nobody.post(path, json=body | code, headers=headers), 422, "invalid")
            assert [error["field"] for error in refused["errors"]] == ["code"], path
        farewell = {"password": PASSWORD} | code
        refused = problem(
            await each_hall.nobody.request("DELETE", "/users/me", json=farewell, headers=headers), 422, "invalid"
        )
        assert [error["field"] for error in refused["errors"]] == ["code"]
    for path, recovery in zip(reversed(given), ada.recovery[1:], strict=False):
        made = await each_hall.nobody.post(path, json=given[path] | {"code": recovery}, headers=headers)
        assert made.status_code in (200, 201, 204), made.text


async def test_nothing_is_asked_for_before_the_first_code(hall: Hall) -> None:
    await hall.user("ada")
    user_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(begin_factor, hall.host.secret, user_id)
    with pytest.raises(Problem, match="invalid"):
        await confirm_factor(hall.host, user_id, "000000")
    done(await sign_in(hall))


async def test_a_new_password_by_mail_is_no_second_factor(each_hall: Hall) -> None:
    ada = await two_steps(each_hall, "ada")
    host, new = each_hall.host, "another good sentence"

    def link(connection: sa.Connection) -> str:
        return link_for(connection, user_by_name(connection, "ada"), host.secret)

    given = {"code": await host.write(link), "password": new}
    answer = await each_hall.nobody.post("/users/password", json=given)
    assert (answer.status_code, answer.content) == (204, b""), "nobody is signed in by it"
    assert "set-cookie" not in answer.headers
    problem(await sign_in(each_hall, password=new), 401, "code-needed")
    problem(await sign_in(each_hall, password=new, code="000000"), 401, "invalid-code")
    done(await sign_in(each_hall, password=new, code=await ada.code()))


async def test_codes_cannot_be_tried_for_long(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True)
    ada = await two_steps(hall, "ada")  # has counted one
    for _ in range(4):
        problem(await sign_in(hall, code="000000"), 401, "invalid-code")
    refused = await sign_in(hall, code=await ada.code())
    problem(refused, 429, "too-many-requests")
    assert 60 < int(refused.headers["retry-after"]) <= 180  # one more each 180 seconds, some of which have passed


async def test_passwords_cannot_be_tried_for_long_whoever_is_meant(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True)
    await hall.users("ada", "bob")
    for name in ("ada", "nobody"):
        answers = [await sign_in(hall, name, password="not the password") for _ in range(11)]
        assert [each.status_code for each in answers] == [*[401] * 10, 429]
    problem(await sign_in(hall), 429, "too-many-requests")
    for _ in range(40):  # right ones are no tries
        done(await sign_in(hall, "bob"))
    # This address has 30 in an hour; what an account's limit has refused is counted as well.
    answers = [await sign_in(hall, f"nobody-{n}") for n in range(9)]
    assert [each.status_code for each in answers] == [*[401] * 7, 429, 429]


async def test_with_another_key_the_operator_can_help(start_hall: StartHall) -> None:
    hall = await start_hall(secret_key="the key until yesterday, and no longer")
    ada = await two_steps(hall, "ada")
    other = await start_hall(secret_key="the key of today and of all to come")
    for code in (await ada.code(), ada.recovery[0]):
        body = problem(await sign_in(other, code=code), 401, "invalid-code")
        assert "gamehall users reset-factors" in body["detail"]
    assert await other.host.write(remove_factor, ada.user_id)
    done(await sign_in(other))


SCOPES = """
from litestar import get
from litestar.di import NamedDependency
from gamehall import hookimpl
from gamehall.declare import Principal

@get("/api/v1/scopes")
async def scopes(caller: NamedDependency[Principal]) -> list[str]:
    return sorted(caller.scopes)

@hookimpl
def gamehall_routes(host):
    return [scopes]
"""


async def test_admins_can_be_required_to_have_one(install_plugin: InstallPlugin, start_hall: StartHall) -> None:
    install_plugin("scopes", SCOPES)
    hall = await start_hall(admin_second_factor=True)
    ada = await hall.user("ada", setup=setup_code(hall.host.secret))
    bob = await hall.user("bob")
    assert (await ada.get("/scopes")).json() == ["play", "read"]
    assert (await bob.get("/scopes")).json() == ["admin", "play", "read"]  # of which a player has no use
    user_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(begin_factor, hall.host.secret, user_id)
    assert (await ada.get("/scopes")).json() == ["play", "read"]
    secret = await hall.host.read(pending_secret, hall.host.secret, user_id)
    await confirm_factor(hall.host, user_id, pyotp.TOTP(secret or "").at(now()))
    assert (await ada.get("/scopes")).json() == ["admin", "play", "read"]
