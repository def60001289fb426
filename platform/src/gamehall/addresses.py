"""Who is calling, and whom they mean: addresses and the names of hosts, neither of them believed as they are sent."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from gamehall.settings import Settings, SettingsError

__all__ = ["AllowedHosts", "Proxies", "neighbourhood"]

UNIX = "unix"
_HOST = re.compile(r"(\[[0-9A-Za-z:.%]+\]|[^\s:/?#@\[\]\\]+)(?::[0-9]{1,5})?", re.ASCII)

Address = IPv4Address | IPv6Address


class Proxies:
    """Those whose word about where a request came from is believed.

    Only X-Forwarded-For is read. Of two headers a proxy writes one and passes the other on as the client sent it, and
    nobody can tell which.
    """

    def __init__(self, trusted: Sequence[str]) -> None:
        """Raises SettingsError for what is neither an address, nor a network, nor `unix`."""
        self._unix = UNIX in trusted
        try:
            self._networks = [ip_network(each) for each in trusted if each != UNIX]
        except ValueError as error:
            raise SettingsError(
                f"trusted_proxies: {error}; give addresses, networks such as 10.0.0.0/8, or unix"
            ) from None

    def client(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address that a request came from; empty where only a socket of this machine is known.

        `peer` is who has connected, `forwarded` the values of the header in their order. Each proxy adds at the end
        whom it has heard it from, so the last that is no proxy of ours counts. What is no address is nobody's word.
        """
        found = peer
        if not forwarded:
            return found
        address = _read(peer)
        for text in reversed([each for value in forwarded for each in value.split(",")]):
            if not self._trusts(address, peer) or (said := _read(text)) is None:
                break
            address, found = said, str(said)
        return found

    def trusts(self, peer: str) -> bool:
        """Whether what has connected from this address, empty for a socket of this machine, is a proxy of ours."""
        return self._trusts(_read(peer), peer)

    def _trusts(self, address: Address | None, peer: str) -> bool:
        if address is None:
            return self._unix and not peer
        return any(address in network for network in self._networks)


@lru_cache(4_096)  # the same few ask again and again
def _read(text: str) -> Address | None:
    """An address with or without a port, as proxies write them; an IPv4 address is one in IPv6 clothes too."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_this_machine(peer: str) -> bool:
    """Whether what has connected from this address, empty for a socket of this machine, runs on this machine."""
    address = _read(peer)
    return address.is_loopback if address else not peer


def neighbourhood(text: str) -> str:
    """What limits count an address as: IPv6 hands out 64 bits to each household, so those are one. Any other text
    stays as it is."""
    address = _read(text) if ":" in text else None
    if not isinstance(address, IPv6Address):
        return str(address) if address else text
    return str(IPv6Network((int(address), 64), strict=False))


class AllowedHosts:
    """The names by which this hall is asked for.

    A page elsewhere can let its own name lead to this machine and so read what the hall shows to those who are near it;
    it cannot do that to an address in numbers.
    """

    def __init__(self, settings: Settings) -> None:
        machine = socket.gethostname().lower()
        own = ["localhost", settings.host, urlsplit(settings.public_url).hostname or "", machine]
        first = machine.partition(".")[0]
        self._names = {each.lower().rstrip(".") for each in (*own, first, f"{first}.local", *settings.allowed_hosts)}
        self._names.discard("")

    def allow(self, host: str) -> bool:
        """Whether the header `Host` with this value, a port included, means this hall."""
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].lower().removesuffix(".")
        return name in self._names or _is_address(name)


def _is_address(name: str) -> bool:
    bracketed = name.startswith("[")
    try:
        address = ip_address(name[1:-1] if bracketed else name)
    except ValueError:
        return False
    return bracketed == isinstance(address, IPv6Address)
