"""`make audit` says yes only of packages that somebody has looked at."""

from __future__ import annotations

import os
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import trustme

from rig.tree import ROOT


class Index(ThreadingHTTPServer):
    """A proxy that answers for the package index, whatever is asked for, with `answer`; 404 without one."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.answer: bytes | None = None
        self.authority = trustme.CA()
        self.certificate = folder / "authority.pem"
        self.authority.cert_pem.write_to_path(self.certificate)


class _Asked(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Index

    def do_CONNECT(self) -> None:
        self.send_response(200)
        self.end_headers()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.authority.issue_cert(self.path.partition(":")[0]).configure_cert(context)
        with context.wrap_socket(self.connection, server_side=True) as inside:
            type(self)(inside, self.client_address, self.server)
        self.close_connection = True

    def do_GET(self) -> None:
        body = self.server.answer
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index(tmp_path) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def audit(index: Index) -> subprocess.CompletedProcess[str]:
    proxy = f"http://127.0.0.1:{index.server_port}"
    variables = {
        "HTTPS_PROXY": proxy,
        "https_proxy": proxy,
        "NO_PROXY": "",
        "no_proxy": "",
        "REQUESTS_CA_BUNDLE": str(index.certificate),
        "PIP_CACHE_DIR": str(index.certificate.parent / "cache"),
    }
    command = ["make", "--silent", "audit"]
    return subprocess.run(
        command, cwd=ROOT, env={**os.environ, **variables}, capture_output=True, text=True, check=False
    )


def test_an_audit_fails_where_the_index_has_no_advisories(index: Index) -> None:
    unknown = audit(index)
    assert "could not be audited" in unknown.stderr
    assert unknown.returncode != 0

    index.answer = b'{"vulnerabilities": []}'
    known = audit(index)
    assert known.returncode == 0, known.stderr
