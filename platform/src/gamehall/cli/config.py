"""gamehall config"""

from __future__ import annotations

import os

import click

from gamehall.cli.words import complete_settings
from gamehall.commands import answer, settings_of, table
from gamehall.disclosing import disclosed, shown_settings
from gamehall.nearest import did_you_mean
from gamehall.problems import Problem
from gamehall.settings import config_path

__all__ = ["config"]


@click.group()
def config() -> None:
    """See the settings and where they come from."""


@config.command()
@click.argument("keys", metavar="[KEY]...", nargs=-1, shell_complete=complete_settings)
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.pass_context
def show(ctx: click.Context, keys: tuple[str, ...], origin: bool) -> None:
    """Show every setting or only some, and what the file has for plugins; secrets are hidden.

    What a plugin would use beside that, with the defaults, is in `gamehall plugins info NAME`.

    \b
    gamehall config show
    gamehall config show port --origin
    """
    settings = settings_of(ctx)
    found = shown_settings(settings)
    for key in keys:
        if key not in (known := [each.key for each in found]):
            raise Problem("not-found", f"There is no setting {key!r}.", hint=did_you_mean(key, known))
    if keys:
        found = [each for each in found if each.key in keys]
    rows = [(each.key, each.value, *([each.origin] if origin else [])) for each in found]
    data = {each.key: each.value for each in found if keys or not each.key.startswith("plugins.")}
    if not keys:
        data["plugins"] = {name: disclosed("", section) for name, section in settings.plugins.items()}
    if origin:
        data["origins"] = {each.key: each.origin for each in found}
    answer(ctx, data, table(rows, ("SETTING", "VALUE", *(["ORIGIN"] if origin else []))))


@config.command()
@click.pass_context
def path(ctx: click.Context) -> None:
    """Show which configuration file is read.

    \b
    gamehall config path
    """
    found = config_path(ctx.find_root().params["config"] or os.environ.get("GAMEHALL_CONFIG"))
    answer(ctx, {"path": str(found) if found else None}, str(found) if found else "No configuration file is read.")
