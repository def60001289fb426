"""Malformed inputs, as many as are wanted and the same each time: valid ones spoilt, and what never was valid."""

from __future__ import annotations

import contextlib
import itertools
import re
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from gamehall.problems import Problem
from rig.soak import Figure, Share

__all__ = ["BOMBS", "Inputs", "Parser", "Tried", "spoilt", "spoilt_value", "try_all"]

LARGEST = 192 * 1024
QUICK, WHOLE = 300, 100_000
SECONDS = 20  # of this process's own time, for what takes milliseconds: whoever needs more would go on for ever

# What is no text, or is none everywhere; what numbers are not meant to be; and what stands for something in formats.
_PIECES = [
    b"\0",
    b"\xff",
    b"\xed\xa0\x80",
    b"\\ud800",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    "٣".encode(),
    b"\r",
    b"\n",
    b"\r\n",
    b"\x85",
    b"\t",
    b"-1",
    b"1_0",
    b"1e999",
    b"0x10",
    b"NaN",
    b"9" * 20,
    b"9" * 400,
    b"9" * 5_000,
    b"null",
    b"{}",
    b"[]",
    b'"',
    b"'",
    b"\\",
    b"[",
    b"]",
    b"(",
    b")",
    b"{",
    b"}",
    b";",
    b":",
    b",",
    b"=",
    b"%00",
    b"%",
    b"&",
    b" ",
    b"[" * 3_000,
    b"(" * 3_000,
    b'{"a":' * 3_000,
]
_VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    2**64,
    10**400,
    0.5,
    1e308,
    float("inf"),
    float("nan"),
    "",
    "\0",
    "\ud800",
    "١",
    "1",
    "on",
    "a" * 10_000,
    [],
    {},
    [[]],
    {"": {}},
]
_WORD = re.compile(rb"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]")
# As much of one thing as a file can have: what grows faster than its input shows here.
BOMBS = [
    *(piece * (LARGEST // len(piece)) for piece in (b"[", b"(", b"{", b"(;", b'{"a":', b"\0", b"9", b"a", b"\\", b'"')),
    *(piece * (LARGEST // len(piece)) for piece in (b"\n", b" ", b",", b";B[aa]", b"1,1,0\r\n", b"[]", b"a=b\n", b"%")),
]


class Parser(NamedTuple):
    """What reads something that comes from outside: what it may raise, and how an input of it is made. `once` are
    inputs of which something else came once."""

    read: Callable[[Any], object]
    refusals: tuple[type[Exception], ...]
    made: Callable[[Random], Any]
    once: Sequence[Any] = ()


class Tried(NamedTuple):
    """How many inputs a parser was given, and how many of them it did not take."""

    inputs: int
    refused: int


Inputs = Callable[[str, Parser], Tried]
"""Gives a parser its share of inputs, those of this name, and counts them."""


@pytest.fixture
def inputs(share: Share, figure: Figure) -> Inputs:
    def give(name: str, parser: Parser) -> Tried:
        chance = Random(name)
        made = (parser.made(chance) for _ in range(share(QUICK, WHOLE)))
        tried = try_all(parser, itertools.chain(parser.once, made))
        figure("parsers", 1)
        figure("malformed inputs", tried.inputs)
        assert tried.refused < tried.inputs, "nothing is taken: no input comes far"
        return tried

    return give


def try_all(parser: Parser, inputs: Iterable[Any]) -> Tried:
    """Raises AssertionError where inputs are refused by anything but a sentence, or take too long: one of each kind."""
    number = refused = 0
    wrong: dict[str, str] = {}
    for given in inputs:
        number += 1
        try:
            with within(SECONDS):
                parser.read(given)
        except parser.refusals as error:
            refused += 1
            if said := _no_sentence(error):
                wrong.setdefault(said[:20], f"{said}: {_shown(given)}")
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told with its input
            last = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{type(error).__name__} in {Path(last.filename).name}:{last.lineno}"
            wrong.setdefault(where, f"{where}: {error!s:.300}: {_shown(given)}")
    assert not wrong, "\n\n".join(wrong.values())
    return Tried(number, refused)


def _no_sentence(error: Exception) -> str:
    """What is wrong with a refusal: somebody reads it, so it says something and can be sent."""
    sentences = [error.detail, *(each.message for each in error.errors)] if isinstance(error, Problem) else [str(error)]
    for sentence in sentences:
        if not sentence.strip():
            return "nothing is said"
        if sentence.encode(errors="replace").decode() != sentence:
            return f"this cannot be sent: {sentence!r:.300}"
    return ""


def _shown(given: Any) -> str:
    text = repr(given)
    return text if len(text) <= 600 else f"{text[:400]} … {text[-200:]}"


@contextlib.contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises AssertionError in the block when it takes more of this process's time, however busy the machine is."""

    def too_long(*_: object) -> None:
        raise AssertionError(f"it takes more than {seconds} seconds")

    before = signal.signal(signal.SIGVTALRM, too_long)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def spoilt(valid: Sequence[bytes]) -> Callable[[Random], bytes]:
    """Makes inputs out of these: mostly one of them with something wrong in it, sometimes only words of theirs."""
    words = sorted({word for content in valid for word in _WORD.findall(content)})

    def made(chance: Random) -> bytes:
        if chance.random() < 0.1:
            return b"".join(chance.choice((chance.choice(words), _piece(chance))) for _ in range(chance.randrange(40)))
        content = chance.choice(valid)
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            content = _changed(content, chance, words, chance.choice(valid))
        return content[:LARGEST]

    return made


def _changed(content: bytes, chance: Random, words: Sequence[bytes], other: bytes) -> bytes:
    """The content with one thing changed: `other` is one that a piece can come from."""
    start, end = _span(content, chance)
    head, span, tail = content[:start], content[start:end], content[end:]
    match chance.randrange(9):
        case 0:
            return head + bytes([chance.randrange(256)]) + tail[:1].join((b"", tail[1:]))
        case 1:
            return head + tail
        case 2:
            return head + span * chance.choice((2, 3, 50, 2_000)) + tail
        case 3:
            return head + _piece(chance) + tail
        case 4:
            return head + chance.choice(words) + tail
        case 5:
            return head
        case 6:
            first, last = _span(other, chance)
            return head + other[first:last] + tail
        case 7:
            return head + bytes(chance.randrange(256) for _ in range(len(span[:20]))) + tail
        case _:  # a word becomes another one of its kind or none
            found = [*_WORD.finditer(content, start)][:1] or [*_WORD.finditer(content)][:1]
            return b"".join([content[: each.start()] + _piece(chance) + content[each.end() :] for each in found])


def _span(content: bytes, chance: Random) -> tuple[int, int]:
    start = chance.randint(0, len(content))
    return start, min(len(content), start + chance.choice((0, 1, 1, 2, 5, 20, 200)))


def _piece(chance: Random) -> bytes:
    return chance.choice(_PIECES)


def spoilt_value(valid: Sequence[Any], words: Sequence[str] = ()) -> Callable[[Random], Any]:
    """The same of plain data: one of these with other values, kinds, names, or more and less of them."""

    def made(chance: Random) -> Any:
        value = deepcopy(chance.choice(valid))
        for _ in range(chance.choice((1, 1, 2, 4))):
            value = _changed_value(value, chance, words)
        return value

    return made


def _changed_value(value: Any, chance: Random, words: Sequence[str]) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        name = chance.choice(sorted(value))
        match chance.randrange(8):
            case 0:
                del value[name]
            case 1:
                value[_any_value(chance, words, text=True)] = value[name]
            case _:
                value[name] = _changed_value(value[name], chance, words)
        return value
    if isinstance(value, list) and value and chance.random() < 0.85:
        place = chance.randrange(len(value))
        value[place] = _changed_value(value[place], chance, words)
        return value
    if isinstance(value, int) and chance.random() < 0.3:
        return chance.choice((-value, value + 1, value - 1, value * 1_000, 0.5, f"{value % 2**64}"))
    if isinstance(value, str) and chance.random() < 0.3:
        return spoilt([value.encode(errors="surrogatepass") or b"-"])(chance).decode(errors="surrogateescape")
    return _any_value(chance, words)


def _any_value(chance: Random, words: Sequence[str], *, text: bool = False) -> Any:
    if text or (words and chance.random() < 0.2):
        return chance.choice([*words, *(each for each in _VALUES if isinstance(each, str))])
    if chance.random() < 0.02:
        nested: Any = []
        for _ in range(chance.choice((10, 900, 5_000))):
            nested = [nested]
        return nested
    return deepcopy(chance.choice(_VALUES))
