"""Open challenges that fit each other become a game by themselves.

Whoever makes an open challenge looks for one that fits first, and both happen in one transaction for these terms alone:
so of two who come at the same moment the second finds the first, and nobody is found twice. What may be asked only
outside a transaction, whether two may play each other, is asked in between, and then the search begins again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from gamehall.challenges import CHALLENGE, Challenge, accept, as_challenge, insert_challenge
from gamehall.database import serialize_on
from gamehall.declare import Host
from gamehall.games import Opening
from gamehall.languages import catalogue
from gamehall.limits import Limits, has_room, limits_of
from gamehall.problems import Problem
from gamehall.tables import challenge, user

__all__ = ["open_or_pair"]

_ = catalogue(__name__)


_ATTEMPTS = 100


async def open_or_pair(host: Host, row: Mapping[str, Any], opening: Opening) -> Challenge:
    """Takes the oldest open challenge that fits the row of a new one, or puts that down; the one that it came to.

    Of two that fit at least one must ask to be paired. Raises Problem `too-many-requests`, or `busy` when others were
    faster all the time.
    """
    asker = row["challenger_id"]
    verdicts: dict[str, bool] = {}
    for _attempt in range(_ATTEMPTS):
        try:
            found = await host.write(
                _take_or_open, row, opening, dict(verdicts), host.hall_time(), limits_of(host.settings)
            )
        except Problem as problem:
            if problem.slug not in ("challenge-closed", "not-possible"):
                raise
            continue  # somebody else took it, or its owner began another game, since it was found
        if isinstance(found, Challenge):
            return found
        verdicts[found] = await _may_play(host, asker, found)
    raise Problem("busy", _("Many people are looking for a game at once; try again."))


async def _may_play(host: Host, asker: str, owner: str) -> bool:
    """Whether the two meet at all, and each of them may play the other."""
    if owner in (await host.apart([asker]))[asker]:
        return False
    return (await host.ask("play", asker, owner)).allowed and (await host.ask("play", owner, asker)).allowed


def _take_or_open(
    connection: sa.Connection,
    row: Mapping[str, Any],
    opening: Opening,
    verdicts: Mapping[str, bool],
    hall_time: int,
    limits: Limits | None,
) -> Challenge | str:
    """The challenge that was taken or put down; or the id of a user of whom it must be known first whether the
    two may play each other, `verdicts` having those who are known."""
    serialize_on(connection, f"pair {row['ruleset']} {row['options']} {row['clock']}")
    same = _pending_like(row, hall_time)
    if row["pair"]:
        again = same.where(challenge.c.challenger_id == row["challenger_id"], challenge.c.pair, _seat_is(row["seat"]))
        if (own := connection.execute(again).first()) is not None:
            return as_challenge(own)
    for each in map(as_challenge, connection.execute(same.where(*_fits(row)))):
        if each.challenger_id not in verdicts:
            return each.challenger_id
        if verdicts[each.challenger_id] and has_room(connection, each.challenger_id, each.clock, limits):
            return accept(connection, each.id, row["challenger_id"], opening, hall_time, limits)
    return insert_challenge(connection, row, limits)


def _pending_like(row: Mapping[str, Any], hall_time: int) -> sa.Select[Any]:
    """Open challenges to the same game by the same clock that can be accepted at this moment, the oldest first."""
    return CHALLENGE.where(
        challenge.c.status == "pending",
        challenge.c.is_open,
        *(challenge.c[name] == row[name] for name in ("ruleset", "options", "clock")),
        sa.or_(challenge.c.expires_at.is_(None), challenge.c.expires_at > hall_time),
    ).order_by(challenge.c.id)


def _fits(row: Mapping[str, Any]) -> list[sa.ColumnElement[bool]]:
    """What an open challenge of the same game and clock must be to be taken by this one: of somebody else who is
    there to play, with the other seat for its challenger or both by lot, and one of the two asking to be paired."""
    owner_is_active = sa.select(user.c.id).where(user.c.id == challenge.c.challenger_id, user.c.is_active).exists()
    fits = [challenge.c.challenger_id != row["challenger_id"], owner_is_active]
    fits.append(_seat_is(None if row["seat"] is None else 1 - row["seat"]))
    return fits if row["pair"] else [*fits, challenge.c.pair]


def _seat_is(seat: int | None) -> sa.ColumnElement[bool]:
    return challenge.c.seat.is_(None) if seat is None else challenge.c.seat == seat
