"""What whole runs of the benches have found, one after the other in one file, so that what has become slower shows.

Only ratios are compared: what is measured beside it in the same run has had the same machine and the same disturbances.
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
from pathlib import Path

from bench._processes import machine
from bench._sizes import SIZE

FILE = Path(os.environ.get("BENCH_HISTORY", Path(__file__).parent / "history.jsonl"))
_SLOWER = 0.15  # what two runs of the same code differ by on a machine that does nothing else

_kept: dict[str, float] = {}


def keep(key: str, value: float) -> None:
    """A figure of this run; those whose key ends with `.ratio` are compared with another run's."""
    _kept[key] = round(value, 4)


def tell() -> None:
    """Says what is slower than in the last run kept of such a machine and of this size, of what both have measured."""
    here, _, _ = machine().rpartition(", commit ")
    runs = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
    last = next((run for run in reversed(runs) if (run["machine"], run["size"]) == (here, SIZE)), None)
    if last is None:
        return
    before = last["figures"]
    both = [key for key in _kept if key.endswith(".ratio") and before.get(key)]
    slower = sorted((_kept[key] / before[key] - 1, key) for key in both)
    print(f"== slower by more than {_SLOWER:.0%} than in the run of {last['at']}, commit {last['commit']}")
    for share, key in reversed(slower):
        if share > _SLOWER:
            print(f"{key.removesuffix('.ratio'):50} {before[key]:>10.2f} → {_kept[key]:>10.2f} {share:>+8.0%}")
    print(f"{sum(share > _SLOWER for share, _ in slower)} of {len(both)} ratios")


def put_down() -> None:
    """Adds this run, which was a whole one, to the file."""
    here, _, commit = machine().rpartition(", commit ")
    changed = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", ":(exclude,top)bench/history.jsonl"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    run = {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": commit + ("+" if changed.strip() else ""),
        "machine": here,
        "size": SIZE,
        "figures": _kept,
    }
    with FILE.open("a") as file:
        file.write(json.dumps(run) + "\n")
    print(f"put down in {FILE.name}", file=sys.stderr)
