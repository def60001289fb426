"""Live events for programs: the stream `/api/v1/events`, in which a cursor makes every reconnection complete.

The modules that need the web are imported when the host asks for routes, so that commands stay quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gamehall import hookimpl
from gamehall.declare import Check, Host
from gamehall.gauges import Gauge

from .settings import PushSettings

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from gamehall_web_htmx.declare import Pusher


@hookimpl
def gamehall_settings() -> list[type[PushSettings]]:
    return [PushSettings]


@hookimpl
def gamehall_routes(host: Host) -> list[ControllerRouterHandler]:
    from .routes import routes

    return routes(host)


@hookimpl
def gamehall_checks(host: Host) -> list[Check]:
    from .lag import feed_check

    return [feed_check(host)]


@hookimpl
def gamehall_gauges() -> list[Gauge]:
    from . import crowd

    return [
        Gauge("streams", "Streams of events that are open.", lambda: crowd.streams, label="kind"),
        Gauge("events", "Events that streams have told.", lambda: crowd.events, label="kind", grows=True),
    ]


@hookimpl(optionalhook=True)
def web_pushers(host: Host) -> list[Pusher]:
    from .pages import pushers

    return pushers(host)
