"""Which worker thinks about a turn: one at a time, so that several workers do not all think about the same one.

A worker takes a turn for a few seconds. One that dies leaves a turn that another takes when these are over.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from gamehall.gamelog import Game
from gamehall.tables import ID, game, game_seat

__all__ = ["games_with_offers", "leave_turn", "metadata", "take_turn"]

TAKEN_FOR_MS = 5_000

metadata = sa.MetaData()

turn = sa.Table(
    "computer_turn",
    metadata,
    sa.Column("game_id", ID, sa.ForeignKey(game.c.id, ondelete="CASCADE"), primary_key=True),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),  # by the hall's time
)


def take_turn(connection: sa.Connection, found: Game, hall_time: int) -> bool:
    """Takes the turn at which the game stands, unless another worker has it; whether it is taken."""
    values = {"revision": found.revision, "until": hall_time + TAKEN_FOR_MS}
    free = sa.or_(turn.c.revision < found.revision, turn.c.until <= hall_time)
    if connection.execute(turn.update().where(turn.c.game_id == found.id, free).values(values)).rowcount:
        return True
    try:
        with connection.begin_nested():
            connection.execute(turn.insert(), values | {"game_id": found.id})
    except sa.exc.IntegrityError:
        return False
    return True


def leave_turn(connection: sa.Connection, game_id: str) -> None:
    """Forgets a game of which no more turns come."""
    connection.execute(turn.delete().where(turn.c.game_id == game_id))


def games_with_offers(connection: sa.Connection, user_id: str) -> Sequence[str]:
    """The ids of this user's games in which something was offered."""
    own = sa.select(game_seat.c.game_id).where(game_seat.c.user_id == user_id)
    return list(connection.scalars(sa.select(game.c.id).where(game.c.id.in_(own), game.c.offers != "[]")))
