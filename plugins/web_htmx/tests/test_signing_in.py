"""Signing in with a browser in two steps, and proving once more who is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pyotp
import pytest
import sqlalchemy as sa

from gamehall.accounts import end_credentials, update_user, user_by_name
from gamehall.audit import list_audit
from gamehall.sealing import seal
from gamehall.tables import mail, now, second_factor
from gamehall_web_htmx.passkeys import is_fresh
from gamehall_web_htmx.tables import session
from rig.hall import PASSWORD, Hall, StartHall

pytestmark = pytest.mark.anyio

Make = Callable[..., Any]
HERE = "/settings/sign-in"


async def changed(hall: Hall, statement: Any) -> None:
    await hall.host.write(lambda connection: connection.execute(statement))


async def app_code(hall: Hall, app: pyotp.TOTP) -> str:
    """What the app shows, as if no code had been taken lately."""
    await changed(hall, second_factor.update().values(last_step=0))
    return app.at(now())


async def set_up(who: Any) -> tuple[pyotp.TOTP, list[str]]:
    """Turns two-step sign-in on as the page says; the app, and the recovery codes."""
    assert await who.go(HERE, f"{HERE}/begin") == f"{HERE}#two-steps"
    page = await who.page(HERE)
    (link,) = [each for each in page.attribute("a", "href") if each.startswith("otpauth:")]
    app = pyotp.parse_uri(link)
    assert isinstance(app, pyotp.TOTP)
    assert app.secret in page.text.replace(" ", "")
    shown = await who.refused(HERE, f"{HERE}/on", 422, code="000000")
    assert "This is not the code" in shown.text
    answer = await who.send(HERE, f"{HERE}/on", code=app.at(now()))
    assert answer.headers["cache-control"] == "no-store"
    codes = re.findall(r"<code>([0-9a-z-]{19})</code>", answer.text)
    assert len(codes) == 10
    assert codes[0] not in (await who.page(HERE)).text
    return app, codes


async def test_two_steps(hall: Hall, person: Make) -> None:
    ada = await person().register("ada")
    app, codes = await set_up(ada)
    assert "a code of your app" in (await ada.page("/settings")).text

    phone = person()
    assert await phone.go("/login?next=/games?a=1%26b=2", "/login", username="ada", password=PASSWORD) == (
        "/login/code?next=%2Fgames%3Fa%3D1%26b%3D2"
    )
    assert set(phone.cookies) == {"gamehall_step"}, "it is not signed in yet"
    assert (await phone.get("/settings")).status_code == 303
    path = "/login/code?next=%2Fgames"
    page = await phone.refused(path, "/login/code", 422, code="000000")
    assert "not right" in page.text
    assert await phone.go(path, "/login/code", code=await app_code(hall, app)) == "/games"
    assert set(phone.cookies) == {"gamehall_session", "gamehall_known"}
    assert (await phone.get("/settings")).status_code == 200

    # What is held between the steps is good for some minutes, for its user as they were, and for nothing else.
    other = person()
    await other.go("/login", "/login", username="ada", password=PASSWORD)
    step = other.cookies["gamehall_step"]
    changed = f"{step[:-2]}{int(step[-2:], 16) ^ 1:02x}"
    for cookies in ({"gamehall_session": step}, {"gamehall_step": changed}, {"gamehall_step": "zz"}, {}):
        somebody = person(**cookies)
        assert (await somebody.post("/login/code", {"code": codes[0]})).headers["location"].startswith("/login?")
        assert (await somebody.get("/settings")).status_code == 303
    ada_user = await hall.host.read(user_by_name, "ada")
    ada_id, secret = ada_user.id, hall.host.secret
    for minutes, led_to in ((4, "/login/code"), (6, "/login?")):
        at = (now() - timedelta(minutes=minutes)).isoformat().encode()
        given = seal(secret, "step", "", msgspec.json.encode([ada_id, ada_user.auth_epoch, at.decode()]))
        answer = await person(gamehall_step=given.hex()).get("/login/code")
        assert answer.headers.get("location", "/login/code").startswith(led_to)
        assert is_fresh(hall.host, seal(secret, "passkey", ada_id, at), ada_id) is (minutes < 5)
        assert not is_fresh(hall.host, seal(secret, "passkey", ada_id, at), "")
    await hall.host.write(end_credentials, ada_id)
    assert (await other.post("/login/code", {"code": codes[0]})).headers["location"].startswith("/login?")
    await other.go("/login", "/login", username="ada", password=PASSWORD)
    assert await other.go("/login/code", "/login/code", code=codes[0]) == "/"

    # To turn it off takes both steps; recovery codes that are left are worth nothing then.
    answer = await other.send(HERE, f"{HERE}/codes")
    assert codes[1] not in answer.text
    fresh = re.findall(r"<code>([0-9a-z-]{19})</code>", answer.text)
    for wrong in ({"password": "not mine", "code": fresh[0]}, {"password": PASSWORD, "code": codes[1]}):
        await other.refused(HERE, f"{HERE}/off", 422, **wrong)
    assert await other.go(HERE, f"{HERE}/off", password=PASSWORD, code=fresh[0]) == f"{HERE}?saved=off"
    await person().sign_in("ada")
    kinds = {entry.kind for entry in await hall.host.read(list_audit, user_id=ada_id)}
    assert {"factor.added", "factor.removed", "factor.recovery_used", "factor.recovery_renewed"} <= kinds
    assert {"sign_in", "sign_in.failed", "sign_in.code_failed"} <= kinds


async def test_what_matters_asks_for_the_password_again(hall: Hall, person: Make) -> None:
    ada, phone = await person().register("ada"), person()
    await phone.sign_in("ada")
    await changed(hall, session.update().values(confirmed_at=now() - timedelta(minutes=11)))
    page = "/settings#sessions"
    token = (await ada.page("/settings")).form("/settings").values
    answer = await ada.post("/settings/sessions/end-others", token, headers={"Referer": "http://hall/settings"})
    assert answer.headers["location"] == "/confirm?next=%2Fsettings"
    assert (await ada.get(HERE)).headers["location"] == "/confirm?next=%2Fsettings%2Fsign-in"
    for action in ("begin", "on", "codes", "off"):
        assert (await ada.post(f"{HERE}/{action}", token)).headers["location"].startswith("/confirm?")
    assert (await phone.get("/settings")).status_code == 200

    before = ada.cookies["gamehall_session"]
    await ada.refused("/confirm?next=/settings", "/confirm", 422, password="not mine")
    assert ada.cookies["gamehall_session"] == before
    assert await ada.go("/confirm?next=/settings", "/confirm", password=PASSWORD) == "/settings"
    assert ada.cookies["gamehall_session"] != before, "whoever knew the old value has gained nothing"
    assert (await person(gamehall_session=before).get("/settings")).status_code == 303
    assert await ada.go("/settings", "/settings/sessions/end-others") == page
    assert (await phone.get("/settings")).status_code == 303
    kinds = [entry.kind for entry in await hall.host.read(list_audit, kind="session")]
    assert kinds == ["session.ended", "session.confirmed"]

    app, _ = await set_up(ada)
    await changed(hall, session.update().values(confirmed_at=None))  # one from before this was put down
    await ada.refused("/confirm", "/confirm", 422, password=PASSWORD)
    code = await app_code(hall, app)
    assert await ada.go("/confirm?next=//evil.example", "/confirm", password=PASSWORD, code=code) == "/"


async def test_admins_prove_who_they_are_before_they_change_something(start_hall: StartHall, newcomer: Make) -> None:
    hall = await start_hall(admin_second_factor=True)
    ada = await newcomer(hall).register("ada")
    ada_id = (await hall.host.read(user_by_name, "ada")).id
    await hall.host.write(update_user, ada_id, {"is_admin": True})
    assert (await ada.get("/settings")).status_code == 303, "who becomes an admin signs in anew"
    await ada.sign_in("ada")
    for path in ("/admin", "/admin/games", "/admin/users/ada"):
        assert (await ada.get(path)).headers["location"].startswith("/settings/sign-in?next=%2Fadmin")
    assert "admins need two-step sign-in" in (await ada.page("/admin")).text
    await set_up(ada)
    token = (await ada.page("/admin")).form("/admin/features").values
    off = token | {"key": "ruleset:tic-tac-toe", "state": "off"}
    await changed(hall, session.update().values(confirmed_at=now() - timedelta(hours=2, minutes=1)))
    assert (await ada.get("/admin")).status_code == 200
    assert (await ada.post("/admin/features", off)).headers["location"].startswith("/confirm?next=")
    await changed(hall, session.update().values(confirmed_at=now() - timedelta(hours=1)))
    assert (await ada.post("/admin/features", off)).headers["location"].startswith("/admin?switched=")


async def test_a_browser_that_is_new_is_told_of_and_one_that_is_known_is_not_kept_out(
    start_hall: StartHall, newcomer: Make
) -> None:
    hall = await start_hall(rate_limits=True, mail="file")
    ada = await newcomer(hall).register("ada")
    await ada.go("/", "/logout")
    await ada.sign_in("ada")

    async def subjects() -> list[str]:
        return await hall.host.read(lambda connection: list(connection.scalars(sa.select(mail.c.subject))))

    assert await subjects() == []
    await newcomer(hall).sign_in("ada")
    assert await subjects() == ["A new sign-in to your account"]

    stranger = newcomer(hall)
    for _ in range(11):
        answer = await stranger.send("/login", "/login", username="ada", password="not the password")
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    refused = newcomer(hall)
    assert (await refused.send("/login", "/login", username="ada", password=PASSWORD)).status_code == 429
    await ada.go("/", "/logout")
    await ada.sign_in("ada")
    # What shows that ada was there before cannot be made up, and its budget ends as well.
    forged = newcomer(hall, gamehall_known=ada.cookies["gamehall_known"][:-1] + "x")
    assert (await forged.send("/login", "/login", username="ada", password=PASSWORD)).status_code == 429
    again = newcomer(hall, gamehall_known=ada.cookies["gamehall_known"])
    for _ in range(11):
        answer = await again.send("/login", "/login", username="ada", password="not the password")
    assert answer.status_code == 429
