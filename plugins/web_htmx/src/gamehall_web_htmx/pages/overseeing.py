"""For admins: one user, and the games that have not ended."""

from typing import Any

import sqlalchemy as sa
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.accounts import User, user_by_name
from gamehall.asking import HttpRequest, known_id
from gamehall.declare import Host, Principal
from gamehall.endings import abort_by_operator
from gamehall.gamelog import Game, list_games
from gamehall.languages import N_, catalogue
from gamehall.notes import note_words
from gamehall.overseeing import act_on_user, read_act
from gamehall.problems import Problem
from gamehall.tables import user
from gamehall_web_htmx.listing import GameCard, game_cards, storable
from gamehall_web_htmx.sessions import Session, list_sessions
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["OVERSEEING_PAGES"]

_ = catalogue(__name__)

_PAGE = 30
_DONE = {
    "disable": N_("This user is kept out. Every sign-in has ended."),
    "enable": N_("This user can sign in again."),
    "promote": N_("This user is an admin."),
    "demote": N_("This user is no admin any more."),
    "sign-out": N_("Every browser and device of this user has been signed out."),
}


@get("/admin/users/{username:str}", opt={"object": "everybody"})
async def user_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
    username: FromPath[str],
    done: FromQuery[str] = "",
) -> Response[Any]:
    return await _show_user(request, site, visitor, username, _(_DONE.get(done, "")))


async def _show_user(
    request: HttpRequest, site: Site, visitor: Visitor, username: str, done: str = "", problem: Problem | None = None
) -> Response[Any]:
    person, since, sessions = await site.host.read(_read_user, username)
    return site.page(
        request,
        visitor,
        "admin_user.html",
        status=problem.status if problem else 200,
        person=person,
        since=since,
        sessions=sessions,
        is_viewer=person.id == visitor.user_id,
        done=done,
        problem=problem,
    )


def _read_user(connection: sa.Connection, username: str) -> tuple[User, Any, list[Session]]:
    """The user, since when they are here, and their browsers."""
    person = user_by_name(connection, username, disabled=True)
    since = connection.scalar(sa.select(user.c.created_at).where(user.c.id == person.id))
    return person, since, list_sessions(connection, person.id)


@post("/admin/users/{username:str}/{act:str}", opt={"object": "everybody"})
async def act_on(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
    username: FromPath[str],
    act: FromPath[str],
) -> Response[Any]:
    wanted = read_act(act)
    try:
        host = site.host
        changed = await host.write(
            act_on_user, username, wanted, host.hall_time(), host.settings, admin_id=admin.user_id
        )
    except Problem as problem:
        if problem.slug != "not-possible":
            raise
        return await _show_user(request, site, visitor, username, problem=problem)
    return site.go("/admin?deleted=1" if wanted == "delete" else f"/admin/users/{changed.username}?done={wanted}")


@get("/admin/games")
async def games_page(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    admin: NamedDependency[Principal],
    player: FromQuery[str] = "",
    before: FromQuery[str] = "",
    aborted: FromQuery[str] = "",
) -> Response[Any]:
    """Suspended games with the reason, and running ones, each with the way to end it."""
    name, unknown = storable(player).strip().lstrip("@"), ""
    suspended: list[Game] = []
    running: list[Game] = []
    try:
        suspended, running = await site.host.read(_unfinished, name, known_id(before) if before else None)
    except Problem as problem:
        if not name or before:
            raise
        unknown = problem.detail
    shown = running[:_PAGE]
    return site.page(
        request,
        visitor,
        "admin_games.html",
        suspended=_rows(site.host, suspended),
        running=_rows(site.host, shown),
        player=player,
        unknown=unknown,
        older=shown[-1].id if len(running) > _PAGE else "",
        paged=bool(before),
        aborted=bool(aborted),
    )


def _rows(host: Host, games: list[Game]) -> list[tuple[GameCard, str]]:
    """Each game's card, and why it stands still."""
    return [(card, note_words(each.note)) for each, card in zip(games, game_cards(games, host, None, {}), strict=True)]


def _unfinished(connection: sa.Connection, username: str, before: str | None) -> tuple[list[Game], list[Game]]:
    """(suspended games, running ones and one more than a page): of a user if a name is given."""
    player = user_by_name(connection, username, disabled=True).id if username else None
    suspended = [] if before else list_games(connection, player=player, status=["suspended"], limit=100)
    running = list_games(connection, player=player, status=["active"], limit=_PAGE + 1, before=before)
    return suspended, running


@post("/admin/games/{game_id:str}/abort", opt={"object": "everybody"})
async def abort_game(
    site: NamedDependency[Site], admin: NamedDependency[Principal], game_id: FromPath[str]
) -> Response[Any]:
    await site.host.write(abort_by_operator, known_id(game_id), site.host.hall_time())
    return site.go("/admin/games?aborted=1")


OVERSEEING_PAGES = [user_page, act_on, games_page, abort_game]
