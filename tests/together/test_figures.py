"""Figures that were measured come into the documents as they are."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rig.tree import ROOT


def written(folder: Path, document: str, part: str) -> dict[str, list[str]]:
    """The cells of a part's rows by the first."""
    text = (folder / document).read_text()
    (table,) = re.findall(rf"<!-- figures: {part} -->\n(.*?)<!-- end of figures -->", text, re.S)
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.split("\n") if "|" in line]
    return {first: rest for first, *rest in lines}


def test_what_was_measured_is_written_down(tmp_path: Path) -> None:
    for part in ("docs", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part)
    (tmp_path / "bench").mkdir()
    known = re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", (ROOT / "docs/scale.md").read_text(), re.M)
    figures = {f"units.{key}.{database}": 1_000.0 for key in known for database in ("sqlite", "postgresql")}
    figures |= {"units.move.request.postgresql": 4_000.0, "units.move.request.postgresql.ratio": 8.25}
    figures |= {"statements.flat.sqlite": 93, "statements.flat.postgresql": 90}
    figures |= {"growth.move 1–20.sqlite.CPU ms": 0.251, "growth.move 1–20.sqlite.ratio": 1.04}
    figures |= {"start.serve, again..seconds": 1.51, "start.serve, again..cpu": 1.4, "start.serve, again..ratio": 5.0}
    runs = [{"size": 1, "figures": figures}, {"size": 0.1, "figures": {}}]
    (tmp_path / "bench/history.jsonl").write_text("".join(json.dumps(run) + "\n" for run in runs))
    rounds = [(0.2, 3_500), (0.4, 2_000), (0.25, 3_100)]
    results = [
        {"peer": "gamehall-sqlite", "scenario": scenario, field: value}
        for moves in rounds
        for scenario, field, value in zip(
            ("push:conc=16", "play:conc=16"), ("cpu_ms_move", "moves_s"), moves, strict=True
        )
    ]
    results += [{"peer": "colyseus", "scenario": "push:conc=16", "error": "did not start"}]
    results += [
        {
            "peer": "gamehall-pg",
            "scenario": "push:conc=16",
            "cpu_ms_move": 1.25,
            "other_cores": 0.1,
            "driver_cores": 0.4,
        }
    ]
    results += [{"peer": "django-daphne-spec", "scenario": "spectate:subs=1000", "last_p50_ms": 222.2}]
    (tmp_path / "results.jsonl").write_text("".join(json.dumps(result) + "\n" for result in results))
    subprocess.run([sys.executable, tmp_path / "scripts/figures.py", tmp_path / "results.jsonl"], check=True)

    units = written(tmp_path, "docs/scale.md", "units")
    assert units["`move.request`"] == ["1,000 µs", "4,000 µs", "8.25", "a move by the API"]
    assert units["`disk.move`"][0] == "1,000 bytes"
    assert written(tmp_path, "docs/scale.md", "statements")["`statements.flat`"][:2] == ["93", "90"]
    halls = written(tmp_path, "docs/scale.md", "halls")
    assert halls["moves a second"] == ["1", "100", "100,000"]
    assert halls["processors for moves"] == ["0.001", "0.400", "400"]
    assert written(tmp_path, "docs/scale.md", "limits")["a worker that only takes moves, by `move.request`"][0] == "250"
    targets = written(tmp_path, "docs/performance.md", "targets")
    assert targets["CPU a move, pushed, 16 games, ms"] == ["≤ 0.3", "0.250", "≤ 0.9", "1.25 (missed)"]
    assert targets["moves/s on one core"][:2] == ["≥ 3,000", "3,100"]
    others = written(tmp_path, "docs/performance.md", "spectators")
    assert others["Django, DRF, Daphne, PostgreSQL"][0] == "222"
    assert "Colyseus, memory" not in others
    page = (tmp_path / "docs/performance.md").read_text()
    assert "Other programs took 0.10 cores of the machine meanwhile" in page
    assert "the driver took 0.40 of its own at most" in page
    assert written(tmp_path, "docs/performance.md", "growth")["move 1–20"][:2] == ["0.251", "1.04"]
    assert written(tmp_path, "docs/performance.md", "start")["serve, again"] == ["1.51", "1.40", "5"]


def test_what_was_found_of_each_promise_is_written_down(tmp_path: Path) -> None:
    for part in ("docs", "scripts"):
        shutil.copytree(ROOT / part, tmp_path / part)
    found: list[tuple[str, str, float]] = [
        ("kills", "sqlite", 110),
        ("kills", "postgres", 90),
        ("lost", "sqlite", 0),
        ("lost", "postgres", 1),
    ]
    found += [("seconds to stop", "sqlite", 0.5), ("seconds to stop", "sqlite", 2.25)]
    done = _promises(tmp_path, found)
    assert (done.returncode, done.stderr) == (1, "Not all that is promised was tried and reached.\n")
    assert done.stdout in (tmp_path / "docs/trust.md").read_text()
    rows = written(tmp_path, "docs/trust.md", "promises")
    assert rows["kill -9 of a worker, of the process that minds them, of all"] == ["≥ 200", "110", "90"]
    assert rows["moves lost, or stored that nobody made"] == ["≤ 0 (missed)", "0", "1"]
    assert rows["and until it has ended, s"] == ["≤ 5", "2.25", "–"]
    assert rows["moves doubled"] == ["≤ 0 (missed)", "–", "–"], "what was not tried is not reached"
    tell = "import json, promises; print(json.dumps([(key, bound) for key, _, _, bound, _ in promises.PROMISES]))"
    asked = subprocess.run([sys.executable, "-c", tell], cwd=tmp_path / "scripts", check=True, capture_output=True)
    reached = [(key, database, bound) for key, bound in json.loads(asked.stdout) for database in ("sqlite", "postgres")]
    assert _promises(tmp_path, reached).returncode == 0


def _promises(folder: Path, found: Sequence[tuple[str, str, float]]) -> subprocess.CompletedProcess[str]:
    """What is said of these figures, each with its key and database."""
    kept = [json.dumps(dict(zip(("key", "database", "value"), each, strict=True))) + "\n" for each in found]
    (folder / ".soak").mkdir(exist_ok=True)
    (folder / ".soak/figures.jsonl").write_text("".join(kept))
    command = [sys.executable, str(folder / "scripts/promises.py")]
    return subprocess.run(command, check=False, capture_output=True, text=True)
