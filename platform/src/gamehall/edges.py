"""What every request must be like before anything reads it, and what every answer carries."""

from __future__ import annotations

import hmac
import logging
import random
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from gamehall.accounts import printable
from gamehall.addresses import AllowedHosts, Proxies, is_this_machine
from gamehall.origins import Origin
from gamehall.problems import Problem
from gamehall.rates import Flood, Rate, changed_rates
from gamehall.settings import Settings

__all__ = ["FLOOD", "LONGEST_ADDRESS", "MAX_HEADERS", "MAX_HEADER_BYTES", "Edges", "Head", "answer_headers"]

log = logging.getLogger(__name__)

MAX_HEADERS = 100
MAX_HEADER_BYTES = 32 * 1024
LONGEST_ADDRESS = 8 * 1024
FLOOD = Rate("requests", 400, 4, by="address")

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
_FIGURES = "metrics"
_FORWARDED = {
    b"forwarded",
    b"via",
    b"x-forwarded-for",
    b"x-forwarded-host",
    b"x-forwarded-proto",
    b"x-real-ip",
}  # what proxies add: whoever asks through one is not on this machine, however near the proxy is
_REQUEST = re.compile(r"[0-9A-Za-z.-]{8,64}", re.ASCII)  # no token of the hall is like that
_COSTLESS = "/static/"  # files that are in memory, many to a page; their answers are kept for good


def answer_headers(settings: Settings) -> list[tuple[bytes, bytes]]:
    """What every answer says where it says nothing else itself.

    Over HTTPS browsers are told to come by nothing else: only this host, since others of its domain may not be ours.
    """
    headers = dict(_HEADERS)
    if settings.address.startswith("https://") and settings.hsts_days:
        headers["strict-transport-security"] = f"max-age={settings.hsts_days * 86_400}"
    return [(name.encode(), value.encode()) for name, value in headers.items()]


class Head(NamedTuple):
    """The first lines of a request. `peer` is the address that has connected, empty for a socket of this machine."""

    scope: Any
    peer: str
    headers: Mapping[bytes, list[bytes]]
    size: int

    def values(self, name: bytes) -> list[str]:
        """The values of a header, in their order."""
        return [value.decode("latin-1") for value in self.headers.get(name, ())]


class Edges:
    """Looks at the first lines of a request. It costs microseconds and waits for nothing."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError for settings that it cannot work by."""
        self._settings = settings
        self._proxies = Proxies(settings.trusted_proxies)
        self._hosts = AllowedHosts(settings)
        times, seconds = changed_rates(settings.rates).get(FLOOD.name, (FLOOD.times, FLOOD.seconds))
        self._flood = Flood(Rate(FLOOD.name, times, seconds)) if settings.rate_limits else None
        self._told_of: set[str] = set()

    def head(self, scope: Any) -> Head:
        """The first lines of a request, gone through once."""
        headers: defaultdict[bytes, list[bytes]] = defaultdict(list)
        size = 0
        for name, value in scope["headers"]:
            headers[name.lower()].append(value)
            size += len(name) + len(value) + 4
        return Head(scope, str(scope["client"][0] or "") if scope.get("client") else "", headers, size)

    def origin(self, head: Head) -> Origin:
        """Where a request comes from, by those whose word counts."""
        forwarded = head.values(b"x-forwarded-for")
        if forwarded and not self._settings.trusted_proxies:
            self._tell("X-Forwarded-For came from %r; if that is your proxy, put it into trusted_proxies", head.peer)
        return Origin(
            self._proxies.client(head.peer, forwarded),
            printable("".join(head.values(b"user-agent")[:1])),
            request=self._request(head),
            scope=head.scope,
        )

    def _request(self, head: Head) -> str:
        """What the log calls a request: what a proxy that is trusted calls it, so that both logs have one word for it,
        or a new name."""
        named = head.values(b"x-request-id")
        if len(named) == 1 and _REQUEST.fullmatch(named[0]) and self._proxies.trusts(head.peer):
            return named[0]
        return f"{random.getrandbits(64):016x}"  # a name, no secret: it costs no call of the system

    def check(self, head: Head, origin: Origin) -> None:
        """Raises Problem for a request that is not answered: `too-many-requests`, `headers-too-large`,
        `address-too-long`, `unknown-host`, `malformed` or `unsupported-media-type`."""
        scope = head.scope
        if self._flood is not None and not scope["path"].startswith(_COSTLESS) and not self.reads_figures(head):
            self._flood.take(origin.address)
        if len(scope["headers"]) > MAX_HEADERS or head.size > MAX_HEADER_BYTES:
            raise Problem("headers-too-large", f"At most {MAX_HEADERS} headers, of {MAX_HEADER_BYTES // 1024} KiB.")
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST_ADDRESS:
            raise Problem("address-too-long", f"An address has at most {LONGEST_ADDRESS // 1024} KiB.")
        self._check_host(head)
        if any(value.lower() not in ("", "identity") for value in head.values(b"content-encoding")):
            raise Problem("unsupported-media-type", "Send the body as it is, without Content-Encoding.")

    def reads_figures(self, head: Head) -> bool:
        """Whether a request is for the hall's figures, by somebody who may read them: who asks from this machine
        itself, or says the operator's token. For anybody else there is no such path."""
        if head.scope["path"].strip("/") != _FIGURES:  # however many slashes the routes put up with
            return False
        token = self._settings.metrics_token
        if token and any(
            hmac.compare_digest(said.encode(), f"Bearer {token}".encode()) for said in head.values(b"authorization")
        ):
            return True
        return is_this_machine(head.peer) and _FORWARDED.isdisjoint(head.headers)

    def comes_by_proxy(self, head: Head) -> bool:
        """Whether a request comes by a proxy whose word counts."""
        return self._proxies.trusts(head.peer)

    def _check_host(self, head: Head) -> None:
        """Whom the request means. HTTP/1.0 need not say, and no browser speaks that."""
        hosts = head.values(b"host")
        if len(hosts) > 1:
            raise Problem("malformed", "A request has one header Host.")
        host = "".join(hosts)
        if not host and head.scope["http_version"] in ("1", "1.0"):
            return
        if not self._hosts.allow(host):
            self._tell("asked for by the name %r, which is not in allowed_hosts; refused", host)
            raise Problem(
                "unknown-host",
                f"This hall is not asked for as {printable(host)[:100]!r}. If that is its name, the operator puts it "
                "into the setting GAMEHALL_ALLOWED_HOSTS, or the whole address into GAMEHALL_PUBLIC_URL.",
            )

    def _tell(self, sentence: str, about: str) -> None:
        """Puts down what an operator may have to set, once each and not for ever."""
        if (about := about[:100]) not in self._told_of and len(self._told_of) < 20:
            self._told_of.add(about)
            log.warning(sentence, about)
