"""Who is here: when users were last seen, and how many follow a game that they do not play in.

Each worker remembers in memory what it sees and writes it down with the beat of the hall's time, so that a request
costs nothing but a dict's entry. Whoever follows a stream is seen for as long as it is open. What a worker has written
is worth something only while it goes on writing: a worker that dies leaves nobody behind.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from gamehall.database import Database, Prepared, is_one_of, seen_in_rows
from gamehall.declare import Host
from gamehall.gamelog import Game
from gamehall.tables import clock_is, game, game_seat, new_id, presence, spectators, user

__all__ = [
    "COMPANY",
    "Company",
    "Playing",
    "Presence",
    "Seen",
    "company_in",
    "last_seen",
    "look_at_game",
    "look_who_plays",
    "playing_now",
    "seen_lately",
    "spectators_of",
    "watched_since",
]

_AGAIN_MS = 10_000  # what lasts is written again so often
_STREAM_LASTS_MS = 15_000  # who was seen by a stream is there for so long: it may be open, or about to be so again
_REQUEST_LASTS_MS = 60_000  # who asks for pages now and then is there between two of them
_STALE_MS = 30_000
_AT_ONCE = 1_000
_PLAYING_MS = 600_000  # a game without a clock that runs is played at this moment if somebody moved so little ago


class Seen(NamedTuple):
    """When somebody was last seen, by the hall's time, and whether that was by a stream, whose end is noticed."""

    at: int
    by_stream: bool

    def is_there(self, hall_time: int) -> bool:
        """Whether that is so little ago that they must be taken for present."""
        return hall_time - self.at < (_STREAM_LASTS_MS if self.by_stream else _REQUEST_LASTS_MS)


def last_seen(connection: sa.Connection, user_id: str) -> Seen | None:
    """When this user was last seen, as far as workers have written it down; None for never."""
    row = connection.execute(
        sa.select(presence.c.seen_at, presence.c.by_stream).where(presence.c.user_id == user_id)
    ).first()
    return Seen(row.seen_at, row.by_stream) if row else None


class Playing(NamedTuple):
    """The game that somebody plays at this moment, and what it is a game of."""

    game_id: str
    ruleset: str


def seen_lately(connection: sa.Connection, hall_time: int) -> dict[str, Seen]:
    """Everybody who must be taken for present. It reads through all who were ever seen."""
    columns = (presence.c.user_id, presence.c.seen_at, presence.c.by_stream)
    lately = presence.c.seen_at > hall_time - max(_STREAM_LASTS_MS, _REQUEST_LASTS_MS)
    found = {
        row.user_id: Seen(row.seen_at, row.by_stream) for row in connection.execute(sa.select(*columns).where(lately))
    }
    return {user_id: seen for user_id, seen in found.items() if seen.is_there(hall_time)}


_lively = sa.or_(clock_is(game.c.clock, "live"), game.c.turn_at > sa.bindparam("moved_since"))
_PLAYED = Prepared(
    sa.select(game_seat.c.user_id, game.c.id, game.c.ruleset)
    .join(game, game.c.id == game_seat.c.game_id)
    .where(seen_in_rows(sa.and_(game.c.status == "active", _lively)), is_one_of(game_seat.c.user_id, "user_ids"))
    .order_by(game.c.turn_at, game.c.id)
)


def playing_now(connection: sa.Connection, user_ids: Sequence[str], hall_time: int) -> dict[str, Playing]:
    """The game that each of these users plays at this moment: the latest to be moved in of those that are played in
    one sitting, or in which there was a move some minutes ago. Whoever plays none is not in it."""
    return _by_user(_PLAYED.rows(connection, user_ids=user_ids, moved_since=hall_time - _PLAYING_MS))


async def look_who_plays(host: Host, user_ids: Sequence[str]) -> dict[str, Playing]:
    """The same, by a look."""
    return _by_user(await host.look(_PLAYED, user_ids=user_ids, moved_since=host.hall_time() - _PLAYING_MS))


def _by_user(rows: Iterable[Any]) -> dict[str, Playing]:
    return {row.user_id: Playing(row.id, row.ruleset) for row in rows}


def spectators_of(connection: sa.Connection, game_ids: Sequence[str], hall_time: int) -> dict[str, int]:
    """How many streams by others than its players follow each of these games, over all workers."""
    counted = (
        sa.select(spectators.c.game_id, sa.func.sum(spectators.c.number))
        .where(spectators.c.game_id.in_(game_ids), spectators.c.seen_at > hall_time - _STALE_MS)
        .group_by(spectators.c.game_id)
    )
    found = {game_id: int(number) for game_id, number in connection.execute(counted)}
    return {game_id: found.get(game_id, 0) for game_id in game_ids}


class Company(NamedTuple):
    """How many streams by others than its players follow a game, and when the player of each seat was last seen."""

    spectators: int
    seen: tuple[Seen | None, ...]


_watching = (spectators.c.game_id == sa.bindparam("game_id"), spectators.c.seen_at > sa.bindparam("since"))
COMPANY = (
    presence.c.seen_at,
    presence.c.by_stream,
    sa.select(sa.func.sum(spectators.c.number)).where(*_watching).scalar_subquery().label("spectators"),
)
"""What `company_in` reads of a row for each seat, beside which stands its player's `presence`."""

_COMPANY = Prepared(
    sa.select(*COMPANY)
    .select_from(game_seat)
    .outerjoin(presence, presence.c.user_id == game_seat.c.user_id)
    .where(game_seat.c.game_id == sa.bindparam("game_id"))
    .order_by(game_seat.c.seat)
)


def watched_since(hall_time: int) -> int:
    """The `since` of such a query: what was put down before is worth nothing any more."""
    return hall_time - _STALE_MS


def company_in(rows: Sequence[Any]) -> Company:
    seen = (None if row.seen_at is None else Seen(row.seen_at, row.by_stream) for row in rows)
    return Company(int(rows[0].spectators or 0), tuple(seen))


async def look_at_game(host: Host, game_id: str, hall_time: int) -> Company:
    """Who is at a game, over all workers."""
    return company_in(await host.look(_COMPANY, game_id=game_id, since=watched_since(hall_time)))


class Presence:
    """Whom this worker sees."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._worker_id = new_id()
        self._seen: dict[str, bool] = {}  # by a stream, since it was last written down
        self._streams: Counter[str] = Counter()
        self._watched: Counter[str] = Counter()
        self._written: dict[str, int] = {}
        self._all_written_at: int | None = None
        self._writing = asyncio.Lock()

    def seen(self, user_id: str) -> None:
        """This user has just asked for something."""
        self._seen[user_id] = user_id in self._streams

    @contextlib.contextmanager
    def following(self, user_id: str | None, games: Iterable[Game]) -> Iterator[None]:
        """This user, None being a stranger, follows these games by a stream until the block ends.

        Whoever keeps a stream open says so here, with no games if it tells of none.
        """
        watched = [each.id for each in games if each.seat_of(user_id) is None]
        self._follow(user_id, watched, 1)
        try:
            yield
        finally:
            self._follow(user_id, watched, -1)

    def _follow(self, user_id: str | None, watched: Sequence[str], change: int) -> None:
        for counter, keys in ((self._streams, [user_id] if user_id else []), (self._watched, watched)):
            for key in keys:
                counter[key] += change
                if not counter[key]:
                    del counter[key]
        if user_id:
            self._seen[user_id] = True

    async def write_down(self, hall_time: int) -> None:
        """Writes down what has changed and, now and then, what lasts; afterwards everything until now is."""
        async with self._writing:
            await self._write_down(hall_time)

    async def _write_down(self, hall_time: int) -> None:
        due = self._all_written_at is None or hall_time - self._all_written_at >= _AGAIN_MS
        seen = self._seen | (dict.fromkeys(self._streams, True) if due else {})
        watched = dict(self._watched)
        numbers = {each: watched.get(each, 0) for each in {*watched, *self._written}}
        changed = {each: n for each, n in numbers.items() if due or n != self._written.get(each)}
        if not seen and not changed and not due:
            return
        self._seen = {}
        try:
            await self._database.write(_write, self._worker_id, seen, changed, hall_time, tidy=due)
        except Exception:
            self._seen = seen | self._seen
            raise
        self._written = watched
        if due:
            self._all_written_at = hall_time

    async def leave(self) -> None:
        """Takes this worker's spectators out when it stops."""
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            await self._database.write(_forget, self._worker_id)


def _write(
    connection: sa.Connection,
    worker_id: str,
    seen: Mapping[str, bool],
    watched: Mapping[str, int],
    hall_time: int,
    *,
    tidy: bool,
) -> None:
    for users in _parts(sorted(seen)):
        by_stream = user.c.id.in_([each for each in users if seen[each]])
        _upsert(connection, presence.c.user_id, users, seen_at=hall_time, by_stream=by_stream)
    for number in set(watched.values()) - {0}:
        for games in _parts(sorted(each for each, count in watched.items() if count == number)):
            _upsert(connection, spectators.c.game_id, games, worker_id=worker_id, seen_at=hall_time, number=number)
    ended = [each for each, count in watched.items() if not count]
    for some in _parts(ended):
        mine = sa.and_(spectators.c.worker_id == worker_id, spectators.c.game_id.in_(some))
        connection.execute(spectators.delete().where(mine))
    if tidy:
        connection.execute(spectators.delete().where(spectators.c.seen_at <= hall_time - _STALE_MS))


def _upsert(connection: sa.Connection, column: sa.Column[str], ids: Sequence[str], **values: Any) -> None:
    """Writes a row for each id of what `column` refers to, unless a later one is there or the referred one is not.

    In the order of their ids, so that workers do not wait for each other in a circle, and with what is referred to
    held, so that it is not deleted meanwhile.
    """
    table = column.table
    referred = next(iter(column.foreign_keys)).column
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)
    columns = (sa.type_coerce(value, table.c[name].type).label(name) for name, value in values.items())
    held = sa.select(referred, *columns).where(referred.in_(ids)).order_by(referred)
    filled = insert.from_select([column.name, *values], held.with_for_update(read=True, key_share=True))
    connection.execute(
        filled.on_conflict_do_update(
            index_elements=list(table.primary_key.columns),
            set_={name: filled.excluded[name] for name in values},
            where=table.c.seen_at <= filled.excluded.seen_at,
        )
    )


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """A statement takes only so many parameters."""
    return (ids[at : at + _AT_ONCE] for at in range(0, len(ids), _AT_ONCE))


def _forget(connection: sa.Connection, worker_id: str) -> None:
    connection.execute(spectators.delete().where(spectators.c.worker_id == worker_id))
