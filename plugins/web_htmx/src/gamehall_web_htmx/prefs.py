"""How somebody wants pages and boards to look and to ask: an account's choices are stored, others' are in a cookie."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode

import msgspec
import sqlalchemy as sa
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from gamehall.declare import Host

from .tables import prefs

__all__ = ["Prefs", "cookie_prefs", "keep_prefs", "prefs_cookie", "stored_prefs"]

Asking = ASGIConnection[Any, Any, Any, Any]

_COOKIE = "gamehall_look"
_YEAR = 365 * 24 * 3600


class Prefs(msgspec.Struct, frozen=True, omit_defaults=True):
    """What can be chosen; `volume` is in percent, and an empty `language` is the browser's.

    `confirm` says when a move asks before it is made: where one touches with a finger (auto), always, never, or only
    in games without a running clock (slow).
    """

    theme: Literal["auto", "light", "dark"] = "auto"
    board: Literal["wood", "slate", "paper", "green"] = "wood"
    stones: Literal["glass", "flat", "marble"] = "glass"
    shapes: bool = False
    coordinates: bool = True
    animations: bool = True
    zen: bool = False
    confirm: Literal["auto", "always", "never", "slow"] = "auto"
    sound: bool = True
    volume: Annotated[int, msgspec.Meta(ge=0, le=100)] = 60
    language: Annotated[str, msgspec.Meta(pattern=r"^([a-z]{2,3}(-[A-Za-z]{2,8})?)?$")] = ""

    @property
    def classes(self) -> str:
        """The classes of a page's root by which the style sheets know the choices."""
        flags = {
            "shapes": self.shapes,
            "no-coordinates": not self.coordinates,
            "no-animations": not self.animations,
            "zen": self.zen,
        }
        named = (f"theme-{self.theme}", f"board-{self.board}", f"stones-{self.stones}")
        return " ".join((*named, *(name for name, is_set in flags.items() if is_set)))

    @property
    def loudness(self) -> int:
        """The volume of sounds in percent, 0 for none."""
        return self.volume if self.sound else 0

    def asks_first(self, *, live: bool) -> bool:
        """Whether a move asks before it is made, however one touches; `live` is a game with a clock in one sitting."""
        return self.confirm == "always" or (self.confirm == "slow" and not live)

    def choosing(self, chosen: Mapping[str, object]) -> Prefs:
        """These with what is chosen anew. What is no choice, or is none any more, changes nothing."""
        valid = {}
        for name, kind in _kinds().items():
            try:
                valid[name] = msgspec.convert(chosen[name], kind, strict=False)
            except (KeyError, msgspec.ValidationError):
                continue
        return msgspec.structs.replace(self, **valid)


@cache
def _kinds() -> Mapping[str, Any]:
    """Of what kind each choice is."""
    return {each.name: each.type for each in msgspec.structs.fields(Prefs)}


def cookie_prefs(connection: Asking) -> Prefs:
    """What this browser's cookie says."""
    return _by_cookie(connection.cookies.get(_COOKIE, ""))


@lru_cache(maxsize=1_000)
def _by_cookie(text: str) -> Prefs:
    return Prefs().choosing(dict(parse_qsl(text)))


@lru_cache(maxsize=1_000)
def stored_prefs(chosen: str) -> Prefs:
    """What an account has chosen, of the column `chosen`."""
    return Prefs().choosing(msgspec.json.decode(chosen, type=dict[str, object]))


def prefs_cookie(host: Host, chosen: Prefs) -> Cookie:
    return Cookie(
        key=_COOKIE,
        value=urlencode(msgspec.to_builtins(chosen)),
        max_age=_YEAR,
        path="/",
        secure=host.settings.address.startswith("https://"),
        httponly=True,
        samesite="lax",
    )


def keep_prefs(connection: sa.Connection, user_id: str, chosen: Prefs) -> None:
    """Stores what an account has chosen. Of a setting that is as it comes nothing is kept."""
    text = msgspec.json.encode(chosen).decode()
    if not connection.execute(prefs.update().where(prefs.c.user_id == user_id).values(chosen=text)).rowcount:
        connection.execute(prefs.insert(), {"user_id": user_id, "chosen": text})
