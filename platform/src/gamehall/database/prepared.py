"""Statements that are made ready once and then handed to the driver by themselves.

What SQLAlchemy does around each execution – events, contexts, results that can be anything – costs some ten times what
SQLite takes to find a row by its index. A statement of the hot path is written in SQLAlchemy's language all the same,
so that it is checked against the tables and right for both databases; only its execution is short.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from time import perf_counter
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import psycopg as postgresql
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from gamehall.statements import Stopwatch

__all__ = ["Prepared", "as_of_sqlalchemy", "as_one", "at_length", "is_one_of", "is_short"]

_DIALECTS: Mapping[str, sa.Dialect] = {
    "sqlite": pysqlite.dialect(paramstyle="named"),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}
_short = True


@contextlib.contextmanager
def at_length() -> Iterator[None]:
    """Sends statements in SQLAlchemy's own way while the block lasts, so that its events tell of them too."""
    global _short
    before, _short = _short, False
    try:
        yield
    finally:
        _short = before


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement as one kind of driver takes it. `given` are the values that it has of its own."""

    text: str
    given: Mapping[str, Any]
    binds: tuple[tuple[str, Callable[[Any], Any]], ...]
    results: tuple[tuple[int, Callable[[Any], Any]], ...]
    row: Callable[..., Any]

    def values(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values for the driver."""
        given = {**self.given, **values}
        for name, bound in self.binds:
            given[name] = bound(given[name])
        return given

    def rows(self, found: list[Any]) -> list[Any]:
        """Named rows of what the driver has found."""
        if not self.results:
            return [self.row(*each) for each in found]
        rows = []
        for each in found:
            values = list(each)
            for place, read in self.results:
                values[place] = read(values[place])
            rows.append(self.row(*values))
        return rows


class Prepared:
    """A statement whose values have names: the columns of an INSERT or `SET`, or those of its `bindparam`s. For a list
    of texts there is `is_one_of`; `in_` makes its length a part of the text."""

    def __init__(
        self, statement: sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update, *columns: str
    ) -> None:
        """`columns` are those that an INSERT or an UPDATE is given values for."""
        self.statement = statement
        self._columns = columns
        self.on = cache(self._on)

    def _on(self, dialect: str) -> Ready:
        """As the driver of this kind of database takes it."""
        of = _DIALECTS[dialect]
        compiled = self.statement.compile(dialect=of, column_keys=list(self._columns) or None)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - for the type checker
        binds = {name: each.type.dialect_impl(of).bind_processor(of) for name, each in compiled.binds.items()}
        returned = self._returned()
        results = enumerate(each.type.dialect_impl(of).result_processor(of, None) for each in returned)
        return Ready(
            str(compiled),
            {name: value for name, value in compiled.params.items() if value is not None},
            tuple((name, bound) for name, bound in binds.items() if bound is not None),
            tuple((place, read) for place, read in results if read is not None),
            namedtuple("Row", [each.name for each in returned], rename=True),
        )

    def _returned(self) -> list[Any]:
        if isinstance(self.statement, (sa.Select, sa.CompoundSelect)):
            return list(self.statement.selected_columns)
        return list(self.statement.exported_columns)

    def rows(self, connection: sa.Connection, /, **values: Any) -> list[Any]:
        """What it finds, or returns, in this transaction."""
        if not _is_short(connection):
            return list(connection.execute(self.statement, values))
        ready = self.on("sqlite")
        return ready.rows(_run(connection, ready, values).fetchall())

    def change(self, connection: sa.Connection, /, **values: Any) -> int:
        """How many rows it has changed in this transaction."""
        if not _is_short(connection):
            return connection.execute(self.statement, values).rowcount
        return int(_run(connection, self.on("sqlite"), values).rowcount)


class _Texts(sa.TypeDecorator[Collection[str]]):
    """Any number of texts as one value: an array where the database has arrays, else JSON."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(sa.Text) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Collection[str] | None, dialect: sa.Dialect) -> Any:
        given = list(value or ())
        return given if dialect.name == "postgresql" else msgspec.json.encode(given).decode()


class _IsOneOf(GenericFunction[bool]):
    inherit_cache = True
    name = "is_one_of"
    type = sa.Boolean()

    def self_group(self, against: Any = None) -> Any:
        """As it is: SQLAlchemy would compare it with 1 for SQLite, which then takes no index for it."""
        return self


@compiles(_IsOneOf, "sqlite")
def _in_json(element: _IsOneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, texts = element.clauses
    each = sa.func.json_each(texts).table_valued("value").c.value
    return compiler.process(column.in_(sa.select(each)), **given)


@compiles(_IsOneOf, "postgresql")
def _in_array(element: _IsOneOf, compiler: SQLCompiler, **given: Any) -> str:
    column, texts = (compiler.process(each, **given) for each in element.clauses)
    return f"{column} = ANY ({texts})"


def is_one_of(column: sa.ColumnElement[str], name: str) -> sa.ColumnElement[bool]:
    """That the column has one of the texts that are given by this name, however many they are."""
    return _IsOneOf(column, sa.bindparam(name, type_=_Texts))


def is_short() -> bool:
    """Whether statements go to the driver by themselves."""
    return _short


def _is_short(connection: sa.Connection) -> bool:
    """Whether they do on this connection: inside a transaction the driver of PostgreSQL must be waited for."""
    return _short and connection.dialect.name == "sqlite"


def _run(connection: sa.Connection, ready: Ready, values: Mapping[str, Any]) -> sqlite3.Cursor:
    driver: Any = connection.connection.driver_connection
    watch: Stopwatch | None = connection.info.get("stopwatch")
    began = perf_counter()
    try:
        cursor: sqlite3.Cursor = driver.execute(ready.text, ready.values(values))
    except sqlite3.Error as error:
        raise as_of_sqlalchemy(error, ready.text, sqlite3.Error) from error
    finally:
        if watch is not None:
            watch.note(ready.text, began)
    return cursor


@contextlib.contextmanager
def as_one(connection: sa.Connection, text: str) -> Iterator[Any]:
    """The driver's own connection to PostgreSQL, to which what is sent in this block goes as one, and is called by this
    text."""
    import psycopg  # where there is no PostgreSQL a start need not wait for it

    driver: Any = connection.connection.driver_connection
    watch: Stopwatch | None = connection.info.get("stopwatch")
    began = perf_counter()
    try:
        with driver.pipeline():
            yield driver
    except psycopg.Error as error:
        raise as_of_sqlalchemy(error, text, psycopg.Error) from error
    finally:
        if watch is not None:
            watch.note(text, began)


def as_of_sqlalchemy(error: Exception, text: str, kind: type[Exception]) -> BaseException:
    """A driver's error as SQLAlchemy raises it; the values stay unsaid."""
    return sa.exc.DBAPIError.instance(text, None, error, kind, hide_parameters=True)
