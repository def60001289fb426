"""The hall's web pages: made on the server, and whole without JavaScript."""

from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from gamehall import hookimpl
from gamehall.declare import Authenticator, ErrorPage, Host, Lifespan, Listener, Retention, Tables

if TYPE_CHECKING:
    from litestar.types import ControllerRouterHandler

    from gamehall_desktop.declare import BoardLook

# The modules are imported in the hooks: commands such as `gamehall features` ask for the tables, never for the pages.


@hookimpl
def gamehall_hookspecs() -> Iterable[ModuleType]:
    from gamehall_web_htmx import hookspecs

    return [hookspecs]


@hookimpl
def gamehall_tables() -> Iterable[Tables]:
    from gamehall_web_htmx.tables import metadata

    return [Tables(metadata, Path(__file__).with_name("migrations"))]


@hookimpl
def gamehall_retention() -> Iterable[Retention]:
    from gamehall_web_htmx.tables import ENDED_SESSIONS, OLD_NOTICES

    return [ENDED_SESSIONS, OLD_NOTICES]


@hookimpl
def gamehall_routes(host: Host) -> "Iterable[ControllerRouterHandler]":
    from gamehall_web_htmx.routes import routes

    return routes(host)


@hookimpl
def gamehall_authenticators(host: Host) -> Iterable[Authenticator]:
    from gamehall_web_htmx.sessions import authenticator

    return [authenticator(host)]


@hookimpl
def gamehall_listeners(host: Host) -> Iterable[Listener]:
    from gamehall_web_htmx.notices import forgetting
    from gamehall_web_htmx.sessions import tidying

    return [tidying(host), forgetting(host)]


@hookimpl
def gamehall_lifespan(host: Host) -> Iterable[Lifespan]:
    from gamehall_web_htmx.notices import keeping_notices

    return [Lifespan(lambda: keeping_notices(host))]


@hookimpl
def gamehall_error_pages(host: Host) -> Iterable[ErrorPage]:
    from gamehall_web_htmx.routes import error_pages

    return error_pages(host)


@hookimpl(optionalhook=True)
def desktop_themes() -> "Iterable[BoardLook]":
    from gamehall_web_htmx.desktoplooks import boards

    return boards()
