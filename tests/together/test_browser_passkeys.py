"""Passkeys in a real browser, with an authenticator that the browser makes up."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, expect

from rig.people import PASSWORD
from rig.processes import free_port
from rig.server import Serve, Server

_PHONE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def authenticator(page: Page) -> tuple[CDPSession, str]:
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    return devices, devices.send("WebAuthn.addVirtualAuthenticator", {"options": _PHONE})["authenticatorId"]


def rows(server: Server, query: str, *values: Any) -> list[Any]:
    with closing(sqlite3.connect(server.data / "gamehall.db", timeout=60)) as connection, connection:
        return connection.execute(query, values).fetchall()


def test_passkeys(serve: Serve, chromium: Browser) -> None:
    port = free_port()
    server = serve(port=port, settings={"GAMEHALL_PUBLIC_URL": f"http://localhost:{port}"})
    context = chromium.new_context(base_url=f"http://localhost:{port}")
    page = context.new_page()
    devices, phone = authenticator(page)
    page.goto("/register")
    for label, text in (("User name", "ada"), ("E-mail address", "ada@example.org"), ("Password", PASSWORD)):
        page.get_by_label(label).fill(text)
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("/")

    page.goto("/settings/sign-in")
    page.get_by_label("A name for it").fill("My <b>phone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("status")).to_have_text("The passkey is added. You can sign in with it.")
    expect(page.locator("#passkeys .row-card-title")).to_have_text("My <b>phone")
    page.get_by_role("button", name="Add a passkey").click()  # the phone has one already and says so
    expect(page.get_by_text("Your browser has given no passkey.")).to_be_visible()

    # Signing in, with a name nowhere typed; what the browser has answered once is taken once.
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request) if request.url.endswith("/passkey") else None)
    page.goto("/games")
    page.get_by_text("ada", exact=True).first.click()
    page.get_by_role("button", name="Sign out", exact=True).first.click()
    page.wait_for_url("/")
    page.go_back()
    page.wait_for_url("/games")
    assert "Sign out" not in page.content(), "who comes next sees nothing by going back"
    page.goto("/login?next=/games")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("/games")
    answered = sent[0].post_data_json
    somebody = chromium.new_context(base_url=f"http://localhost:{port}", extra_http_headers={"Origin": server_of(page)})
    answer = somebody.request.post("/login/passkey", form=answered, max_redirects=0)
    assert answer.status == 422
    assert "not accepted" in answer.text()
    for nonsense in ("", "{}", "[]", '{"id": "\u0000"}', "[" * 20_000, answered["credential"][:-9] + "}"):
        answer = somebody.request.post("/login/passkey", form={"credential": nonsense}, max_redirects=0)
        assert answer.status == 422, nonsense[:50]

    # Proving once more who is there; a device that has not made sure of it proves nothing.
    rows(server, "UPDATE web_htmx_session SET confirmed_at = NULL")
    page.goto("/settings/sign-in")
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": False})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Your browser has given no passkey.")).to_be_visible()
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": phone, "isUserVerified": True})
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("/settings/sign-in")

    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("The passkey is removed.")
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").first).to_contain_text("This passkey was not accepted.")
    kinds = [kind for (kind,) in rows(server, "SELECT kind FROM audit ORDER BY id")]
    assert [each for each in kinds if each.startswith("passkey")] == ["passkey.added", "passkey.removed"]
    assert kinds.count("session.confirmed") == 1

    # Where there can be none, none is offered: without scripts, and under another address than the hall's own.
    quiet = chromium.new_context(base_url=f"http://localhost:{port}", java_script_enabled=False).new_page()
    quiet.goto("/login")
    expect(quiet.get_by_role("button", name="Use a passkey")).not_to_be_visible()
    elsewhere = chromium.new_page()
    elsewhere.goto(f"http://127.0.0.1:{port}/login")
    expect(elsewhere.get_by_role("button", name="Use a passkey")).not_to_be_visible()


def server_of(page: Page) -> str:
    return str(page.evaluate("location.origin"))
