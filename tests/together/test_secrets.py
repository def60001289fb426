"""What a hall keeps and says of itself holds nothing that anybody could sign in with."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import httpx

from rig.hall import lay_out_plugin
from rig.people import PASSWORD, client
from rig.server import Serve, Server

WRONG, NEW = "not my password at all", "another good sentence"
CODE = "reset-code-as-long-as-those-in-mails-are"
# Whatever it is asked, it fails, and its errors say all they know.
CLUMSY = """
import sqlalchemy as sa
from litestar import get

from gamehall import hookimpl
from gamehall.asking import HttpRequest, host_of


def look_up(connection: sa.Connection, value: str) -> None:
    connection.execute(sa.text("SELECT * FROM nowhere WHERE this = :value"), {"value": value})


@get("/api/v1/clumsy/database")
async def lose(request: HttpRequest) -> None:
    "Asks the database for what is not there."
    await host_of(request).read(look_up, request.headers["x-value"])


@get("/api/v1/clumsy/reset/{code:str}")
async def blurt(request: HttpRequest, code: str) -> None:
    "Says everything."
    text = request.headers["authorization"]
    raise RuntimeError(f"cannot reset at {request.url} with {text} and {request.headers['cookie']}")


@hookimpl
def gamehall_routes(host):
    return [lose, blurt]
"""


def test_neither_log_nor_database_holds_a_secret(serve: Serve, tmp_path: Path) -> None:
    """With everything in the log that can be, as text and as JSON."""
    lay_out_plugin(tmp_path / "site", "clumsy", CLUMSY)
    secrets: set[str] = set()
    logs = ""
    for log in ("text", "json"):
        settings = {"PYTHONPATH": str(tmp_path / "site"), "GAMEHALL_LOG_LEVEL": "debug", "GAMEHALL_LOG": log}
        server = serve(settings=settings)
        name = f"ada-{log}"
        secrets |= use_tokens(server, name) | use_pages(server, name)
        server.stop()
        logs += server.log()
    for told in ("nowhere", "cannot reset at", "was used again", "/api/v1/clumsy/reset/"):
        assert logs.count(told) >= 2, f"{told}: in the log that is looked through, both as text and as JSON"
    kept = b"".join(file.read_bytes() for file in server.data.rglob("*") if file.suffix != ".key")
    assert len(secrets) > 15
    for secret in secrets:
        assert secret not in logs
        assert secret.encode() not in kept


def use_tokens(server: Server, name: str) -> set[str]:
    """The secrets of somebody who does with tokens what can be done, well and badly."""
    with client(f"{server.url}/api/v1") as api:
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        old = api.post("/auth/register", json=account).json()["token"]
        for username, password in ((name, WRONG), (PASSWORD, name), (f"{name}@example.org", WRONG)):
            api.post("/auth/token", json={"username": username, "password": password})
        bearing = {"Authorization": f"Token {old}"}
        wanted = {"device_name": "bot", "scopes": ["read"], "password": PASSWORD}
        script = api.post("/auth/tokens", json=wanted, headers=bearing).json()["token"]
        api.post("/auth/tokens", json=wanted | {"password": WRONG}, headers=bearing)
        new = api.post("/auth/token/refresh", headers=bearing).json()["token"]
        api.get(f"/users/{old}", headers={"Authorization": f"Token {old[:-1]}"})
        api.get("/users/me", params={"token": new})
        for path in ("/clumsy/database", f"/clumsy/reset/{CODE}"):
            headers = bearing | {"X-Value": PASSWORD, "Cookie": f"gamehall_session={CODE[::-1]}"}
            assert api.get(path, headers=headers).status_code == 500
        let_exchanges_be_old(server)
        assert api.get("/users/me", headers=bearing).status_code == 401
    return {PASSWORD, WRONG, CODE, CODE[::-1], old, new, script}


def let_exchanges_be_old(server: Server) -> None:
    with closing(sqlite3.connect(server.data / "gamehall.db", timeout=20)) as connection, connection:
        connection.execute("UPDATE enhanced_auth_token SET superseded_at = '2020-01-01 00:00:00' WHERE generation = 0")


def use_pages(server: Server, name: str) -> set[str]:
    with client(server.url) as browser:
        browser.headers["sec-fetch-site"] = "same-origin"
        browser.post("/login", data={"username": name, "password": WRONG})
        browser.post("/login", data={"username": name, "password": PASSWORD})
        proof = form_token(browser.get("/settings"))
        cookies = {cookie.value for cookie in browser.cookies.jar if cookie.value}
        fields = {"form_token": proof, "current": PASSWORD, "password": NEW}
        browser.post("/settings/password", data=fields | {"current": WRONG})
        browser.post("/settings/password", data=fields)
        cookies |= {cookie.value for cookie in browser.cookies.jar if cookie.value}
        browser.post("/logout", data={"form_token": form_token(browser.get("/settings"))})
    return {proof, NEW, *cookies}


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]
