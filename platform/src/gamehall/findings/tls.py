"""What can be told of an address by how TLS begins there."""

from __future__ import annotations

import socket
import ssl
from contextlib import closing
from datetime import UTC, datetime, timedelta

import httpx

from gamehall.findings import Finding, bad, note, ok
from gamehall.tables import now

__all__ = ["certificate", "speaks_http_2"]

_SECONDS = 5.0
_SOON, _VERY_SOON = timedelta(days=21), timedelta(days=7)
_REMEDY = "certbot renew (nginx); Caddy renews by itself, and its log says why it does not"


def certificate(host: str, port: int) -> Finding:
    """Until when the certificate of this name is good; that browsers take it is known already."""
    with closing(_connected(host, port)) as connection:
        given = connection.getpeercert() or {}
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(given["notAfter"])), UTC)
    left = ends - now()
    sentence = f"The certificate of {host} is good until {ends:%Y-%m-%d}, for {left.days} days."
    if left < _VERY_SOON:
        return bad("outside.certificate", sentence, _REMEDY)
    return note("outside.certificate", sentence, _REMEDY) if left < _SOON else ok("outside.certificate", sentence)


def speaks_http_2(host: str, port: int) -> bool:
    """Whether browsers are offered HTTP/2 there."""
    with closing(_connected(host, port, "h2", "http/1.1")) as connection:
        return connection.selected_alpn_protocol() == "h2"


def _connected(host: str, port: int, *protocols: str) -> ssl.SSLSocket:
    context = httpx.create_ssl_context()
    if protocols:
        context.set_alpn_protocols(list(protocols))
    plain = socket.create_connection((host, port), timeout=_SECONDS)
    return context.wrap_socket(plain, server_hostname=host)
