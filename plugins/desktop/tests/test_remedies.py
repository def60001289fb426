"""What can be in the way, brought about for real, and what the user is told to do about it."""

from __future__ import annotations

import contextlib
import datetime
import http.server
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

import gamehall
from gamehall_desktop import remedies
from gamehall_desktop.halls import HallAwayError, HallError, look_at
from gamehall_desktop.remedies import unreachable
from rig.processes import free_port
from rig.server import Server, without_settings

pytestmark = pytest.mark.anyio

HEALTH = b'{"status": "ok", "checks": {}, "version": "%s"}'
NOW = datetime.datetime.now(datetime.UTC)


@contextlib.contextmanager
def answering(
    content: bytes = HEALTH % gamehall.__version__.encode(),
    status: int = 200,
    kind: str = "application/json",
    *,
    certificate: trustme.LeafCert | None = None,
    ahead: float = 0,
) -> Iterator[str]:
    """A server that says one thing, with a certificate if one is given; `ahead` is by how much its clock is."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return formatdate((time.time() if timestamp is None else timestamp) + ahead, usegmt=True)

        def log_message(self, *_arguments: Any) -> None:
            pass

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_arguments: Any) -> None:
            pass  # who does not trust a certificate hangs up

    server = Quiet(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def told(address: str, patience: float = 5) -> str:
    """What whoever asks for a hall there is told."""
    try:
        return (await look_at(address, patience)).clock_note
    except (HallError, HallAwayError) as error:
        return str(error)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return unreachable(address, error)


async def test_a_real_hall_is_one(server: Server) -> None:
    seen = await look_at(server.url)
    assert (seen.version, seen.clock_note) == (gamehall.__version__, "")


@pytest.mark.parametrize(
    ("content", "status", "kind", "words"),
    [
        (b"<html>", 200, "text/html", "no Gamehall"),
        (b"nothing", 404, "text/plain", "no Gamehall"),
        (b'{"id": 1}', 200, "application/json", "no Gamehall"),
        (b"<html>", 502, "text/html", "not there at the moment (HTTP 502)"),
        (b'{"status": "ok", "checks": {}}', 200, "application/json", "too old"),
        (HEALTH % b"0.0.9", 200, "application/json", "too old (0.0.9)"),
        (HEALTH % b"9.2", 200, "application/json", "pip install --upgrade gamehall-desktop"),
        (HEALTH % b"1.7.2", 200, "application/json", ""),
    ],
)
async def test_what_answers_is_told_from_a_hall_of_now(content: bytes, status: int, kind: str, words: str) -> None:
    with answering(content, status, kind) as address:
        said = await told(address)
        assert words in said if words else not said


@pytest.mark.parametrize(
    ("ahead", "words"),
    [(3600, "1 hour behind"), (-600, "10 minutes ahead"), (-108_000, "1 day 6 hours ahead"), (60, "")],
)
async def test_a_wrong_clock_is_told(ahead: float, words: str) -> None:
    with answering(ahead=ahead) as address:
        said = await told(address)
        assert words in said if words else not said


async def test_who_cannot_be_reached_is_told_why() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    assert "gamehall serve" in await told(nobody)
    assert "was not found" in await told("http://no-such-hall.invalid")
    assert "https://play.example.org" in await told("hall")
    assert "https://play.example.org" in await told("http://hall:port")
    with answering() as address:
        said = await told(address.replace("http://", "https://"))
        assert f"its address is {address}" in said


async def test_who_accepts_but_says_nothing_is_not_waited_for() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert "in time" in await told(f"http://127.0.0.1:{silent.getsockname()[1]}", 0.2)


@pytest.mark.parametrize(
    ("name", "begins", "ends", "trusted", "words"),
    [
        ("127.0.0.1", -10, 10, True, ""),
        ("127.0.0.1", -10, 10, False, "SSL_CERT_FILE"),
        ("127.0.0.1", -20, -10, True, "has expired"),
        ("127.0.0.1", 10, 20, True, "this computer's clock is wrong"),
        ("play.example.org", -10, 10, True, "for another name"),
    ],
)
async def test_a_certificate_that_is_not_right_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, begins: int, ends: int, trusted: bool, words: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    day = datetime.timedelta(days=1)
    certificate = authority.issue_cert(name, not_before=NOW + begins * day, not_after=NOW + ends * day)
    with answering(certificate=certificate) as address:
        said = await told(address)
        assert words in said if words else not said


async def test_what_speaks_no_http_is_told(tmp_path: Path) -> None:
    authority = trustme.CA()
    with answering(certificate=authority.issue_cert("127.0.0.1")) as address:
        assert "https:// or http://" in await told(address.replace("https://", "http://"))


@pytest.mark.parametrize(
    ("session", "words"), [({}, "xvfb-run"), ({"WAYLAND_DISPLAY": "wayland-0"}, "package xwayland")]
)
def test_without_a_screen_it_says_what_to_do(tmp_path: Path, session: dict[str, str], words: str) -> None:
    environment = without_settings(tmp_path) | {"XDG_CONFIG_HOME": str(tmp_path)} | session
    environment.pop("DISPLAY", None)
    program = Path(sys.executable).with_name("gamehall-desktop")
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 1
    assert words in done.stderr
    assert "http://127.0.0.1:8000" in done.stderr


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("raise ModuleNotFoundError(\"No module named 'dearpygui'\", name='dearpygui')", "-m pip install dearpygui"),
        ("raise ImportError('libGL.so.1: cannot open shared object file')", "libgl1"),
    ],
)
def test_without_the_library_that_draws_it_says_what_to_do(tmp_path: Path, fault: str, words: str) -> None:
    (tmp_path / "dearpygui").mkdir()
    (tmp_path / "dearpygui/__init__.py").write_text(fault)
    environment = without_settings(tmp_path) | {"XDG_CONFIG_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    program = Path(sys.executable).with_name("gamehall-desktop")
    environment["DISPLAY"] = ":0"
    done = subprocess.run([program], env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, words in done.stderr, "Traceback" in done.stderr) == (1, True, False), done.stderr


def test_other_systems_have_a_screen() -> None:
    assert remedies.no_screen("http://hall", {}, "darwin") is None
    assert remedies.no_screen("http://hall", {"DISPLAY": ":0"}, "linux") is None
