"""Halls filled with games that nobody played: copies of one that was played, row by row, with ids of their own.

The database copies them itself, and in the order in which they would have come: a thousand games go on at once, move
by move, so that indexes are as full as they are in a hall at work.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from bench._processes import connection_to

from gamehall.database import sync_url

AT_ONCE = 1_000
GAMES_OF_A_USER = 20
RUNNING = 10  # of a hundred games are not over
LATELY = 7  # one of so many moves is new enough for its event to be there still
NEVER = 4_000_000_000_000  # by the hall's time
LONG_AGO = 86_400_000  # milliseconds

Own = Mapping[str, str]
"""By the column, the SQL of what is another value in each copy; `n.i` is its number, `m` the row that is copied."""


@dataclass(frozen=True)
class Model:
    """What is copied: a game that has ended, one that goes on, and one of their players."""

    ended: str
    running: str
    user_id: str
    moves: int


class Filler:
    """Fills a hall at which nobody is."""

    def __init__(self, url: str, model: Model) -> None:
        self._url = url
        self._model = model
        self._engine = sa.create_engine(sync_url(url))
        self._sqlite = self._engine.dialect.name == "sqlite"
        # What is copied refers to what is there: to look for all of that again and again would take most of the time.
        quickly = "PRAGMA cache_size = -400000" if self._sqlite else "SET session_replication_role = replica"
        sa.event.listen(self._engine, "connect", lambda opened, _: opened.cursor().execute(quickly))
        self._columns: dict[str, list[str]] = {}
        self.users = self.games = self.moves = 0

    def fill(self, games: int) -> None:
        """So many games, with everything that so many games bring."""
        users = max(2, games // GAMES_OF_A_USER)
        self.add_users(users)
        self.add_sessions(users)
        self.add_tokens(users)
        for begin in range(0, games, AT_ONCE):
            number = min(AT_ONCE, games - begin)
            self.add_games(number)
            self.add_moves(number)
        self.add_events(games * self._model.moves // LATELY)
        if not self._sqlite:
            with connection_to(self._url) as connection:
                connection.execute("VACUUM ANALYZE")  # which autovacuum does by itself after a while
                connection.execute("CHECKPOINT")
        self._engine.dispose()

    def add_users(self, many: int) -> None:
        """Accounts, each of which was seen once."""
        name = "'user' || n.i"
        own = {"id": self._id("n.i"), "username": name, "username_key": name, "email": name, "email_key": name}
        one = f"m.id = '{self._model.user_id}'"
        with self._engine.begin() as connection:
            self._copy(connection, "user", one, own | {"look": "NULL"}, many, self.users)
            seen = {"user_id": self._id("n.i"), "seen_at": f"m.seen_at - {LONG_AGO}"}  # and not all of them just now
            self._copy(connection, "presence", f"m.user_id = '{self._model.user_id}'", seen, many, self.users)
        self.users += many

    def add_sessions(self, many: int) -> None:
        """Sessions of so many users that were added last."""
        own = {"id": self._id("n.i"), "cookie_hash": self._text("n.i", 64), "user_id": self._id("n.i")}
        with self._engine.begin() as connection:
            self._copy(
                connection,
                "web_htmx_session",
                _last(connection, "web_htmx_session", "id"),
                own,
                many,
                self.users - many,
            )

    def add_tokens(self, many: int) -> None:
        """Tokens of devices of so many users that were added last."""
        own = {"family_id": self._id("n.i"), "token_hash": self._bytes("n.i"), "user_id": self._id("n.i")}
        with self._engine.begin() as connection:
            self._copy(
                connection,
                "enhanced_auth_token",
                _last(connection, "enhanced_auth_token", "family_id"),
                own,
                many,
                self.users - many,
            )

    def add_games(self, many: int) -> None:
        """Games with their seats, without moves; there must be users."""
        with self._engine.begin() as connection:
            for model, first, number in self._shares(many):
                own = {"id": self._id("n.i"), "rematch_id": "NULL", "noticed": "1 = 1"}
                if model == self._model.running:
                    own |= {"flag_at": f"{NEVER} + n.i", "turn_at": f"{NEVER} + n.i"}
                seats = {"game_id": self._id("n.i"), "user_id": self._user("n.i * 7 + m.seat")}
                self._copy(connection, "game", f"m.id = '{model}'", own, number, first)
                self._copy(connection, "game_seat", f"m.game_id = '{model}'", seats, number, first)

    def add_moves(self, many: int) -> None:
        """The moves of so many games that were added last, which go on at once."""
        with self._engine.begin() as connection:
            for model, first, number in self._shares(many):
                of_it = f"m.game_id = '{model}'"
                plies = connection.exec_driver_sql(f"SELECT count(*) FROM game_move m WHERE {of_it}").scalar_one()
                for ply in range(1, plies + 1):
                    self._copy(
                        connection,
                        "game_move",
                        f"{of_it} AND m.ply = {ply}",
                        {"game_id": self._id("n.i")},
                        number,
                        first,
                    )
                self.moves += plies * number
        self.games += many

    def add_events(self, many: int) -> None:
        """Events of moves."""
        with self._engine.begin() as connection:
            last = connection.exec_driver_sql("SELECT max(id) FROM event WHERE kind = 'game_move'").scalar_one()
            self._copy(connection, "event", f"m.id = {last}", {"id": ""}, many)

    def bytes_used(self) -> int:
        """What is on the disk, indexes included."""
        with self._engine.begin() as connection:
            if not self._sqlite:
                total = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r'"
                return int(connection.exec_driver_sql(total).scalar_one())
            pages, free, size = (
                int(connection.exec_driver_sql(f"PRAGMA {each}").scalar_one())
                for each in ("page_count", "freelist_count", "page_size")
            )
            return (pages - free) * size

    def _shares(self, many: int) -> Iterator[tuple[str, int, int]]:
        """(what is copied, the number before the first, how many) of games that go on and of those that have ended."""
        running = many * RUNNING // 100
        yield self._model.running, self.games, running
        yield self._model.ended, self.games + running, many - running

    def _text(self, number: str, length: int) -> str:
        return f"printf('%0{length}d', {number})" if self._sqlite else f"lpad(({number})::text, {length}, '0')"

    def _id(self, number: str) -> str:
        return f"'01h' || {self._text(number, 23)}"

    def _user(self, number: str) -> str:
        return self._id(f"1 + ({number}) % {self.users}")

    def _bytes(self, number: str) -> str:
        text = self._text(number, 32)
        return f"CAST({text} AS BLOB)" if self._sqlite else f"convert_to({text}, 'UTF8')"

    def _copy(self, connection: sa.Connection, table: str, chosen: str, own: Own, many: int, first: int = 0) -> None:
        """Copies this row so many times; a column without a value of its own there is left to the database."""
        if not many:
            return
        if table not in self._columns:
            self._columns[table] = [each["name"] for each in sa.inspect(connection).get_columns(table)]
        names = [name for name in self._columns[table] if own.get(name) != ""]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(own.get(name, f'm."{name}"') for name in names)
        numbers = f"SELECT {first} + 1 UNION ALL SELECT i + 1 FROM n WHERE i < {first + many}"
        connection.execute(
            sa.text(
                f'WITH RECURSIVE n(i) AS ({numbers}) INSERT INTO "{table}" ({columns}) '
                f'SELECT {values} FROM n, "{table}" m WHERE {chosen}'
            )
        )


def _last(connection: sa.Connection, table: str, key: str) -> str:
    last = connection.exec_driver_sql(f"SELECT max({key}) FROM {table}").scalar_one()
    return f"m.{key} = '{last}'"
