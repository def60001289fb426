"""What there is to fill in for an account, and what can be told of it without asking a hall: for the hall itself and
for its clients, which say so while somebody is writing."""

from __future__ import annotations

import re
import unicodedata

from gamehall.languages import catalogue
from gamehall.problems import FieldError

__all__ = ["MAX_PASSWORD", "USERNAME", "email_errors", "length_errors", "normal_password", "username_errors"]

_ = catalogue(__name__)

USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,31}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]{2,}")
_LONGEST_EMAIL = 254
_MIN_PASSWORD, MAX_PASSWORD = 10, 1024


def username_errors(username: str) -> list[FieldError]:
    """What is wrong with the form of a user's name; whether it is taken, or kept for others, only its hall can say."""
    if USERNAME.fullmatch(username):
        return []
    return [FieldError("username", _("Use 2 to 32 letters, digits, _ or -, with a letter or digit first."))]


def email_errors(email: str) -> list[FieldError]:
    """What is wrong with an e-mail address."""
    if len(email.casefold()) > _LONGEST_EMAIL or not email.isprintable() or not _EMAIL.fullmatch(email):
        return [FieldError("email", _("Give an e-mail address such as name@example.org."))]
    return []


def length_errors(password: str) -> list[FieldError]:
    """What is wrong with the length of a new password in its normal form."""
    if len(password) < _MIN_PASSWORD:
        return [FieldError("password", _("Use at least {min_password} characters.", min_password=_MIN_PASSWORD))]
    if len(password) > MAX_PASSWORD:
        return [FieldError("password", _("Use at most {max_password} characters.", max_password=MAX_PASSWORD))]
    return []


def normal_password(password: str) -> str:
    """The same password however a keyboard composes its characters."""
    return unicodedata.normalize("NFKC", password)
