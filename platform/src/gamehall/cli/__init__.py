"""`gamehall`: click commands, each module imported only when its command is called."""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from typing import Any

import click
from click.shell_completion import CompletionItem

from gamehall.cli.stopping import stop_at_once, stop_in_order

__all__ = ["main"]

# Where each command lives: (module, its name there, the line that the list of commands shows).
_COMMANDS = {
    "serve": ("gamehall.cli.serve", "serve", "Start the hall."),
    "doctor": ("gamehall.cli.doctor", "doctor", "Find out what is wrong and what to do about it."),
    "version": ("gamehall.cli.about", "version", "Show the versions of the hall and its plugins."),
    "features": ("gamehall.cli.features", "features", "Switch plugins, rulesets and other features on and off."),
    "plugins": ("gamehall.cli.plugins", "plugins", "See, check, write and install plugins."),
    "users": ("gamehall.cli.users", "users", "Look after accounts."),
    "audit": ("gamehall.cli.audit", "audit", "See who did what, from where."),
    "routes": ("gamehall.cli.routes", "routes", "See who may call what."),
    "games": ("gamehall.cli.games", "games", "See games, take them home, replay them by the installed rules."),
    "verify": ("gamehall.cli.verifying", "verify", "Prove the record of a game, offline."),
    "db": ("gamehall.cli.database", "database", "Look after the database."),
    "completion": ("gamehall.cli.completing", "completion", "Let a shell complete the words of this command."),
    "config": ("gamehall.cli.config", "config", "See the settings and where they come from."),
}


class _Lazy(click.Group):
    """Knows its commands by name alone. The hall's own never import a plugin; only other names do."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name in _COMMANDS:
            module, attribute, _ = _COMMANDS[name]
            command: click.Command = getattr(importlib.import_module(module), attribute)
            return command
        from gamehall.cli.contributed import contributed_commands  # imports plugins

        return contributed_commands(ctx, name).get(name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:  # click knows only commands that are there already
            raise click.NoSuchCommand(error.command_name, possibilities=_COMMANDS, ctx=ctx) from None

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        from gamehall.cli.words import known_words
        from gamehall.settings import SettingsError, load_settings

        items = [CompletionItem(name, help=summary) for name, (_, _, summary) in _COMMANDS.items()]
        with contextlib.suppress(SettingsError):  # the command itself will say so
            words = known_words(load_settings(config=ctx.params.get("config")))
            items += [CompletionItem(name, help="From a plugin.") for name in words.commands]
        own = [item for item in items if str(item.value).startswith(incomplete)]
        return [*own, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, _, summary) in _COMMANDS.items()])
        from gamehall.cli.contributed import contributed_names  # reads metadata, imports no plugin

        if names := contributed_names():
            with formatter.section("From plugins"):
                formatter.write_text(f"gamehall COMMAND --help shows what these add: {', '.join(names)}")


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--config", type=click.Path(dir_okay=False), help="The configuration file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object {ok, data, error}.")
@click.option("-q", "--quiet", is_flag=True, help="Log errors only.")
@click.option("-v", "--verbose", is_flag=True, help="Log everything.")
@click.option("--yes", is_flag=True, help="Do not ask before destructive steps.")
def cli(**_options: Any) -> None:
    """A hall for board games in which everything that is not the hall itself is a plugin.

    \b
    Start a hall:             gamehall serve
    See what is installed:    gamehall plugins list
    """
    stop_in_order()


def main() -> None:
    """The console script."""
    stop_at_once()
    from gamehall.cli.running import run  # after the group, which it runs

    gc.disable()  # imports make much that stays: to look through it again and again is a tenth of a short command
    try:
        sys.exit(run(cli))
    finally:
        stop_at_once()
        gc.enable()
