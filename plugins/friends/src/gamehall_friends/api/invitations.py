"""The caller's link by which people become friends, and using somebody's."""

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.answers import Person
from gamehall.asking import HttpRequest, host_of
from gamehall.declare import Host, Principal
from gamehall_friends.answers import FriendRequestView
from gamehall_friends.api.views import request_view
from gamehall_friends.befriending import join_by_invitation
from gamehall_friends.invitations import code_of, inviter_by, link_to, renew

__all__ = ["INVITATIONS"]


class Invitation(msgspec.Struct, frozen=True):
    """A link: whoever opens it can become a friend of the one whose it is."""

    code: str
    url: str


async def _own(host: Host, user_id: str) -> Invitation:
    code = await host.read(code_of, user_id, host.secret)
    return Invitation(code, link_to(host, code))


@get("/invite")
async def show_own(request: HttpRequest, caller: NamedDependency[Principal]) -> Invitation:
    """The caller's own link."""
    return await _own(host_of(request), caller.user_id)


@post("/invite/renew", status_code=200)
async def renew_own(request: HttpRequest, caller: NamedDependency[Principal]) -> Invitation:
    """A new link; the old one is worth nothing any more."""
    await host_of(request).write(renew, caller.user_id)
    return await _own(host_of(request), caller.user_id)


@get("/invitations/{code:str}", opt={"who": "anybody", "object": "who knows the code"})
async def show_inviter(request: HttpRequest, code: FromPath[str]) -> Person:
    """Who invites by this code; this needs no account."""
    host = host_of(request)
    inviter = await host.read(inviter_by, code, host.secret)
    return Person(inviter.username, inviter.display_name)


@post(
    "/invitations/{code:str}",
    status_code=200,
    opt={"problems": ("invalid", "not-possible"), "object": "who knows the code"},
)
async def join(request: HttpRequest, code: FromPath[str], caller: NamedDependency[Principal]) -> FriendRequestView:
    """Makes the caller and whoever invites friends."""
    host = host_of(request)
    inviter = await host.read(inviter_by, code, host.secret)
    return request_view(await host.write(join_by_invitation, caller.user_id, inviter), caller.user_id)


INVITATIONS = [show_own, renew_own, show_inviter, join]
