"""Games, seen."""

from typing import Literal

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.accounts import user_by_name
from gamehall.answers import Forbidden, Game, ListedGame, Page, page_of
from gamehall.api.turns import by_turn, listed
from gamehall.api.views import game_view
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size
from gamehall.claims import around
from gamehall.declare import Principal
from gamehall.game import Scene
from gamehall.gamelog import list_games
from gamehall.problems import Problem
from gamehall.seeing import see_game
from gamehall.showing import forbidden_at, scene_at
from gamehall.turns import Turn

__all__ = ["games"]

Status = Literal["active", "finished", "suspended", "aborted"]


@get("/", opt={"problems": ("not-found",), "who": "anybody"})
async def list_all(
    request: HttpRequest,
    viewer: NamedDependency[Principal | None],
    player: FromQuery[str | None] = None,
    status: FromQuery[Status | None] = None,
    ruleset: FromQuery[str | None] = None,
    order: FromQuery[Literal["newest", "turn"] | None] = None,
    turn: FromQuery[Turn | None] = None,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[ListedGame]:
    """Games, newest first, of a player (by username), in a status, of a ruleset. In the order of `turn` running games
    of a player: theirs to move first, by the least time left; `turn` keeps those of their `own` or of `other` turn."""
    host, size = host_of(request), page_size(limit)
    user_id = (await host.read(user_by_name, player)).id if player is not None else None
    if order == "turn" or turn is not None:
        return await by_turn(host, user_id, order, turn, status, ruleset, size, cursor)
    own = viewer.user_id if viewer and player is None else None
    found = await host.read(
        list_games,
        apart=(await host.apart([own]))[own] if own else (),
        player=user_id,
        status=[status] if status else [],
        ruleset=ruleset,
        limit=size + 1,
        before=known_cursor(cursor),
    )
    return page_of(await listed(host, found), size, [each.id for each in found])


@get("/{game_id:str}", opt={"object": "who may see the game"})
async def show(request: HttpRequest, game_id: FromPath[str], viewer: NamedDependency[Principal | None]) -> Game:
    """One game with its moves and its scene as the caller may see it."""
    host = host_of(request)
    watcher = viewer.user_id if viewer else None
    state = await see_game(host, known_id(game_id), watcher)
    spectators, claim = await around(host, state.game)
    return game_view(state, scene_at(state, host.rulesets, watcher), host.hall_time(), spectators, claim)


@get("/{game_id:str}/scene", opt={"object": "who may see the game"})
async def show_scene(
    request: HttpRequest,
    game_id: FromPath[str],
    viewer: NamedDependency[Principal | None],
    ply: FromQuery[int | None] = None,
    forbidden: FromQuery[bool] = False,
) -> Scene:
    """The scene after so many moves, by default all of them; with `forbidden` it marks what may not be taken."""
    host = host_of(request)
    watcher = viewer.user_id if viewer else None
    state = await see_game(host, known_id(game_id), watcher, _known_ply(ply))
    cells = forbidden_at(state, host.rulesets) if forbidden else ()
    return scene_at(state, host.rulesets, watcher, forbidden=cells)


@get("/{game_id:str}/forbidden", opt={"object": "who may see the game"})
async def list_forbidden(
    request: HttpRequest,
    game_id: FromPath[str],
    viewer: NamedDependency[Principal | None],
    ply: FromQuery[int | None] = None,
) -> Page[Forbidden]:
    """The points that look free but that whoever is to act may not take, each with why; the list is never cut."""
    host = host_of(request)
    state = await see_game(host, known_id(game_id), viewer.user_id if viewer else None, _known_ply(ply))
    found = forbidden_at(state, host.rulesets)
    return Page([Forbidden(cell, why.code, why.detail, why.cells) for cell, why in found.items()], None)


def _known_ply(ply: int | None) -> int | None:
    if ply is not None and not 0 <= ply < 2**31:
        raise Problem("not-found", f"The game has no ply {ply}.")
    return ply


games = Router("/games", route_handlers=[list_all, show, show_scene, list_forbidden], tags=["games"])
