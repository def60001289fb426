"""Plugins: found → compatible → imported → registered → collected → migrated, each stage guarded for each plugin.

What fails is remembered with its reason, and everything else goes on. With `strict` the first failure is raised.
Plugins are trusted code: this contains their faults, not their malice.
"""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from types import ModuleType
from typing import Any, Literal

import click
import msgspec
import pluggy
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import gamehall
from gamehall import hookspecs
from gamehall.declare import (
    Authenticator,
    Check,
    ErrorPage,
    Exporter,
    Host,
    Importer,
    InstalledPlugin,
    Lifespan,
    Listener,
    Opponent,
    Policy,
    Retention,
    Tables,
)
from gamehall.game import Ruleset
from gamehall.gauges import Gauge
from gamehall.logs import log_as_ours
from gamehall.origins import at_work
from gamehall.settings import Settings, SettingsError, plugin_settings
from gamehall.tables import metadata as host_tables

__all__ = ["Plugin", "Plugins", "Stage", "find_plugins", "load_plugins", "name_fault", "plugins_in", "version_fault"]

log = logging.getLogger(__name__)

GROUP = "gamehall"
Stage = Literal["found", "compatible", "imported", "registered", "collected", "migrated"]
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", re.ASCII)
_RESERVED = {"gamehall", "host", "plugins", "alembic", "ruleset", "signup"} | {
    name.split("_")[0] for name in host_tables.tables
}
# What is asked of each plugin before there is a host; the other hooks get one.
_EARLY = (
    "gamehall_settings",
    "gamehall_tables",
    "gamehall_retention",
    "gamehall_rulesets",
    "gamehall_exporters",
    "gamehall_importers",
)
# What each hook's declarations are instances of. Routes are of many kinds: the application says whether they fit.
_KINDS: dict[str, type] = {
    "gamehall_settings": type,
    "gamehall_tables": Tables,
    "gamehall_retention": Retention,
    "gamehall_rulesets": Ruleset,
    "gamehall_exporters": Exporter,
    "gamehall_importers": Importer,
    "gamehall_listeners": Listener,
    "gamehall_authenticators": Authenticator,
    "gamehall_policies": Policy,
    "gamehall_lifespan": Lifespan,
    "gamehall_opponents": Opponent,
    "gamehall_commands": click.Command,
    "gamehall_checks": Check,
    "gamehall_gauges": Gauge,
    "gamehall_error_pages": ErrorPage,
}


@dataclass(slots=True)
class Plugin:
    """An installed plugin and how far it got. `reason` says why it went no further."""

    name: str
    distribution: str
    version: str
    module: str
    requires: tuple[str, ...]
    stage: Stage = "found"
    reason: str = ""
    failures: int = 0
    settings: msgspec.Struct | None = None
    declared: dict[str, list[Any]] = field(default_factory=dict)
    has_pages: bool = False

    @property
    def failed(self) -> bool:
        return bool(self.reason)

    @property
    def installed(self) -> InstalledPlugin:
        rulesets = tuple(ruleset.key for ruleset in self.declared.get("gamehall_rulesets", ()))
        lets_in = frozenset(each.area for each in self.declared.get("gamehall_authenticators", ()))
        return InstalledPlugin(
            self.name, self.distribution, self.version, self.reason, self.failures, rulesets, lets_in, self.has_pages
        )


class Plugins:
    """Every plugin found, by name, and what those that came through declared."""

    def __init__(
        self, found: Iterable[Plugin], *, strict: bool, entering: Callable[[Plugin], None] | None = None
    ) -> None:
        """`entering` is told of each plugin before code of its own runs: of one that ends the process, nothing else
        can tell."""
        self.entering = entering or (lambda plugin: None)
        self.all: dict[str, Plugin] = {}
        self.refused: list[Plugin] = []
        self.failures = 0
        self.owned_hooks: list[str] = []
        self.strict = strict
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(hookspecs)
        for plugin in found:
            if plugin.failed and strict:
                raise RuntimeError(f"plugin {plugin.name}: {plugin.reason}")
            if plugin.name in self.all:
                self.refused.append(plugin)  # whoever has the name by right was sorted first
            else:
                self.all[plugin.name] = plugin

    @property
    def working(self) -> list[Plugin]:
        return [plugin for plugin in self.all.values() if not plugin.failed]

    def fail(self, plugin: Plugin, error: BaseException | str) -> None:
        """Takes the plugin out, remembering why."""
        plugin.reason = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        plugin.declared.clear()
        self.failures += 1
        if self.manager.has_plugin(plugin.name):
            self.manager.unregister(name=plugin.name)
        with at_work(plugin.name):
            log.error("plugin %s stays off after %s: %s", plugin.name, plugin.stage, plugin.reason)
        if self.strict:
            raise RuntimeError(f"plugin {plugin.name}: {plugin.reason}") from (
                error if isinstance(error, BaseException) else None
            )

    def collect(self, hook: str, **arguments: object) -> None:
        """Asks every working plugin what it declares for one hook."""
        caller = getattr(self.manager.hook, hook)
        for implementation in sorted(caller.get_hookimpls(), key=lambda each: str(each.plugin_name)):
            plugin = self.all[implementation.plugin_name]
            if plugin.failed:
                continue
            self.entering(plugin)
            try:
                with at_work(plugin.name):
                    items = implementation.function(*(arguments[name] for name in implementation.argnames))
                    plugin.declared[hook] = list(items)
                _check_declared(self, plugin, hook)
            except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, only this plugin stays off
                self.fail(plugin, f"{hook}: {type(error).__name__}: {error}")

    def declared(self, hook: str) -> list[tuple[Plugin, Any]]:
        """What working plugins declared for a hook, in the order of the plugins' names."""
        plugins = sorted(self.working, key=lambda plugin: plugin.name)
        return [(plugin, item) for plugin in plugins for item in plugin.declared.get(hook, ())]

    def collect_for(self, host: Host) -> None:
        """Asks for everything that needs the host."""
        names = [spec for spec in vars(hookspecs) if spec.startswith("gamehall_")]
        for hook in (*names, *self.owned_hooks):
            if hook not in (*_EARLY, "gamehall_hookspecs", "gamehall_commands"):
                self.collect(hook, host=host)

    @property
    def rulesets(self) -> dict[str, tuple[Plugin, Ruleset[Any, Any]]]:
        return {ruleset.key: (plugin, ruleset) for plugin, ruleset in self.declared("gamehall_rulesets")}


def find_plugins() -> list[Plugin]:
    """Every plugin installed in this environment, by its metadata alone: nothing is imported."""
    entries = metadata.entry_points(group=GROUP)
    found = [_found(entry, entry.dist) for entry in entries if entry.dist is not None]
    return sorted(found, key=lambda plugin: (plugin.name, plugin.failed, plugin.distribution))


def plugins_in(distribution: metadata.Distribution) -> list[Plugin]:
    """The plugins of a distribution, which need not be installed."""
    return [_found(entry, distribution) for entry in distribution.entry_points.select(group=GROUP)]


def _found(entry: metadata.EntryPoint, distribution: metadata.Distribution) -> Plugin:
    requires = tuple(distribution.requires or ())
    plugin = Plugin(entry.name, distribution.name, distribution.version, entry.value, requires)
    plugin.reason = name_fault(plugin) or version_fault(plugin)
    if not plugin.failed:
        plugin.stage = "compatible"
    return plugin


def name_fault(plugin: Plugin) -> str:
    """The entry point, the module and the distribution must have one name, and it must be free."""
    if not _NAME.fullmatch(plugin.name):
        return f"the name {plugin.name!r} must be lower-case letters, digits and single underscores"
    if plugin.name in _RESERVED:
        return f"the name {plugin.name!r} belongs to the hall"
    distribution = f"gamehall-{plugin.name.replace('_', '-')}"
    if canonicalize_name(plugin.distribution) != distribution:
        return f"only the distribution {distribution} can be the plugin {plugin.name}; this is {plugin.distribution}"
    if plugin.module != f"gamehall_{plugin.name}":
        return f"its module must be gamehall_{plugin.name}, the entry point says {plugin.module}"
    return ""


def version_fault(plugin: Plugin, version: str = gamehall.__version__) -> str:
    """Why this version of the hall would not do for the plugin."""
    for text in plugin.requires:
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) == GROUP and not requirement.specifier.contains(
            version, prereleases=True
        ):
            return f"it needs gamehall{requirement.specifier}, this is {version}"
    return ""


def load_plugins(
    settings: Settings,
    *,
    safe: bool = False,
    without: Mapping[str, tuple[Stage, str]] | None = None,
    entering: Callable[[Plugin], None] | None = None,
) -> Plugins:
    """Brings every plugin as far as it gets without a host: found to collected. `safe` loads none.

    Those in `without` are left at this stage for this reason, and `entering` is told whose code runs next.
    """
    found = [] if safe else find_plugins()
    for plugin in found:
        if without and plugin.name in without and not plugin.failed:
            plugin.stage, plugin.reason = without[plugin.name]
    plugins = Plugins(found, strict=settings.strict, entering=entering)
    modules = {}
    for plugin in plugins.working:
        plugins.entering(plugin)
        log_as_ours(plugin.module)
        try:
            modules[plugin.name] = importlib.import_module(plugin.module)
            plugin.stage = "imported"
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, only this plugin stays off
            plugins.fail(plugin, error)
    _add_hookspecs(plugins, modules)
    for plugin in plugins.working:
        try:
            _register(plugins.manager, plugin, modules[plugin.name])
            plugin.stage = "registered"
        except Exception as error:  # noqa: BLE001 - pluggy raises its own kinds beside ours
            plugins.fail(plugin, error)
    plugins.collect("gamehall_settings")
    for plugin in plugins.working:
        try:
            for shape in plugin.declared.get("gamehall_settings", ()):
                plugin.settings = plugin_settings(settings, plugin.name, shape)
        except SettingsError as error:
            plugins.fail(plugin, str(error))
    for hook in _EARLY[1:]:
        plugins.collect(hook)
    for plugin in plugins.working:
        plugin.stage = "collected"
    return plugins


def _marked(plugins: pluggy.PluginManager, module: ModuleType) -> dict[str, Mapping[str, Any]]:
    """The hook implementations of a module with their options."""
    options = {name: plugins.parse_hookimpl_opts(module, name) for name in dir(module)}
    return {opts["specname"] or name: opts for name, opts in options.items() if opts is not None}


def _add_hookspecs(plugins: Plugins, modules: Mapping[str, ModuleType]) -> None:
    """Adds the hooks that plugins own, before anybody registers, so that implementations are checked against them."""
    for plugin in plugins.working:
        module = modules[plugin.name]
        plugins.entering(plugin)
        try:
            if "gamehall_hookspecs" not in _marked(plugins.manager, module):
                continue
            for owned in module.gamehall_hookspecs():
                prefix = f"{plugin.name.split('_')[0]}_"
                names = [name for name in dir(owned) if plugins.manager.parse_hookspec_opts(owned, name) is not None]
                strange = [name for name in names if not name.startswith(prefix)]
                if strange:
                    raise LookupError(f"its hooks must begin with {prefix}: {', '.join(strange)}")
                plugins.manager.add_hookspecs(owned)
                plugins.owned_hooks += names
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, only this plugin stays off
            plugins.fail(plugin, error)


def _register(manager: pluggy.PluginManager, plugin: Plugin, module: ModuleType) -> None:
    for name, options in _marked(manager, module).items():
        if options["wrapper"] or options["hookwrapper"]:
            raise TypeError(f"{name} must not be a wrapper")
        caller = getattr(manager.hook, name, None)
        if (caller is None or not caller.has_spec()) and not options["optionalhook"]:
            raise LookupError(f"there is no hook {name}")
    manager.register(module, plugin.name)


def _check_declared(plugins: Plugins, plugin: Plugin, hook: str) -> None:
    """What was declared must be of the right kind, carry the plugin's name and not clash. Raises on the first fault."""
    items = plugin.declared[hook]
    for item in items:
        _expect(item, _KINDS.get(hook, object))
    others = [(other, item) for other, item in plugins.declared(hook) if other is not plugin]
    match hook:
        case "gamehall_settings":
            if len(items) > 1:
                raise ValueError("at most one shape of settings")
        case "gamehall_tables":
            _check_tables(plugin, items)
        case "gamehall_retention":
            for retention in items:
                _free(retention.name, {each.name: other for other, each in others}, "name of what is kept")
                if not retention.since.table.name.startswith(f"{plugin.name}_"):
                    raise ValueError(f"{retention.since.table.name} is not its own to remove rows from")
        case "gamehall_rulesets":
            for ruleset in items:
                _free(ruleset.key, {each.key: other for other, each in others}, "ruleset key")
            _unique([ruleset.key for ruleset in items], "ruleset key")
        case "gamehall_opponents":
            _unique([opponent.key for opponent in items], "opponent's key")
        case "gamehall_gauges":
            shown = {gauge.full_name(other.name): other for other, gauge in others}
            for gauge in items:
                if not all(_NAME.fullmatch(text) for text in (gauge.name, gauge.label or "none")):
                    raise ValueError(f"{gauge.name!r} and its label must be words of lower-case letters, digits and _")
                _free(gauge.full_name(plugin.name), shown, "name of a gauge")
            _unique([gauge.full_name(plugin.name) for gauge in items], "gauge")
        case "gamehall_exporters" | "gamehall_importers":
            for each_format in items:
                _free(each_format.format, {each.format: other for other, each in others}, "format")
            _unique([each_format.format for each_format in items], "format")


def _check_tables(plugin: Plugin, items: list[Tables]) -> None:
    for tables in items:
        if not tables.migrations.is_dir():
            raise FileNotFoundError(f"there is no migrations folder {tables.migrations.name}")
        strange = [name for name in tables.metadata.tables if not name.startswith(f"{plugin.name}_")]
        if strange:
            raise ValueError(f"its tables must begin with {plugin.name}_: {', '.join(strange)}")


def _expect(item: object, kind: type) -> None:
    if not isinstance(item, kind):
        raise TypeError(f"expected {kind.__name__}, got {type(item).__name__}")


def _free(name: str, taken: Mapping[str, Plugin], what: str) -> None:
    if name in taken:
        raise ValueError(f"the {what} {name!r} is taken by {taken[name].name}")


def _unique(names: list[str], what: str) -> None:
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"the {what} {', '.join(sorted(twice))} is declared twice")
