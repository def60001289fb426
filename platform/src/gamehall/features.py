"""Switches: data in the database that every worker takes up while people play. Nothing is ever loaded or unloaded.

A key without a row is on. Each change raises one epoch; each worker says which epoch it has taken up, so that the
command that switched can wait for all of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

import sqlalchemy as sa

from gamehall import audit
from gamehall.database import Database, serialize_on
from gamehall.events import Event, NewEvent
from gamehall.feed import Feed, emit
from gamehall.installed import InstalledPlugin
from gamehall.languages import catalogue
from gamehall.nearest import nearest
from gamehall.notes import SWITCHED_OFF
from gamehall.origins import origin
from gamehall.problems import Problem
from gamehall.standing import resume_games, suspend_games
from gamehall.tables import feature, feature_epoch, new_id, now
from gamehall.tasks import beside
from gamehall.workers import BEAT_SECONDS, acknowledge, forget_worker, late_workers, worker_name

__all__ = [
    "SIGNUP",
    "FeatureState",
    "LiveFeatures",
    "Switchable",
    "Switched",
    "Switches",
    "add_plugins",
    "is_harmless",
    "known_features",
    "list_features",
    "not_taken_up",
    "read_switches",
    "switch",
]

_ = catalogue(__name__)

log = logging.getLogger(__name__)

SIGNUP = "signup"
CHANGED = "features_changed"
_FIRST_START = "first start"
_RULESET = "ruleset:"
_LOOK_SECONDS = 0.05

Kind = Literal["switch", "plugin", "ruleset"]


@dataclass(frozen=True, slots=True)
class Switchable:
    """What a switch is for: the hall's own, a plugin, or a ruleset; with the rulesets that go with it.

    A plugin has its `plugin`, None where it is not installed any more: its switch stays until it comes back.
    """

    kind: Kind
    rulesets: tuple[str, ...] = ()
    plugin: InstalledPlugin | None = None


class FeatureState(NamedTuple):
    """A switch as it stands, who threw it last and when; nobody where `changed_by` is empty.

    A plugin that failed has its `reason`. One that is not `installed` is gone, or is a game of one that is.
    """

    key: str
    kind: Kind
    on: bool
    changed_at: datetime | None
    changed_by: str
    reason: str
    installed: bool


class Switches:
    """What is off, as of one epoch."""

    def __init__(self, epoch: int, off: frozenset[str]) -> None:
        self.epoch = epoch
        self.off = off

    def __contains__(self, key: object) -> bool:
        return key not in self.off


def known_features(plugins: Iterable[InstalledPlugin]) -> dict[str, Switchable]:
    """Everything that can be switched where these plugins are installed, by its key."""
    found = {plugin.name: plugin for plugin in reversed(list(plugins))}  # of two with one name the first has it
    by_name = {name: Switchable("plugin", plugin.rulesets, plugin) for name, plugin in sorted(found.items())}
    keys = sorted(key for plugin in found.values() for key in plugin.rulesets)
    return {
        SIGNUP: Switchable("switch"),
        **by_name,
        **{f"{_RULESET}{key}": Switchable("ruleset", (key,)) for key in keys},
    }


def is_harmless(key: str) -> bool:
    """Whether nobody signs in by what this switch is for, whatever is installed."""
    return key == SIGNUP or key.startswith(_RULESET)


def read_switches(connection: sa.Connection) -> Switches:
    """The switches as they are stored."""
    epoch = connection.scalar(sa.select(feature_epoch.c.epoch)) or 0
    off = connection.scalars(sa.select(feature.c.key).where(~feature.c.is_on))
    return Switches(epoch, frozenset(off))


def list_features(connection: sa.Connection, known: Mapping[str, Switchable]) -> list[FeatureState]:
    """Every switch: of what is known, and behind it those that are stored of what is not installed any more."""
    stored = {row.key: row for row in connection.execute(sa.select(feature))}
    states = []
    for key, each in {**known, **_gone(stored.keys() - known.keys())}.items():
        row, plugin = stored.get(key), each.plugin
        on, at, by = (row.is_on, row.changed_at, row.changed_by) if row else (True, None, "")
        states.append(FeatureState(key, each.kind, on, at, by, plugin.reason if plugin else "", key in known))
    return states


def _gone(stored: Iterable[str]) -> dict[str, Switchable]:
    """What each stored key would be for, were it installed."""
    return {key: Switchable("ruleset" if key.startswith(_RULESET) else "plugin") for key in sorted(stored)}


class Switched(NamedTuple):
    """The epoch that workers must reach, and how many games were suspended or go on."""

    epoch: int
    games: int


def switch(
    connection: sa.Connection,
    keys: Sequence[str],
    *,
    on: bool,
    known: Mapping[str, Switchable],
    by: str = "",
    suspend: bool = False,
) -> Switched:
    """Turns switches on or off, all of them or none; `by` is who does it, else whoever asks for it now.

    With `suspend` the running games of those rulesets stop; switching on lets games that were stopped so go on.
    Raises Problem `not-found` for an unknown key, and `not-possible` where nobody could sign in any more.
    """
    serialize_on(connection, "features")
    stored = connection.execute(sa.select(feature.c.key, feature.c.is_on)).all()
    off = {key for key, is_on in stored if not is_on}
    switchable = {**_gone(key for key, _is_on in stored), **known}
    for key in keys:
        if key not in switchable:
            raise _unknown(key, known)
    if not on:
        _check_ways_in([each.plugin for each in known.values() if each.plugin], off, set(keys))
    _store(connection, keys, on=on, by=by or origin().by)
    for key in keys:
        audit.note(connection, "feature.on" if on else "feature.off", subject=key, now=(suspend and not on) or None)
    connection.execute(feature_epoch.update().values(epoch=feature_epoch.c.epoch + 1))
    emit(connection, [NewEvent(CHANGED, (), {"keys": list(keys), "on": on})])
    rulesets = [ruleset for key in keys for ruleset in switchable[key].rulesets]
    games = 0
    if on:  # but for those that another switch keeps off
        still_off = {ruleset for key in off.difference(keys) if key in known for ruleset in known[key].rulesets}
        games = resume_games(connection, [each for each in rulesets if each not in still_off], SWITCHED_OFF)
    elif suspend:
        games = suspend_games(connection, rulesets, SWITCHED_OFF)
    return Switched(connection.scalar(sa.select(feature_epoch.c.epoch)) or 0, games)


def _unknown(key: str, known: Mapping[str, Switchable]) -> Problem:
    if near := nearest(key, known):
        return Problem("not-found", _("There is no switch {key!r}. Did you mean {near}?", key=key, near=near))
    return Problem("not-found", _("There is no switch {key!r}. There are: {keys}.", key=key, keys=", ".join(known)))


def _check_ways_in(plugins: Sequence[InstalledPlugin], off: set[str], more: set[str]) -> None:
    """Raises Problem `not-possible` where nobody could sign in any more, on the pages or in the API, with `more` off
    as well: then nobody could undo it there. Where nobody can already, nothing is lost."""
    left = [plugin for plugin in plugins if plugin.name not in off | more]
    if _let_in(left) or not _let_in([plugin for plugin in plugins if plugin.name not in off]):
        return
    others = [plugin.name for plugin in plugins if plugin.name in off - more and _let_in([*left, plugin])]
    if others:
        advice = _("Switch on another way first: {keys}.", keys=", ".join(others))
    else:
        last = [plugin.name for plugin in plugins if plugin.name in more - off and plugin.lets_in]
        advice = _("Leave one of these on: {keys}.", keys=", ".join(last))
    nobody = _("Then nobody could sign in any more, neither on the pages nor with a program.")
    raise Problem("not-possible", f"{nobody} {advice}")


def _let_in(plugins: Iterable[InstalledPlugin]) -> bool:
    """Whether people can sign in where these plugins are on: in the API, which is always there, or on pages, if there
    are any. A plugin that failed lets nobody in."""
    working = [plugin for plugin in plugins if not plugin.reason]
    areas = {area for plugin in working for area in plugin.lets_in}
    return "api" in areas or ("pages" in areas and any(plugin.has_pages for plugin in working))


def _store(connection: sa.Connection, keys: Iterable[str], *, on: bool, by: str) -> None:
    for key in dict.fromkeys(keys):
        connection.execute(feature.delete().where(feature.c.key == key))
        connection.execute(feature.insert(), {"key": key, "is_on": on, "changed_at": now(), "changed_by": by[:100]})


def add_plugins(connection: sa.Connection, names: Iterable[str], *, on: bool) -> None:
    """Stores how plugins that were never here before begin; those of the very first start begin on."""
    serialize_on(connection, "features")
    stored = set(connection.scalars(sa.select(feature.c.key)))
    # The first start stores this switch too: it may find no plugin, and a second start is not a first one.
    first_start = SIGNUP not in stored
    if first_start:
        _store(connection, [SIGNUP], on=True, by=_FIRST_START)
    _store(connection, [name for name in names if name not in stored], on=on or first_start, by=_FIRST_START)


class Reading(Protocol):
    """A hall or its database: whatever runs a transaction that reads."""

    async def read(self, fn: Callable[..., Any], /, *args: Any) -> Any: ...


async def not_taken_up(hall: Reading, epoch: int, seconds: float) -> list[str]:
    """Waits until every live worker has taken up this epoch, for so long at most; the names of those that have not."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    # What it waits for happens in other processes.
    while (late := list(await hall.read(late_workers, epoch))) and clock() < deadline:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_SECONDS)
    return late


class LiveFeatures:
    """This worker's switches, kept up to date for as long as `running` lasts."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self._database = database
        self._feed = feed
        self._switches = Switches(0, frozenset())
        self._look = asyncio.Event()
        self._id = new_id()
        self._name = worker_name()
        self._watchers: list[Callable[[], None]] = []

    def __contains__(self, key: object) -> bool:
        return key in self._switches

    @property
    def off(self) -> frozenset[str]:
        return self._switches.off

    def watch(self, watcher: Callable[[], None]) -> None:
        """Calls a function after every change."""
        self._watchers.append(watcher)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        self._feed.listen(self._hear)
        # Known before it has read anything: whoever switches meanwhile waits for it.
        await self._database.write(acknowledge, self._id, self._name, -1)
        await self._take_up()
        try:
            async with beside(self._follow(), "features"):
                yield
        finally:
            with contextlib.suppress(sa.exc.SQLAlchemyError):
                await self._database.write(forget_worker, self._id)

    def _hear(self, event: Event) -> None:
        if event.kind == CHANGED:
            self._look.set()

    async def _follow(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._take_up()
            except sa.exc.SQLAlchemyError as error:
                log.warning("the switches could not be read (%s); trying again", type(error).__name__)

    async def _take_up(self) -> None:
        found = await self._database.read(read_switches)
        changed = found.epoch != self._switches.epoch
        self._switches = found
        if changed:
            for watcher in self._watchers:
                watcher()
        await self._database.write(acknowledge, self._id, self._name, found.epoch)
