"""`gamehall desktop`, and `gamehall-desktop` by itself."""

from __future__ import annotations

import click

from .menu import add_to_menu_option


@click.command()
@click.option("--base-url", help="The hall's address, such as https://play.example.org.")
@click.option("--profile", help="The profile, or the user's name, to go on as; by default the last one.")
@click.option("--config", help="The configuration file.")
@click.option("--show-config", is_flag=True, help="Say what is set, and where it comes from, and open no window.")
@add_to_menu_option
@click.version_option(package_name="gamehall-desktop")
def desktop(base_url: str | None, profile: str | None, config: str | None, show_config: bool) -> None:
    """Open the desktop client.

    \b
    gamehall desktop
    gamehall desktop --base-url https://play.example.org --profile ada
    """
    from . import remedies
    from .accounts import AuthenticationManager
    from .addresses import address_of
    from .config import ConfigError, described

    try:
        accounts = AuthenticationManager(config, flags={"base_url": base_url and address_of(base_url)})
    except (ConfigError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    if show_config:
        click.echo(f"{accounts.path}")
        click.echo("\n".join([*described(accounts.loaded), *accounts.loaded.notes]))
        return
    if (lacking := remedies.no_screen(accounts.config.base_url)) is not None:
        raise click.ClickException(lacking)
    try:
        from .view.window import run  # DearPyGui ends the process where there is no screen, so it comes after the look
    except ImportError as error:
        raise click.ClickException(remedies.no_window_library(error, accounts.config.base_url)) from error
    run(accounts, profile)


def main() -> None:
    """The console script."""
    desktop()
