"""What a token looks like: `hall_`, 43 digits of base 62 for 256 bits, and 6 for their CRC-32.

The checksum tells a mistyped or cut token from a real one before the database is asked, and lets scanners for leaked
secrets be sure of what they found.
"""

from __future__ import annotations

import hashlib
import re
import string
import zlib

__all__ = ["digest", "is_token", "spell"]

_PREFIX = "hall_"
_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_SECRET, _CHECK = 43, 6
_TOKEN = re.compile(rf"{_PREFIX}[0-9A-Za-z]{{{_SECRET + _CHECK}}}", re.ASCII)


def spell(secret: bytes) -> str:
    """The token of a secret of 32 bytes."""
    body = _PREFIX + _base62(int.from_bytes(secret), _SECRET)
    return body + _checksum(body)


def is_token(text: str) -> bool:
    """Whether the text can be a token at all."""
    return bool(_TOKEN.fullmatch(text)) and zlib.crc32(text[:-_CHECK].encode()) == _number(text[-_CHECK:])


def digest(token: str) -> bytes:
    """What is stored of a token. It has 256 random bits, so neither salt nor a slow hash would add anything."""
    return hashlib.sha256(token.encode()).digest()


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), _CHECK)


def _number(text: str) -> int:
    """What `_base62` has spelt."""
    number = 0
    for each in text:
        number = number * 62 + _VALUES[each]
    return number


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))
