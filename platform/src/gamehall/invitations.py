"""Invitations by link: the code in it, what it offers, and playing by it, with an account or as a guest."""

from __future__ import annotations

from gamehall.accounts import User
from gamehall.challenges import Challenge, closed, load_challenge
from gamehall.codes import code_for, id_in
from gamehall.declare import Host
from gamehall.guests import add_guest, check_guests, remove_guest
from gamehall.languages import catalogue
from gamehall.lobby import respond
from gamehall.problems import Problem

__all__ = ["accept_invitation", "challenge_by_code", "invite_code", "play_as_guest", "see_invitation"]

_ = catalogue(__name__)


_DIGITS = 16


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
    """Starts the game with a new guest, who sits in it and needs an account to move.

    Raises Problem `forbidden` where nobody can make an account, `not-found` for the code, and what `respond` does;
    then there is no guest.
    """
    check_guests(host)
    found = await see_invitation(host, code)
    if found.status != "pending":
        raise closed(found)
    guest = await host.write(add_guest)
    try:
        return guest, await accept_invitation(host, code, guest.id)
    except Problem:
        await host.write(remove_guest, guest.id)
        raise
