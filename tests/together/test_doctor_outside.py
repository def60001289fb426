"""`gamehall doctor` by the address that people open: what a real nginx makes of a hall, right and wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme

from gamehall.findings import Finding, look
from gamehall.findings.outside import probed
from gamehall.probing import PATH, new_probe
from gamehall.settings import Settings, known_key, load_settings
from rig.nginx import Nginx
from rig.processes import free_port
from rig.server import Server, serving

_USUAL = {
    "proxy_http_version": "1.1",
    "proxy_set_header Connection": '""',
    "proxy_set_header Host": "$http_host",
    "proxy_set_header X-Forwarded-For": "$proxy_add_x_forwarded_for",
    "proxy_buffering": "off",
}
# What comes in chunks goes on at the end of each, whatever nginx is told; so another one puts them together before it.
_WHOLE = {"chunked_transfer_encoding": "off"}

# What is different from the usual in each, and what is found then: by key its state, and some words of the remedy.
_WRONG: dict[str, tuple[Mapping[str, str | None], Mapping[str, tuple[str, str]]]] = {
    "buffering": (
        {"proxy_buffering": "on", "proxy_ignore_headers": "X-Accel-Buffering", "proxy_http_version": None},
        {"outside.stream": ("bad", "proxy_buffering off;")},
    ),
    "old": ({"proxy_http_version": None}, {"outside.http": ("note", "proxy_http_version 1.1;")}),
    "compressing": (
        {"gzip": "on", "gzip_types": "text/event-stream", "gzip_http_version": "1.0", "gzip_proxied": "any"},
        {"outside.stream": ("bad", "gzip off;")},
    ),
    "cutting": ({"proxy_read_timeout": "2s"}, {"outside.silence": ("bad", "proxy_read_timeout 1h;")}),
    "not telling": (
        {"proxy_set_header X-Forwarded-For": None},
        {"outside.address": ("bad", "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;")},
    ),
    "another name": ({"proxy_set_header Host": "127.0.0.1"}, {"outside.host": ("note", "proxy_set_header Host")}),
    "unknown name": (
        {"proxy_set_header Host": "upstream.example"},
        {"outside.host": ("bad", "GAMEHALL_ALLOWED_HOSTS=localhost")},
    ),
    "hiding": ({"proxy_hide_header": "X-Frame-Options"}, {"outside.headers": ("bad", "proxy_hide_header")}),
}

# What answers in place of the hall.
_ELSE: dict[str, tuple[str, str]] = {
    "another hall": ('default_type application/json; return 200 \'{"status":"ok","checks":{},"version":"1"}\';', "key"),
    "no hall": ("return 200 hello;", "is no hall (200)"),
    "nothing behind": ("proxy_pass http://127.0.0.1:1;", "does not reach the hall (502)"),
    "leading on": ("return 301 https://elsewhere.example$request_uri;", "leads on to https://elsewhere.example/health"),
}


class Outside:
    """A hall, and the ports at which nginx stands before it in each of these ways."""

    def __init__(self, server: Server, settings: Settings, ports: Mapping[str, int]) -> None:
        self.server = server
        self.settings = settings
        self.ports = ports

    def findings(self, way: str, *, scheme: str = "http", long: float = 0.0) -> dict[str, Finding]:
        parts = [part for part in probed(self.settings, self.url(way, scheme), long) if part.key == "outside"]
        return {each.key: each for each in look(parts)}

    def url(self, way: str, scheme: str = "http") -> str:
        return f"{scheme}://localhost:{self.ports[way]}"


@pytest.fixture(scope="module")
def outside(
    request: pytest.FixtureRequest, nginx: Nginx, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Outside]:
    folder = tmp_path_factory.mktemp("outside")
    ports = {way: free_port() for way in ("usual", "whole", "tls", "expiring", "untrusted", *_WRONG, *_ELSE)}
    authority = trustme.CA()
    certificates = {
        "tls": authority.issue_cert("localhost"),
        "expiring": authority.issue_cert("localhost", not_after=datetime.now(UTC) + timedelta(days=3)),
    }
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    settings = {
        "GAMEHALL_TRUSTED_PROXIES": "127.0.0.1",
        "GAMEHALL_PUBLIC_URL": f"https://localhost:{ports['tls']}",
        "SSL_CERT_FILE": str(folder / "ca.pem"),
    }
    with serving(folder, request.node) as serve, pytest.MonkeyPatch.context() as patch:
        server = serve(settings=settings)
        blocks = [_server(ports["usual"], _to(server.port, {})), _server(ports["whole"], _to(server.port, _WHOLE))]
        for name, certificate in certificates.items():
            pem = folder / f"{name}.pem"
            certificate.private_key_and_cert_chain_pem.write_to_path(str(pem))
            keys = f"ssl_certificate {pem}; ssl_certificate_key {pem};"
            blocks.append(_server(f"{ports[name]} ssl http2", keys + _to(server.port, {})))
        before = {"buffering": ports["whole"]}
        for way, (changes, _) in _WRONG.items():
            blocks.append(_server(ports[way], _to(before.get(way, server.port), changes)))
        blocks += [_server(ports[way], f"location / {{ {answer} }}") for way, (answer, _) in _ELSE.items()]
        other = {"proxy_bind": "127.0.0.2"}
        blocks.append(_server(ports["untrusted"], _to(server.port, other)))
        nginx(*blocks, ports=tuple(ports.values()))
        for name, value in server.environment.items():
            if name.startswith(("GAMEHALL_", "SSL_")):
                patch.setenv(name, value)
        yield Outside(server, load_settings(), ports)


def _server(listen: int | str, content: str) -> str:
    return f"server {{ listen 127.0.0.1:{listen}; {content} }}"


def _to(port: int, changes: Mapping[str, str | None]) -> str:
    lines = {**_USUAL, **changes}
    told = "".join(f"{name} {value};" for name, value in lines.items() if value is not None)
    return f"location / {{ proxy_pass http://127.0.0.1:{port}; {told} }}"


def test_all_is_well_behind_a_proxy_that_is_set_up_right(outside: Outside) -> None:
    found = json.loads(outside.server.command("--json", "doctor", "--long", "3").stdout)["data"]["findings"]
    told = {each["key"]: each for each in found if each["key"].partition(".")[0] in ("outside", "hall", "checks")}
    assert {each["state"] for each in told.values()} == {"ok"}, told
    for key in ("hall", "outside", "outside.address", "outside.headers", "outside.certificate", "outside.stream"):
        assert key in told
    assert told["outside.silence"]["sentence"] == "A silent stream was left open for 3 s."


@pytest.mark.parametrize("way", _WRONG)
def test_what_a_proxy_does_wrong_is_found_with_the_lines_that_mend_it(outside: Outside, way: str) -> None:
    found = outside.findings(way, long=8 if way == "cutting" else 0)
    expected = _WRONG[way][1]
    for key, (state, remedy) in expected.items():
        assert found[key].state == state, found
        assert remedy in found[key].remedy
        assert "Caddy: " in found[key].remedy
    others = {key: each.state for key, each in found.items() if key not in expected and each.state == "bad"}
    assert others == {}, found


def test_a_proxy_that_the_hall_does_not_believe_is_named(outside: Outside) -> None:
    found = outside.findings("untrusted")["outside.address"]
    assert (found.state, found.remedy) == ("bad", "GAMEHALL_TRUSTED_PROXIES=127.0.0.2")


@pytest.mark.parametrize("way", _ELSE)
def test_who_answers_in_place_of_the_hall_is_found_out(outside: Outside, way: str) -> None:
    found = outside.findings(way)
    assert list(found) == ["outside"]
    assert found["outside"].state == "bad"
    assert _ELSE[way][1] in found["outside"].sentence
    if way == "nothing behind":
        assert f"proxy_pass http://127.0.0.1:{outside.server.port};" in found["outside"].remedy


def test_a_certificate_that_ends_soon_or_is_nobodys(outside: Outside, monkeypatch: pytest.MonkeyPatch) -> None:
    found = outside.findings("expiring", scheme="https")
    assert found["outside.certificate"].state == "bad"
    assert "for 2 days" in found["outside.certificate"].sentence
    monkeypatch.delenv("SSL_CERT_FILE")
    found = outside.findings("tls", scheme="https")
    assert list(found) == ["outside"]
    assert "CERTIFICATE_VERIFY_FAILED" in found["outside"].sentence


def test_only_who_has_the_key_is_told_what_arrives(outside: Outside) -> None:
    secret = known_key(outside.settings)
    assert secret is not None

    def ask(code: str) -> httpx.Response:
        return httpx.post(outside.server.url + PATH, json={"code": code}, headers={"x-forwarded-for": "198.51.100.7"})

    arrived: dict[str, Any] = ask(new_probe(secret)).json()
    assert arrived["address"] == "198.51.100.7"
    assert arrived["forwarded_for"] == ["198.51.100.7"]
    assert arrived["peer"].startswith("127.0.0.1:")
    for code in ("", new_probe(b"another key"), new_probe(secret)[:-1] + "x", "ä" * 58):
        assert ask(code).status_code == 404
    strange = {"channel": f"probe-{new_probe(b'another key')}"}
    assert httpx.get(f"{outside.server.url}/api/v1/events", params=strange).status_code == 404


def test_no_hall_on_this_machine_is_a_note(tmp_path: Path) -> None:
    settings = Settings(port=free_port(), data_dir=str(tmp_path))
    found = {each.key: each for each in look(probed(settings, None, 0))}
    assert {key: each.state for key, each in found.items()} == {"hall": "note", "outside": "note"}
    assert list(tmp_path.iterdir()) == []
