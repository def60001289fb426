"""How a player's games have ended, counted for each ruleset."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from gamehall.database import seen_in_rows
from gamehall.tables import game, game_seat

__all__ = ["Tally", "tallies"]


class Tally(msgspec.Struct, frozen=True):
    """A player's finished games of one ruleset, by how they ended."""

    ruleset: str
    won: int
    drawn: int
    lost: int

    @property
    def played(self) -> int:
        return self.won + self.drawn + self.lost


def tallies(connection: sa.Connection, user_id: str, opponent: str | None = None) -> list[Tally]:
    """The tally of each ruleset that this user has finished games of, the most played first; against an opponent, by
    id, if one is given.

    Games against oneself do not count. It reads the rows of the user's games, found by an index.
    """
    own, other = game_seat.alias("own"), game_seat.alias("other")
    against = other.c.user_id != user_id if opponent is None else other.c.user_id == opponent
    others = sa.select(other.c.seat).where(other.c.game_id == game.c.id, against)
    won = sa.func.sum(sa.case((game.c.winner == own.c.seat, 1), else_=0))
    drawn = sa.func.sum(sa.case((game.c.winner.is_(None), 1), else_=0))
    played = sa.func.count()
    query = (
        sa.select(game.c.ruleset, won, drawn, played - won - drawn)
        .join(own, own.c.game_id == game.c.id)
        .where(own.c.user_id == user_id, others.exists(), seen_in_rows(game.c.status == "finished"))
        .group_by(game.c.ruleset)
        .order_by(played.desc(), game.c.ruleset)
    )
    return [Tally(row[0], int(row[1]), int(row[2]), int(row[3])) for row in connection.execute(query)]
