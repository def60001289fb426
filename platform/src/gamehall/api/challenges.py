"""Challenges: made, seen and answered."""

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall import lobby
from gamehall.answers import Challenge, Page, Responded, page_of
from gamehall.api.views import challenge_view
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size, read_body
from gamehall.declare import Host, Principal
from gamehall.lobby import (
    Action,
    Box,
    ChallengeTerms,
    create_challenge,
    invite_code,
    list_challenges,
    respond,
    see_challenge,
)

__all__ = ["challenges"]


class Response(msgspec.Struct, frozen=True):
    """What to do with a challenge."""

    action: Action


def _view(host: Host, found: lobby.Challenge, viewer: str | None) -> Challenge:
    """The challenge; its link is shown to the challenger only, as long as it can be used."""
    shown = found.by_link and found.challenger_id == viewer and found.status == "pending"
    url = f"{host.settings.address}/c/{invite_code(host.secret, found.id)}" if shown else None
    return challenge_view(found, url)


@post("/", opt={"body": ChallengeTerms})
async def create(request: HttpRequest, caller: NamedDependency[Principal]) -> Challenge:
    """Proposes a game to a user, by link, or to whoever comes first."""
    host = host_of(request)
    terms = await read_body(request, ChallengeTerms)
    return _view(host, await create_challenge(host, caller.user_id, terms), caller.user_id)


@get("/")
async def list_box(
    request: HttpRequest,
    caller: NamedDependency[Principal],
    box: FromQuery[Box] = "received",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[Challenge]:
    """Pending challenges, newest first: those to the caller, by the caller, or open to all."""
    host, size = host_of(request), page_size(limit)
    found = await host.read(list_challenges, box, caller.user_id, size + 1, known_cursor(cursor))
    return page_of([_view(host, each, caller.user_id) for each in found], size, [each.id for each in found])


@get("/{challenge_id:str}")
async def show(
    request: HttpRequest, challenge_id: FromPath[str], viewer: NamedDependency[Principal | None]
) -> Challenge:
    """One challenge, if the caller may know of it."""
    host, asking = host_of(request), viewer.user_id if viewer else None
    return _view(host, await host.read(see_challenge, known_id(challenge_id), asking), asking)


@post("/{challenge_id:str}/respond", status_code=200, opt={"body": Response})
async def answer(request: HttpRequest, challenge_id: FromPath[str], caller: NamedDependency[Principal]) -> Responded:
    """Accepts, declines or cancels. Accepting starts the game."""
    action = (await read_body(request, Response)).action
    settled = await respond(host_of(request), known_id(challenge_id), caller.user_id, action)
    return Responded(settled.id, settled.status, settled.game_id)


challenges = Router("/challenges", route_handlers=[create, list_box, show, answer], tags=["challenges"])
