"""Where a scenario takes place: a hall of its own, a screen, a client that has never been used, and troubles."""

from __future__ import annotations

import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import trustme
from PIL import ImageGrab

from rig.desktop import Desktop
from rig.server import Server, serving, without_settings

_REST = 1.0  # seconds
PASSWORD = "correct horse battery"
NEW_PASSWORD = "battery horse correct"


@dataclass(frozen=True)
class Place:
    """Where something answers."""

    url: str


class Stage:
    """One scenario's surroundings; everything ends with `troubles`.

    `by_hand` says that a person sees the window and acts.
    """

    def __init__(self, folder: Path, display: str, serve: Any, troubles: ExitStack, *, by_hand: bool) -> None:
        self.folder = folder
        self.by_hand = by_hand
        self.server: Server = serve()
        self._serve = serve
        self._display = display
        self._troubles = troubles
        self._desktop: Desktop | None = None

    @property
    def desktop(self) -> Desktop:
        """Raises LookupError while no window is open."""
        if self._desktop is None:
            raise LookupError("no window is open")
        return self._desktop

    @property
    def config(self) -> Path:
        return self.folder / "config/gamehall/desktop.json"

    @property
    def tokens(self) -> Path:
        return self.folder / "share/gamehall/desktop_tokens.json"

    def open(self, url: str | None = None, *, wait_for: str = "sign_in") -> None:
        """Opens the window, at the scenario's hall unless `url` says otherwise; the one before is closed."""
        self.close()
        self._desktop = Desktop(self.folder, self._display, Place(url or self.server.url))
        self._troubles.callback(self._desktop.kill)
        self.desktop.find(wait_for)
        self._come_to_rest()

    def close(self) -> None:
        """Closes the window; it has to end well."""
        if self._desktop is not None and self._desktop.running:
            status = self._desktop.stop()
            assert status == 0, self._desktop.log()

    def _come_to_rest(self) -> None:
        """Waits until nothing in the window has moved for a while: what has just opened still finds its place."""
        before, since = self.desktop.places(), time.monotonic()

        def rests() -> bool:
            nonlocal before, since
            if (now := self.desktop.places()) != before:
                before, since = now, time.monotonic()
            return time.monotonic() > since + _REST

        self.desktop.wait_until(rests)

    def account(self, name: str) -> httpx.Client:
        """Somebody with PASSWORD, signed in elsewhere: a client of the API as them."""
        account = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
        answer = httpx.post(f"{self.server.url}/api/v1/auth/register", json=account).raise_for_status().json()
        headers = {"Authorization": f"Token {answer['token']}"}
        return httpx.Client(base_url=f"{self.server.url}/api/v1", headers=headers)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        """Fills in the form, by mouse and keys."""
        for field, text in (("username", name), ("password", password)):
            self.desktop.write(field, text)
        self.desktop.click("sign_in")

    def register(self, name: str, password: str = PASSWORD, email: str = "") -> None:
        self.desktop.click("create_account")
        self.desktop.find("have_account")
        self._come_to_rest()
        for field, text in (("username", name), ("email", email or f"{name}@example.org"), ("password", password)):
            self.desktop.write(field, text)
        self.desktop.click("register")

    def signed_in(self, name: str) -> None:
        """Opens the window and signs somebody in who has an account: by hand, the person does it."""
        self.open()
        if not self.by_hand:
            self.sign_in(name)
        self.desktop.find("account_menu")

    def stays(self, name: str) -> None:
        """Fails where something that is there is gone once the window has come to rest."""
        self._come_to_rest()
        assert name in self.desktop.places(), name

    def choose(self, item: str) -> None:
        """Chooses from the account's menu."""
        self.desktop.click("account_menu")
        self.desktop.click(item)

    def stop_hall(self) -> None:
        self.server.stop()

    def start_hall(self) -> None:
        """The hall comes back, where and as it was."""
        self.server = self._serve(port=self.server.port)

    def expire_tokens(self) -> None:
        """Lets every sign-in run out."""
        with closing(sqlite3.connect(self.server.data / "gamehall.db", timeout=60)) as connection, connection:
            past = "2020-01-01 00:00:00.000000"
            connection.execute("UPDATE enhanced_auth_token SET expires_at = ?, family_expires_at = ?", (past, past))

    def without_screen(self) -> str:
        """What the command says where there is no screen."""
        environment = without_settings(self.folder / "unused") | {"XDG_CONFIG_HOME": str(self.folder / "config")}
        environment.pop("DISPLAY", None)
        command = [str(Path(sys.executable).with_name("gamehall")), "desktop"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        return done.stderr

    def other_website(self) -> str:
        """The address of something that is no hall."""
        return self._troubles.enter_context(_listening(_Website))

    def old_hall(self) -> str:
        """The address of a hall from before this client."""
        return self._troubles.enter_context(_listening(_OldHall))

    def behind_tls(self, **certificate: Any) -> str:
        """The address of the same with TLS, and a certificate by somebody whom nobody trusts."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1", **certificate).configure_cert(context)
        return self._troubles.enter_context(_listening(_Website, context))

    def seen_from(self, seconds: float) -> str:
        """The address of the hall as seen by a computer whose clock is ahead by so much."""
        hall = self.server.url

        class Shifted(_Passing):
            to, ahead = hall, seconds

        return self._troubles.enter_context(_listening(Shifted))

    def picture(self, name: str) -> Path:
        """Keeps a picture of the screen, once what was last done is to be seen."""
        time.sleep(1.5)
        file = self.folder / f"{name}.png"
        ImageGrab.grab(xdisplay=self._display).save(file)
        return file


@contextmanager
def stage(folder: Path, display: str, *, by_hand: bool) -> Iterator[Stage]:
    folder.mkdir(parents=True)
    with serving(folder) as serve, ExitStack() as troubles:
        yield Stage(folder, display, serve, troubles, by_hand=by_hand)


class _Website(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(200, b"<!doctype html><title>It works</title>", {"Content-Type": "text/html"})

    do_POST = do_DELETE = do_PATCH = do_PUT = do_GET

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has in the base
        """Says nothing."""


class _OldHall(_Website):
    def do_GET(self) -> None:
        body = b'{"status": "ok", "checks": {}, "version": "0.0.1"}'
        self._answer(200, body, {"Content-Type": "application/json"})


class _Passing(_Website):
    """Hands everything on but streams, and shifts what the hall says of the time."""

    to, ahead = "", 0.0

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with httpx.stream(self.command, self.to + self.path, headers=dict(self.headers), content=body) as answer:
            if "event-stream" in answer.headers.get("Content-Type", ""):
                self._answer(503, b"", {"Retry-After": "60"})
                return
            content = answer.read()
        kept = {name: answer.headers[name] for name in ("Content-Type", "WWW-Authenticate") if name in answer.headers}
        self._answer(answer.status_code, content, kept | {"Date": formatdate(time.time() - self.ahead, usegmt=True)})

    do_POST = do_DELETE = do_PATCH = do_PUT = do_GET


@contextmanager
def _listening(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda request, address: None  # type: ignore[assignment,method-assign] # a client that does not trust us
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if context else ''}://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
