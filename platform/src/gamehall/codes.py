"""Codes in links: an id with a mark that only the hall can make, so that nothing of it need be stored."""

from __future__ import annotations

import hmac

__all__ = ["code_for", "id_in"]

_ID = 26  # how long the hall's ids are


def code_for(secret: bytes, purpose: str, id_: str, digits: int) -> str:
    """The code of this id for one purpose; who has the code of another purpose, or reads the database, cannot tell it.

    `digits` is how many hexadecimal ones the mark has.
    """
    return f"{id_}{hmac.digest(secret, f'{purpose}:{id_}'.encode(), 'sha256').hex()[:digits]}"


def id_in(secret: bytes, purpose: str, code: str, digits: int) -> str | None:
    """The id in a code of this purpose; None when the code was not made here."""
    id_ = code[:_ID]
    if not code.isascii():
        return None
    return id_ if hmac.compare_digest(code_for(secret, purpose, id_, digits).encode(), code.encode()) else None
