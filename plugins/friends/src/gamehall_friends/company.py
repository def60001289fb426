"""What there is between players besides friendship: whom one has just played, how two of them stand, and what those
whom one knows play."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
import sqlalchemy as sa

from gamehall.accounts import User, user_by_name
from gamehall.challenges import ChallengeTerms, list_challenges
from gamehall.database import Prepared, seen_in_rows
from gamehall.declare import Host
from gamehall.gamelists import COLUMNS, games_of, nobody_plays, with_seats
from gamehall.gamelog import Game, list_games, watchable
from gamehall.lobby import create_challenge
from gamehall.tables import game, game_seat, user
from gamehall.tallies import Tally, tallies
from gamehall_friends.following import followed_ids
from gamehall_friends.relations import Named, friend_ids
from gamehall_friends.tables import block, relation

__all__ = ["HeadToHead", "activity", "challenge_as_before", "head_to_head", "suggestions"]

_RECENT = 100
_PENDING = 100


class HeadToHead(NamedTuple):
    """How the finished games of two users went for the first, by ruleset, and the latest of them."""

    other: User
    tallies: list[Tally]
    games: list[Game]

    @property
    def total(self) -> tuple[int, int, int]:
        """Won, drawn and lost."""
        return sum(t.won for t in self.tallies), sum(t.drawn for t in self.tallies), sum(t.lost for t in self.tallies)


def head_to_head(
    connection: sa.Connection, user_id: str, username: str, limit: int, before: str | None = None
) -> HeadToHead:
    """Raises Problem `not-found`."""
    other = user_by_name(connection, username)
    games = list_games(connection, player=user_id, opponent=other.id, status=["finished"], limit=limit, before=before)
    return HeadToHead(other, tallies(connection, user_id, other.id), games)


_user = sa.bindparam("user_id", type_=sa.Text)
_known = sa.select(sa.union_all(friend_ids(_user), followed_ids(_user)).subquery().c[0])
_theirs = (
    sa.select(*COLUMNS)
    .where(
        seen_in_rows(sa.or_(game.c.status == "active", game.c.status == "finished")),
        game.c.id.in_(sa.select(game_seat.c.game_id).where(game_seat.c.user_id.in_(_known))),
        nobody_plays("without"),
        game.c.id < sa.bindparam("before"),
    )
    .order_by(game.c.id.desc())
    .limit(sa.bindparam("most", type_=sa.Integer))
    .subquery()
)
_LATEST = Prepared(with_seats(_theirs, _theirs.c.id.desc()))
_BEHIND_ALL = "z"  # ids begin with digits


async def activity(host: Host, user_id: str, limit: int, before: str | None = None) -> tuple[list[Game], str | None]:
    """The latest games of friends and of those whom this user follows, running and finished, without the user's own and
    those that they may not watch; and the place behind which there are more."""
    asked = {"user_id": user_id, "before": before or _BEHIND_ALL, "most": limit + 1}
    rows = await host.look(_LATEST, **asked, without=[user_id])
    if rows and (apart := (await host.apart([user_id]))[user_id]):  # few have either
        rows = await host.look(_LATEST, **asked, without=[user_id, *apart])
    found = games_of(rows)
    shown = found[:limit]
    return await watchable(host, shown, user_id), shown[-1].id if len(found) > limit else None


def suggestions(connection: sa.Connection, user_id: str, limit: int) -> list[Named]:
    """Whom this user has played lately, the latest first: people with an account with whom there is nothing yet,
    neither a friendship nor a request nor a block."""
    games = list_games(connection, player=user_id, status=["active", "finished"], limit=_RECENT)
    lately = list(dict.fromkeys(seat.user_id for each in games for seat in each.seats if seat.user_id != user_id))
    if not lately:
        return []
    related = sa.select(sa.case((relation.c.user_low == user_id, relation.c.user_high), else_=relation.c.user_low))
    related = related.where(sa.or_(relation.c.user_low == user_id, relation.c.user_high == user_id))
    blocked = sa.select(sa.case((block.c.blocker_id == user_id, block.c.blocked_id), else_=block.c.blocker_id))
    blocked = blocked.where(sa.or_(block.c.blocker_id == user_id, block.c.blocked_id == user_id))
    query = sa.select(user.c.id, user.c.username, user.c.display_name).where(
        user.c.id.in_(lately),
        user.c.is_active,
        ~user.c.is_guest,
        user.c.played_by.is_(None),
        user.c.id.not_in(related),
        user.c.id.not_in(blocked),
    )
    found = {row.id: Named(*row) for row in connection.execute(query)}
    return [found[each] for each in lately if each in found][:limit]


async def challenge_as_before(host: Host, user_id: str, username: str) -> str:
    """Challenges somebody by the terms of the last game with them, else of one's own last game, else to the first game
    that is offered, without a clock; the path to go on to. Where a challenge waits between the two already, to that.

    Raises what `create_challenge` does.
    """
    waiting, terms = await host.read(_terms, user_id, username)
    if waiting is not None:
        return f"/challenges/{waiting}"
    offered = {key: each for key, each in host.offered_rulesets.items() if len(each.seats) == 2}
    fitting = next((each for each in terms if each.ruleset in offered), None)
    usual = ChallengeTerms(ruleset=next(iter(offered), ""))
    made = await create_challenge(host, user_id, msgspec.structs.replace(fitting or usual, opponent=username))
    return f"/games/{made.game_id}" if made.game_id else f"/challenges/{made.id}"


def _terms(connection: sa.Connection, user_id: str, username: str) -> tuple[str | None, list[ChallengeTerms]]:
    """The challenge that waits between the two, if one does, and the terms of games before, the best ones first."""
    other = user_by_name(connection, username)
    sent = list_challenges(connection, "sent", user_id, _PENDING)
    received = list_challenges(connection, "received", user_id, _PENDING)
    waiting = [each.id for each in sent if each.opponent_id == other.id]
    waiting += [each.id for each in received if each.challenger_id == other.id]
    games = list_games(connection, player=user_id, opponent=other.id, limit=1)
    games += list_games(connection, player=user_id, limit=1)
    terms = [ChallengeTerms(ruleset=each.ruleset, options=each.options, clock=each.terms) for each in games]
    return next(iter(waiting), None), terms
