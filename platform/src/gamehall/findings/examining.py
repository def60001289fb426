"""Everything there is to look at in a hall, put together: for `gamehall doctor`, and for admins in a worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from gamehall.declare import CheckResult
from gamehall.findings import Finding, Part, bad, look, ok
from gamehall.findings.configuration import configured
from gamehall.findings.copies import copies
from gamehall.findings.machine import folder, software
from gamehall.findings.redis import wakeups
from gamehall.findings.sqlite import checked_file
from gamehall.findings.stored import opponents, stored, time_goes_on
from gamehall.languages import catalogue
from gamehall.retention import retentions_of
from gamehall.settings import Settings
from gamehall.tables import Retention

if TYPE_CHECKING:
    from gamehall.hall import Hall

__all__ = ["SLOW", "Known", "checked", "look_inside", "parts_of", "plugins_do"]

_ = catalogue(__name__)

SLOW = 70.0  # seconds: for what waits until every plugin was loaded


class Known(Protocol):
    """What is known of an installed plugin: how far it came, and why no further."""

    @property
    def name(self) -> str: ...
    @property
    def distribution(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def reason(self) -> str: ...


def parts_of(
    settings: Settings,
    *,
    installed: Mapping[str, str],
    working: Callable[[], Collection[str]],
    kept: Sequence[tuple[str, Retention]],
) -> list[Part]:
    """What both look at. `installed` are the distributions of plugins by their names, `working` names those that work,
    which it may take a while to know, and `kept` is what is kept for a while only."""
    return [
        Part("settings", lambda: configured(settings)),
        Part("software", lambda: software(installed.values())),
        Part("data", lambda: folder(settings)),
        Part("database", lambda: stored(settings, kept, installed)),
        Part("database.file", lambda: checked_file(settings)),
        Part("opponents", lambda: opponents(settings, working()), SLOW),
        Part("clocks.time", lambda: time_goes_on(settings)),
        Part("redis", lambda: wakeups(settings)),
        Part("backups", lambda: copies(settings)),
    ]


def plugins_do(found: Iterable[Known]) -> Iterator[Finding]:
    """How every installed plugin does; those that do well in one line."""
    well = []
    for plugin in sorted(found, key=lambda each: each.name):
        if plugin.reason:
            name = f"{plugin.distribution} {plugin.version}"
            sentence = _(
                "{name} stays off after the stage '{stage}': {reason}.",
                name=name,
                stage=plugin.stage,
                reason=plugin.reason,
            )
            yield bad(
                f"plugins.{plugin.name}",
                sentence,
                f"gamehall plugins check {plugin.name}; gamehall plugins uninstall {plugin.name}",
            )
        else:
            well.append(plugin.name)
    if well:
        yield ok("plugins", _("These work: {names}.", names=", ".join(well)))


def checked(results: Mapping[str, CheckResult]) -> Iterator[Finding]:
    """What the hall's own checks and those of plugins say in a worker that serves."""
    for name, result in results.items():
        if not result.ok:
            detail = result.detail or _("It says no more than that something is wrong.")
            yield bad(f"checks.{name}", detail, _("The log of the hall says more."))
    if results and all(result.ok for result in results.values()):
        yield ok("checks", _("Every check says that all is well: {names}.", names=", ".join(results)))


async def look_inside(hall: Hall) -> list[Finding]:
    """What a worker that serves can tell of the hall, by the same ways as `gamehall doctor`."""
    plugins = hall.plugins
    results = await hall.check()
    installed = {plugin.name: plugin.distribution for plugin in plugins.all.values()}
    working = [plugin.name for plugin in plugins.working]
    parts = [
        *parts_of(
            hall.settings,
            installed=installed,
            working=lambda: working,
            kept=retentions_of(plugins),
        ),
        Part("plugins", lambda: plugins_do((*plugins.all.values(), *plugins.refused))),
        Part("checks", lambda: checked(results)),
    ]
    return await asyncio.to_thread(look, parts)
