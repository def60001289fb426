"""Who somebody is: since when they are here, how their games ended, and the games themselves."""

from datetime import datetime
from typing import Any, cast, get_args
from urllib.parse import urlencode

import msgspec
import sqlalchemy as sa
from litestar import Response

from gamehall.accounts import User, user_by_name
from gamehall.asking import HttpRequest, known_id
from gamehall.gamelog import Ended, Game, list_games
from gamehall.problems import Problem
from gamehall.tables import user
from gamehall.tallies import Tally, tallies
from gamehall.turns import games_by_turn
from gamehall_web_htmx.listing import game_cards, ruleset_title, storable
from gamehall_web_htmx.site import Site, Visitor
from gamehall_web_htmx.thumbnails import pictures_for

__all__ = ["show_profile"]

_RUNNING, _PAGE = 12, 12


class Wanted(msgspec.Struct, frozen=True):
    """Which of somebody's ended games to show: by ruleset, how they ended for them, and against whom; older than
    an id."""

    ruleset: str = ""
    ended: Ended | None = None
    opponent: str = ""
    before: str | None = None


class Profile(msgspec.Struct, frozen=True):
    """What there is to show. `ended` may have one game more than a page; `unknown` says that nobody has the
    opponent's name."""

    person: User
    since: datetime
    tallies: list[Tally]
    running: list[Game]
    ended: list[Game]
    unknown: str = ""


async def show_profile(request: HttpRequest, site: Site, visitor: Visitor, username: str) -> Response[Any]:
    """The profile, with the ended games that the query asks for. Raises Problem `not-found`."""
    wanted = _wanted(request)
    found = await site.host.read(_read, username, wanted)
    person, shown = found.person, found.ended[:_PAGE]
    filters = {"ruleset": wanted.ruleset, "result": wanted.ended or "", "opponent": wanted.opponent}
    older = {"before": shown[-1].id} if len(found.ended) > _PAGE else {}
    own = person.id == visitor.user_id
    pictures = await pictures_for(site.host, [*found.running, *shown], visitor.user_id)
    return site.page(
        request,
        visitor,
        "profile.html",
        person=person,
        since=found.since,
        is_viewer=own,
        tallies=[(ruleset_title(site.host, each.ruleset), each) for each in found.tallies],
        running=game_cards(found.running, site.host, visitor.user_id, pictures),
        ended=game_cards(shown, site.host, visitor.user_id, pictures),
        filters=filters,
        filtered=any(filters.values()),
        unknown=found.unknown,
        paged=wanted.before is not None,
        older=urlencode({name: value for name, value in (filters | older).items() if value}) if older else "",
        side=await site.slots(visitor, "profile.side", person.username) if person.is_active else [],
    )


def _wanted(request: HttpRequest) -> Wanted:
    query = request.query_params
    ended = query.get("result", "")
    return Wanted(
        ruleset=storable(query.get("ruleset", "")),
        ended=cast(Ended, ended) if ended in get_args(Ended) else None,
        opponent=storable(query.get("opponent", "")).strip().lstrip("@"),
        before=known_id(query["before"]) if query.get("before") else None,
    )


def _read(connection: sa.Connection, username: str, wanted: Wanted) -> Profile:
    """Somebody's profile, disabled or not: their games are others' games too."""
    person = user_by_name(connection, username, disabled=True)
    since = connection.execute(sa.select(user.c.created_at).where(user.c.id == person.id)).scalar_one()
    running = games_by_turn(connection, person.id, limit=_RUNNING)
    opponent, unknown = None, ""
    try:
        opponent = user_by_name(connection, wanted.opponent).id if wanted.opponent else None
    except Problem as problem:
        unknown = problem.detail
    ended = (
        []
        if unknown
        else list_games(
            connection,
            player=person.id,
            opponent=opponent,
            ended=wanted.ended,
            status=["finished", "aborted"],
            ruleset=wanted.ruleset or None,
            limit=_PAGE + 1,
            before=wanted.before,
        )
    )
    return Profile(person, since, tallies(connection, person.id), running, ended, unknown)
