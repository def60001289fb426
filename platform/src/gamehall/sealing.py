"""What only the hall can read, whoever keeps it: a row of the database, or a browser between two pages."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

__all__ = ["seal", "unseal"]

_NONCE = 12


def seal(secret: bytes, purpose: str, about: str, content: bytes) -> bytes:
    """The content encrypted (AES-256-GCM), 28 bytes longer; `secret` is the hall's key.

    Only with the same purpose and about the same, such as a user's id, is it opened again.
    """
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_key(secret, purpose)).encrypt(nonce, content, about.encode())


def unseal(secret: bytes, purpose: str, about: str, sealed: bytes) -> bytes | None:
    """What was sealed so; None for anything else, and after the hall's key was changed."""
    try:
        return AESGCM(_key(secret, purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except (InvalidTag, ValueError):  # ValueError: it is too short to be anything
        return None


def _key(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"gamehall " + purpose.encode()).derive(secret)
