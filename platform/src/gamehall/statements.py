"""What is asked of the database: counted for the request that it is for, and named in the log where it took long.

The values of statements are never told, at no level: they are people's."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from time import perf_counter
from typing import Any, Concatenate, ParamSpec, TypeVar

import sqlalchemy as sa

from gamehall.logs import DEBUG
from gamehall.origins import origin

__all__ = ["Stopwatch", "tell_statements"]

log = logging.getLogger(__name__)
debug = logging.getLogger(DEBUG)

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST = 2_000  # characters of a statement that are told
_MOST = 500  # statements that are told of one request: a stream has no end

_waited: ContextVar[float] = ContextVar("waited", default=0.0)
"""For how many milliseconds the present transaction has waited to begin."""


class Stopwatch:
    """Measures the transactions of one database; `slow_ms` is from when on it says so in the log, 0 being never."""

    def __init__(self, slow_ms: int) -> None:
        self._slow_ms = slow_ms

    def watch(self, engine: sa.Engine) -> None:
        """Measures every statement that goes to this engine.

        The events of executions would cost six times as much: with one of them SQLAlchemy makes ready for all. What
        goes to the driver by itself finds this in `info` of the connection.
        """

        @sa.event.listens_for(engine, "connect")
        def known(_connection: object, record: sa.pool.ConnectionPoolEntry) -> None:
            record.info["stopwatch"] = self

        for way in ("do_execute", "do_executemany"):
            sa.event.listen(engine, way, self._measured(way))

    def _measured(self, way: str) -> Callable[[Any, str, Any, Any], bool]:
        def execute(cursor: Any, statement: str, parameters: Any, context: Any) -> bool:
            began = perf_counter()
            try:
                getattr(context.dialect, way)(cursor, statement, parameters, context)
            finally:
                self.note(statement, began)
            return True

        return execute

    def waiting(self, fn: Callable[Concatenate[sa.Connection, P], T]) -> Callable[Concatenate[sa.Connection, P], T]:
        """The same function of a transaction, which begins some time after this moment: when it is given a connection,
        or its turn."""
        since = perf_counter()

        def run(connection: sa.Connection, /, *args: P.args, **kwargs: P.kwargs) -> T:
            waited = (perf_counter() - since) * 1_000
            _waited.set(waited)
            if waited >= 1 and (asked := origin().asked) is not None:
                _keep(asked, waited, "(waited to begin)")
            if 0 < self._slow_ms <= waited:
                log.warning(
                    "waited %.0f ms for a connection to the database", waited, extra={"told": {"waited_ms": waited}}
                )
            return fn(connection, *args, **kwargs)

        return run

    def committed(self, began: float) -> None:
        """A COMMIT that began then, by `perf_counter`, has ended now."""
        self._tell_if_slow("COMMIT", (perf_counter() - began) * 1_000)

    def note(self, statement: str, began: float) -> None:
        """A statement that began then, by `perf_counter`, has ended now."""
        took = (perf_counter() - began) * 1_000
        where = origin()
        where.statements += 1
        where.database_ms += took
        if where.asked is not None:
            _keep(where.asked, took, statement)
        self._tell_if_slow(statement, took)

    def _tell_if_slow(self, statement: str, took: float) -> None:
        if not 0 < self._slow_ms <= took:
            return
        text = _in_one_line(statement)
        told = {"ms": round(took, 1), "waited_ms": round(_waited.get(), 1), "statement": text}
        log.warning("slow: %.0f ms, after %.0f ms of waiting: %s", took, _waited.get(), text, extra={"told": told})


def tell_statements(of: str, **told: object) -> None:
    """Puts down what has been asked of the database here, for whoever debugs it."""
    where = origin()
    if where.asked is not None:
        told |= {"statements": where.statements, "database_ms": round(where.database_ms, 1)}
        words = "%s: %d statements took %.1f ms"
        debug.debug(words, of, where.statements, where.database_ms, extra={"told": told, "block": where.asked})


def _keep(asked: list[str], took: float, what: str) -> None:
    """A line for whoever wants to see each of them."""
    if len(asked) < _MOST:
        asked.append(f"{took:8.1f} ms  {_in_one_line(what)}")


def _in_one_line(statement: str) -> str:
    text = " ".join(statement.split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
