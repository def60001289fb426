"""Every hook of the host. Hooks declare: each is called once per process at start and returns declarations."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import msgspec

from gamehall import hookspec
from gamehall.declare import (
    Authenticator,
    Check,
    ErrorPage,
    Exporter,
    Hiding,
    Host,
    Importer,
    Lifespan,
    Listener,
    Opponent,
    Policy,
    Retention,
    Tables,
)
from gamehall.game import Ruleset
from gamehall.gauges import Gauge

if TYPE_CHECKING:
    import click
    from litestar.types import ControllerRouterHandler


@hookspec
def gamehall_hookspecs() -> Iterable[ModuleType]:  # type: ignore[empty-body]
    """Modules of hooks that other plugins may implement; their names begin with this plugin's.

    Whoever implements one marks it `optionalhook=True`, so that it does not need this plugin.
    """


@hookspec
def gamehall_settings() -> Iterable[type[msgspec.Struct]]:  # type: ignore[empty-body]
    """The shape of the `[plugins.<name>]` section, at most one. A wrong value keeps the plugin off, with the reason."""


@hookspec
def gamehall_tables() -> Iterable[Tables]:  # type: ignore[empty-body]
    """Tables and the folder of their migrations, kept under a version table of the plugin's own."""


@hookspec
def gamehall_retention() -> Iterable[Retention]:  # type: ignore[empty-body]
    """Rows that are kept for a while only; one worker removes them for the whole hall."""


@hookspec
def gamehall_rulesets() -> Iterable[Ruleset[Any, Any]]:  # type: ignore[empty-body]
    """Games that can be played here; each has a switch of its own, `ruleset:<key>`."""


@hookspec
def gamehall_routes(host: Host) -> Iterable[ControllerRouterHandler]:  # type: ignore[empty-body]
    """Litestar handlers. While the plugin is off their paths answer like any unknown one."""


@hookspec
def gamehall_listeners(host: Host) -> Iterable[Listener]:  # type: ignore[empty-body]
    """Coroutines to run after something happened, in every worker. A failing or slow one delays nobody else."""


@hookspec
def gamehall_authenticators(host: Host) -> Iterable[Authenticator]:  # type: ignore[empty-body]
    """Ways to tell who is asking, in the API or on the pages."""


@hookspec
def gamehall_policies(host: Host) -> Iterable[Policy]:  # type: ignore[empty-body]
    """Answers to the hall's questions, such as whether one user may challenge another. Every one must say yes."""


@hookspec
def gamehall_hidings(host: Host) -> Iterable[Hiding]:  # type: ignore[empty-body]
    """Which users do not meet in the hall's lists, such as its open challenges."""


@hookspec
def gamehall_exporters() -> Iterable[Exporter]:  # type: ignore[empty-body]
    """Formats that games can be downloaded in."""


@hookspec
def gamehall_importers() -> Iterable[Importer]:  # type: ignore[empty-body]
    """Formats that games can be read from."""


@hookspec
def gamehall_lifespan(host: Host) -> Iterable[Lifespan]:  # type: ignore[empty-body]
    """What is entered when a worker starts and left when it stops; it runs whether the plugin is on or off."""


@hookspec
def gamehall_opponents(host: Host) -> Iterable[Opponent]:  # type: ignore[empty-body]
    """Opponents that are always there, each with an account of its own, which the plugin plays."""


@hookspec
def gamehall_commands() -> Iterable[click.Command]:  # type: ignore[empty-body]
    """Commands of `gamehall`, under their own names; where a name is taken, below `gamehall <plugin>`."""


@hookspec
def gamehall_checks(host: Host) -> Iterable[Check]:  # type: ignore[empty-body]
    """Questions about the plugin's health for `/health/ready` and `gamehall doctor`."""


@hookspec
def gamehall_gauges(host: Host) -> Iterable[Gauge]:  # type: ignore[empty-body]
    """Figures of the plugin for whoever watches the hall, at `/metrics`."""


@hookspec
def gamehall_error_pages(host: Host) -> Iterable[ErrorPage]:  # type: ignore[empty-body]
    """How people see a problem in a browser; without one they get a plain page."""
