"""What is installed, found by a process of its own, so that no plugin can take the command down with it."""

from __future__ import annotations

import subprocess
import sys

import click
import msgspec

__all__ = ["PluginReport", "inspect_plugins"]

_SECONDS = 60


class PluginReport(msgspec.Struct, frozen=True):
    """How far a plugin gets when the hall starts; `reason` says why it gets no further."""

    name: str
    distribution: str
    version: str
    stage: str
    reason: str = ""
    rulesets: tuple[str, ...] = ()
    contributes: dict[str, int] = {}

    @property
    def works(self) -> bool:
        return not self.reason


def inspect_plugins() -> list[PluginReport]:
    """A report of every plugin found. A crash or a hang while loading them costs only what is known beyond names."""
    try:
        found = subprocess.run(
            [sys.executable, "-m", "gamehall.cli.inspecting"], capture_output=True, timeout=_SECONDS, check=True
        )
        return msgspec.json.decode(found.stdout.splitlines()[-1], type=list[PluginReport])
    except (subprocess.SubprocessError, IndexError, msgspec.DecodeError) as error:
        click.echo(f"Some plugin breaks the process that loads it ({error}); only names are known.", err=True)
        from gamehall.plugins import find_plugins

        reason = "not loaded: loading all plugins together failed"
        return [PluginReport(p.name, p.distribution, p.version, p.stage, p.reason or reason) for p in find_plugins()]


def _report() -> list[PluginReport]:
    from gamehall.plugins import load_plugins
    from gamehall.settings import load_settings

    loaded = load_plugins(msgspec.structs.replace(load_settings(), strict=False))
    return [
        PluginReport(
            name=plugin.name,
            distribution=plugin.distribution,
            version=plugin.version,
            stage=plugin.stage,
            reason=plugin.reason,
            rulesets=tuple(ruleset.key for ruleset in plugin.declared.get("gamehall_rulesets", ())),
            contributes={hook: len(items) for hook, items in plugin.declared.items() if items},
        )
        for plugin in (*loaded.all.values(), *loaded.refused)
    ]


if __name__ == "__main__":
    click.echo(msgspec.json.encode(_report()))
