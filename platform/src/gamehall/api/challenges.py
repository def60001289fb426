"""Challenges: made, seen and answered, also by an invitation's link; and the clocks that they can be for."""

from typing import Any

import msgspec
from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.answers import Challenge, ClockPreset, Page, Responded, page_of
from gamehall.api.views import challenge_view
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size, read_body
from gamehall.challenges import Action, Box, ChallengeTerms, list_challenges
from gamehall.challenges import Challenge as StoredChallenge
from gamehall.clockfields import ClockFilter, read_clock
from gamehall.clocks import PRESETS, describe
from gamehall.declare import Host, Principal
from gamehall.invitations import accept_invitation, invite_code, see_invitation
from gamehall.lobby import create_challenge, respond, show_challenge
from gamehall.quotas import CHALLENGING

__all__ = ["challenges", "clocks", "invitations"]


class _Proposed(ChallengeTerms, frozen=True, kw_only=True):
    """The terms with a clock that is not read yet."""

    clock: Any = msgspec.field(default_factory=lambda: {"kind": "none"})


class Response(msgspec.Struct, frozen=True):
    """What to do with a challenge."""

    action: Action


def _view(host: Host, found: StoredChallenge, viewer: str | None) -> Challenge:
    """The challenge; its link is shown to the challenger only, as long as it can be used."""
    shown = found.by_link and found.challenger_id == viewer and found.status == "pending"
    url = f"{host.settings.address}/c/{invite_code(host.secret, found.id)}" if shown else None
    return challenge_view(found, url)


@post("/", opt={"problems": ("not-found", "not-possible"), "body": ChallengeTerms} | CHALLENGING)
async def create(request: HttpRequest, caller: NamedDependency[Principal]) -> Challenge:
    """Proposes a game to a user, by link, or to whoever comes first. With `pair` an open challenge that fits is taken
    at once, if there is one; then that is the answer."""
    host = host_of(request)
    values = msgspec.structs.asdict(await read_body(request, _Proposed))
    terms = ChallengeTerms(**values | {"clock": read_clock(values["clock"])})
    return _view(host, await create_challenge(host, caller.user_id, terms), caller.user_id)


@get("/")
async def list_box(
    request: HttpRequest,
    caller: NamedDependency[Principal],
    box: FromQuery[Box] = "received",
    ruleset: FromQuery[str | None] = None,
    clock: FromQuery[ClockFilter | None] = None,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[Challenge]:
    """Pending challenges, newest first: those to the caller, by the caller, or open to all. `clock` is a kind of
    clock, or `live` for all that are played in one sitting."""
    host, size = host_of(request), page_size(limit)
    apart = () if box == "sent" else (await host.apart([caller.user_id]))[caller.user_id]
    found = await host.read(
        list_challenges,
        box,
        caller.user_id,
        size + 1,
        known_cursor(cursor),
        ruleset=ruleset and ruleset.replace("\0", "\ufffd"),  # PostgreSQL takes no NUL
        clock=clock,
        apart=apart,
    )
    return page_of([_view(host, each, caller.user_id) for each in found], size, [each.id for each in found])


@get("/{challenge_id:str}", opt={"object": "its two sides, anybody an open one"})
async def show(
    request: HttpRequest, challenge_id: FromPath[str], viewer: NamedDependency[Principal | None]
) -> Challenge:
    """One challenge, if the caller may know of it."""
    host, asking = host_of(request), viewer.user_id if viewer else None
    return _view(host, await show_challenge(host, known_id(challenge_id), asking), asking)


@post(
    "/{challenge_id:str}/respond",
    status_code=200,
    opt={
        "problems": ("challenge-closed", "not-possible"),
        "object": "its two sides, anybody an open one",
        "body": Response,
    },
)
async def answer(request: HttpRequest, challenge_id: FromPath[str], caller: NamedDependency[Principal]) -> Responded:
    """Accepts, declines or cancels. Accepting starts the game."""
    action = (await read_body(request, Response)).action
    settled = await respond(host_of(request), known_id(challenge_id), caller.user_id, action)
    return Responded(settled.id, settled.status, settled.game_id)


@get("/{code:str}", opt={"who": "anybody", "object": "who knows the code"})
async def show_invitation(request: HttpRequest, code: FromPath[str]) -> Challenge:
    """What the code of an invitation's link offers; this needs no account."""
    host = host_of(request)
    return _view(host, await see_invitation(host, code), None)


@post(
    "/{code:str}",
    status_code=200,
    opt={"problems": ("challenge-closed", "not-possible"), "object": "who knows the code"},
)
async def take_invitation(request: HttpRequest, code: FromPath[str], caller: NamedDependency[Principal]) -> Responded:
    """Accepts an invitation by the code of its link, which starts the game."""
    settled = await accept_invitation(host_of(request), code, caller.user_id)
    return Responded(settled.id, settled.status, settled.game_id)


@get("/clocks", tags=["challenges"], opt={"who": "anybody"})
async def clocks() -> Page[ClockPreset]:
    """The clocks that are offered by name."""
    return Page(
        [ClockPreset(name, msgspec.to_builtins(terms), describe(terms)) for name, terms in PRESETS.items()], None
    )


challenges = Router("/challenges", route_handlers=[create, list_box, show, answer], tags=["challenges"])
invitations = Router("/invitations", route_handlers=[show_invitation, take_invitation], tags=["challenges"])
