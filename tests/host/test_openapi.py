"""The API's description, for programs and for people."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from openapi_spec_validator import OpenAPIV31SpecValidator

from rig.hall import Hall, StartHall, done

pytestmark = pytest.mark.anyio

BODIES = {
    ("patch", "/api/v1/users/me"): {"display_name"},
    ("post", "/api/v1/users/me/password"): {"current", "password"},
    ("post", "/api/v1/users/me/email"): {"current", "email"},
    ("post", "/api/v1/users/password-reset"): {"email"},
    ("post", "/api/v1/users/password"): {"code", "password"},
    ("delete", "/api/v1/users/me"): {"password"},
    ("post", "/api/v1/challenges"): {"ruleset", "options", "opponent", "seat", "clock", "link", "pair"},
    ("post", "/api/v1/challenges/{challenge_id}/respond"): {"action"},
    ("post", "/api/v1/games/{game_id}/moves"): {"move", "row", "col", "ply"},
    ("post", "/api/v1/replay"): {"content", "format", "ruleset"},
    ("post", "/api/v1/auth/register"): {"username", "email", "password", "display_name", "device_name", "device_info"},
    ("post", "/api/v1/auth/token"): {"username", "password", "device_name", "device_info", "scopes"},
    ("post", "/api/v1/auth/tokens"): {"device_name", "scopes", "password", "days"},
}


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while reference := schema.get("$ref"):
        schema = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return schema


async def test_the_document_is_valid_and_whole(hall: Hall) -> None:
    document = done(await hall.root.get("/api/openapi.json"))
    assert document["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(document).validate()
    described = {(method, path) for path, item in document["paths"].items() for method in item}
    served = {
        (method.lower(), route.path_format)
        for route in hall.app.routes
        if isinstance(route, HTTPRoute) and re.match("/api/v1|/health", route.path_format)
        for method in set(route.methods) - {"OPTIONS"}
    }
    assert served <= described
    assert len(served) > 20
    identities = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(identities) == len(set(identities))


def check_refusals(document: dict[str, Any], operation: dict[str, Any]) -> None:
    """Each names what it can be, and the headers that say what to do about it."""
    refused = {int(status): told for status, told in operation["responses"].items() if status >= "400"}
    assert {400, 413, 429, 503} <= set(refused)
    assert ("requestBody" in operation) <= ({415, 422} <= set(refused))
    assert bool(operation["security"]) == ({401, 403} <= set(refused))
    for status, told in refused.items():
        general, particular = told["content"]["application/problem+json"]["schema"]["allOf"]
        assert {"type", "title", "status", "detail", "errors"} <= set(resolved(document, general)["properties"])
        assert particular["properties"]["status"]["const"] == status
        assert all(kind.startswith("/problems/") for kind in particular["properties"]["type"]["enum"])
        header = {401: "WWW-Authenticate", 429: "Retry-After", 503: "Retry-After"}.get(status)
        assert set(told.get("headers", {})) == ({header} if header else set())


async def test_bodies_and_refusals_are_described(hall: Hall) -> None:
    document = done(await hall.root.get("/api/openapi.json"))
    for (method, path), fields in BODIES.items():
        content = document["paths"][path][method]["requestBody"]["content"]
        schema = resolved(document, content["application/json"]["schema"])
        assert fields <= set(schema["properties"]), path
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["description"], path
            if path.startswith("/api/v1"):
                check_refusals(document, operation)
            assert any(status.startswith("2") for status in operation["responses"]), (method, path)


async def test_answers_are_described(hall: Hall) -> None:
    document = done(await hall.root.get("/api/openapi.json"))
    content = document["paths"]["/api/v1/games/{game_id}"]["get"]["responses"]["200"]["content"]
    schema = resolved(document, content["application/json"]["schema"])
    wanted = "id ruleset ruleset_version options status seats to_act ply moves clock result scene"
    assert set(wanted.split()) <= set(schema["properties"])


async def test_what_is_off_is_not_described(hall: Hall, start_hall: StartHall) -> None:
    everything = done(await hall.root.get("/api/openapi.json"))["paths"]
    narrow = await start_hall(off=["enhanced_auth"])
    left = done(await narrow.root.get("/api/openapi.json"))
    OpenAPIV31SpecValidator(left).validate()
    gone = set(everything) - set(left["paths"])
    assert gone == {path for path in everything if path.startswith("/api/v1/auth")}
    assert "/api/v1/auth" not in (await narrow.root.get("/api/docs")).text


class Loads(HTMLParser):
    """Collects what a page would load, and the text that people read."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "img", "iframe", "object", "embed", "source", "video", "audio"):
            self.loaded.append(values.get("src") or values.get("data") or tag)
        if tag == "link":
            self.loaded.append(values.get("href") or tag)

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_the_page_is_readable_and_loads_nothing(hall: Hall) -> None:
    document = done(await hall.root.get("/api/openapi.json"))
    answer = await hall.root.get("/api/docs", headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = Loads()
    page.feed(answer.text)
    assert page.loaded == []
    assert "@import" not in answer.text
    assert "url(" not in answer.text
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert f"{method.upper()} {path}" in page.text
            assert operation["description"] in page.text
