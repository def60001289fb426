"""gamehall serve"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gamehall.cli.stopping import stop_with_parent
from gamehall.commands import progress, settings_of, transact
from gamehall.settings import Settings, load_settings, secret_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from gamehall.app import HallApp
    from gamehall.backups import Header, Told
    from gamehall.plugins import Plugins

__all__ = ["serve"]

_CODE = (".css", ".html", ".js", ".po", ".toml")  # beside Python


@click.command()
@click.option("--host", help="The address to listen on.")
@click.option("--port", type=int, help="The port to listen on; 0 takes a free one.")
@click.option("--workers", type=int, help="How many processes answer requests.")
@click.option("--reload", is_flag=True, help="Start again when code changes; for authors.")
@click.option("--safe", is_flag=True, help="Load no plugin.")
@click.option("--no-backup", is_flag=True, help="Make no copy before tables change.")
@click.pass_context
def serve(ctx: click.Context, /, reload: bool, safe: bool, no_backup: bool, **flags: Any) -> None:
    """Start the hall: bring the database up to date, then answer until stopped.

    \b
    gamehall serve
    gamehall serve --port 9000 --workers 4
    """
    settings = settings_of(ctx, **flags)
    if reload and find_spec("watchfiles") is None:
        raise click.UsageError("--reload needs one more package: pip install 'gamehall[reload]'")
    with progress(ctx, "Copying") as begin:
        prepare(settings, safe=safe, copy=not no_backup, begin=lambda header: begin(header.rows))
    announce(settings)
    # Workers are processes of their own and read the settings again; the flags travel to them like this.
    os.environ |= {f"GAMEHALL_{name.upper()}": str(value) for name, value in flags.items() if value is not None}
    os.environ["GAMEHALL_DATA_DIR"] = settings.data_dir
    if config := ctx.find_root().params["config"]:
        os.environ["GAMEHALL_CONFIG"] = str(config)
    os.environ["GAMEHALL_SAFE"] = "1" if safe else ""
    gc.freeze()  # what is here now stays, and workers share it
    gc.enable()  # as this process does
    with _place_for_figures(settings):
        _answer(settings, reload=reload)


@contextlib.contextmanager
def _place_for_figures(settings: Settings) -> Iterator[None]:
    """A new folder in which the workers keep what they have counted, so that each can tell the sum; one worker keeps it
    to itself."""
    name = "PROMETHEUS_MULTIPROC_DIR"  # meters.FOLDER, which a worker looks at when it first measures
    if settings.workers == 1:
        os.environ.pop(name, None)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="gamehall-metrics-") as folder:
        os.environ[name] = folder
        yield


def prepare(
    settings: Settings, *, safe: bool, copy: bool = True, begin: Callable[[Header], Told] | None = None
) -> None:
    """Makes the data folder and the secret, and brings every table up to date, unless `copy` is false with a copy from
    before, which `begin` is told of. Raises SettingsError for what would keep every worker from starting, and what
    `bring_up_to_date` does."""
    from gamehall import tracing, wakeups
    from gamehall.delivery import transport_of
    from gamehall.edges import Edges
    from gamehall.logs import configure_logs, hear_of_everything
    from gamehall.plugins import load_plugins
    from gamehall.retention import changed_days
    from gamehall.upgrading import bring_up_to_date

    configure_logs(settings)
    hear_of_everything()
    transport_of(settings)
    Edges(settings)
    changed_days(settings.keep_days)
    tracing.check(settings)
    wakeups.check(settings)
    secret_key(settings)
    plugins = load_plugins(settings, safe=safe)
    changed, copied = bring_up_to_date(settings, plugins, copy=copy, begin=begin)
    if copied is not None:
        click.echo(f"The hall as it was before this upgrade is in {copied}.", err=True)
    for name in changed:
        click.echo(f"Brought the tables of {name} up to date.", err=True)
    _put_new_plugins_down(settings, plugins)


def _put_new_plugins_down(settings: Settings, plugins: Plugins) -> None:
    from gamehall.features import add_plugins

    names = [plugin.name for plugin in plugins.working]
    transact(settings, add_plugins, names, on=settings.new_plugins == "on")


def announce(settings: Settings) -> None:
    """Prints where the hall is and, while there is no admin, the link that makes one."""
    from gamehall.accounts import has_admin

    click.echo(f"Gamehall is at {settings.address}")
    if not settings.rate_limits:
        click.echo("Rate limits are off: use this for load tests only.")
    if settings.debug:
        click.echo(
            "Debug is on: the log tells what each request asks the database and what each stream says, and so do "
            "browsers. Leave it on for a look, not for long."
        )
    if not transact(settings, has_admin):
        click.echo(f"There is no admin yet. Become one here: {settings.address}/register?setup={_code(settings)}")
        click.echo("Then begin a game there. What there is: gamehall plugins list. If all is well: gamehall doctor")
    sys.stdout.flush()


def _code(settings: Settings) -> str:
    from gamehall.accounts import setup_code

    return setup_code(secret_key(settings))


def _answer(settings: Settings, *, reload: bool) -> None:
    from gamehall.supervisor import Workers, listen

    if hasattr(os, "register_at_fork"):  # where workers are forked: before they can be told anything
        os.register_at_fork(after_in_child=stop_with_parent)
    with listen(settings.host, settings.port, settings.send_seconds) as listening:
        workers = Workers(_worker, listening, number=settings.workers, drain_seconds=settings.drain_seconds)
        with _reloading(settings) if reload else contextlib.nullcontext():
            if not workers.run():
                sys.exit(1)


@contextlib.contextmanager
def _reloading(settings: Settings) -> Iterator[None]:
    """Has the workers relieved whenever code changes below the folder that the command was called in."""
    from watchfiles import PythonFilter, watch

    ended = threading.Event()

    def look() -> None:
        code = PythonFilter(extra_extensions=_CODE, ignore_paths=[Path(settings.data_dir).resolve()])
        for _changes in watch(Path.cwd(), watch_filter=code, stop_event=ended, raise_interrupt=False):
            os.kill(os.getpid(), signal.SIGHUP)

    watching = threading.Thread(target=look, name="reload", daemon=True)
    watching.start()
    try:
        yield
    finally:
        ended.set()
        watching.join()


def _worker(relieving: bool) -> HallApp:
    """What each worker process runs; where it relieves another, the tables must be those of its code already."""
    stop_with_parent()
    gc.disable()  # until everything is there: nearly all that is made until then stays
    from gamehall.app import create_app
    from gamehall.logs import hear_of_everything, log_what_is_lost
    from gamehall.upgrading import refuse_old_tables
    from gamehall.watchdog import ending_when_stuck

    hear_of_everything()
    settings = load_settings()
    app = create_app(
        settings,
        safe=bool(os.environ.get("GAMEHALL_SAFE")),
        around=partial(ending_when_stuck, settings.stuck_seconds),
    )
    app.on_startup.append(log_what_is_lost)
    if relieving:
        refuse_old_tables(settings, app.state.host.plugins)
        _put_new_plugins_down(settings, app.state.host.plugins)
    gc.freeze()  # so it is not looked through for garbage while requests wait
    # What an event makes for each of a thousand streams lasts until it is told, and is no garbage to look for.
    gc.set_threshold(10_000, 10, 10)
    gc.enable()
    return app
