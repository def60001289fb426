"""What one of everything costs – a move, an event, a stream, a page, a row on the disk – on SQLite and on PostgreSQL.

Processor time is that of the worker alone. Beside it stands how many requests that do nothing it would pay for,
measured in the same run, which says more on another machine than the figure itself. The keys are those of
docs/scale.md. Both databases put on the disk what they have promised. Needs Linux and a PostgreSQL as the tests do;
some two minutes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench._feed import feeding
from bench._history import keep
from bench._inside import inside
from bench._outside import outside
from bench._processes import databases

MICROSECONDS, BYTES = "µs", "bytes"
UNITS = {
    "request.nothing": (MICROSECONDS, "a request that does nothing: /health"),
    "request.me": (MICROSECONDS, "a request of the API that asks who it is: /users/me"),
    "request.game": (MICROSECONDS, "a game by the API"),
    "page.lobby": (MICROSECONDS, "the lobby as a page"),
    "page.game": (MICROSECONDS, "a game as a page"),
    "page.games": (MICROSECONDS, "the list of games as a page"),
    "sign_in.request": (MICROSECONDS, "a sign-in by password"),
    "move.request": (MICROSECONDS, "a move by the API"),
    "move.play": (MICROSECONDS, "of it, without HTTP and without asking who it is"),
    "move.play_together": (MICROSECONDS, "the same, while many games go on at once"),
    "move.rules": (MICROSECONDS, "of it, the rules"),
    "move.database": (MICROSECONDS, "besides, of the database's processes"),
    "move.a_second": ("", "moves a second of one process, without HTTP, many games at once"),
    "move.statements": ("", "statements of a move's request"),
    "move.transactions": ("", "transactions of it"),
    "move.round_trips": ("", "round trips to the database of it"),
    "move.log": (BYTES, "written to the log before the database (WAL), a move by itself"),
    "commits.quiet": ("", "commits a second of sixteen writers of one row each"),
    "commits.announced": ("", "the same with a NOTIFY in each, as every event has one"),
    "event.read": (MICROSECONDS, "an event to a worker at which nobody follows it"),
    "event.delivery": (MICROSECONDS, "an event to one more stream"),
    "stream.heartbeat": (MICROSECONDS, "a heartbeat of a stream, at which the right to listen is asked again"),
    "stream.memory": (BYTES, "a stream that waits"),
    "worker.memory": (BYTES, "a worker's own memory"),
    "worker.idle": (MICROSECONDS, "a second of a worker with nobody there"),
    "worker.idle_statements": ("", "statements that it sends in such a second"),
    "worker.idle_feed_reads": ("", "of them, reads of the feed"),
    "worker.connections": ("", "connections of a worker to the database"),
    "disk.user": (BYTES, "a user, with when they were seen"),
    "disk.session": (BYTES, "a session of a browser"),
    "disk.token": (BYTES, "a token of a device"),
    "disk.game": (BYTES, "a game without its moves"),
    "disk.move": (BYTES, "a move of gomoku on 15×15"),
    "disk.event": (BYTES, "an event of a move"),
}


def _figures(name: str, url: str) -> Iterator[tuple[str, float]]:
    """All of one database. Those who wait see each part of them."""
    for part in (inside, outside, feeding):
        found = part(url)
        print(f"{name}: " + ", ".join(f"{key} {value:,.1f}" for key, value in found.items()), file=sys.stderr)
        yield from found.items()


def main() -> None:
    with databases() as urls:
        figures = {name: dict(_figures(name, url)) for name, url in urls.items()}
    print(f"{'':24} {'':>6} {'sqlite':>12} {'postgresql':>12} {'÷ nothing':>13}")
    for key, (unit, what) in UNITS.items():
        found = {name: each.get(key) for name, each in figures.items()}
        ratios = [
            f"{value / figures[name]['request.nothing']:.1f}" if unit == MICROSECONDS and value is not None else ""
            for name, value in found.items()
        ]
        for name, value in found.items():
            if value is not None:
                keep(f"units.{key}.{name}", value)
                if unit == MICROSECONDS:
                    keep(f"units.{key}.{name}.ratio", value / figures[name]["request.nothing"])
        texts = ["–" if value is None else f"{value:,.1f}" for value in found.values()]
        print(f"{key:24} {unit:>6} {texts[0]:>12} {texts[1]:>12} {' · '.join(filter(None, ratios)):>13}  {what}")
