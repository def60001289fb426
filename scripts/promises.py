"""Prints what the last `make soak` has found of each promise, and writes it into docs/trust.md."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from figures import MISSED, ROOT, said, table, write

SOAK = ROOT / ".soak/figures.jsonl"

# What is promised, by the key of the tests: in words, what is to be reached, and whether the figures of several tests
# add up or the greatest counts. At least so much is asked of all databases together, at most so much of each.
PROMISES: list[tuple[str, str, str, float, Callable[[Iterable[float]], float]]] = [
    ("kills", "kill -9 of a worker, of the process that minds them, of all", "≥", 200, sum),
    ("seconds after a kill", "and until a move is acknowledged again, s", "≤", 20, max),
    ("acknowledged", "moves acknowledged, in all faults", "≥", 20_000, sum),
    ("unknown", "and attempts whose answer did not come, or was 503", "", 0, sum),
    ("lost", "moves lost, or stored that nobody made", "≤", 0, sum),
    ("doubled", "moves doubled", "≤", 0, sum),
    ("forked", "moves forked or re-ordered", "≤", 0, sum),
    ("boards", "boards that differ: stored, by the API, on the page, by the stream", "≤", 0, sum),
    ("5xx", "answers 5xx, but 503 with `Retry-After`", "≤", 0, sum),
    ("streams that were cut", "streams that were cut at random", "≥", 50, sum),
    ("cuts", "and how often", "≥", 500, sum),
    ("missed", "events missed, on all streams", "≤", 0, sum),
    ("told twice", "events told twice", "≤", 0, sum),
    ("plies asked of two workers at once", "plies asked of two workers at once", "", 0, sum),
    ("answers lost on their way", "answers lost between commit and client", "", 0, sum),
    ("seconds after PostgreSQL's restart", "PostgreSQL's restart, until a move is acknowledged, s", "≤", 5, max),
    ("seconds after PostgreSQL's pause", "the end of its standing still, until then, s", "≤", 5, max),
    ("moves without an answer while Redis was away", "moves refused while Redis was away", "≤", 0, sum),
    ("moves without an answer while the disk was full", "moves refused while the disk was full", "", 0, sum),
    ("backups restored", "backups taken while people play, and restored", "", 0, sum),
    ("seconds that hanging rules stop others", "rules that hang: no other game goes on for, s", "≤", 5, max),
    ("streams open when told to stop", "streams open when told to stop", "≥", 500, max),
    ("seconds to stop", "and until it has ended, s", "≤", 5, max),
    ("streams of one worker", "idle streams of one worker", "≥", 2_000, max),
    ("KiB a stream that is idle", "and the memory of each, KiB", "≤", 50, max),
    ("acts against the model", "acts of users that a model foretold", "", 0, sum),
    ("parsers", "parsers of what comes from outside", "", 0, sum),
    ("malformed inputs", "and malformed inputs to each", "≥", 100_000, min),
    ("never-readers", "clients that never read", "≥", 200, max),
    ("MiB with never-readers", "and their memory in all, MiB", "≤", 20, max),
    ("seconds until never-readers are gone", "until they are gone, s", "≤", 60, max),
]


def main() -> None:
    text = promises([json.loads(line) for line in SOAK.read_text().splitlines()])
    day = time.strftime("%Y-%m-%d", time.gmtime(SOAK.stat().st_mtime))
    write("docs/trust.md", "promises", f"`make soak`, {day}:\n\n{text}")
    sys.stdout.write(text)
    if MISSED in text:
        sys.exit("Not all that is promised was tried and reached.")


def promises(kept: Sequence[Mapping[str, Any]]) -> str:
    """A row for each promise: what is to be reached, and what is on each database."""
    lines = []
    for key, what, least, bound, join in PROMISES:
        found = {
            database: join(values)
            for database in ("sqlite", "postgres")
            if (values := [each["value"] for each in kept if (each["key"], each["database"]) == (key, database)])
        }
        missed = not found or (sum(found.values()) < bound if least == "≥" else max(found.values()) > bound)
        line = [what, f"{least} {bound:,g}" + MISSED * missed if least else ""]
        lines.append([*line, *(said(found.get(database)) for database in ("sqlite", "postgres"))])
    return table(["", "to reach", "SQLite", "PostgreSQL"], lines)


if __name__ == "__main__":
    main()
