"""What every page of an account shows, whatever else is on it: how its owner wants it, and how many notices wait."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from litestar.connection import ASGIConnection

from gamehall.database import Prepared
from gamehall.declare import Host
from gamehall.tables import user

from .notices import notice_kinds
from .prefs import Prefs, stored_prefs
from .tables import notice, prefs

__all__ = ["Frame", "frame_of", "framed", "keep_frame"]

_ROWS = "web_htmx_frame"


def framed(users: sa.Select[Any]) -> sa.Select[Any]:
    """These users, a row for each of their unread notices but at least one, with what their frames are made of."""
    unread = sa.and_(notice.c.user_id == user.c.id, ~notice.c.is_read)
    joined = users.outerjoin(prefs, prefs.c.user_id == user.c.id).outerjoin(notice, unread)
    return joined.add_columns(prefs.c.chosen, notice.c.plugin, notice.c.kind, notice.c.link)


_FRAME = Prepared(framed(sa.select(user.c.id).where(user.c.id == sa.bindparam("user_id"))))


@dataclass(frozen=True, slots=True)
class Frame:
    """What an account has chosen, None if nothing yet, and what its unread notices lead to, one for each of them."""

    prefs: Prefs | None
    links: list[str]


def keep_frame(connection: ASGIConnection[Any, Any, Any, Any], rows: Sequence[Any]) -> None:
    """Whoever has found out who is asking by rows that are `framed` leaves them here, and nobody asks again."""
    connection.scope["state"][_ROWS] = rows


async def frame_of(host: Host, connection: ASGIConnection[Any, Any, Any, Any], user_id: str) -> Frame:
    """The frame of whoever is asking."""
    rows = connection.scope["state"].pop(_ROWS, None) or await host.look(_FRAME, user_id=user_id)
    chosen = next((row.chosen for row in rows), None)
    told = {(plugin, kind.event) for plugin, kind in notice_kinds(host)}  # those of plugins that are on
    links = [row.link for row in rows if (row.plugin, row.kind) in told]
    return Frame(None if chosen is None else stored_prefs(chosen), links)
