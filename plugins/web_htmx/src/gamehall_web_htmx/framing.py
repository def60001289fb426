"""What every page of an account shows, whatever else is on it: how its owner wants it, and how many notices wait."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from gamehall.database import Prepared
from gamehall.declare import Host
from gamehall.tables import user

from .notices import notice_kinds
from .prefs import Prefs, stored_prefs
from .tables import notice, prefs

__all__ = ["Frame", "frame_of"]

_unread = sa.and_(notice.c.user_id == user.c.id, ~notice.c.is_read)
_FRAME = Prepared(
    sa.select(prefs.c.chosen, notice.c.plugin, notice.c.kind, notice.c.link)
    .select_from(user)
    .outerjoin(prefs, prefs.c.user_id == user.c.id)
    .outerjoin(notice, _unread)
    .where(user.c.id == sa.bindparam("user_id"))
)


@dataclass(frozen=True, slots=True)
class Frame:
    """What an account has chosen, None if nothing yet, and what its unread notices lead to, one for each of them."""

    prefs: Prefs | None
    links: list[str]


async def frame_of(host: Host, user_id: str) -> Frame:
    rows = await host.look(_FRAME, user_id=user_id)
    chosen = next((row.chosen for row in rows), None)
    told = {(plugin, kind.event) for plugin, kind in notice_kinds(host)}  # those of plugins that are on
    links = [row.link for row in rows if (row.plugin, row.kind) in told]
    return Frame(None if chosen is None else stored_prefs(chosen), links)
