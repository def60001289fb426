"""`make scenarios`: the desktop client's manual tests, the original guide's `test_auth_gui_manual.py`.

    make scenarios                                   by itself, on a virtual screen
    make scenarios ARGS="wrong_password hall_gone"   only these
    make scenarios ARGS=--by-hand                    on this screen; a person acts and looks

Each scenario has a hall of its own in a temporary folder. By itself, it leaves a picture of what is to be seen, with
the sentence that says so, in `.scenarios/`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from traceback import extract_tb

from rig.screen import screen
from scenarios.stage import stage
from scenarios.walks import SCENARIOS, Scenario


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make scenarios", description="Walk through the desktop client.")
    parser.add_argument("--by-hand", action="store_true", help="on this screen: you act and look")
    parser.add_argument("--pictures", type=Path, default=Path(".scenarios"), help="the folder for pictures")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these scenarios; all of them without any")
    chosen = parser.parse_args(arguments)
    known = {each.name: each for each in SCENARIOS}
    if unknown := set(chosen.names) - set(known):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    wanted = [known[name] for name in chosen.names] or SCENARIOS
    with tempfile.TemporaryDirectory() as name:
        if chosen.by_hand:
            display = os.environ.get("DISPLAY") or parser.error("--by-hand needs a screen: DISPLAY is not set")
            failed = [each.name for each in wanted if not by_hand(each, Path(name) / each.name, display)]
        else:
            failed = by_itself(wanted, Path(name), chosen.pictures)
    print(f"{len(wanted) - len(failed)} of {len(wanted)} are as they should be.")
    if failed:
        print(f"Not: {', '.join(failed)}")
    return bool(failed)


def by_hand(each: Scenario, folder: Path, display: str) -> bool:
    """Whether the person saw what they should have."""
    print(f"\n== {each.title}")
    with stage(folder, display, by_hand=True) as there:
        for meanwhile in each.walk(there):
            if meanwhile is None:
                break
            print(meanwhile)
            input("Enter goes on. ")
        print(f"{each.do}\nThen: {each.see}")
        return input("Is it so? [Y/n] ").strip().lower() in ("", "y", "yes")


def by_itself(wanted: Sequence[Scenario], folder: Path, pictures: Path) -> list[str]:
    """The names of those that failed."""
    pictures.mkdir(parents=True, exist_ok=True)
    failed = []
    with screen(folder) as display:
        for each in wanted:
            print(f"{each.name}: {each.see}", flush=True)
            with stage(folder / each.name, display, by_hand=False) as there:
                try:
                    for number, meanwhile in enumerate(each.walk(there)):
                        if meanwhile is not None:
                            print(f"  meanwhile: {meanwhile}", flush=True)
                            there.picture(f"{each.name}-{number}")
                except (AssertionError, RuntimeError, LookupError) as error:
                    failed.append(each.name)
                    where = next(one for one in extract_tb(error.__traceback__)[::-1] if one.name == each.name)
                    print(f"  FAILED at {where.line!r}: {error}")
                there.picture(each.name)
                for file in (*there.folder.glob("*.png"), *there.folder.glob("*.txt")):
                    shutil.copy(file, pictures)
    return failed


if __name__ == "__main__":
    sys.exit(main())
