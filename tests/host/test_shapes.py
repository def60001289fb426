"""A worker that has just begun, and is asked for much by many threads at once."""

from __future__ import annotations

import subprocess
import sys

# Structs within structs, read for the first time by four threads at once: without being worked out before, this ends
# with a segmentation fault.
MANY = """
import sys
import threading

import msgspec

from gamehall.shapes import work_out

sys.setswitchinterval(1e-6)
WHOLES = []
for number in range(100):
    part = msgspec.defstruct(f"Part{number}", [(f"f{n}", int, 0) for n in range(20)])
    WHOLES.append(msgspec.defstruct(f"Whole{number}", [("parts", tuple[part, ...], ()), ("last", part | None, None)]))
if sys.argv[1] == "before":
    work_out()
for whole in WHOLES:
    together = threading.Barrier(4)

    def read():
        together.wait()
        msgspec.json.decode(b'{"parts":[{},{"f3":1}],"last":{"f19":2}}', type=whole)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
"""


def test_structs_are_worked_out_before_threads_read_them() -> None:
    assert subprocess.run([sys.executable, "-c", MANY, "before"], check=False).returncode == 0
