"""What every player asked, was answered and was told, a line of JSON each, in a file that outlives the test."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["History", "Line", "read"]

Line = dict[str, Any]
"""What was asked: `who`, `do` (the method), `path`, `body`, when (`at`) and how long it `took`, then `status`, `said`
and `retry_after`; a status of None is an answer that did not come. What a stream told: `who`, `stream`, `id`, `event`,
`data`. Its ends: `who`, `stream`, `ended`."""


class History:
    """Lines in the order in which their ends came. Used from one thread."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._began = time.monotonic()
        self._lines = file.open("a", buffering=1)  # line by line: it is there when the test itself is killed

    def now(self) -> float:
        return round(time.monotonic() - self._began, 4)

    def note(self, **facts: Any) -> None:
        self._lines.write(json.dumps({"at": self.now()} | facts) + "\n")

    def close(self) -> None:
        self._lines.close()


def read(file: Path) -> Iterator[Line]:
    with file.open() as lines:
        for line in lines:
            yield json.loads(line)
