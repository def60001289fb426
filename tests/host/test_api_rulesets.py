"""Rulesets, by the API."""

from __future__ import annotations

import jsonschema
import pytest

from rig.hall import Hall, StartHall, done, problem

pytestmark = pytest.mark.anyio


async def test_every_ruleset_is_described_for_a_form(hall: Hall) -> None:
    found = done(await hall.nobody.get("/rulesets"))
    assert found["next"] is None
    keys = [each["key"] for each in found["items"]]
    assert keys == sorted(set(keys))
    assert {"gomoku", "gomoku-exact", "tic-tac-toe"} <= set(keys)
    for each in found["items"]:
        assert done(await hall.nobody.get(f"/rulesets/{each['key']}")) == each
        assert each["title"]
        assert each["version"] >= 1
        assert len(each["seats"]) == 2
        assert each["plugin"] == "gomoku_rules"
        jsonschema.Draft202012Validator.check_schema(each["options"])
        for options in ({}, *each["presets"].values()):
            jsonschema.validate(options, each["options"])


async def test_the_schema_of_the_options_says_what_is_accepted(hall: Hall) -> None:
    ada = await hall.user("ada")
    schema = done(await hall.nobody.get("/rulesets/gomoku"))["options"]
    sizes = schema["properties"]["board_size"]
    assert (sizes["minimum"], sizes["maximum"], sizes["default"]) == (5, 25, 15)
    validator = jsonschema.Draft202012Validator(schema)
    for options in ({}, {"board_size": 5}, {"board_size": 26}, {"board_size": "15"}, {"opening": "x"}, {"size": 9}):
        answer = await ada.post("/challenges", json={"ruleset": "gomoku", "options": options})
        assert answer.status_code == (201 if validator.is_valid(options) else 422), options


@pytest.mark.parametrize("key", ["chess", "Gomoku", "%00", "gomoku%20"])
async def test_there_is_no_unknown_ruleset(hall: Hall, key: str) -> None:
    problem(await hall.nobody.get(f"/rulesets/{key}"), 404, "not-found")


async def test_a_ruleset_that_is_off_is_not_there(start_hall: StartHall) -> None:
    hall = await start_hall(off=["ruleset:gomoku"])
    assert "gomoku" not in {each["key"] for each in done(await hall.nobody.get("/rulesets"))["items"]}
    problem(await hall.nobody.get("/rulesets/gomoku"), 404, "not-found")
    ada = await hall.user("ada")
    body = problem(await ada.post("/challenges", json={"ruleset": "gomoku"}), 422, "invalid")
    assert body["errors"][0]["field"] == "ruleset"


async def test_a_hall_without_plugins_lists_no_rulesets(start_hall: StartHall) -> None:
    hall = await start_hall(safe=True)
    assert done(await hall.nobody.get("/rulesets")) == {"items": [], "next": None}
