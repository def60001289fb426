"""Games: seen and taken home."""

from typing import Annotated, Literal

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from gamehall.accounts import user_by_name
from gamehall.answers import Game, GameSummary, Page, page_of
from gamehall.api.turns import by_turn
from gamehall.api.views import game_summary, game_view
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size
from gamehall.declare import Principal
from gamehall.game import Scene
from gamehall.gamelog import list_games, see_game
from gamehall.problems import Problem
from gamehall.records import exporters, record_of
from gamehall.showing import forbidden_at, scene_at
from gamehall.turns import Turn

__all__ = ["games"]

Status = Literal["active", "finished", "suspended", "aborted"]


@get("/")
async def list_all(
    request: HttpRequest,
    player: FromQuery[str | None] = None,
    status: FromQuery[Status | None] = None,
    ruleset: FromQuery[str | None] = None,
    order: FromQuery[Literal["newest", "turn"] | None] = None,
    turn: FromQuery[Turn | None] = None,
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[GameSummary]:
    """Games, newest first, of a player (by username), in a status, of a ruleset. In the order of `turn` running games
    of a player: theirs to move first, by the least time left; `turn` keeps those of their `own` or of `other` turn."""
    host, size = host_of(request), page_size(limit)
    user_id = (await host.read(user_by_name, player)).id if player is not None else None
    if order == "turn" or turn is not None:
        return await by_turn(host, user_id, order, turn, status, ruleset, size, cursor)
    found = await host.read(
        list_games,
        player=user_id,
        status=[status] if status else [],
        ruleset=ruleset,
        limit=size + 1,
        before=known_cursor(cursor),
    )
    return page_of([game_summary(each, host.hall_time()) for each in found], size, [each.id for each in found])


@get("/{game_id:str}")
async def show(request: HttpRequest, game_id: FromPath[str], viewer: NamedDependency[Principal | None]) -> Game:
    """One game with its moves and its scene as the caller may see it."""
    host = host_of(request)
    watcher = viewer.user_id if viewer else None
    state = await see_game(host, known_id(game_id), watcher)
    return game_view(state, scene_at(state, host.rulesets, watcher), host.hall_time())


@get("/{game_id:str}/scene")
async def show_scene(
    request: HttpRequest,
    game_id: FromPath[str],
    viewer: NamedDependency[Principal | None],
    ply: FromQuery[int | None] = None,
    forbidden: FromQuery[bool] = False,
) -> Scene:
    """The scene after so many moves, by default all of them; with `forbidden` it marks what may not be taken."""
    host = host_of(request)
    if ply is not None and not 0 <= ply < 2**31:
        raise Problem("not-found", f"The game has no ply {ply}.")
    watcher = viewer.user_id if viewer else None
    state = await see_game(host, known_id(game_id), watcher, ply)
    cells = forbidden_at(state, host.rulesets) if forbidden else ()
    return scene_at(state, host.rulesets, watcher, forbidden=cells)


@get("/{game_id:str}/record", media_type="application/octet-stream")
async def record(
    request: HttpRequest,
    game_id: FromPath[str],
    viewer: NamedDependency[Principal | None],
    format_: Annotated[str, QueryParameter(name="format")] = "json",
) -> Response[bytes]:
    """The game as a file in one of the formats offered here."""
    host = host_of(request)
    exporter = exporters(host).get(format_)
    if exporter is None:
        known = ", ".join(sorted(exporters(host)))
        raise Problem("unknown-format", f"There is no format {format_!r} here; there are {known}.")
    state = await see_game(host, known_id(game_id), viewer.user_id if viewer else None)
    found = state.game
    ruleset = host.rulesets.get(found.ruleset)
    content = exporter.write(record_of(state, ruleset.title if ruleset else found.ruleset))
    disposition = f'attachment; filename="{found.ruleset}-{found.id}.{exporter.suffix}"'
    return Response(content, media_type=exporter.media_type, headers={"Content-Disposition": disposition})


games = Router("/games", route_handlers=[list_all, show, show_scene, record], tags=["games"])
