"""`gamehall desktop`, and `gamehall-desktop` by itself."""

from __future__ import annotations

import os
import sys

import click

from .menu import add_to_menu_option


@click.command()
@click.option("--base-url", help="The hall's address, such as https://play.example.org.")
@click.option("--profile", help="The user to sign in as; by default the last one.")
@click.option("--config", help="The configuration file.")
@add_to_menu_option
@click.version_option(package_name="gamehall-desktop")
def desktop(base_url: str | None, profile: str | None, config: str | None) -> None:
    """Open the desktop client.

    \b
    gamehall desktop
    gamehall desktop --base-url https://play.example.org --profile ada
    """
    from .config import ConfigError, config_path, load_config

    path = config_path(config)
    try:
        settings = load_config(path)
    except ConfigError as error:
        raise click.ClickException(str(error)) from error
    settings.base_url = base_url or settings.base_url
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        raise click.ClickException(
            "There is no screen (DISPLAY is not set). Start it in a graphical session, with X or XWayland,"
            f" or play in a browser at {settings.base_url}."
        )
    from .view.window import (
        run,  # DearPyGui ends the process when there is no screen, so it comes after the look for one
    )

    run(settings, path, profile or settings.last_profile())


def main() -> None:
    """The console script."""
    desktop()
