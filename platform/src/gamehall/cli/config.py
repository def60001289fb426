"""gamehall config"""

from __future__ import annotations

import click
import msgspec
import sqlalchemy as sa

from gamehall.commands import answer, settings_of, table
from gamehall.settings import config_path

__all__ = ["config"]

_HIDDEN = "(hidden)"


@click.group()
def config() -> None:
    """See the settings and where they come from."""


@config.command()
@click.option("--origin", is_flag=True, help="Say where each value comes from.")
@click.pass_context
def show(ctx: click.Context, origin: bool) -> None:
    """Show every setting; secrets are hidden.

    \b
    gamehall config show --origin
    """
    settings = settings_of(ctx)
    values = msgspec.to_builtins(settings)
    origins = values.pop("origins")
    sections = values.pop("plugins")
    for name in ("secret_key", "metrics_token"):
        values[name] = values[name] and _HIDDEN
    for name in ("database_url", "redis_url", "mail", "otlp_url"):
        values[name] = _without_password(values[name])
    rows = [(key, value, *([origins[key]] if origin else [])) for key, value in values.items()]
    data = values | {"plugins": sections} | ({"origins": origins} if origin else {})
    answer(ctx, data, table(rows, ("SETTING", "VALUE", *(["ORIGIN"] if origin else []))))


def _without_password(address: str) -> str:
    if "://" not in address:
        return address
    try:
        return sa.make_url(address).render_as_string(hide_password=True)
    except (ValueError, sa.exc.ArgumentError):  # what cannot be read may hold one anywhere
        return _HIDDEN


@config.command()
@click.pass_context
def path(ctx: click.Context) -> None:
    """Show which configuration file is read.

    \b
    gamehall config path
    """
    found = config_path(ctx.find_root().params["config"])
    answer(ctx, {"path": str(found) if found else None}, str(found) if found else "No configuration file is read.")
