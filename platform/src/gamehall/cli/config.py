"""gamehall config"""

from __future__ import annotations

import click

from gamehall.commands import answer, settings_of, table
from gamehall.disclosing import disclosed, shown_settings
from gamehall.settings import config_path

__all__ = ["config"]


@click.group()
def config() -> None:
    """See the settings and where they come from."""


@config.command()
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.pass_context
def show(ctx: click.Context, origin: bool) -> None:
    """Show every setting, and what the file has for plugins; secrets are hidden.

    What a plugin would use beside that, with the defaults, is in `gamehall plugins info NAME`.

    \b
    gamehall config show
    gamehall config show --origin
    """
    settings = settings_of(ctx)
    found = shown_settings(settings)
    rows = [(each.key, each.value, *([each.origin] if origin else [])) for each in found]
    data = {each.key: each.value for each in found if not each.key.startswith("plugins.")}
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
    found = config_path(ctx.find_root().params["config"])
    answer(ctx, {"path": str(found) if found else None}, str(found) if found else "No configuration file is read.")
