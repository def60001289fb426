"""Users, by the API: oneself, others, and what may be changed."""

from __future__ import annotations

import pytest

from rig.hall import Hall, done, problem

pytestmark = pytest.mark.anyio


async def test_users_see_all_of_themselves_and_others_see_no_address(hall: Hall) -> None:
    ada, bob = await hall.user("Ada", display_name="Ada L."), await hall.user("bob")
    mine = done(await ada.get("/users/me"))
    assert mine["username"] == "Ada"
    assert mine["display_name"] == "Ada L."
    assert mine["email"] == "Ada@example.org"
    assert mine["is_admin"] is False
    for viewer in (bob, hall.nobody, ada):
        seen = done(await viewer.get("/users/ada"))  # capitals do not matter
        assert {"id": mine["id"], "username": "Ada", "display_name": "Ada L."}.items() <= seen.items()
        assert "email" not in seen
    assert done(await bob.get("/users/bob"))["display_name"] == "bob"


async def test_who_is_not_signed_in_has_no_account_to_see(hall: Hall) -> None:
    for answer in (await hall.nobody.get("/users/me"), await hall.nobody.patch("/users/me", json={})):
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Token")


async def test_there_is_no_user_of_an_unknown_name(each_hall: Hall) -> None:
    await each_hall.user("ada")
    for name in ("nobody", "%00", "a%00b", "%F0%9F%99%82", "%FF", "a" * 5000, "ada%20", "..%2F"):
        problem(await each_hall.nobody.get(f"/users/{name}"), 404, "not-found")


NAMES = [
    ("Ada Lovelace", "Ada Lovelace"),
    ("  Ada\u0000\u202e ", "Ada"),  # controls, those of writing direction included, are dropped
    ("<b>&Ada", "<b>&Ada"),
    ("阿达 🙂", "阿达 🙂"),
    ("x" * 50, "x" * 50),
]


async def test_changing_the_name_that_others_see(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    for given, kept in NAMES:
        changed = done(await ada.patch("/users/me", json={"display_name": given}))
        assert changed == done(await ada.get("/users/me"))
        assert changed["display_name"] == kept
        assert changed["username"] == "ada"
        assert done(await ada.patch("/users/me", json={})) == changed, "what is not given stays"


async def test_a_name_that_cannot_be_shown_is_refused(each_hall: Hall) -> None:
    ada = await each_hall.user("ada")
    twice_as_long_when_stored = "\u0344" * 50
    for given in ("", " ", "\u200b", "x" * 51, None, 7, True, ["Ada"], twice_as_long_when_stored):
        body = problem(await ada.patch("/users/me", json={"display_name": given}), 422, "invalid")
        assert body["errors"][0]["field"] == "display_name"
        assert body["errors"][0]["message"]
    assert done(await ada.get("/users/me"))["display_name"] == "ada"


async def test_nobody_makes_themselves_an_admin(hall: Hall) -> None:
    ada = await hall.user("ada")
    changed = done(await ada.patch("/users/me", json={"is_admin": True, "username": "root", "id": "x"}))
    assert not changed["is_admin"]
    assert changed["username"] == "ada"
