"""No query about who may do what looks through a whole table: each finds its rows by an index, on both databases.

The statements are not listed here but overheard, while people sign in, go on, and sign out in every way.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
import pytest
import sqlalchemy as sa

from gamehall import accounts
from gamehall.audit import list_audit
from gamehall.database.prepared import at_length
from gamehall.factors import (
    begin_factor,
    confirm_factor,
    find_factor,
    pending_secret,
    remove_factor,
    renew_recovery_codes,
)
from gamehall.gamelog import list_games
from gamehall.mail import claim, compose, forget
from gamehall.presence import playing_now
from gamehall.rates import Rate
from gamehall.retention import forget_some, retentions_of
from gamehall.tables import now, user
from gamehall.tallies import tallies
from gamehall_enhanced_auth.families import live_tokens
from gamehall_enhanced_auth.tables import token
from gamehall_web_htmx.passkeys import add_passkey, find_passkey, list_passkeys, remove_passkey, use_passkey
from rig.hall import PASSWORD, Client, Hall, StartHall, done
from rig.passing import grow_old

pytestmark = pytest.mark.anyio

GROWING = frozenset(
    {
        *("user", "audit", "rate", "lease", "one_time_link", "second_factor", "recovery_code"),
        *("enhanced_auth_token", "web_htmx_session", "web_htmx_passkey", "web_htmx_answered"),
    }
)
# What looks through a whole table, by a part of its text that no other has, and why it may.
ALLOWED = {
    r"FROM .?user.? ORDER BY .?user.?\.username_key": "the operator's list of all users",
    r"WHERE enhanced_auth_token.expires_at > .+ AND enhanced_auth_token.superseded_at IS NULL AND "
    r"enhanced_auth_token.revoked_at IS NULL ORDER BY": "the operator's list of all devices",
    r"FROM .?user.? WHERE .?user.?\.is_admin": "whether there is an admin, asked at a start",
    r"WHERE .?user.?\.created_at < .* AND .?user.?\.is_guest": "the round that removes guests, once an hour",
    r"revoked_at FROM enhanced_auth_token$": "this test itself, which lets time pass",
    r"FROM audit (?!.*audit.kind >).*ORDER BY audit.id DESC": "the log, read by admins from its newest line on",
}
NEW_PASSWORD = "another good sentence"

Overheard = dict[str, Any]
"""By the statement, parameters that it was once executed with."""


@contextlib.contextmanager
def overhearing(dialect: str) -> Iterator[Overheard]:
    heard: Overheard = {}

    def listen(connection: sa.Connection, _cursor: Any, statement: str, given: Any, _context: Any, many: bool) -> None:
        if connection.dialect.name == dialect and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            heard.setdefault(statement, given[0] if many else given)

    sa.event.listen(sa.Engine, "before_cursor_execute", listen)
    try:
        with at_length():
            yield heard
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", listen)


async def live_a_life(hall: Hall) -> None:
    """Everything that is done about accounts, tokens and sessions."""
    await use_tokens(hall)
    await use_pages(hall)
    await use_mails(hall)
    await use_factors(hall)
    await use_passkeys(hall)
    await look_after(hall)


async def use_tokens(hall: Hall) -> None:
    ada, bob = await hall.users("ada", "bob")
    old = (await hall.nobody.post("/auth/token", json={"username": "ada", "password": PASSWORD})).json()
    await hall.nobody.post("/auth/token", json={"username": "nobody", "password": PASSWORD})
    for _ in range(2):
        answer = await hall.nobody.post("/auth/token/refresh", headers={"Authorization": f"Token {old['token']}"})
    new = done(answer)
    for text in (new["token"], old["token"], new["token"]):
        await hall.nobody.get("/users/me", headers={"Authorization": f"Token {text}"})
    await grow_old(hall, token, timedelta(hours=1))
    await hall.nobody.get("/users/me", headers={"Authorization": f"Token {old['token']}"})
    wanted = {"device_name": "bot", "scopes": ["read"], "password": PASSWORD}
    made = done(await ada.post("/auth/tokens", json=wanted), 201)
    done(await ada.get("/auth/tokens"))
    await ada.delete(f"/auth/tokens/{made['token_id']}")
    await ada.post("/auth/tokens/revoke-others")
    await ada.get("/users/bob")
    await ada.patch("/users/me", json={"display_name": "Ada"})
    await bob.post("/auth/logout")


async def use_pages(hall: Hall) -> None:
    browsers = [hall.stranger() for _ in range(2)]
    for browser in browsers:
        browser.headers["sec-fetch-site"] = "same-origin"
        await browser.post("/login", data={"username": "ada", "password": PASSWORD})
    one, other = browsers
    await other.post("/login", data={"username": "ada", "password": PASSWORD})
    await press(one, "/settings", "/settings/sessions/end-others")
    await press(one, "/settings", "/settings/password", current=PASSWORD, password=NEW_PASSWORD)
    assert (await one.get("/settings")).status_code == 200
    await press(one, "/devices", "/devices/sign-all-out")
    await press(one, "/settings", "/logout")


async def press(browser: Client, page: str, action: str, **fields: str) -> None:
    shown = await browser.get(page)
    assert shown.status_code == 200
    proof = re.search(r'name="form_token" value="([0-9a-f]+)"', shown.text)
    assert proof
    answer = await browser.post(action, data={"form_token": proof[1], **fields})
    assert answer.status_code in (200, 303), answer.text


async def use_mails(hall: Hall) -> None:
    """A new address that is confirmed, a new password by a link, and the end of an account."""
    dora = await hall.user("dora")
    done(await dora.post("/users/me/email", json={"current": PASSWORD, "email": "dora@new.example"}))
    await hall.nobody.post("/users/email", json={"code": await code_in_mail(hall, "email")})
    assert done(await dora.get("/users/me/data"))["email"] == "dora@new.example"
    await hall.nobody.post("/users/password-reset", json={"email": "dora@new.example"})
    reset = {"code": await code_in_mail(hall, "reset"), "password": NEW_PASSWORD}
    assert (await hall.nobody.post("/users/password", json=reset)).status_code == 204
    again = await hall.nobody.post("/auth/token", json={"username": "dora", "password": NEW_PASSWORD})
    bearing = {"Authorization": f"Token {done(again)['token']}"}
    leaving = await hall.nobody.request("DELETE", "/users/me", json={"password": NEW_PASSWORD}, headers=bearing)
    assert leaving.status_code == 204


async def code_in_mail(hall: Hall, path: str) -> str:
    """The code of the link below this path in the last mail that has one."""
    host, found = hall.host, ""
    while (each := await host.write(claim, host.hall_time() + 1)) is not None:
        text = compose(each, host.settings, host.secret).get_content()
        link = re.search(rf"/{path}/([\w-]+)", text)
        found = link[1] if link else found
        await host.write(forget, each.id)
    return found


async def use_factors(hall: Hall) -> None:
    host = hall.host
    await hall.user("finn")
    user_id = (await host.read(accounts.user_by_name, "finn")).id
    await host.write(begin_factor, host.secret, user_id)
    secret = await host.read(pending_secret, host.secret, user_id)
    assert secret is not None
    app = pyotp.TOTP(secret)
    codes = await confirm_factor(host, user_id, app.at(now()))
    for code in ("000000", app.at(now(), counter_offset=1), codes[0]):
        given = {"username": "finn", "password": PASSWORD, "code": code}
        await hall.nobody.post("/auth/token", json=given)
    factor = await host.read(find_factor, user_id)
    assert factor is not None
    assert factor.codes_left == 9
    await host.write(renew_recovery_codes, host.secret, user_id)
    await host.write(remove_factor, user_id)


async def use_passkeys(hall: Hall) -> None:
    """What is stored of them; a browser that makes some is elsewhere."""
    host = hall.host
    user_id = (await host.read(accounts.user_by_name, "finn")).id
    await host.write(add_passkey, user_id, "phone", b"credential", b"key", 0)
    found = await host.read(find_passkey, b"credential")
    assert found is not None
    assert await host.write(use_passkey, found[0], b"challenge", 1)
    (key,) = await host.read(list_passkeys, user_id)
    await host.write(remove_passkey, user_id, key.id)


async def look_after(hall: Hall) -> None:
    host = hall.host
    ada = await host.read(accounts.user_by_name, "ada")
    await host.read(accounts.find_user, ada.id)
    await host.read(accounts.list_users)
    await host.read(accounts.has_admin)
    await host.read(live_tokens)
    await host.write(accounts.end_credentials, ada.id)
    await host.write(accounts.update_user, ada.id, {"is_active": False})
    for asked in ({}, {"kind": "sign_in"}, {"user_id": ada.id}, {"before": ada.id}):
        await host.read(list_audit, **asked)  # type: ignore[arg-type]
    for _owner, each in retentions_of(host.plugins):
        await host.write(forget_some, each, msgspec.structs.replace(host.settings, keep_days=()))
    for _ in range(2):
        with contextlib.suppress(Exception):
            await host.rates.take(Rate("once", 1, 3_600), "ada")


async def test_every_query_finds_its_rows_by_an_index(
    database_url: str, start_hall: StartHall, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = await start_hall(database_url, rate_limits=True)
    posting = msgspec.structs.replace(hall.host.settings, mail="file")
    monkeypatch.setattr(hall.host, "settings", posting)  # no worker sends what is read here
    explain = explained_by_sqlite if hall.host.database.dialect == "sqlite" else explained_by_postgres
    with overhearing(hall.host.database.dialect) as heard:
        await live_a_life(hall)
    about = {text: given for text, given in heard.items() if GROWING & set(re.findall(r"\w+", text))}
    assert len(about) >= 40
    whole = {text: seen for text, given in about.items() if (seen := await hall.host.write(explain, text, given))}
    by_reason = {text: [why for part, why in ALLOWED.items() if re.search(part, flat(text))] for text in whole}
    assert [f"{whole[text]}: {flat(text)}" for text, reasons in by_reason.items() if not reasons] == []


async def test_what_is_asked_about_a_player_is_found_by_the_player(hall: Hall) -> None:
    """SQLite knows nothing of how many games have which status, and would take its index as readily."""
    host = hall.host
    player = done(await (await hall.user("ada")).get("/users/me"))["id"]

    def plans(connection: sa.Connection) -> list[list[str]]:
        """Of the first statement of each of these, which finds games."""
        heard: list[tuple[str, Any]] = []

        def listen(_connection: Any, _cursor: Any, statement: str, given: Any, *_: Any) -> None:
            heard.append((statement, given))

        found = []
        sa.event.listen(connection, "before_cursor_execute", listen)
        kinds = {"status": ["finished"], "ruleset": "renju"}
        for ask in (
            lambda: tallies(connection, player),
            lambda: playing_now(connection, [player], 0),
            lambda: list_games(connection, player=player, **kinds),  # type: ignore[arg-type]
            lambda: list_games(connection, among=sa.select(user.c.id), **kinds),  # type: ignore[arg-type]
        ):
            heard.clear()
            ask()
            found.append(plan_of(connection, *heard[0]))
        sa.event.remove(connection, "before_cursor_execute", listen)
        return found

    with at_length():
        found = await host.read(plans)
    for plan in found:
        assert any("ix_game_seat_user" in step for step in plan), plan
        assert not any("ix_game_status" in step or "ix_game_ruleset" in step for step in plan), plan
    with overhearing("sqlite") as heard:
        await host.feed.lag()
    ((lag, given),) = [each for each in heard.items() if each[0].startswith("SELECT event.at")]
    assert await host.read(plan_of, lag, given) == ["SEARCH event USING INTEGER PRIMARY KEY (rowid>?)"]


def flat(statement: str) -> str:
    return " ".join(statement.split())


def explained_by_sqlite(connection: sa.Connection, statement: str, given: Any) -> list[str]:
    """The tables that the statement looks through: what it is given as a list, or has found itself, is none."""
    steps = plan_of(connection, statement, given)
    return [step for step in steps if re.match(r"SCAN (?!CONSTANT|json_each|anon_)\w", step)]


def plan_of(connection: sa.Connection, statement: str, given: Any) -> list[str]:
    """How SQLite finds the rows."""
    return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]


def explained_by_postgres(connection: sa.Connection, statement: str, given: Any) -> list[str]:
    """The same: it is told to avoid that, so it does it only where it must."""
    connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    ((plan,),) = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", given)
    return list(_looked_through(plan[0]["Plan"]))


def _looked_through(node: dict[str, Any]) -> Iterator[str]:
    kind = node["Node Type"]
    if kind == "Seq Scan" or (kind in ("Index Scan", "Index Only Scan") and "Index Cond" not in node):
        yield f"{kind} {node['Relation Name']}"
    for below in node.get("Plans", ()):
        yield from _looked_through(below)
