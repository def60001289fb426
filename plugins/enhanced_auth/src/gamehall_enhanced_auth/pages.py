"""The caller's devices on the pages, where a hall has pages: in the settings, and on a page of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from gamehall.asking import known_id
from gamehall.declare import Host, Principal
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall_enhanced_auth.families import live_tokens, revoke

if TYPE_CHECKING:  # only where there are pages is this imported, by the functions that they call
    from gamehall_web_htmx.declare import Page, Slot

__all__ = ["pages", "slots"]

_ = catalogue(__name__)

PATH = "/devices"

Fields = Mapping[str, str]


def slots(host: Host) -> list[Slot]:
    """The devices as a panel of the settings."""
    from gamehall_web_htmx.declare import Slot

    async def panel(viewer: Principal | None, _subject: str) -> Mapping[str, Any] | None:
        return None if viewer is None else await _devices(host, viewer)

    return [Slot("settings.panels", "enhanced_auth/devices.html", panel)]


def pages(host: Host) -> list[Page]:
    """`/devices`: the same panel, with the ways to sign devices out."""
    from gamehall_web_htmx.declare import Page

    async def context(caller: Principal, _query: Fields) -> Mapping[str, Any]:
        return await _devices(host, caller)

    async def sign_out(caller: Principal, fields: Fields) -> str:
        if not await host.write(revoke, known_id(fields.get("id", "")), caller.user_id):
            raise Problem("not-found", _("This device is not signed in any more."))
        return "/settings#devices-h"

    async def sign_all_out(caller: Principal, _fields: Fields) -> str:
        await host.write(_revoke_all, caller.user_id)
        return "/settings#devices-h"

    actions = {"sign-out": sign_out, "sign-all-out": sign_all_out}
    return [Page(PATH, N_("Devices"), "enhanced_auth/page.html", context, actions)]


async def _devices(host: Host, caller: Principal) -> Mapping[str, Any]:
    return {"devices": await host.read(live_tokens, caller.user_id)}


def _revoke_all(connection: sa.Connection, user_id: str) -> None:
    for row in live_tokens(connection, user_id):
        revoke(connection, row.family_id, user_id)
