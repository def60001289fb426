"""Proposing a game: which one, with which options, by which clock, to whom."""

from typing import Any, Literal

from litestar import Response, get, post
from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.challenges import Challenge, ChallengeTerms
from gamehall.declare import Principal
from gamehall.lobby import create_challenge
from gamehall.problems import FieldError, Problem
from gamehall_web_htmx.clockform import CLOCK_GROUPS, NO_CLOCK, chosen_clock, own_clocks
from gamehall_web_htmx.forms import Form, read_form
from gamehall_web_htmx.optionform import chosen_options, option_errors, option_fields
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["PLAY_PAGES"]

Seat = Literal["random", 0, 1]
_SEATS: dict[str, Seat] = {"random": "random", "0": 0, "1": 1}


@get("/play")
async def play_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    query = request.query_params
    opponent = query.get("opponent", "")
    key = query.get("ruleset", "")
    if key not in site.host.offered_rulesets:
        offered = [each for each in site.host.offered_rulesets.values() if len(each.seats) == 2]
        return site.page(request, visitor, "play_choose.html", rulesets=offered, opponent=opponent)
    typed = {"whom": "name" if opponent else "open", "opponent": opponent, "preset": query.get("preset", "")}
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
    return site.page(
        request,
        visitor,
        "play.html",
        status=problem.status if problem else 200,
        ruleset=ruleset,
        fields=option_fields(ruleset, preset, typed if whole else {}),
        clock_groups=CLOCK_GROUPS,
        own_clocks=own_clocks(typed if whole else {}),
        typed={"clock": NO_CLOCK, **typed},
        problem=problem,
    )


@post("/play")
async def play_send(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    typed = await read_form(request)
    key = _offered(site, typed)
    try:
        made = await create_challenge(site.host, caller.user_id, _terms(site, key, typed))
    except Problem as problem:
        return _form(request, site, visitor, key, typed, _at_its_field(problem), whole=True)
    return _on_to(site, made)


@post("/play/pair")
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
            raise Problem("invalid", "There is no such clock.", errors=tuple(errors))
        made = await create_challenge(site.host, caller.user_id, ChallengeTerms(ruleset=key, clock=clock, pair=True))
    except Problem as problem:
        return _form(request, site, visitor, key, typed, problem)
    return _on_to(site, made)


def _offered(site: Site, typed: Form) -> str:
    """The ruleset that the form names. Raises Problem `not-found`."""
    key = typed.get("ruleset", "")
    if key not in site.host.offered_rulesets:
        raise Problem("not-found", "This game is not offered here; choose another.")
    return key


def _on_to(site: Site, made: Challenge) -> Response[Any]:
    """To the game if there is one already. Whoever waits to be paired needs not look again by hand."""
    if made.game_id is not None:
        return site.go(f"/games/{made.game_id}")
    return site.go(f"/challenges/{made.id}" + ("?auto=on" if made.pair else ""))


def _terms(site: Site, key: str, typed: Form) -> ChallengeTerms:
    """What the form proposes. Raises Problem `invalid` with every field that is wrong."""
    ruleset = site.host.offered_rulesets[key]
    options, errors = chosen_options(ruleset, typed)
    errors = errors or option_errors(ruleset, options)
    clock, wrong = chosen_clock(typed)
    errors += wrong
    whom = typed.get("whom", "open")
    opponent = typed.get("opponent", "").strip()
    if whom not in ("open", "pair", "name", "link"):
        errors.append(FieldError("whom", "Choose one of these."))
    if whom == "name" and not opponent:
        errors.append(FieldError("opponent", "Give the name of the user to challenge."))
    if typed.get("seat", "random") not in _SEATS:
        errors.append(FieldError("seat", "Choose one of these."))
    if errors:
        raise Problem("invalid", "The challenge cannot be made like this.", errors=tuple(errors))
    return ChallengeTerms(
        ruleset=key,
        options=options,
        opponent=opponent if whom == "name" else None,
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


PLAY_PAGES = [play_page, play_send, pair_send]
