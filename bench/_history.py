"""What runs of the benches have found, one after the other in one file, so that what has become slower shows."""

from __future__ import annotations

import datetime
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench._processes import machine

FILE = Path(os.environ.get("BENCH_HISTORY", Path(__file__).parent / "history.jsonl"))
_WORSE = 1.25
_LAST = 5  # runs that a new one is compared with

_kept: dict[str, float] = {}


def keep(key: str, value: float) -> None:
    """A figure of this run."""
    _kept[key] = round(value, 4)


def put_down() -> None:
    """Adds this run to the file, and names the ratios that are a quarter worse than in the runs before on such a
    machine. Ratios only: what is measured beside it in the same run has had the same machine."""
    if not _kept:
        return
    here = machine().rpartition(", commit ")
    runs = [json.loads(line) for line in FILE.read_text().splitlines()] if FILE.exists() else []
    before = [run["figures"] for run in runs if run["machine"] == here[0]][-_LAST:]
    for key, value in _kept.items():
        known = [run[key] for run in before if key in run]
        if key.endswith(".ratio") and known and value > (usual := statistics.median(known)) * _WORSE:
            print(f"worse: {key} is {value:.2f}, and was {usual:.2f} in the {len(known)} runs before")
    changed = subprocess.run(["git", "status", "--porcelain"], capture_output=True, text=True, check=False).stdout
    run = {
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "commit": here[2] + ("+" if changed.strip() else ""),
        "machine": here[0],
        "figures": _kept,
    }
    with FILE.open("a") as file:
        file.write(json.dumps(run) + "\n")
    print(f"put down in {FILE.name}", file=sys.stderr)
