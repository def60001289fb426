"""JSON in the one form that hashes are taken of: keys in order, no spaces, UTF-8, nothing escaped without need."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

__all__ = ["canonical", "digest"]


def canonical(value: Any) -> bytes:
    """The value, made of what JSON has, in its canonical form."""
    return msgspec.json.encode(value, order="sorted")


def digest(text: str | bytes) -> str:
    """The SHA-256, in hexadecimal, of the canonical form of a JSON text, such as a stored position."""
    return hashlib.sha256(canonical(msgspec.json.decode(text))).hexdigest()
