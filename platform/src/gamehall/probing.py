"""Being asked from outside by the hall's own operator, who proves it with the hall's key and is told what has arrived.

So `gamehall doctor` learns whether an address leads to this very hall, and what a proxy on the way makes of requests
and of live events. Whoever has not the key is not answered.
"""

from __future__ import annotations

import hmac
from datetime import timedelta

import msgspec
from ulid import ULID

from gamehall.codes import code_for, id_in
from gamehall.tables import new_id, now

__all__ = ["PATH", "PROBE", "Arrived", "Probe", "new_probe", "probe_channel", "probe_in", "proof_of"]

PATH = "/health/probe"
PROBE = "probe"
"""The kind of the event that is emitted, and what its channel begins with."""

_DIGITS = 32
_GOOD_FOR = timedelta(minutes=10)  # and as long before: clocks differ


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator asks with; `emit` has an event told on the probe's own channel."""

    code: str
    emit: bool = False


class Arrived(msgspec.Struct, frozen=True):
    """What has arrived of such a request. `proof` shows that the answer comes from a hall with the same key, `address`
    is whom the hall takes the request to come from, and `peer` who has connected to it."""

    proof: str
    worker: str
    address: str
    peer: str
    host: str
    http_version: str
    forwarded_for: list[str]


def new_probe(secret: bytes) -> str:
    """A code that only the hall's key can make, good for some minutes."""
    return code_for(secret, PROBE, new_id(), _DIGITS)


def probe_in(secret: bytes, code: str) -> str | None:
    """The id of a probe by its code; None for one that was not made with this key, or long ago."""
    id_ = id_in(secret, PROBE, code, _DIGITS)
    if id_ is None:
        return None
    try:
        made = ULID.from_str(id_.upper()).datetime
    except ValueError:
        return None
    return id_ if abs(now() - made) < _GOOD_FOR else None


def proof_of(secret: bytes, probe_id: str) -> str:
    """What only a hall with this key can answer to a probe."""
    return hmac.digest(secret, f"{PROBE} answered:{probe_id}".encode(), "sha256").hex()


def probe_channel(probe_id: str) -> str:
    """The channel of the feed on which a probe's event is told."""
    return f"{PROBE}-{probe_id}"
