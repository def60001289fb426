"""Passwords and addresses changed, by whoever knows the password or reads the mails."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gamehall.accounts import update_user, user_by_name
from gamehall.audit import list_audit
from gamehall.links import unveiled
from gamehall.mail import claim, compose
from gamehall.tables import mail, now, one_time_link
from rig.hall import PASSWORD, Client, Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio

NEW = "another good sentence"


@pytest.fixture
def posting_hall(each_hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A hall whose mails wait for a worker that is not there, so that they can be read."""
    monkeypatch.setattr(each_hall.host, "settings", msgspec.structs.replace(each_hall.host.settings, mail="file"))
    return each_hall


async def mails(hall: Hall) -> list[tuple[str, str, str]]:
    """(address, subject, text) of each mail that goes out now, oldest first; they are gone then."""
    found = []
    while (each := await hall.host.write(claim, hall.host.hall_time() + 1)) is not None:
        message = compose(each, hall.host.settings, hall.host.secret)
        assert message["List-Unsubscribe"] is None, "such mails cannot be done without"
        found.append((each.address, each.subject, message.get_content()))
    await hall.host.write(lambda c: c.execute(mail.delete()))
    return sorted(found)


def rows(connection: sa.Connection) -> str:
    """All that is stored of links and mails."""
    return repr([connection.execute(sa.select(table)).all() for table in (mail, one_time_link)])


async def code_in(hall: Hall, path: str) -> str:
    """The code of the one link below this path that mails carry."""
    links = [re.search(rf"/{path}/([\w-]+)", text) for _, _, text in await mails(hall)]
    (found,) = [link[1] for link in links if link]
    return found


async def sign_in(hall: Hall, password: str, username: str = "ada") -> int:
    answer = await hall.nobody.post("/auth/token", json={"username": username, "password": password})
    return answer.status_code


async def forget(hall: Hall, email: str) -> Any:
    answer = await hall.nobody.post("/users/password-reset", json={"email": email})
    return answer.status_code, answer.content, sorted(set(answer.headers) - {"date"})


async def reset(hall: Hall, code: str, password: str = NEW) -> Any:
    return await hall.nobody.post("/users/password", json={"code": code, "password": password})


async def kinds(hall: Hall) -> list[str]:
    return [entry.kind for entry in await hall.host.read(list_audit, kind="account")]


# -- The password


async def test_a_new_password_ends_every_sign_in_and_is_told(posting_hall: Hall) -> None:
    ada = await posting_hall.user("ada")
    done(await ada.patch("/users/me", json={"mail_notices": False}))  # such mails come all the same
    for wrong, field in [({"current": "wrong"}, "current"), ({"password": "short"}, "password")]:
        body = problem(
            await ada.post("/users/me/password", json={"current": PASSWORD, "password": NEW} | wrong), 422, "invalid"
        )
        assert [each["field"] for each in body["errors"]] == [field]
    answer = await ada.post("/users/me/password", json={"current": PASSWORD, "password": NEW})
    assert (answer.status_code, answer.content) == (204, b"")
    problem(await ada.get("/users/me"), 401, "invalid-token")
    assert [await sign_in(posting_hall, each) for each in (PASSWORD, NEW)] == [401, 200]
    ((address, subject, text),) = await mails(posting_hall)
    assert (address, subject) == ("ada@example.org", "Your password was changed")
    assert "/forgot" in text
    assert (await kinds(posting_hall))[0] == "account.password_changed"


async def test_a_forgotten_password_is_replaced_by_a_link(posting_hall: Hall) -> None:
    ada = await posting_hall.user("ada")
    assert (await forget(posting_hall, " ADA@example.org"))[0] == 202
    stored = await posting_hall.host.read(rows)
    code = await code_in(posting_hall, "reset")
    assert code[-40:] not in stored, "who reads the database cannot use it, nor a mail that waits"
    problem(await reset(posting_hall, code, "short"), 422, "invalid")
    problem(await reset(posting_hall, code[:-1]), 404, "not-found")
    done(await ada.get("/users/me"))
    answers = await asyncio.gather(*(reset(posting_hall, code, f"{NEW} {n}") for n in range(4)))
    assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404], "it works once"
    (winner,) = [n for n, answer in enumerate(answers) if answer.status_code == 204]
    problem(await ada.get("/users/me"), 401, "invalid-token")
    assert [await sign_in(posting_hall, each) for each in (PASSWORD, f"{NEW} {winner}")] == [401, 200]
    assert [subject for _, subject, _ in await mails(posting_hall)] == ["Your password was changed"]
    assert (await kinds(posting_hall))[:2] == ["account.password_reset", "account.reset_asked"]


async def test_what_stands_for_a_link_is_worth_nothing_to_others(posting_hall: Hall) -> None:
    """Somebody who has seen the mark of a link in the database puts it into their name, and so into mails to them."""
    await posting_hall.users("ada", "eve")
    await forget(posting_hall, "ada@example.org")
    found = re.search(r"\{link \w+\}", await posting_hall.host.read(rows))
    assert found is not None
    code = await code_in(posting_hall, "reset")
    ada, eve = [await posting_hall.host.read(user_by_name, name) for name in ("ada", "eve")]
    secret = posting_hall.host.secret
    assert unveiled(found[0], ada.id, secret) == code
    problem(await reset(posting_hall, unveiled(found[0], eve.id, secret)), 404, "not-found")


async def test_a_link_dies_of_age_of_its_successor_and_with_every_sign_in(posting_hall: Hall) -> None:
    ada = await posting_hall.user("ada")
    await forget(posting_hall, "ada@example.org")
    first = await code_in(posting_hall, "reset")
    await forget(posting_hall, "ada@example.org")
    second = await code_in(posting_hall, "reset")
    problem(await reset(posting_hall, first), 404, "not-found")
    done_204 = await ada.post("/users/me/password", json={"current": PASSWORD, "password": NEW})
    assert done_204.status_code == 204
    problem(await reset(posting_hall, second), 404, "not-found")
    await mails(posting_hall)
    await forget(posting_hall, "ada@example.org")
    third = await code_in(posting_hall, "reset")
    await posting_hall.host.write(lambda c: c.execute(one_time_link.update().values(expires_at=now())))
    problem(await reset(posting_hall, third), 404, "not-found")
    for wrong in ("", "x", "é" * 43, "\0" * 43, "a" * 10_000):
        problem(await reset(posting_hall, wrong), 404, "not-found")


async def test_nobody_learns_who_has_an_account(posting_hall: Hall) -> None:
    await posting_hall.users("ada", "eve")
    eve = await posting_hall.host.read(user_by_name, "eve")
    await posting_hall.host.write(update_user, eve.id, {"is_active": False})
    known = await forget(posting_hall, "ada@example.org")
    assert len(await mails(posting_hall)) == 1
    played = 'SELECT email_key FROM "user" WHERE played_by IS NOT NULL LIMIT 1'
    nobody = str(await posting_hall.host.read(lambda c: c.scalar(sa.text(played)))).replace(" ", "") + "@example.org"
    for address in ("eve@example.org", "nobody@example.org", nobody):
        assert await forget(posting_hall, address) == known
    assert await mails(posting_hall) == []
    for address in ("", "ada", "a\0b@example.org"):
        problem(await posting_hall.nobody.post("/users/password-reset", json={"email": address}), 422, "invalid")


async def test_links_are_asked_for_only_so_often(start_hall: StartHall) -> None:
    hall = await start_hall(rate_limits=True, mail="file")
    for known in ("ada@example.org", "nobody@example.org"):
        for _ in range(3):
            assert (await forget(hall, known))[0] == 202
        answer = await hall.nobody.post("/users/password-reset", json={"email": known.upper()})
        problem(answer, 429, "too-many-requests")
        assert int(answer.headers["retry-after"]) > 0
    statuses = [(await forget(hall, f"{number}@example.org"))[0] for number in range(6)]
    assert statuses == [202, 202, 202, 202, 429, 429], "ten from one network"


async def test_without_mails_a_password_is_the_operators_affair(hall: Hall) -> None:
    await hall.user("ada")
    answers = [
        await hall.nobody.post("/users/password-reset", json={"email": f"{n}@example.org"}) for n in ("ada", "x")
    ]
    assert answers[0].json() == answers[1].json()
    assert "sends no mails" in problem(answers[0], 409, "not-possible")["detail"]


# -- The address


async def change(client: Client, email: str, current: str = PASSWORD) -> Any:
    return await client.post("/users/me/email", json={"current": current, "email": email})


async def test_a_new_address_is_confirmed_by_its_reader(posting_hall: Hall) -> None:
    ada, bob = await posting_hall.users("ada", "bob")
    problem(await change(ada, "new@example.org", "wrong"), 422, "invalid")
    problem(await change(ada, "nowhere"), 422, "invalid")
    problem(await change(ada, "BOB@example.org"), 409, "already-exists")
    assert await mails(posting_hall) == []
    assert done(await change(ada, "new@example.org")) == {"email": "ada@example.org", "pending": "new@example.org"}
    assert done(await ada.get("/users/me"))["email"] == "ada@example.org"
    letters = {address: text for address, _, text in await mails(posting_hall)}
    assert "new@example.org" in letters["ada@example.org"]
    link = re.search(r"/email/([\w-]+)", letters["new@example.org"])
    assert link
    problem(await reset(posting_hall, link[1]), 404, "not-found")  # of another kind
    confirmed = await posting_hall.nobody.post("/users/email", json={"code": link[1]})
    assert confirmed.status_code == 204
    problem(await posting_hall.nobody.post("/users/email", json={"code": link[1]}), 404, "not-found")
    assert done(await ada.get("/users/me/data")).items() >= {"email": "new@example.org", "pending_email": ""}.items()
    assert await sign_in(posting_hall, PASSWORD, "new@example.org") == 200
    assert [(to, subject) for to, subject, _ in await mails(posting_hall)] == [
        ("ada@example.org", "Your address was changed")
    ]
    assert (await kinds(posting_hall))[0] == "account.email_changed"
    assert done(await change(bob, "ada@example.org"))["pending"] == "ada@example.org", "it is free again"


async def test_of_two_who_confirm_an_address_one_has_it(posting_hall: Hall) -> None:
    clients = await posting_hall.users("ada", "bob")
    codes = []
    for client in clients:
        done(await change(client, "new@example.org"))
        codes.append(await code_in(posting_hall, "email"))
    answers = await asyncio.gather(*(posting_hall.nobody.post("/users/email", json={"code": code}) for code in codes))
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_a_new_password_ends_a_change_of_address_and_the_other_way(posting_hall: Hall) -> None:
    ada = await posting_hall.user("ada")
    done(await change(ada, "thief@example.org"))
    asked = await code_in(posting_hall, "email")
    await forget(posting_hall, "ada@example.org")
    assert (await reset(posting_hall, await code_in(posting_hall, "reset"))).status_code == 204
    problem(await posting_hall.nobody.post("/users/email", json={"code": asked}), 404, "not-found")


async def test_without_mails_an_address_is_changed_at_once(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    assert done(await change(ada, " New@example.org ")) == {"email": "New@example.org", "pending": ""}
    assert await sign_in(each_hall, PASSWORD, "new@EXAMPLE.org") == 200
