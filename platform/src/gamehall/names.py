"""Names that people give themselves: in one form, of characters that are seen, and like nobody else's.

The form is that of nicknames (RFC 8266: NFKC, single spaces). Scripts are mixed only as UTS #39 calls "highly
restrictive", and two names look alike when they have the same skeleton by its tables, with a little more taken for the
same: i is l in many typefaces.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import groupby

import sqlalchemy as sa

from gamehall.languages import catalogue
from gamehall.problems import FieldError, Problem
from gamehall.tables import user

__all__ = ["check_unlike", "is_reserved", "look_of", "name_errors", "tidy_name"]

_ = catalogue(__name__)

LONGEST_NAME = 50
MOST_MARKS = 2
"""How many combining marks may stand on one another: enough for every living language, too few for a tower."""

# Letters and a symbol by category that show nothing: fillers of Hangul, vowels of Khmer, the empty braille cell, and
# the signs that choose a form of Mongolian letters.
_BLANK = dict.fromkeys(map(ord, "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"))
_ANY_SCRIPT = {"COMMON", "INHERITED", "Unknown"}  # unknown are those that are younger than the tables
_MIXED = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "BOPOMOFO"},
    {"LATIN", "HAN", "HANGUL"},
)
# Who speaks for the hall. No word of a name may look like one of these, nor a whole name like one of the others.
_OFFICES = {"admin", "administrator", "moderator", "gamehall"}
_STATES = {"system", "guest", "deleted", "deletedplayer", "deleteduser", "support", "official"}


def tidy_name(text: str) -> str:
    """The name in its one form: without what cannot be seen, such as controls, and with single spaces."""
    normal = unicodedata.normalize("NFKC", text).translate(_BLANK)
    seen = "".join(c for c in normal if c.isspace() or unicodedata.category(c)[0] != "C")
    return unicodedata.normalize("NFKC", " ".join(seen.split()))


def name_errors(name: str, username: str) -> list[FieldError]:
    """What is wrong with a tidy name by itself, for the user of this username."""
    message = _wrong_letters(name)
    if not message and is_reserved(name) and name.casefold() != username.casefold():
        message = _("This name looks like one that speaks for the hall; choose another.")
    return [FieldError("display_name", message)] if message else []


def check_unlike(connection: sa.Connection, name: str, user_id: str = "", *, field: str = "display_name") -> None:
    """Raises Problem `already-exists` when a name looks like the username of somebody else than this user."""
    others = sa.select(user.c.id).where(user.c.look == look_of(name), user.c.id != user_id)
    if connection.execute(others.limit(1)).first() is not None:
        message = _("This name looks like the user name of somebody else; choose another.")
        raise Problem("already-exists", message, errors=(FieldError(field, message),))


def _wrong_letters(name: str) -> str:
    """What is wrong with the name by itself; empty when nothing is."""
    if not 1 <= len(name) <= LONGEST_NAME:
        return _("Give a name of 1 to {longest} characters that can be seen.", longest=LONGEST_NAME)
    marks = [len(list(run)) for is_mark, run in groupby(name, _is_mark) if is_mark]
    if _is_mark(name[0]) or any(number > MOST_MARKS for number in marks):
        return _("Put at most {most} accents on one letter, and none before the first.", most=MOST_MARKS)
    scripts = {script for each in name if (script := _script(each)) not in _ANY_SCRIPT}
    if len(scripts) > 1 and not any(scripts <= together for together in _MIXED):
        return _("Write the name in one alphabet: it mixes letters of several, which look alike.")
    return ""


def _is_mark(character: str) -> bool:
    return unicodedata.category(character) in ("Mn", "Me")


def _script(character: str) -> str:
    from confusable_homoglyphs import categories  # its tables take a moment, and few requests need them

    return str(categories.alias(character))


def is_reserved(name: str) -> bool:
    """Whether a name looks like one that only the hall can have."""
    words = [word.strip("0123456789") for word in re.split(r"[\W_]+", name)]
    looks = {_without_marks(look_of(word)) for word in (*words, "".join(words))}
    offices, states = _reserved_looks()
    return not looks.isdisjoint(offices) or _without_marks(look_of("".join(words))) in states


@cache
def _reserved_looks() -> tuple[set[str], set[str]]:
    return {look_of(word) for word in _OFFICES}, {look_of(word) for word in _STATES}


def _without_marks(look: str) -> str:
    return "".join(each for each in look if not _is_mark(each))


def look_of(name: str) -> str:
    """What names have in common that look alike."""
    upper = "".join(map(_prototype, unicodedata.normalize("NFD", name)))
    lower = "".join(map(_prototype, unicodedata.normalize("NFD", upper.casefold())))
    return lower.casefold().translate(_ALIKE)


_ALIKE = str.maketrans({"i": "l", "1": "l", "|": "l", "0": "o"})


@cache
def _prototype(character: str) -> str:
    """What stands in the tables for all that look like this character."""
    from confusable_homoglyphs.confusables import confusables_data

    # The tables lead from each character to its prototype and from that back to all of them.
    alike = [str(each["c"]) for each in confusables_data.get(character, ())]
    if len(alike) != 1:
        return character
    back = confusables_data.get(alike[0], ())
    return min(character, alike[0]) if len(back) == 1 else alike[0]
