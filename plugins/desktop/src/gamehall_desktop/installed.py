"""What is installed beside the client: games and formats to play with offline, and what plugins show in the window."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gamehall.answers import RulesetInfo
from gamehall.declare import Exporter
from gamehall.game import Ruleset
from gamehall.naming import options_form, say, title_of
from gamehall.plugins import Plugins, load_plugins
from gamehall.records.formats import by_format
from gamehall.settings import Settings

from .declare import BoardLook, Panel, Theme

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Installed:
    """Rulesets and formats by their names, panels and themes in the order of the plugins' names."""

    rulesets: Mapping[str, Ruleset[Any, Any]]
    plugins: Mapping[str, str]
    """The plugin of each ruleset."""
    exporters: Mapping[str, Exporter]
    panels: tuple[tuple[str, Panel], ...]
    themes: tuple[tuple[str, Theme | BoardLook], ...] = ()
    """These two with the package that has their texts."""

    def infos(self) -> tuple[RulesetInfo, ...]:
        """The rulesets as a hall would tell of them, in the present language, by their titles."""
        infos = (ruleset_info(self.plugins[key], ruleset) for key, ruleset in self.rulesets.items())
        return tuple(sorted(infos, key=lambda each: each.title))


def load_installed() -> Installed:
    """Loads every plugin, as a hall does; it takes a second or two. One that fails is logged and left out."""
    plugins = load_plugins(Settings())
    found = plugins.rulesets
    return Installed(
        rulesets={key: ruleset for key, (_plugin, ruleset) in found.items()},
        plugins={key: plugin.name for key, (plugin, _ruleset) in found.items()},
        exporters=by_format(exporter for _plugin, exporter in plugins.declared("gamehall_exporters")),
        panels=tuple(declared(plugins, "desktop_panels", Panel)),
        themes=tuple(declared(plugins, "desktop_themes", Theme | BoardLook)),
    )


def declared(plugins: Plugins, hook: str, kind: Any) -> list[tuple[str, Any]]:
    """What plugins declare for a hook of the desktop, each with the plugin's package.

    What is of another kind is logged and left out.
    """
    plugins.collect(hook)
    found = []
    for plugin, item in plugins.declared(hook):
        if isinstance(item, kind):
            found.append((plugin.module, item))
        else:
            log.error("plugin %s declares %s for %s", plugin.name, type(item).__name__, hook)
    return found


def ruleset_info(plugin: str, ruleset: Ruleset[Any, Any]) -> RulesetInfo:
    return RulesetInfo(
        key=ruleset.key,
        title=title_of(ruleset),
        summary=say(ruleset, ruleset.summary),
        plugin=plugin,
        version=ruleset.version,
        seats=ruleset.seats,
        options=options_form(ruleset),
        presets={name: dict(options) for name, options in ruleset.presets.items()},
    )
