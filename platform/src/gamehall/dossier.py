"""What is stored of an account, for the one whom it concerns."""

from __future__ import annotations

import msgspec
import sqlalchemy as sa

from gamehall.accounts import find_user
from gamehall.answers import AccountData
from gamehall.links import pending_address
from gamehall.problems import Problem
from gamehall.tables import game_seat, user

__all__ = ["account_data"]

_KEPT_BACK = {"auth_epoch", "is_active", "is_guest", "is_deleted", "played_by"}  # how the hall works with it


def account_data(connection: sa.Connection, user_id: str) -> AccountData:
    """Raises Problem `not-found`."""
    person = find_user(connection, user_id)
    if person is None:
        raise Problem("not-found")
    games = sa.select(game_seat.c.game_id).distinct().where(game_seat.c.user_id == user_id)
    facts = {name: value for name, value in msgspec.structs.asdict(person).items() if name not in _KEPT_BACK}
    return AccountData(
        **facts,
        pending_email=pending_address(connection, user_id),
        created_at=connection.scalars(sa.select(user.c.created_at).where(user.c.id == user_id)).one(),
        games=list(connection.scalars(games.order_by(game_seat.c.game_id))),
    )
