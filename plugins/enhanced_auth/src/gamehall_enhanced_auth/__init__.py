"""Device tokens for Gamehall: programs sign in once, and each device can be seen and signed out by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gamehall import hookimpl

# Each hook imports what it declares when it is called: `gamehall tokens --help` needs neither Litestar nor a database.
if TYPE_CHECKING:
    import click
    from litestar import Router

    from gamehall.declare import Authenticator, Host, Lifespan, Retention, Tables
    from gamehall_enhanced_auth.lifetimes import Lifetimes
    from gamehall_web_htmx.declare import NoticeKind, Page, Slot


@hookimpl
def gamehall_settings() -> list[type[Lifetimes]]:
    from gamehall_enhanced_auth.lifetimes import Lifetimes

    return [Lifetimes]


@hookimpl
def gamehall_tables() -> list[Tables]:
    from pathlib import Path

    from gamehall.declare import Tables
    from gamehall_enhanced_auth.tables import metadata

    return [Tables(metadata, Path(__file__).parent / "migrations")]


@hookimpl
def gamehall_retention() -> list[Retention]:
    from gamehall_enhanced_auth.tables import OLD_TOKENS

    return [OLD_TOKENS]


@hookimpl
def gamehall_authenticators(host: Host) -> list[Authenticator]:
    from gamehall_enhanced_auth.authenticator import token_authenticator

    return [token_authenticator(host)]


@hookimpl
def gamehall_routes(host: Host) -> list[Router]:
    from gamehall_enhanced_auth.routes import auth

    return [auth]


@hookimpl
def gamehall_lifespan(host: Host) -> list[Lifespan]:
    from gamehall.declare import Lifespan
    from gamehall_enhanced_auth.upkeep import upkeep

    return [Lifespan(lambda: upkeep(host))]


@hookimpl
def gamehall_commands() -> list[click.Command]:
    from gamehall_enhanced_auth.commands import tokens

    return [tokens]


@hookimpl(optionalhook=True)
def web_slots(host: Host) -> list[Slot]:
    from gamehall_enhanced_auth.pages import slots

    return slots(host)


@hookimpl(optionalhook=True)
def web_pages(host: Host) -> list[Page]:
    from gamehall_enhanced_auth.pages import pages

    return pages(host)


@hookimpl(optionalhook=True)
def web_notices() -> list[NoticeKind]:
    from gamehall_enhanced_auth.pages import notices

    return notices()
