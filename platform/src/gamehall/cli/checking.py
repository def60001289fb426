"""Rulesets checked by the kit, each in a process of its own: one that crashes or hangs costs only its own report."""

from __future__ import annotations

import faulthandler
import importlib
import re
import subprocess
import sys

import click
import msgspec
import pluggy

from gamehall import hookspecs
from gamehall.testing.report import Finding, Report, report_on

__all__ = ["check_in_process", "report_text"]

_GRACE = 10  # seconds more than a check may take, until its process is killed from outside
_TIMED_OUT = re.compile(r"^Timeout .*?\n.*?\n  (File .*?)$", re.MULTILINE)


def check_in_process(plugin: str, key: str, *, games: int, seed: int, seconds: int) -> Report:
    """The report on one ruleset of an installed plugin; where its process brought none, one that says why."""
    command = [sys.executable, "-m", "gamehall.cli.checking", plugin, key, str(games), str(seed), str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - this very module
            command, capture_output=True, timeout=seconds + _GRACE, check=False
        )
    except subprocess.TimeoutExpired:
        return _unfinished(key, f"it was not done after {seconds} seconds")
    if done.returncode == 0 and done.stdout:
        return msgspec.json.decode(done.stdout.splitlines()[-1], type=Report)
    said = done.stderr.decode(errors="replace")
    if timed_out := _TIMED_OUT.search(said):
        return _unfinished(key, f"it was not done after {seconds} seconds; then it was at {timed_out[1]}")
    last = said.splitlines()[-1:]
    return _unfinished(key, f"it ended the process with {done.returncode}{''.join(f': {line}' for line in last)}")


def report_text(plugin: str, report: Report) -> str:
    """The report for people: a line for each promise, and below one that is broken how the game came there."""
    lines = [f"{report.ruleset} of {plugin}"]
    for finding in report.findings:
        lines.append(f"  {'ok' if finding.ok else 'FAILED':<6}  {finding.promise:<15}  {finding.detail}".rstrip())
        lines += [f"{'':27}{finding.way}"] if finding.way else []
    if report.perft:
        counts = ", ".join(f"{depth}: {count}" for depth, count in enumerate(report.perft, 1))
        lines.append(f"  {'':6}  {'perft':<15}  {counts}")
    if report.times is not None:
        spent = f"{report.times.median} µs in the median, {report.times.slowest} µs at most"
        lines.append(f"  {'':6}  {'time per move':<15}  {spent}")
    return "\n".join(lines)


def _unfinished(key: str, complaint: str) -> Report:
    return Report(key, 0, [Finding("process", False, complaint)])


def _main(plugin: str, key: str, games: str, seed: str, seconds: str) -> None:
    faulthandler.dump_traceback_later(int(seconds), exit=True)
    answers, sys.stdout = sys.stdout, sys.stderr  # what a plugin prints is no part of the report
    manager = pluggy.PluginManager("gamehall")
    manager.add_hookspecs(hookspecs)
    manager.register(importlib.import_module(f"gamehall_{plugin}"))
    found = (ruleset for rulesets in manager.hook.gamehall_rulesets() for ruleset in rulesets)
    ruleset = next(each for each in found if each.key == key)
    click.echo(msgspec.json.encode(report_on(ruleset, games=int(games), seed=int(seed))), file=answers)


if __name__ == "__main__":
    _main(*sys.argv[1:])
