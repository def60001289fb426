"""`python -m bench [name …]`: runs the named benches, or all of them. A bench is a module here with a `main()`.

Those that start a PostgreSQL or a hall find how in the package `rig` of the tests, so tests/ is on PYTHONPATH.
"""

from __future__ import annotations

import sys
import time
import traceback
from importlib import import_module
from pathlib import Path

from bench import _history
from bench._processes import machine


def main(names: list[str]) -> None:
    known = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))
    if unknown := set(names) - set(known):
        sys.exit(f"no such bench: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    began = time.monotonic()
    print(machine())
    failed = []
    for name in names or known:
        print(f"== {name}", flush=True)
        try:
            import_module(f"bench.{name}").main()
        except Exception:  # noqa: BLE001 - the others have figures all the same
            traceback.print_exc()
            failed.append(name)
    _history.tell()
    if not names and not failed:
        _history.put_down()
    print(f"took {time.monotonic() - began:.0f} s")
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main(sys.argv[1:])
