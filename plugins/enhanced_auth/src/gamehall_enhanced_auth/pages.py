"""The caller's devices and scripts, where a hall has pages: in the settings, on a page of their own, and in what they
are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from gamehall.asking import known_id
from gamehall.declare import SCOPES, Host, Principal
from gamehall.factors import has_factor
from gamehall.languages import N_, catalogue
from gamehall.problems import Problem
from gamehall.spans import in_words
from gamehall_enhanced_auth.families import live_tokens, revoke, revoke_others
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.scripttokens import ScriptToken, make_script_token

if TYPE_CHECKING:  # only where there are pages is this imported, by the functions that they call
    from gamehall_web_htmx.declare import NoticeKind, Page, Slot

__all__ = ["notices", "pages", "slots"]

_ = catalogue(__name__)

PATH = "/devices"

Fields = Mapping[str, str]
Action = Callable[[Principal, Fields], Awaitable[str | Mapping[str, Any]]]


def slots(host: Host) -> list[Slot]:
    """The devices as a panel of the settings."""
    from gamehall_web_htmx.declare import Slot

    async def panel(viewer: Principal | None, _subject: str) -> Mapping[str, Any] | None:
        return None if viewer is None else await _devices(host, viewer)

    return [Slot("settings.panels", "enhanced_auth/devices.html", panel)]


def pages(host: Host) -> list[Page]:
    """`/devices`: the same panel, with the ways to sign devices out, and to make a token for a script."""
    from gamehall_web_htmx.declare import Page

    async def context(caller: Principal, _query: Fields) -> Mapping[str, Any]:
        return {"made": None, "days": _choices(host), **await _devices(host, caller)}

    async def sign_out(caller: Principal, fields: Fields) -> str:
        if not await host.write(revoke, known_id(fields.get("id", "")), caller.user_id):
            raise Problem("not-found", _("This device is not signed in any more."))
        return "/settings#devices-h"

    async def sign_all_out(caller: Principal, _fields: Fields) -> str:
        await host.write(revoke_others, caller.user_id)
        return "/settings#devices-h"

    async def make_token(caller: Principal, fields: Fields) -> Mapping[str, Any]:
        wanted = _wanted(fields)
        return {"made": await make_script_token(host, caller, wanted), **await _devices(host, caller)}

    actions: dict[str, Action] = {"sign-out": sign_out, "sign-all-out": sign_all_out, "make-token": make_token}
    asks = frozenset({"sign-all-out"})
    return [Page(PATH, N_("Devices"), "enhanced_auth/page.html", context, actions, confirm=asks)]


def notices() -> list[NoticeKind]:
    """Who had a token that somebody else may have had is told."""
    from gamehall_web_htmx.declare import NoticeKind

    return [
        NoticeKind("token_reused", lambda _connection, _user_id, data: data, _reuse, lambda _facts: PATH),
    ]


def _reuse(facts: Mapping[str, Any]) -> str:
    return _(
        "{device} was signed out: an old token of it was used again, so somebody else may have had it.",
        device=facts["device_name"] or _("A device without a name"),
    )


async def _devices(host: Host, caller: Principal) -> Mapping[str, Any]:
    own = caller.user_id
    return {"devices": await host.read(live_tokens, own), "two_steps": await host.read(has_factor, own)}


def _choices(host: Host) -> list[tuple[int, str]]:
    """For how many days a script's token can be made here, and in words."""
    most = host.plugin_settings(Lifetimes).script_token_days
    days = [*(each for each in (7, 30, 90, 365) if each < most), most]
    return [(each, in_words(each * 86_400_000)) for each in days]


def _wanted(fields: Fields) -> ScriptToken:
    """What the form asks for; each choice of what a token may do has those above it in it."""
    may, days = fields.get("may", ""), fields.get("days", "")
    if may not in SCOPES or not days.isdecimal() or len(days) > 4:
        raise Problem("invalid", _("Choose what the script may do, and for how long."))
    scopes = list(SCOPES[: SCOPES.index(may) + 1])
    name, password, code = (fields.get(each, "") for each in ("device_name", "password", "code"))
    return ScriptToken(device_name=name, scopes=scopes, password=password, code=code, days=int(days))
