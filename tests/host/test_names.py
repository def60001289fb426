"""Names that people give themselves: which can be had, and which look like somebody else's."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from gamehall.names import is_reserved, look_of, name_errors, tidy_name
from gamehall.tables import user
from rig.hall import PASSWORD, Hall, done, problem

pytestmark = pytest.mark.anyio

GOOD = [
    *("Ada Lovelace", "Ærøskøbing", "Jürgen Müller", "Nguyễn Văn Án", "Łukasz", "İpek", "D'Artagnan", "O’Neil"),
    *("Алексей", "Љубица", "Αλέξανδρος", "Հայկ", "გიორგი"),
    *("محمد علی", "דוד המלך", "שָׁלוֹם", "स्वाति", "สมชาย ใจดี", "தமிழ்"),
    *("阿达", "田中太郎", "たろう Taro", "ミナ美奈", "김철수", "Kim 철수", "ㄅㄆㄇ 中文"),
    *("Ada 🙂", "♟️ Queen ♛", "🇩🇪🎲", "👩🏽‍🚀", "½ Elf", "42", "x_X"),
]
BAD = [
    ("", "characters that can be seen"),
    ("\u200b\u2060\u202e", "characters that can be seen"),
    ("\u3164\u2800\u115f", "characters that can be seen"),
    ("x" * 51, "characters that can be seen"),
    ("\ufdfa" * 3, "characters that can be seen"),  # each becomes eighteen letters
    ("Z\u0338\u0322\u0321alg\u0334\u0321\u031do", "accents"),
    ("\u0301Ada", "accents"),
    ("P\u0430ypal", "one alphabet"),  # a Cyrillic a
    ("Αda", "one alphabet"),  # a Greek A
    ("Аdа Иванова", "one alphabet"),
    ("кот猫", "one alphabet"),
]
OFFICES = [
    *("admin", "ADMIN", "Adm1n", "a d m i n", "admın", "Ádmin", "Admin Ada", "Ａｄｍｉｎ", "𝓐dmin", "ad\u200bmin"),
    *("admin7", "modërator", "rnoderator", "Game-Hall", "GAMEHALL", "Deleted player", "Guest", "guest 12", "System"),
]
BAD += [(name, "speaks for the hall") for name in OFFICES]


@pytest.mark.parametrize("name", GOOD)
def test_names_of_every_script_can_be_had(name: str) -> None:
    tidy = tidy_name(name)
    assert name_errors(tidy, "ada") == []
    assert tidy_name(tidy) == tidy
    assert not is_reserved(tidy)


@pytest.mark.parametrize(("name", "why"), BAD)
def test_names_that_deceive_are_refused_with_what_to_do(name: str, why: str) -> None:
    (error,) = name_errors(tidy_name(name), "ada")
    assert error.field == "display_name"
    assert why in error.message


def test_names_have_one_form() -> None:
    for given, kept in [
        ("  Ada \u00a0\t Lovelace\u3000 ", "Ada Lovelace"),
        ("A\u200dd\u202ea\x00", "Ada"),
        ("Cafe\u0301", "Café"),
        ("ﬁsh ①", "fish 1"),
    ]:
        assert tidy_name(given) == kept


async def test_nobody_looks_like_somebody_else(each_hall: Hall) -> None:
    ada, bill = await each_hall.users("ada", "Bill_10")
    for name in ("ADA", "а\u0501а", "B1ll_10", "BiII_lO", "𝐛𝐢𝐥𝐥_10"):
        other = bill if look_of(name) == look_of("ada") else ada
        body = problem(await other.patch("/users/me", json={"display_name": name}), 409, "already-exists")
        assert [each["field"] for each in body["errors"]] == ["display_name"]
    taken = {"username": "b1ll_lO", "email": "new@example.org", "password": PASSWORD}
    body = problem(await each_hall.nobody.post("/auth/register", json=taken), 409, "already-exists")
    assert [each["field"] for each in body["errors"]] == ["username"]
    new = {"username": "cyd", "email": "new@example.org", "password": PASSWORD, "display_name": "Ada"}
    problem(await each_hall.nobody.post("/auth/register", json=new), 409, "already-exists")
    for name in ("ADA", "Ada", "Ádá"):
        assert done(await ada.patch("/users/me", json={"display_name": name}))["display_name"] == name


async def test_who_speaks_for_the_hall_is_chosen_by_its_operator(hall: Hall) -> None:
    for name in ("admin", "Moderator", "gamehall", "deleted-abcde", "guest-abcde", "password"):
        account = {"username": name, "email": "new@example.org", "password": PASSWORD}
        body = problem(await hall.nobody.post("/auth/register", json=account), 422, "invalid")
        assert [each["field"] for each in body["errors"]] == ["username"]


async def test_names_that_exist_stay(hall: Hall) -> None:
    ada = await hall.user("ada")
    await hall.host.write(
        lambda c: c.execute(user.update().where(user.c.username == "ada").values(display_name="Аdmin"))
    )
    assert done(await ada.patch("/users/me", json={"mail_notices": False}))["display_name"] == "Аdmin"
    assert done(await ada.patch("/users/me", json={"display_name": "Аdmin"}))["display_name"] == "Аdmin"


async def test_the_migration_tells_looks_as_the_hall_does(each_hall: Hall) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz0123456789_-"
    looks = "replace(replace(replace(replace(:name, 'm', 'rn'), '1', 'l'), 'i', 'l'), '0', 'o')"
    found = await each_hall.host.read(lambda c: c.scalar(sa.text(f"SELECT {looks}"), {"name": letters}))
    assert found == look_of(letters) == look_of(letters.upper())
