"""What a hall keeps and says of itself holds nothing that anybody could sign in with."""

from __future__ import annotations

import email
import email.policy
import re
import sqlite3
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import httpx

from rig.hall import lay_out_plugin
from rig.people import PASSWORD, client
from rig.server import Serve, Server

WRONG, NEW, RESET = "not my password at all", "another good sentence", "one more that nobody knows"
COOKIE = "edoc-teser-sa-gnol-sa-esoht-ni-seikooc-era"
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


@get("/api/v1/clumsy/words")
async def blurt(request: HttpRequest) -> None:
    "Says everything."
    text, link = request.headers["authorization"], request.headers["x-link"]
    raise RuntimeError(f"cannot reset at {link} with {text} and {request.headers['cookie']}")


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
        settings = {
            "PYTHONPATH": str(tmp_path / "site"),
            "GAMEHALL_LOG": log,
            "GAMEHALL_LOG_LEVEL": "debug",
            "GAMEHALL_DEBUG": "on",
            "GAMEHALL_ACCESS_LOG": "on",
        }
        server = serve(settings=settings)
        name = f"ada-{log}"
        secrets |= use_tokens(server, name) | use_pages(server, name)
        server.stop()
        logs += server.log()
    for told in ("nowhere", "cannot reset at", "was used again", "/reset/"):
        assert logs.count(told) >= 2, f"{told}: in the log that is looked through, both as text and as JSON"
    assert "@example.org" not in logs
    kept = b"".join(file.read_bytes() for file in server.data.rglob("*") if file.is_file())
    assert len(secrets) > 15
    for secret in secrets:
        assert secret not in logs
        assert secret.encode() not in kept


def use_tokens(server: Server, name: str) -> set[str]:
    """The secrets of somebody who does with tokens what can be done, well and badly."""
    with client(f"{server.url}/api/v1") as api, client(server.url) as browser:
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        old = api.post("/auth/register", json=account).json()["token"]
        browser.post("/forgot", data={"email": f"{name}@example.org"}, headers={"Sec-Fetch-Site": "same-origin"})
        for username, password in ((name, WRONG), (PASSWORD, name), (f"{name}@example.org", WRONG)):
            api.post("/auth/token", json={"username": username, "password": password})
        bearing = {"Authorization": f"Token {old}"}
        wanted = {"device_name": "bot", "scopes": ["read"], "password": PASSWORD}
        script = api.post("/auth/tokens", json=wanted, headers=bearing).json()["token"]
        api.post("/auth/tokens", json=wanted | {"password": WRONG}, headers=bearing)
        new = api.post("/auth/token/refresh", headers=bearing).json()["token"]
        api.get(f"/users/{old}", headers={"Authorization": f"Token {old[:-1]}"})
        api.get("/users/me", params={"token": new})
        link = link_in_mail(server)
        for path in ("/clumsy/database", "/clumsy/words"):
            headers = bearing | {"X-Value": PASSWORD, "X-Link": link, "Cookie": f"gamehall_session={COOKIE}"}
            assert api.get(path, headers=headers).status_code == 500
        let_exchanges_be_old(server)
        assert api.get("/users/me", headers=bearing).status_code == 401
        assert browser.get(link).status_code == 200
        assert browser.post(link, data={"password": RESET}).headers["location"] == "/login?done=reset"
        assert browser.get(link).status_code == 404
    return {PASSWORD, WRONG, RESET, COOKIE, link.rpartition("/")[2], old, new, script}


def link_in_mail(server: Server) -> str:
    """The path of the link for a new password, from the mail that another program takes out of the outbox."""
    found: list[str] = []

    def is_there() -> bool:
        for file in (server.data / "outbox").glob("*.eml"):
            read = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
            assert isinstance(read, EmailMessage)
            found.extend(re.findall(r"/reset/[\w-]+", read.get_content()))
            file.unlink()
        return bool(found)

    server.wait_until(is_there)
    (link,) = found
    return link


def let_exchanges_be_old(server: Server) -> None:
    with closing(sqlite3.connect(server.data / "gamehall.db", timeout=60)) as connection, connection:
        connection.execute("UPDATE enhanced_auth_token SET superseded_at = '2020-01-01 00:00:00' WHERE generation = 0")


def use_pages(server: Server, name: str) -> set[str]:
    with client(server.url) as browser:
        browser.headers["sec-fetch-site"] = "same-origin"
        browser.post("/login", data={"username": name, "password": WRONG})
        browser.post("/login", data={"username": name, "password": RESET})
        proof = form_token(browser.get("/settings"))
        cookies = {cookie.value for cookie in browser.cookies.jar if cookie.value}
        fields = {"form_token": proof, "current": RESET, "password": NEW}
        browser.post("/settings/password", data=fields | {"current": WRONG})
        browser.post("/settings/password", data=fields)
        cookies |= {cookie.value for cookie in browser.cookies.jar if cookie.value}
        browser.post("/logout", data={"form_token": form_token(browser.get("/settings"))})
    return {proof, NEW, *cookies}


def form_token(page: httpx.Response) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found[1]
