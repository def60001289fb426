"""What a call of the API can be answered with besides what it is for: for each status the slugs that there can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gamehall.problems import status_of
from gamehall.rights import Right

__all__ = ["refusals"]

# Whatever is called: what the edges refuse, or a hall that has too much to do.
_ALWAYS = (
    "malformed",
    "unknown-host",
    "request-timeout",
    "too-large",
    "address-too-long",
    "headers-too-large",
    "unsupported-media-type",
    "too-many-requests",
    "busy",
    "took-too-long",
)
_BODY = ("invalid",)
_ASKED_WHO = ("unauthenticated", "invalid-token", "token-reused", "forbidden")
_WITH_ACCOUNT = ("account-needed",)
_OBJECT = ("not-found",)


def refusals(right: Right, *, body: bool, query: bool, problems: Sequence[str] = ()) -> Mapping[int, list[str]]:
    """The slugs by status; `problems` are those of this call alone, which its handler declares in `opt`."""
    slugs = [*_ALWAYS, *problems]
    if body:
        slugs += _BODY
    if query:
        slugs += ("invalid",)
    if right.scope:
        slugs += _ASKED_WHO
    if right.who in ("account", "admin"):
        slugs += _WITH_ACCOUNT
    if "{" in right.path:
        slugs += _OBJECT
    found: dict[int, list[str]] = {}
    for slug in sorted(set(slugs)):
        found.setdefault(status_of(slug), []).append(slug)
    return dict(sorted(found.items()))
