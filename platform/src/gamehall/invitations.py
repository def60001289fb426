"""Invitations by link: the code in it, what it offers, and playing by it; and how guests come to their games."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import msgspec

from gamehall.accounts import User
from gamehall.challenges import Challenge, ChallengeTerms, closed, load_challenge
from gamehall.codes import code_for, id_in
from gamehall.declare import Host
from gamehall.guests import add_guest, check_guests, remove_guest
from gamehall.languages import catalogue
from gamehall.lobby import create_challenge, respond
from gamehall.problems import Problem

__all__ = [
    "accept_invitation",
    "challenge_by_code",
    "invite_code",
    "play_as_guest",
    "propose_as_guest",
    "see_invitation",
]

_ = catalogue(__name__)


_DIGITS = 32


def invite_code(secret: bytes, challenge_id: str) -> str:
    """The code in a challenge's link. It is derived, so that nobody who reads the database can accept."""
    return code_for(secret, "invite", challenge_id, _DIGITS)


def challenge_by_code(secret: bytes, code: str) -> str:
    """The id of the challenge that this code invites to. Raises Problem `not-found`."""
    if (challenge_id := id_in(secret, "invite", code, _DIGITS)) is None:
        raise Problem("not-found", _("This invitation is not valid."))
    return challenge_id


async def see_invitation(host: Host, code: str) -> Challenge:
    """What this code invites to, for anybody who has it. Raises Problem `not-found`."""
    return await host.read(load_challenge, challenge_by_code(host.secret, code))


async def accept_invitation(host: Host, code: str, user_id: str) -> Challenge:
    """Starts the game with this user. Raises Problem `not-found` for the code, and what `respond` does."""
    return await respond(host, challenge_by_code(host.secret, code), user_id, "accept", by_code=True)


async def play_as_guest(host: Host, code: str) -> tuple[User, Challenge]:
    """Starts the game with a new guest.

    Raises Problem `forbidden` where nobody can make an account, `not-found` for the code, and what `respond` does;
    then there is no guest.
    """
    check_guests(host)
    found = await see_invitation(host, code)
    if found.status != "pending":
        raise closed(found)
    return await _as_guest(host, lambda guest: accept_invitation(host, code, guest.id))


async def propose_as_guest(host: Host, terms: ChallengeTerms, *, alone: bool = False) -> tuple[User, Challenge]:
    """Proposes a game as a new guest: by these terms, or `alone`, on both sides.

    Raises Problem `forbidden` where nobody can make an account, and what `create_challenge` does; then there is no
    guest.
    """
    check_guests(host)

    async def propose(guest: User) -> Challenge:
        own = msgspec.structs.replace(terms, opponent=guest.username) if alone else terms
        return await create_challenge(host, guest.id, own)

    return await _as_guest(host, propose)


async def _as_guest(host: Host, act: Callable[[User], Awaitable[Challenge]]) -> tuple[User, Challenge]:
    """What a new guest comes to by doing this; without it there is no guest."""
    guest = await host.write(add_guest, limited=host.settings.rate_limits)
    try:
        return guest, await act(guest)
    except Problem:
        await host.write(remove_guest, guest.id)
        raise
