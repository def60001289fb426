"""Small pictures of how games stand, for lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
import sqlalchemy as sa
from cachetools import LRUCache
from markupsafe import Markup

from gamehall.database import Prepared, is_one_of
from gamehall.declare import Host
from gamehall.game import Scene, cell_place
from gamehall.gamelog import Game, Shown, watchable
from gamehall.lattice import Lattice, lattice_of
from gamehall.looks import Drawn, draw_piece
from gamehall.records.diagrams import Diagram
from gamehall.tables import game, game_move

from .templating import shared_templates

__all__ = ["Pictures", "pictures_for", "pictures_of"]

_KEPT = 2_000  # pictures, of some kilobytes each

Pictures = Mapping[str, Markup]
"""By the games' ids."""


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """What is on a picture: the middles of the cells with a piece, and of those that the last move filled."""

    lattice: Lattice
    pieces: tuple[tuple[float, float, Drawn], ...]
    last: tuple[tuple[float, float], ...]


# The scene before the first move stands in the first row of each game alone: it is large.
_LOG = Prepared(
    sa.select(
        game.c.id,
        game.c.revision,
        sa.case((sa.func.coalesce(game_move.c.ply, 1) == 1, game.c.start_scene)).label("start_scene"),
        game_move.c.shown,
    )
    .outerjoin(game_move, game_move.c.game_id == game.c.id)
    .where(is_one_of(game.c.id, "game_ids"))
    .order_by(game.c.id, game_move.c.ply)
)


class _Drawn:
    """The pictures that were asked for last. One is of a game at a revision, as the database had both at one moment, so
    it is right for good; whatever changes in a game raises its revision."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._draw = host.kept(shared_templates).get_template("web_htmx/parts.html").module.thumbnail  # type: ignore[attr-defined]
        self._known: LRUCache[tuple[str, int], Markup] = LRUCache(_KEPT)

    async def of(self, games: Sequence[Game]) -> Pictures:
        known = {each.id: self._known.get((each.id, each.revision)) for each in games}
        missing = [game_id for game_id, picture in known.items() if picture is None]
        if missing:
            for game_id, revision, thumbnail in await self._host.read(_read, missing):
                known[game_id] = self._known[game_id, revision] = self._draw(thumbnail)
        return {game_id: picture for game_id, picture in known.items() if picture is not None}


async def pictures_of(host: Host, games: Sequence[Game]) -> Pictures:
    """How these games stand, whoever may see them."""
    return await host.kept(_Drawn).of(games)


async def pictures_for(host: Host, games: Sequence[Game], viewer: str | None) -> Pictures:
    """How those of the games stand that this user may watch."""
    return await pictures_of(host, await watchable(host, games, viewer))


def _read(connection: sa.Connection, game_ids: Sequence[str]) -> list[tuple[str, int, Thumbnail]]:
    """(id, revision, picture) of each of these games, told without their rulesets."""
    by_game = groupby(_LOG.rows(connection, game_ids=game_ids), lambda row: (row.id, row.revision))
    return [(*key, _thumbnail(rows)) for key, rows in by_game]


def _thumbnail(rows: Iterable[Any]) -> Thumbnail:
    first, *others = rows
    diagram = Diagram(msgspec.json.decode(first.start_scene, type=Scene))
    for row in (first, *others):
        if row.shown is not None:
            move = msgspec.json.decode(row.shown, type=Shown)
            diagram.change(move.cells, move.sides)
    scene = diagram.scene()
    lattice = lattice_of(scene)

    def middle(cell: str) -> tuple[float, float] | None:
        place = cell_place(cell, scene.width, scene.height)
        return lattice.middle(*place) if place else None

    return Thumbnail(
        lattice,
        tuple((*at, draw_piece(scene, piece)) for piece in scene.pieces if (at := middle(piece.cell))),
        tuple(at for mark in scene.marks if mark.kind == "last" and (at := middle(mark.cell))),
    )
