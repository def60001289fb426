"""Passwords that are tried first: common ones, what is known of the user, and the ways to dress them up."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

__all__ = ["is_easily_guessed"]

_MOST_AROUND = 6  # digits and signs around a word; more than that is a secret of its own
_SHORTEST_WORD = 3
_MOST_REPEATED = 4
_ROWS = ("0123456789" * 103, "abcdefghijklmnopqrstuvwxyz")  # as long as the longest password
_LEET = [str.maketrans("013457@$!", f"o{one}east" + f"as{one}") for one in "il"]


def is_easily_guessed(password: str, about: Iterable[str]) -> bool:
    """Whether a password is common, or comes down to a word that is, or to something that is known `about` its user:
    with digits and signs around it, letters replaced by digits, repeated, or counted up and down."""
    folded = password.casefold()
    words = {squeezed for word in about if len(squeezed := _squeezed(word)) >= _SHORTEST_WORD}
    known = words | _common()
    forms = {bare.translate(leet) for bare in (folded, _without_ends(folded)) for leet in ({}, *_LEET)}
    return any(
        form in known or _is_repeated(form, known) or _is_in_order(form)
        for form in {*forms, *map(_squeezed, forms)}
        if form
    )


@cache
def _common() -> frozenset[str]:
    """The 30,000 passwords that were found most often, read when somebody first chooses one.

    They are a module of a package that takes ten times as long, and 20 MB, to import as a whole: so it is loaded alone.
    """
    package = find_spec("zxcvbn")
    assert package is not None and package.origin is not None  # noqa: S101, PT018 - the host depends on it
    spec = spec_from_file_location("frequency_lists", Path(package.origin).with_name("frequency_lists.py"))
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018
    lists = module_from_spec(spec)
    spec.loader.exec_module(lists)
    return frozenset(lists.FREQUENCY_LISTS["passwords"])


def _squeezed(text: str) -> str:
    """Its letters and digits alone."""
    return re.sub(r"[\W_]+", "", text.casefold())


def _without_ends(text: str) -> str:
    """The text without a few digits and signs at its ends."""
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)
    return core if core and len(text) - len(core) <= _MOST_AROUND else text


def _is_repeated(text: str, known: frozenset[str] | set[str]) -> bool:
    """Whether it is a short piece or a known word again and again."""
    size = (text + text).find(text, 1)  # where a text begins again is how long its piece is
    return size < len(text) and (size <= _MOST_REPEATED or text[:size] in known)


def _is_in_order(text: str) -> bool:
    """Whether each character is the next, or the one before, in the alphabet or among the digits."""
    return any(text in row or text[::-1] in row for row in _ROWS)
