"""Telling who is asking by the header `Authorization: Token …`; `Bearer` is the same."""

from __future__ import annotations

import logging
from typing import Any

from litestar.connection import ASGIConnection

from gamehall.declare import Authenticator, Host, Principal
from gamehall.problems import Problem
from gamehall.tables import now
from gamehall_enhanced_auth.families import (
    AUTHENTICATOR,
    FIND,
    Found,
    Standing,
    end_stolen,
    note_first_use,
    standing_of,
)
from gamehall_enhanced_auth.lifetimes import Lifetimes
from gamehall_enhanced_auth.upkeep import last_uses
from gamehall_enhanced_auth.wording import digest, is_token

__all__ = ["presented_token", "refusal", "token_authenticator"]

log = logging.getLogger(__name__)

Asking = ASGIConnection[Any, Any, Any, Any]

_LET_IN = "enhanced_auth_let_in"
# For each standing, the slug, the `error` of WWW-Authenticate and the sentence.
_REFUSALS = {
    Standing.UNKNOWN: ("invalid-token", "invalid", "This is not a token of this hall."),
    Standing.EXPIRED: ("invalid-token", "expired", "The token has expired; sign in again."),
    Standing.REVOKED: ("invalid-token", "revoked", "The token was revoked; sign in again."),
    Standing.FOLLOWED: ("invalid-token", "expired", "The token was exchanged for a newer one, which is in use."),
    Standing.REUSED: (
        "token-reused",
        "revoked",
        "The token was exchanged for a newer one some time ago. As it is still in use, the device was signed out.",
    ),
}


def presented_token(connection: Asking) -> str | None:
    """The token in the header, None when there is none. Raises Problem `invalid-token` when it cannot be one."""
    scheme, _, text = connection.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() not in ("token", "bearer"):
        return None
    text = text.strip()
    if not is_token(text):
        raise refusal(Standing.UNKNOWN)
    return text


def refusal(standing: Standing) -> Problem:
    """How a token of this standing is refused."""
    slug, error, sentence = _REFUSALS[standing]
    asked_for = {"WWW-Authenticate": f'Token realm="gamehall", error="{error}"'}
    return Problem(slug, sentence, headers=asked_for, error=error)


def token_authenticator(host: Host) -> Authenticator:
    """Asks the database once for each request; nothing is remembered in between, so that revoked means revoked."""
    grace = host.plugin_settings(Lifetimes).grace
    uses = last_uses(host)

    async def identify(connection: Asking) -> Principal | None:
        text = presented_token(connection)
        if text is None:
            return None
        found = next(iter(await host.look(FIND, token_hash=digest(text))), None)
        standing = standing_of(found, now(), grace)
        if standing in (Standing.FOLLOWED, Standing.REUSED) and _was_let_in(connection, found):
            standing = Standing.GRACE
        if found is None or standing not in (Standing.LIVE, Standing.GRACE):
            if found is not None and standing is Standing.REUSED:
                log.warning("token family %s of user %s was used again; ending it", found.family_id, found.user_id)
                await host.write(end_stolen, found)
            raise refusal(standing)
        if standing is Standing.LIVE and found.generation > 0 and found.first_used_at is None:
            await host.write(note_first_use, found.family_id, found.generation)
        connection.scope["state"][_LET_IN] = found.family_id
        uses.note(found.family_id, found.last_used_at)
        return _principal(found)

    return Authenticator(AUTHENTICATOR, "api", identify)


def _was_let_in(connection: Asking, found: Found | None) -> bool:
    """Whether this is a stream that began with the token before it was exchanged and asks again whether it may go on.

    It may, until that token would have expired: not the stream but its device is what can be signed out.
    """
    let_in = connection.scope["state"].get(_LET_IN)
    return found is not None and let_in == found.family_id and now() < found.expires_at


def _principal(found: Found) -> Principal:
    return Principal(
        user_id=found.user_id,
        username=found.username,
        display_name=found.display_name,
        is_admin=found.is_admin,
        authenticator=AUTHENTICATOR,
        credential=found.family_id,
        scopes=frozenset(found.scopes.split()),
    )
