"""Tokens that users make for their scripts and bots."""

from __future__ import annotations

from typing import Annotated

import msgspec

from gamehall.credentials import confirm_password
from gamehall.declare import SCOPES, Host, Principal, Scope
from gamehall.rates import Rate
from gamehall_enhanced_auth.families import Grant, issue_to_script
from gamehall_enhanced_auth.lifetimes import Lifetimes

__all__ = ["Scopes", "ScriptToken", "make_script_token"]

_TOKENS = Rate("script-token", 10, 86_400)

Scopes = Annotated[list[Scope], msgspec.Meta(min_length=1, max_length=len(SCOPES))]


class ScriptToken(msgspec.Struct, frozen=True, kw_only=True):
    """A name for the script, what its token may do, for how many days, the caller's password, and a code if they sign
    in in two steps."""

    device_name: str
    scopes: Scopes
    password: str
    code: str = ""
    days: int = 30


async def make_script_token(host: Host, caller: Principal, wanted: ScriptToken) -> Grant:
    """A token for a script of the caller's, whose password this must be: a stolen token makes none that lasts longer.

    Raises Problem `invalid` with the field, `too-many-requests` or `busy`.
    """
    owner = await confirm_password(host, caller.user_id, wanted.password, wanted.code, field="password")
    await host.rates.take(_TOKENS, caller.user_id)
    lifetimes = host.plugin_settings(Lifetimes)
    return await host.write(issue_to_script, owner, wanted.device_name, wanted.scopes, wanted.days, lifetimes)
