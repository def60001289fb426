"""Writes figures that were measured into docs/performance.md and docs/scale.md.

    figures.py              those of the last whole run of the benches, from bench/history.jsonl
    figures.py RESULTS      and in docs/performance.md those of servers that were measured beside each other

RESULTS has a line of JSON for each round of a scenario at a server; the median of the rounds is what is written.
"""

from __future__ import annotations

import json
import math
import re
import statistics
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HALLS = ("gamehall-sqlite", "gamehall-pg")
SERVERS = {
    "gamehall-sqlite": ("Gamehall, SQLite", "yes"),
    "gamehall-pg": ("Gamehall, PostgreSQL", "yes"),
    "django-daphne": ("Django, DRF, Daphne, PostgreSQL", "yes"),
    "django-uvicorn": ("the same on uvicorn", "yes"),
    "boardgameio-pg": ("boardgame.io, PostgreSQL", "yes"),
    "boardgameio": ("boardgame.io, memory", "no"),
    "colyseus": ("Colyseus, memory", "no"),
    "floor-granian": ("Litestar with nothing behind it, granian", "no"),
    "floor-uvicorn": ("the same on uvicorn", "no"),
}
WITH_SPECTATORS = "-spec"  # how a server is called that has been given spectators for the measurement
NO_PAGES = ("boardgameio", "boardgameio-pg", "colyseus")
MISSED = " (missed)"
# What is assumed of a game that is played, as docs/scale.md says it.
MOST_IN_A_HALL = 10_000
MOVE_SECONDS, MOVES, STREAMS, PAGES, HEARTBEAT_SECONDS = 10, 50, 2, 2, 15
DAY = 86_400

Figures = Mapping[str, float]
Measured = Mapping[tuple[str, str], Figures]
"""By server and scenario."""


def main(arguments: Sequence[str]) -> None:
    run = _last_run()
    if run is not None:
        figures = run["figures"]
        write("docs/scale.md", "units", units(figures))
        write("docs/scale.md", "statements", statements(figures))
        write("docs/scale.md", "halls", halls(figures))
        write("docs/scale.md", "limits", limits(figures))
        write("docs/performance.md", "growth", growth(figures))
        write("docs/performance.md", "start", start(figures))
    if arguments:
        measured = medians(json.loads(line) for line in Path(arguments[0]).read_text().splitlines())
        write("docs/performance.md", "targets", targets(measured))
        write("docs/performance.md", "moves", moves(measured))
        write("docs/performance.md", "spectators", spectators(measured))


def _last_run() -> dict[str, Figures] | None:
    history = ROOT / "bench/history.jsonl"
    runs = [json.loads(line) for line in history.read_text().splitlines()] if history.exists() else []
    return next((run for run in reversed(runs) if run["size"] == 1), None)


def write(document: str, part: str, text: str) -> None:
    """Puts a text into the document's part of this name."""
    path = ROOT / document
    before = path.read_text()
    after, times = re.subn(
        rf"(<!-- figures: {part} -->\n).*?(<!-- end of figures -->)",
        lambda found: f"{found[1]}\n{text}\n{found[2]}",
        before,
        flags=re.S,
    )
    if times != 1:
        sys.exit(f"{document} has {times} parts for the figures of {part}")
    path.write_text(after)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def said(value: float | None, unit: str = "") -> str:
    """A number in so many digits as it is known by."""
    if value is None or math.isnan(value):
        return "–"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    text = f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.{min(digits, 3)}f}"
    return f"{text} {unit}".strip()


# Servers beside each other.


def medians(rows: Iterable[Mapping[str, object]]) -> Measured:
    """The median of the rounds of each scenario at each server."""
    rounds: dict[tuple[str, str], list[Mapping[str, object]]] = {}
    for row in rows:
        if "error" not in row:
            rounds.setdefault((str(row["peer"]).removesuffix(WITH_SPECTATORS), str(row["scenario"])), []).append(row)
    return {key: {name: _middle(name, found) for name in found[0]} for key, found in rounds.items()}


def _middle(name: str, rows: Sequence[Mapping[str, object]]) -> float:
    values = [float(value) for row in rows if isinstance(value := row.get(name), int | float)]
    return statistics.median(values) if values else math.nan


def targets(measured: Measured) -> str:
    """What was to be reached, and what is: of one hall after the other."""

    def cell(of: Sequence[tuple[str, str]], bounds: Sequence[float], hall: str, *, least: bool = False) -> str:
        values = [measured.get((hall, scenario), {}).get(field, math.nan) for scenario, field in of]
        missed = any(value < bound if least else value > bound for value, bound in zip(values, bounds, strict=True))
        return " · ".join(map(said, values)) + (MISSED if missed else "")

    push, one, crowds = "push:conc=16", "push:conc=1,secs=5", ("spectate:subs=1000", "spectate:subs=2000")
    pages = [("page:conc=16", "req_s"), ("frag:conc=16", "req_s")]
    rows: list[tuple[str, Sequence[tuple[str, str]], Sequence[Sequence[float]], bool]] = [
        ("CPU a move, pushed, 16 games, ms", [(push, "cpu_ms_move")], [[0.30], [0.90]], False),
        ("moves/s on one core", [("play:conc=16", "moves_s")], [[3_000], [1_000]], True),
        (
            "POST to the opponent's event, one game, p50 · p99, ms",
            [(one, "push_p50_ms"), (one, "push_p99_ms")],
            [[1, 5], [2, 8]],
            False,
        ),
        (
            "1,000 · 2,000 spectators: last served, ms",
            [(each, "last_p50_ms") for each in crowds],
            [[25, 50]] * 2,
            False,
        ),
        ("CPU a delivery, µs", [(each, "cpu_us_event") for each in crowds], [[20, 20]] * 2, False),
        ("game page · lobby page, requests/s on one core", pages, [[1_500, 1_500], [1_000, 1_000]], True),
        ("memory of an idle stream, 2,000 open, KiB", [(crowds[1], "kib_conn_idle")], [[40]] * 2, False),
    ]
    lines = []
    for what, of, bounds, least in rows:
        line = [what]
        for hall, bound in zip(HALLS, bounds, strict=True):
            line += [
                f"{'≥' if least else '≤'} {' · '.join(f'{each:,g}' for each in bound)}",
                cell(of, bound, hall, least=least),
            ]
        lines.append(line)
    return table(["", "SQLite: to reach", "reached", "PostgreSQL: to reach", "reached"], lines)


def moves(measured: Measured) -> str:
    """Moves and pages of every server that was measured."""

    def line(name: str) -> list[str]:
        title, stored = SERVERS[name]

        def of(scenario: str, field: str) -> str:
            return said(measured.get((name, scenario), {}).get(field))

        one = "push:conc=1,secs=5"
        page = "–" if name in NO_PAGES else of("page:conc=16", "req_s")
        told = f"{of(one, 'push_p50_ms')} / {of(one, 'push_p99_ms')}"
        return [title, of("play:conc=16", "moves_s"), of("push:conc=16", "cpu_ms_move"), told, stored, page]

    head = ["", "moves/s", "CPU ms a move, pushed", "opponent told, p50 / p99 ms", "stored", "game pages/s"]
    return table(head, [line(name) for name in SERVERS if _was_measured(name, "push", measured)]) + _disturbed(measured)


def _disturbed(measured: Measured) -> str:
    """What says how far times of answers can be believed."""
    others = [value for each in measured.values() if not math.isnan(value := each.get("other_cores", math.nan))]
    drivers = [value for each in measured.values() if not math.isnan(value := each.get("driver_cores", math.nan))]
    if not others or not drivers:
        return ""
    taken = max(0.0, statistics.median(others))  # each is counted by itself, so their sum can be a little too much
    return (
        f"\nOther programs took {taken:.2f} cores of the machine meanwhile, in the median of all "
        f"scenarios;\nthe driver took {max(drivers):.2f} of its own at most.\n"
    )


def spectators(measured: Measured) -> str:
    """Crowds at every server that was measured."""

    def line(name: str) -> list[str]:
        crowds = [measured.get((name, f"spectate:subs={size}"), {}) for size in (1000, 2000)]
        of = [(said(crowd.get("last_p50_ms")), said(crowd.get("cpu_us_event"))) for crowd in crowds]
        drivers = said(crowds[1].get("driver_us_event"))
        return [SERVERS[name][0], of[0][0], of[0][1], of[1][0], of[1][1], said(crowds[1].get("kib_conn_idle")), drivers]

    head = [
        "",
        "1,000: last, ms",
        "CPU µs each",
        "2,000: last, ms",
        "CPU µs each",
        "KiB a stream",
        "driver's CPU µs each",
    ]
    return table(head, [line(name) for name in SERVERS if _was_measured(name, "spectate", measured)])


def _was_measured(name: str, kind: str, measured: Measured) -> bool:
    return any(server == name and scenario.startswith(kind) for server, scenario in measured)


# The benches.


def growth(figures: Figures) -> str:
    cases = dict.fromkeys(key.split(".")[1] for key in figures if key.startswith("growth."))
    lines = []
    for case in cases:
        line = [case]
        for database in ("sqlite", "postgresql"):
            now, ratio = (figures.get(f"growth.{case}.{database}.{field}") for field in ("CPU ms", "ratio"))
            line += [said(now), said(ratio)]
        lines.append(line)
    return table(["", "SQLite, CPU ms", "÷ before", "PostgreSQL, CPU ms", "÷ before"], lines)


def start(figures: Figures) -> str:
    cases = dict.fromkeys(key.split(".")[1] for key in figures if key.startswith("start."))
    fields = ("seconds", "cpu", "ratio")
    lines = [[case, *(said(figures.get(f"start.{case}..{field}")) for field in fields)] for case in cases]
    return table(["", "s", "CPU s", "÷ importing Litestar"], lines)


def units(figures: Figures) -> str:
    """The table of one of everything, with the words that stand in it."""
    return _told_again("units", ["key", "SQLite", "PostgreSQL", "ratio", "what"], figures, ratios=True)


def statements(figures: Figures) -> str:
    return _told_again("statements", ["key", "SQLite", "PostgreSQL", "what"], figures, ratios=False)


def _told_again(part: str, head: Sequence[str], figures: Figures, *, ratios: bool) -> str:
    """The rows of a part of docs/scale.md with other figures: what each is in words is written there."""
    text = (ROOT / "docs/scale.md").read_text()
    found = re.search(rf"<!-- figures: {part} -->\n(.*?)<!-- end of figures -->", text, re.S)
    lines = []
    for key, cells in re.findall(r"^\| `(.+?)` \|(.*)\|$", found[1] if found else "", re.M):
        what, name = cells.rsplit("|", 1)[-1].strip(), key if part == "statements" else f"units.{key}"
        values = [figures.get(f"{name}.{database}") for database in ("sqlite", "postgresql")]
        unit = re.search(r"(µs|bytes)", cells.rsplit("|", 1)[0])
        line = [f"`{key}`", *(said(value, unit[1] if unit and value is not None else "") for value in values)]
        if ratios:
            shares = [figures.get(f"{name}.{database}.ratio") for database in ("sqlite", "postgresql")]
            line.append(" · ".join(said(share) for share in shares if share is not None))
        lines.append([*line, what])
    return table(head, lines)


def halls(figures: Figures) -> str:
    """What 10, 10³ and 10⁶ games at once need, by what one of everything costs."""
    lines: list[list[str]] = []

    def row(what: str, of: Callable[[int, Callable[[str], float]], str]) -> None:
        cells = []
        for games, database in ((10, "sqlite"), (1_000, "postgresql"), (1_000_000, "postgresql")):
            cells.append(of(games, lambda key, database=database: figures.get(f"units.{key}.{database}", 0.0)))  # type: ignore[misc]
        lines.append([what, *cells])

    row("moves a second", lambda games, _: said(games / MOVE_SECONDS))
    row(
        "streams, heartbeats a second",
        lambda games, _: f"{said(games * STREAMS)}, {said(games * STREAMS / HEARTBEAT_SECONDS)}",
    )
    row("games a day, if it is never quiet", lambda games, _: said(games * DAY / MOVE_SECONDS / MOVES))
    row("processors for moves", lambda games, of: said(games / MOVE_SECONDS * of("move.request") / 1e6))
    row("and in the database", lambda games, of: said(games / MOVE_SECONDS * of("move.database") / 1e6 or None))
    row(
        "processors for telling of them",
        lambda games, of: said(games / MOVE_SECONDS * STREAMS * of("event.delivery") / 1e6),
    )
    row("processors for pages", lambda games, of: said(games / MOVE_SECONDS / MOVES * PAGES * of("page.game") / 1e6))
    row(
        "processors for heartbeats",
        lambda games, of: said(games * STREAMS / HEARTBEAT_SECONDS * of("stream.heartbeat") / 1e6 or None),
    )
    row(
        "of each worker, for reading the feed",
        lambda games, of: said(_in_one(games) / MOVE_SECONDS * of("event.read") / 1e6),
    )
    row("workers, half busy", lambda games, of: said(_workers(games, of)))
    row(
        "memory, MB",
        lambda games, of: said(
            (_workers(games, of) * of("worker.memory") + games * STREAMS * of("stream.memory")) / 1e6
        ),
    )
    row("connections to the database", lambda games, of: said(_workers(games, of) * of("worker.connections") or None))
    row(
        "disk a year: games and moves, GB",
        lambda games, of: said(games * 365 * DAY / MOVE_SECONDS / MOVES * _game(of) / 1e9),
    )
    row(
        "disk for events, kept for a week, GB",
        lambda games, of: said(games * 7 * DAY / MOVE_SECONDS * of("disk.event") / 1e9),
    )
    return table(["games at once", "10, SQLite", "10³, PostgreSQL", "10⁶, in halls of 10⁴"], lines)


def _game(of: Callable[[str], float]) -> float:
    return of("disk.game") + MOVES * of("disk.move")


def _in_one(games: int) -> int:
    """How many of them are in one hall."""
    return min(games, MOST_IN_A_HALL)


def _workers(games: int, of: Callable[[str], float]) -> int:
    """As many as are busy for half of the time: what each does for itself, and reading the feed, included."""
    one = _in_one(games)
    shared = (
        one / MOVE_SECONDS * (of("move.request") + STREAMS * of("event.delivery") + PAGES / MOVES * of("page.game"))
    )
    shared += one * STREAMS / HEARTBEAT_SECONDS * of("stream.heartbeat")
    own = of("worker.idle") + one / MOVE_SECONDS * of("event.read")
    return games // one * max(1, math.ceil(shared / (5e5 - own)))


def limits(figures: Figures) -> str:
    """How far one of what is limited goes, by itself: in moves a second, and in games that are played."""

    def of(key: str) -> float:
        return figures.get(f"units.{key}.postgresql") or math.nan  # nothing where it was too little to be measured

    found = {
        "a worker that only takes moves, by `move.request`": 1e6 / of("move.request"),
        "a worker's feed, by `event.read`": 1e6 / of("event.read"),
        "heartbeats of the players' streams in one worker, by `stream.heartbeat`": HEARTBEAT_SECONDS
        * 1e6
        / of("stream.heartbeat")
        / STREAMS
        / MOVE_SECONDS,
        "NOTIFY in every commit, by `commits.announced`": of("commits.announced"),
        "commits without it, by `commits.quiet`": of("commits.quiet"),
    }
    lines = [[what, said(number), said(number * MOVE_SECONDS)] for what, number in found.items()]
    return table(["PostgreSQL", "moves a second", "games"], lines)


if __name__ == "__main__":
    main(sys.argv[1:])
