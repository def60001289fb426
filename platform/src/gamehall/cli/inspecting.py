"""What is installed, found by a process of its own, so that no plugin can take the command down with it."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import click
import msgspec

from gamehall.installed import InstalledPlugin
from gamehall.plugins import Plugins, find_plugins, load_plugins
from gamehall.settings import Settings

__all__ = ["PluginReport", "inspect_plugins"]

_SECONDS = 60


class PluginReport(msgspec.Struct, frozen=True):
    """How far a plugin gets when the hall starts; `reason` says why it gets no further, `unruled` which of its routes
    do not say who may use them. `lets_in` and `has_pages` are known once it is started, as in `InstalledPlugin`."""

    name: str
    distribution: str
    version: str
    stage: str
    reason: str = ""
    rulesets: tuple[str, ...] = ()
    contributes: dict[str, int] = {}
    unruled: tuple[str, ...] = ()
    lets_in: tuple[str, ...] = ()
    has_pages: bool = False

    @property
    def works(self) -> bool:
        return not self.reason

    @property
    def installed(self) -> InstalledPlugin:
        lets_in = frozenset(self.lets_in)
        return InstalledPlugin(
            self.name, self.distribution, self.version, self.reason, 0, self.rulesets, lets_in, self.has_pages
        )


def inspect_plugins(settings: Settings, *, started: bool = False) -> list[PluginReport]:
    """A report of every plugin found: as far as it comes without a hall, or `started`, as in a worker that starts.

    A crash or a hang while loading them costs only what is known beyond names.
    """
    try:
        found = subprocess.run(  # noqa: S603 - this very module
            [sys.executable, "-m", "gamehall.cli.inspecting", "started" if started else "loaded"],
            input=msgspec.json.encode(settings),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        return msgspec.json.decode(found.stdout.splitlines()[-1], type=list[PluginReport])
    except (subprocess.SubprocessError, IndexError, msgspec.DecodeError) as error:
        click.echo(f"Some plugin breaks the process that loads it ({error}); only names are known.", err=True)
        reason = "not loaded: loading all plugins together failed"
        return [PluginReport(p.name, p.distribution, p.version, p.stage, p.reason or reason) for p in find_plugins()]


def _report(settings: Settings, *, started: bool) -> list[PluginReport]:
    loaded, unruled = _start(settings) if started else (load_plugins(settings), {})
    return [
        PluginReport(
            name=plugin.name,
            distribution=plugin.distribution,
            version=plugin.version,
            stage=plugin.stage,
            reason=plugin.reason,
            rulesets=plugin.installed.rulesets,
            contributes={hook: len(items) for hook, items in plugin.declared.items() if items},
            unruled=tuple(unruled.get(plugin.name, ())),
            lets_in=tuple(sorted(plugin.installed.lets_in)),
            has_pages=plugin.has_pages,
        )
        for plugin in (*loaded.all.values(), *loaded.refused)
    ]


def _start(settings: Settings) -> tuple[Plugins, dict[str, list[str]]]:
    """The plugins of a worker that has made its application and looked at the tables, where there are any yet; and by
    plugin what is wrong with the rules of its routes."""
    # The web takes a while to import, and only this process needs it.
    import sqlalchemy as sa

    from gamehall import migrate
    from gamehall.app import create_app, unruled_of
    from gamehall.database import sync_url

    app = create_app(settings)
    plugins: Plugins = app.state.host.plugins
    unruled = {plugin.name: unruled_of(app, plugin) for plugin in plugins.working}
    engine = sa.create_engine(sync_url(settings.database_url), poolclass=sa.NullPool)
    with contextlib.suppress(sa.exc.SQLAlchemyError), engine.connect() as connection:
        if not migrate.state(connection, migrate.HALL):
            migrate.check_all(connection, plugins)
    engine.dispose()
    return plugins, unruled


def _main() -> None:
    given = msgspec.json.decode(sys.stdin.buffer.read(), type=Settings)
    # The secret is for nothing here, but making one leaves a file behind.
    settings = msgspec.structs.replace(given, strict=False, secret_key="-" * 32)
    click.echo(msgspec.json.encode(_report(settings, started=sys.argv[1] == "started")))


if __name__ == "__main__":
    _main()
