"""What a database does for the hall, whichever it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from gamehall.database.prepared import Prepared

__all__ = ["NEWS_CHANNEL", "Database", "Load", "announced", "has_news"]

NEWS_CHANNEL = "gamehall_feed"  # on which processes tell each other that there is something new to read
_NEWS = "news"

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Load:
    """What a database has to do now: its connections, the transactions that wait for one, and what its one writer,
    where there is one, has committed since the start."""

    in_use: int
    idle: int
    waiting: int
    commits: int = 0
    committed: int = 0


class Database(ABC):
    """The hall's database. Functions given to it must not keep the connection nor wait for anything else."""

    dialect: str
    name = ""
    """By which a process knows what it has announced itself, where the database does that."""

    @abstractmethod
    async def read(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, from one consistent state of the database."""

    @abstractmethod
    async def look(self, statement: Prepared, **values: Any) -> list[Any]:
        """The rows of one statement that finds few of them by an index, as it was committed last: the quickest way to
        know something. Other looks and transactions may be of another moment."""

    @abstractmethod
    async def write(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result, after its changes were committed; a caller who goes away does not undo them."""

    @abstractmethod
    async def together(self, fn: Callable[Concatenate[sa.Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """As `write`, for one function that does the work of many who wait: one such transaction at a time in each
        process, in a thread that only waits for the database."""

    @abstractmethod
    def load(self) -> Load:
        """What there is to do now, in this process."""

    @abstractmethod
    async def close(self) -> None: ...


def has_news(connection: sa.Connection) -> None:
    """Has the others told, once this transaction is committed, that there is something new to read. They are not told
    by the transaction itself: PostgreSQL lets one that does so commit at a time."""
    connection.info[_NEWS] = True


def announced(connection: sa.Connection) -> bool:
    """Whether the transaction that has ended on this connection had news; asked once."""
    return bool(connection.info.pop(_NEWS, False))
