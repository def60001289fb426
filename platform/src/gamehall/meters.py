"""What the hall measures of itself, as Prometheus reads it.

Where several workers answer, `gamehall serve` names a folder in PROMETHEUS_MULTIPROC_DIR before this module is first
imported; each worker then keeps its figures in a file there, and whichever is asked adds them up.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics

from gamehall.facts import Fact
from gamehall.tracing import part

__all__ = [
    "CONNECTIONS",
    "FAULTS",
    "FEED_LAG",
    "FOLDER",
    "LIMITED",
    "LOOP_LAG",
    "OWN",
    "WAITING",
    "WRITER_COMMITS",
    "WRITER_TRANSACTIONS",
    "answered",
    "count_facts",
    "folder",
    "transaction",
]

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the library's name for it
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

disable_created_metrics()  # a moment beside each figure, which the sums over workers do not have anyway
OWN = CollectorRegistry()

REQUESTS = Counter("gamehall_requests", "Requests whose answer has begun.", ["method", "route", "status"], registry=OWN)
REQUEST_SECONDS = Histogram(
    "gamehall_request_seconds",
    "From a request to the beginning of its answer.",
    ["method", "route"],
    buckets=_QUICK,
    registry=OWN,
)
MOVES = Counter("gamehall_moves", "Moves that were made.", registry=OWN)
GAMES_BEGUN = Counter("gamehall_games_begun", "Games that were begun.", registry=OWN)
GAMES_ENDED = Counter("gamehall_games_ended", "Games that have ended, in whatever way.", registry=OWN)
AUDITED = Counter("gamehall_audit_entries", "Entries of the audit log, by kind.", ["kind"], registry=OWN)
FAULTS = Counter("gamehall_plugin_faults", "What failed of a plugin at run time.", ["plugin", "what"], registry=OWN)
LIMITED = Counter("gamehall_limits_hit", "Refusals by a limit, by its name.", ["limit"], registry=OWN)
TRANSACTION_SECONDS = Histogram(
    "gamehall_transaction_seconds",
    "From asking for a transaction to its answer, waiting included.",
    ["kind"],
    buckets=_QUICK,
    registry=OWN,
)
LOOP_LAG = Histogram(
    "gamehall_event_loop_lag_seconds",
    "How much later than asked a worker's loop has gone on, looked at twice a second.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=OWN,
)
FEED_LAG = Gauge(
    "gamehall_feed_lag_seconds",
    "For how long the oldest event has waited that a worker has not read; of the worst worker.",
    multiprocess_mode="livemax",
    registry=OWN,
)
CONNECTIONS = Gauge(
    "gamehall_database_connections",
    "Connections to the database, in use and idle.",
    ["state"],
    multiprocess_mode="livesum",
    registry=OWN,
)
WAITING = Gauge(
    "gamehall_database_waiting",
    "Transactions that wait for a connection or, on SQLite, for a thread.",
    multiprocess_mode="livesum",
    registry=OWN,
)
WRITER_COMMITS = Counter("gamehall_writer_commits", "Commits of SQLite's writer.", registry=OWN)
WRITER_TRANSACTIONS = Counter(
    "gamehall_writer_transactions", "Transactions in the commits of SQLite's writer.", registry=OWN
)

_EVENTS = {"game_move": MOVES, "game_started": GAMES_BEGUN, "game_over": GAMES_ENDED}
_TRANSACTION = {kind: TRANSACTION_SECONDS.labels(kind) for kind in ("read", "write")}
_answers: dict[tuple[str, str, int], tuple[Any, Any]] = {}  # looked up at once, without the library's lock


def folder() -> str:
    """Where the workers keep their figures; empty where there is one worker, which keeps them to itself."""
    return os.environ.get(FOLDER, "")


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Counts a request: `route` is a template, and empty for a path that is none of the hall's."""
    key = (method, route, status // 100)
    if (found := _answers.get(key)) is None:
        named = (method if method in _METHODS else "other", route or "unknown")
        found = (REQUESTS.labels(*named, f"{status // 100}xx"), REQUEST_SECONDS.labels(*named))
        if named[0] == method:  # else there would be no end of them
            _answers[key] = found
    requests, lasted = found
    requests.inc()
    lasted.observe(seconds)


@contextlib.contextmanager
def transaction(kind: str, fn: Callable[..., Any]) -> Iterator[None]:
    """Measures a transaction, which is what is waited for in this block, and makes it a part of what is traced."""
    began = time.perf_counter()
    try:
        with part(kind, fn):
            yield
    finally:
        _TRANSACTION[kind].observe(time.perf_counter() - began)


def count_facts(facts: Iterable[Fact]) -> None:
    """Counts what a transaction has done that was committed."""
    for what, name in facts:
        if what == "audit":
            AUDITED.labels(name).inc()
        elif (meter := _EVENTS.get(name)) is not None:
            meter.inc()
