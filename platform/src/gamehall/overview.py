"""What whoever looks after the hall is shown of it: by the API and on the pages alike."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import msgspec
import sqlalchemy as sa

from gamehall import migrate
from gamehall.contributions import contributions_of
from gamehall.disclosing import shown_settings
from gamehall.features import FeatureState, known_features, list_features
from gamehall.reports import reports_of
from gamehall.retention import Held, held, retentions_of
from gamehall.settings import Settings
from gamehall.tables import Retention, upgrade
from gamehall.workers import late_workers, live_workers

if TYPE_CHECKING:
    from gamehall.hall import Hall
    from gamehall.plugins import Plugin

__all__ = [
    "PluginShown",
    "SettingShown",
    "TablesShown",
    "WorkerShown",
    "data_of",
    "plugins_of",
    "settings_of",
    "workers_of",
]

State = Literal["on", "off", "failed"]


class PluginShown(msgspec.Struct, frozen=True):
    """An installed plugin: how far it came and why no further, how often something of it has failed in this worker,
    when it was switched last and by whom, and by hook the names of what it contributes."""

    name: str
    distribution: str
    version: str
    state: State
    stage: str
    reason: str
    failures: int
    changed_at: datetime | None
    changed_by: str
    contributes: dict[str, list[str]]


class WorkerShown(msgspec.Struct, frozen=True):
    """A worker that is at work; `late` when it has not taken up the latest switches. `skew` is by how many seconds the
    clock of its machine is ahead of the database's."""

    name: str
    late: bool
    version: str
    started_at: datetime | None
    skew: float
    failures: dict[str, int]


class SettingShown(msgspec.Struct, frozen=True):
    """A setting, secrets hidden, and where its value comes from."""

    key: str
    value: Any
    origin: str


class TablesShown(msgspec.Struct, frozen=True):
    """Whose tables there are, and which version brought them to where they are, when."""

    owner: str
    version: str
    upgraded_at: datetime | None
    installed: bool


async def plugins_of(hall: Hall) -> list[PluginShown]:
    """Every plugin that is installed, by name."""
    switches = await hall.read(list_features, known_features(hall.installed_plugins))
    thrown = {each.key: each for each in switches}
    found = [*hall.plugins.all.values(), *hall.plugins.refused]
    return [_shown(hall, plugin, thrown.get(plugin.name)) for plugin in sorted(found, key=lambda each: each.name)]


def _shown(hall: Hall, plugin: Plugin, switch: FeatureState | None) -> PluginShown:
    state: State = "failed" if plugin.failed else "on" if plugin.name in hall.features else "off"
    return PluginShown(
        name=plugin.name,
        distribution=plugin.distribution,
        version=plugin.version,
        state=state,
        stage=plugin.stage,
        reason=plugin.reason,
        failures=plugin.failures,
        changed_at=switch.changed_at if switch else None,
        changed_by=switch.changed_by if switch else "",
        contributes=contributions_of(plugin),
    )


def workers_of(connection: sa.Connection) -> list[WorkerShown]:
    """The workers of all hosts, by name."""
    names = live_workers(connection)
    late = late_workers(connection)
    reports = reports_of(connection, names)
    return [
        WorkerShown(name, name in late, told.version, told.started_at, told.skew, told.failures)
        if (told := reports.get(name))
        else WorkerShown(name, name in late, "", None, 0.0, {})
        for name in names
    ]


def settings_of(settings: Settings) -> list[SettingShown]:
    """Every setting in force."""
    return [SettingShown(*each) for each in shown_settings(settings)]


async def data_of(hall: Hall) -> tuple[list[TablesShown], list[Held]]:
    """Whose tables there are, and how much there is of what is kept for a while only."""
    return await hall.read(_read_data, hall.settings, retentions_of(hall.plugins), frozenset(hall.plugins.all))


def _read_data(
    connection: sa.Connection, settings: Settings, kept: Sequence[tuple[str, Retention]], installed: frozenset[str]
) -> tuple[list[TablesShown], list[Held]]:
    upgraded = {row.owner: row.at for row in connection.execute(sa.select(upgrade.c.owner, upgrade.c.at))}
    tables = [
        TablesShown(owner, each.version, upgraded.get(owner), owner == migrate.HALL.name or owner in installed)
        for owner, each in migrate.stored_owners(connection).items()
    ]
    return tables, [held(connection, settings, owner, each) for owner, each in kept]
