"""Proposing a game: which one, with which options, by which clock, to whom."""

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.challenges import Challenge, ChallengeTerms
from gamehall.declare import Principal
from gamehall.invitations import propose_as_guest
from gamehall.languages import catalogue
from gamehall.lobby import create_challenge
from gamehall.problems import FieldError, Problem
from gamehall.quotas import CHALLENGING
from gamehall_web_htmx.clockform import NO_CLOCK, chosen_clock, clock_groups, own_clocks
from gamehall_web_htmx.forms import Form, read_form
from gamehall_web_htmx.lobbyview import two_player_games
from gamehall_web_htmx.opponents import quick_ways, ways_to_play
from gamehall_web_htmx.optionform import chosen_options, option_errors, option_fields
from gamehall_web_htmx.sessions import start_session
from gamehall_web_htmx.site import AccountFirst, SignInFirst, Site, Visitor

__all__ = ["PLAY_PAGES"]

_ = catalogue(__name__)

Seat = Literal["random", 0, 1]
_SEATS: dict[str, Seat] = {"random": "random", "0": 0, "1": 1}


@get("/play")
async def play_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    query = request.query_params
    opponent = query.get("opponent", "")
    key = query.get("ruleset", "")
    path = f"/play?{request.url.query}"
    if visitor.principal is None and not site.signup_open:
        raise SignInFirst(path)
    if opponent and f"@{opponent}" not in {each.value for each in quick_ways(site.host)}:
        _check_way("name", visitor, path)
    if key not in site.host.offered_rulesets:
        return site.page(
            request,
            visitor,
            "play_choose.html",
            rulesets=two_player_games(site.host),
            ways=quick_ways(site.host),
            opponent=opponent,
        )
    typed = {"whom": query.get("whom", ""), "opponent": opponent, "preset": query.get("preset", "")}
    return _form(request, site, visitor, key, typed)


def _form(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    key: str,
    typed: Form,
    problem: Problem | None = None,
    *,
    whole: bool = False,
) -> Response[Any]:
    """The form of one ruleset; `typed` is what was sent, as a `whole` form or a part, or what a link prefills."""
    ruleset = site.host.offered_rulesets[key]
    preset = ruleset.presets.get(typed.get("preset", ""), {})
    ways = ways_to_play(site.host, visitor)
    opponent = typed.get("opponent", "")
    usual = f"@{opponent}" if opponent and f"@{opponent}" in {each.value for each in ways} else "name"
    typed = {"clock": NO_CLOCK, **typed}
    typed["whom"] = typed.get("whom") or (usual if opponent else ways[0].value)
    return site.page(
        request,
        visitor,
        "play.html",
        status=problem.status if problem else 200,
        ruleset=ruleset,
        fields=option_fields(ruleset, preset, typed if whole else {}),
        ways=ways,
        clock_groups=clock_groups(),
        own_clocks=own_clocks(typed if whole else {}),
        typed=typed,
        problem=problem,
    )


@post("/play", opt=CHALLENGING)
async def play_send(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
) -> Response[Any]:
    typed = await read_form(request)
    key = _offered(site, typed)
    try:
        return await _propose(request, site, visitor, typed.get("whom", ""), _terms(site, visitor, key, typed))
    except Problem as problem:
        return _form(request, site, visitor, key, typed, _at_its_field(problem), whole=True)


@post("/play/now", opt=CHALLENGING)
async def now_send(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    """Starts a game as it usually is, without a clock, in one of the ways that need nothing more."""
    typed = await read_form(request)
    key = _offered(site, typed)
    quick = [each.value for each in quick_ways(site.host)]
    whom = typed.get("whom") or quick[0]
    try:
        if whom not in quick:
            raise _nobody_like_that()
        terms = ChallengeTerms(ruleset=key, opponent=_named(whom), link=whom == "link")
        return await _propose(request, site, visitor, whom, terms)
    except Problem as problem:
        return _form(request, site, visitor, key, {**typed, "whom": whom}, _at_its_field(problem))


async def _propose(
    request: HttpRequest, site: Site, visitor: Visitor, whom: str, terms: ChallengeTerms
) -> Response[Any]:
    """Makes the challenge and goes on to it, with a stranger as a guest from now on."""
    if visitor.principal is None:
        guest, made = await propose_as_guest(site.host, terms, alone=whom == "alone")
        return _on_to(site, made, [await start_session(site.host, request, guest)])
    if whom == "alone":
        terms = msgspec.structs.replace(terms, opponent=visitor.principal.username)
    return _on_to(site, await create_challenge(site.host, visitor.principal.user_id, terms))


def _check_way(whom: str, visitor: Visitor, path: str) -> None:
    """Raises AccountFirst or SignInFirst, which lead back to the path, for what needs an account."""
    if visitor.account is None and whom not in ("alone", "link") and not whom.startswith("@"):
        raise (AccountFirst if visitor.guest_id else SignInFirst)(path)


def _nobody_like_that() -> Problem:
    message = _("Choose one of these.")
    return Problem("invalid", message, errors=(FieldError("whom", message),))


def _named(whom: str) -> str | None:
    """The name of an opponent that is always there, where that is chosen."""
    return whom[1:] if whom.startswith("@") else None


@post("/play/pair", opt=CHALLENGING)
async def pair_send(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    """Looks for whoever wants to play a game as it usually is by a clock that has a name."""
    typed = {**await read_form(request), "whom": "pair"}
    key = _offered(site, typed)
    clock, errors = chosen_clock(typed)
    try:
        if errors:
            raise Problem("invalid", _("There is no such clock."), errors=tuple(errors))
        made = await create_challenge(site.host, caller.user_id, ChallengeTerms(ruleset=key, clock=clock, pair=True))
    except Problem as problem:
        return _form(request, site, visitor, key, typed, problem)
    return _on_to(site, made)


def _offered(site: Site, typed: Form) -> str:
    """The ruleset that the form names. Raises Problem `not-found`."""
    key = typed.get("ruleset", "")
    if key not in site.host.offered_rulesets:
        raise Problem("not-found", _("This game is not offered here; choose another."))
    return key


def _on_to(site: Site, made: Challenge, cookies: Sequence[Cookie] = ()) -> Response[Any]:
    """To the game if there is one already. Whoever waits to be paired needs not look again by hand."""
    if made.game_id is not None:
        return site.go(f"/games/{made.game_id}", cookies)
    return site.go(f"/challenges/{made.id}" + ("?auto=on" if made.pair else ""), cookies)


def _terms(site: Site, visitor: Visitor, key: str, typed: Form) -> ChallengeTerms:
    """What the form proposes. Raises Problem `invalid` with every field that is wrong, or what `_check_way` does."""
    ruleset = site.host.offered_rulesets[key]
    options, errors = chosen_options(ruleset, typed)
    errors = errors or option_errors(ruleset, options)
    clock, wrong = chosen_clock(typed)
    errors += wrong
    whom = typed.get("whom", "")
    opponent = typed.get("opponent", "").strip()
    _check_way(whom, visitor, "/play?" + urlencode({"ruleset": key}))
    if whom not in {each.value for each in ways_to_play(site.host, visitor)}:
        errors.extend(_nobody_like_that().errors)
    if whom == "name" and not opponent:
        errors.append(FieldError("opponent", _("Give the name of the user to challenge.")))
    if typed.get("seat", "random") not in _SEATS:
        errors.append(FieldError("seat", _("Choose one of these.")))
    if errors:
        raise Problem("invalid", _("The challenge cannot be made like this."), errors=tuple(errors))
    return ChallengeTerms(
        ruleset=key,
        options=options,
        opponent=opponent if whom == "name" else _named(whom),
        seat=_SEATS[typed.get("seat", "random")],
        clock=clock,
        link=whom == "link",
        pair=whom == "pair",
    )


def _at_its_field(problem: Problem) -> Problem:
    """The problem, an unknown opponent's being told at the field where the name was typed."""
    if problem.slug in ("not-found", "forbidden") and not problem.errors:
        return Problem("invalid", problem.detail, errors=(FieldError("opponent", problem.detail),))
    return problem


PLAY_PAGES = [play_page, play_send, now_send, pair_send]
