"""Games as lists have them, found by looks: each list one statement, with the seats in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from gamehall.database import Prepared, is_one_of
from gamehall.declare import Host
from gamehall.gamelog import Game, game_in
from gamehall.tables import game, game_seat, user

__all__ = ["COLUMNS", "games_of", "latest", "latest_running", "nobody_plays", "with_seats"]

# What a list needs of a game: the positions and scenes in its row are as large as all else together.
COLUMNS = tuple(each for each in game.c if each.name not in ("start_position", "start_scene", "final_scene"))


def with_seats(games: sa.Subquery, *order: Any) -> sa.Select[Any]:
    """These games in this order, with a row for each of their seats, as `games_of` reads them."""
    seats = (game_seat.c.seat, game_seat.c.user_id, user.c.username, user.c.display_name)
    query = sa.select(games, *seats).join(game_seat, game_seat.c.game_id == games.c.id)
    return query.join(user, user.c.id == game_seat.c.user_id).order_by(*order, game_seat.c.seat)


def games_of(rows: Iterable[Any]) -> list[Game]:
    """The games of rows that stand together by their games."""
    return [game_in([*each]) for _, each in groupby(rows, lambda row: row.id)]


def nobody_plays(name: str) -> sa.ColumnElement[bool]:
    """That none of the users who are given by this name has a seat. It is asked of each game that is found, since one
    of them may have played half of all games."""
    theirs = sa.select(game_seat.c.seat).where(game_seat.c.game_id == game.c.id, is_one_of(game_seat.c.user_id, name))
    return ~theirs.exists()


def latest(name: str) -> sa.Select[Any]:
    """The latest running games in which none of the users plays who are given by this name; as many as `most`."""
    running = sa.select(*COLUMNS).where(game.c.status == "active", nobody_plays(name))
    return running.order_by(game.c.id.desc()).limit(sa.bindparam("most", type_=sa.Integer))


_latest = latest("without").subquery()
_RUNNING = Prepared(with_seats(_latest, _latest.c.id.desc()))


async def latest_running(host: Host, without: Collection[str], most: int) -> list[Game]:
    """The latest running games in which none of these users plays."""
    return games_of(await host.look(_RUNNING, without=without, most=most))
