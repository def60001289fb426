"""gamehall doctor"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec

from gamehall.cli.inspecting import inspect_plugins
from gamehall.commands import answer, settings_of
from gamehall.findings import Finding, Part, bad, look
from gamehall.findings.examining import SLOW, parts_of, plugins_do
from gamehall.findings.outside import probed
from gamehall.plugins import find_plugins
from gamehall.problems import Problem
from gamehall.retention import OWN
from gamehall.settings import Settings, SettingsError

__all__ = ["doctor"]

_MARKS = {"ok": "ok  ", "note": "note", "bad": "BAD "}
_UNTIL_CUT = 65.0  # seconds: proxies cut what is silent after a minute, unless they are told otherwise


@click.command()
@click.option("--url", help="The address that people open, asked as they would; by default GAMEHALL_PUBLIC_URL.")
@click.option(
    "--long",
    type=click.FloatRange(min=0),
    is_flag=False,
    flag_value=_UNTIL_CUT,
    default=0.0,
    help="Keep an idle stream open for so many seconds, 65 if none are given.",
)
@click.pass_context
def doctor(ctx: click.Context, url: str | None, long: float) -> None:
    """Find out what is wrong and what to do about it.

    Ends with 5 when something is bad. Notes are worth a thought, and harm nobody.

    \b
    gamehall doctor
    gamehall --json doctor --url http://127.0.0.1:8000
    """
    try:
        settings = settings_of(ctx)
    except SettingsError as wrong:
        findings = [bad("settings", f"{wrong}.", "gamehall config path")]
    else:
        findings = _examined(settings, url, long)
    wrong_ones = [each.key for each in findings if each.state == "bad"]
    if not ctx.find_root().params["as_json"]:
        click.echo(_told(findings))
    if wrong_ones:
        raise Problem("conflict", f"something is wrong: {', '.join(wrong_ones)}", findings=findings)
    answer(ctx, {"findings": findings})


def _examined(settings: Settings, url: str | None, long: float) -> list[Finding]:
    installed = {plugin.name: plugin.distribution for plugin in find_plugins()}
    with ThreadPoolExecutor(1) as pool, TemporaryDirectory() as elsewhere:
        # A worker that begins makes the data folder, and a doctor leaves nothing behind.
        tried = settings if settings.data.exists() else _moved(settings, Path(elsewhere))
        reports = pool.submit(inspect_plugins, tried, started=True)
        parts = [
            *parts_of(
                settings,
                installed=installed,
                working=lambda: [report.name for report in reports.result() if report.works],
                kept=OWN,
            ),
            Part("plugins", lambda: plugins_do(reports.result()), SLOW),
            *probed(settings, url, long),
        ]
        return look(parts)


def _moved(settings: Settings, folder: Path) -> Settings:
    changed = {"data_dir": str(folder)}
    if settings.origins.get("database_url") == "default":
        changed["database_url"] = f"sqlite+aiosqlite:///{folder / 'gamehall.db'}"
    return msgspec.structs.replace(settings, **changed)


def _told(findings: Sequence[Finding]) -> str:
    lines = []
    for each in findings:
        lines.append(f"{_MARKS[each.state]} {each.key}: {each.sentence}")
        if each.remedy:
            lines += [f"       {line}" for line in each.remedy.splitlines()]
    return "\n".join(lines)
