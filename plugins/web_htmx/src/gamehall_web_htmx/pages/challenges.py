"""A challenge: waiting for an answer, or asking for one."""

from typing import Any, cast

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.asking import HttpRequest, known_id
from gamehall.challenges import Action, Challenge, load_challenge
from gamehall.declare import Principal
from gamehall.invitations import accept_invitation, invite_code, play_as_guest, see_invitation
from gamehall.languages import catalogue
from gamehall.lobby import respond, show_challenge
from gamehall.problems import Problem
from gamehall_web_htmx.forms import read_form
from gamehall_web_htmx.listing import challenge_cards, option_facts
from gamehall_web_htmx.previews import challenge_preview
from gamehall_web_htmx.qrcodes import qr_code
from gamehall_web_htmx.sessions import start_session
from gamehall_web_htmx.site import AccountFirst, Site, Visitor

__all__ = ["CHALLENGE_PAGES"]

_ = catalogue(__name__)

_ACTIONS = ("accept", "decline", "cancel")


@get("/challenges/{challenge_id:str}", opt={"object": "its two sides, anybody an open one"})
async def challenge_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    challenge_id: FromPath[str],
) -> Response[Any]:
    found = await show_challenge(site.host, known_id(challenge_id), visitor.user_id)
    return await _show(request, site, visitor, found)


@get("/c/{code:str}", opt={"object": "who knows the code"})
async def invitation_page(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    return await _show(request, site, visitor, await see_invitation(site.host, code), code=code)


@post("/c/{code:str}", opt={"object": "who knows the code"})
async def invitation_accept(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    """Takes the seat that the link offers, as a guest where nobody is signed in."""
    cookies = []
    try:
        if visitor.user_id is not None:
            settled = await accept_invitation(site.host, code, visitor.user_id)
        else:
            guest, settled = await play_as_guest(site.host, code)
            cookies.append(await start_session(site.host, request, guest))
    except Problem as problem:
        if problem.slug == "not-found":
            raise
        return await _show(request, site, visitor, await see_invitation(site.host, code), code=code, problem=problem)
    return site.go(f"/games/{settled.game_id}", cookies)


async def _show(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    found: Challenge,
    *,
    code: str = "",
    problem: Problem | None = None,
) -> Response[Any]:
    user_id = visitor.user_id
    auto = request.query_params.get("auto") == "on"
    if found.status == "accepted" and user_id in (found.challenger_id, found.opponent_id) and user_id is not None:
        return site.go(f"/games/{found.game_id}" + ("?auto=on" if auto else ""))
    own = user_id == found.challenger_id
    address = site.host.settings.address
    link = (
        f"{address}/c/{invite_code(site.host.secret, found.id)}"
        if found.by_link
        else f"{address}/challenges/{found.id}"
    )
    card = challenge_cards([found], site.host)[0]
    shown_link = link if own and found.opponent_id is None else ""
    return site.page(
        request,
        visitor,
        "challenge.html",
        status=problem.status if problem else 200,
        challenge=found,
        card=card,
        facts=option_facts(site.host, found.ruleset, found.options),
        preview=await challenge_preview(site.host, site.picture_sizes, found, card, address + request.url.path),
        own=own,
        to_viewer=user_id is not None and user_id == found.opponent_id,
        link=shown_link,
        code_of_link=qr_code(shown_link) if shown_link else "",
        code=code,
        auto=auto,
        refresh=auto and own and found.status == "pending",
        live=site.live(f"/live/challenges/{found.id}", {}, stays=True) if own else None,
        problem=problem,
    )


@post(
    "/challenges/{challenge_id:str}/respond",
    opt={"object": "its two sides, anybody an open one"},
)
async def challenge_respond(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    participant: NamedDependency[Principal],
    challenge_id: FromPath[str],
) -> Response[Any]:
    typed = await read_form(request)
    action = typed.get("action", "")
    if action not in _ACTIONS:
        raise Problem("malformed", _("The form does not say whether to accept, decline or cancel."))
    if participant.is_guest and action != "cancel":
        raise AccountFirst(f"/challenges/{known_id(challenge_id)}")
    try:
        settled = await respond(site.host, known_id(challenge_id), participant.user_id, cast(Action, action))
    except Problem as problem:
        if problem.slug == "not-found":
            raise
        found = await site.host.read(load_challenge, challenge_id)
        return await _show(request, site, visitor, found, problem=problem)
    return site.go(f"/games/{settled.game_id}" if settled.game_id else "/")


CHALLENGE_PAGES = [challenge_page, invitation_page, invitation_accept, challenge_respond]
