"""Friendships for Gamehall: asking, following, blocking, who is there, and who may challenge or watch whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gamehall import hookimpl

# Each hook imports what it declares when it is called; those of the pages and of the desktop only where these are.
if TYPE_CHECKING:
    import click
    from litestar import Router

    from gamehall.declare import Hiding, Host, Lifespan, Policy, Tables
    from gamehall_desktop.declare import Panel
    from gamehall_web_htmx.declare import NoticeKind, Page, Slot


@hookimpl
def gamehall_tables() -> list[Tables]:
    from pathlib import Path

    from gamehall.declare import Tables
    from gamehall_friends.tables import metadata

    return [Tables(metadata, Path(__file__).parent / "migrations")]


@hookimpl
def gamehall_routes(host: Host) -> list[Router]:
    from gamehall_friends.api import friends

    return [friends]


@hookimpl
def gamehall_policies(host: Host) -> list[Policy]:
    from gamehall_friends.policy import policies

    return policies(host)


@hookimpl
def gamehall_hidings(host: Host) -> list[Hiding]:
    from gamehall_friends.policy import hidings

    return hidings(host)


@hookimpl
def gamehall_lifespan(host: Host) -> list[Lifespan]:
    from gamehall.declare import Lifespan
    from gamehall_friends.upkeep import telling_presence

    return [Lifespan(lambda: telling_presence(host))]


@hookimpl
def gamehall_commands() -> list[click.Command]:
    from gamehall_friends.commands import friends

    return [friends]


@hookimpl(optionalhook=True)
def web_slots(host: Host) -> list[Slot]:
    from gamehall_friends.slots import slots

    return slots(host)


@hookimpl(optionalhook=True)
def web_pages(host: Host) -> list[Page]:
    from gamehall_friends.pages import pages

    return pages(host)


@hookimpl(optionalhook=True)
def web_notices() -> list[NoticeKind]:
    from gamehall_friends.telling import notices

    return notices()


@hookimpl(optionalhook=True)
def desktop_panels() -> list[Panel]:
    from gamehall_friends.desktop import panels

    return panels()
