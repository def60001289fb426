"""What it costs to be seen: the CPU time of a request that does nothing, and of one that reads from the database, with
the hall's figures kept by one worker, kept in files for several, and with traces too.

No network. Each hall is in a process of its own and asked in turns with and without, so that whatever else the machine
does slows both; the best turn of each counts.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TURNS = 12
REQUESTS = 200  # in each turn
PATHS = {"nothing": "/health", "reads": "/api/v1/games"}
HALLS = {
    "figures of one worker": {},
    "figures in files": {"PROMETHEUS_MULTIPROC_DIR": "figures"},
    "figures and traces": {"GAMEHALL_OTLP_URL": "http://127.0.0.1:9"},  # nobody is there: they are made and dropped
}


def main() -> None:
    print(f"{'µs of CPU a request':24}{'':10}{'without':>10}{'with':>10}{'ratio':>8}")
    for name, settings in HALLS.items():
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "figures").mkdir()
            own = {key: value if "://" in value else f"{folder}/{value}" for key, value in settings.items()}
            variables = os.environ | own | {"GAMEHALL_DATA_DIR": folder, "GAMEHALL_RATE_LIMITS": "off"}
            told = subprocess.run(
                [sys.executable, "-m", "bench.seeing"], env=variables, stdout=subprocess.PIPE, text=True, check=True
            ).stdout
        for what, line in zip(PATHS, told.splitlines(), strict=True):
            without, seen = (float(text) for text in line.split())
            print(f"{name:24}{what:10}{without:>10.1f}{seen:>10.1f}{seen / without:>8.3f}")


async def _measure() -> None:
    from gamehall import migrate
    from gamehall.app import create_app
    from gamehall.settings import load_settings

    settings = load_settings()
    app = create_app(settings)
    migrate.upgrade_all(settings.database_url, app.state.host.plugins)
    async with app.lifespan():
        for path in PATHS.values():
            await _turn(app, path)
            without, seen = [], []
            for _ in range(TURNS):
                with _unseen():
                    without.append(await _turn(app, path))
                seen.append(await _turn(app, path))
            print(min(without), min(seen))


async def _turn(app: Any, path: str) -> float:
    """What a request costs, in microseconds."""
    began = time.process_time()
    for _ in range(REQUESTS):
        await _ask(app, path)
    return (time.process_time() - began) / REQUESTS * 1e6


@contextlib.contextmanager
def _unseen() -> Iterator[None]:
    """Takes out what counts, measures and traces."""
    from gamehall import meters, tracing

    def nothing(*_: Any) -> Any:
        return contextlib.nullcontext()

    kept = meters.transaction, meters.answered, tracing._tracer
    meters.transaction, meters.answered = nothing, lambda *_: None  # type: ignore[assignment]
    tracing._tracer = None
    try:
        yield
    finally:
        meters.transaction, meters.answered, tracing._tracer = kept


async def _ask(app: Any, path: str) -> None:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        assert message.get("status", 200) == 200

    await app(scope, receive, send)


if __name__ == "__main__":
    asyncio.run(_measure())
