"""Addresses of halls, as people write them."""

from __future__ import annotations

from urllib.parse import urlsplit

from gamehall.languages import catalogue

_ = catalogue(__name__)


def address_of(text: str) -> str:
    """What somebody wrote as the address of a hall, in its one form. Raises ValueError, with what would do."""
    address = text.strip().rstrip("/")
    try:
        url = urlsplit(address)
        known = url.scheme in ("http", "https") and url.hostname and (url.port is None or url.port > 0)
        if not known or url.query or url.fragment or url.username is not None or not address.isprintable():
            raise ValueError(address)
    except ValueError:
        raise ValueError(
            _("{address!r} is not the address of a hall. Write it like https://play.example.org.", address=text.strip())
        ) from None
    return address.replace(url.netloc, url.netloc.lower(), 1)


def host_of(base_url: str) -> str:
    """The hall's name in its address."""
    return base_url.partition("://")[2] or base_url
