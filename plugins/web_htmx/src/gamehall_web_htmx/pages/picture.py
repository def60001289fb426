"""A game's board as a picture, for whoever passes its address on. It knows nobody, so it is the same for all."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from gamehall.asking import HttpRequest, known_id
from gamehall.languages import ENGLISH, speak
from gamehall.problems import Problem
from gamehall.records.diagrams import cut
from gamehall.records.formats import write_record
from gamehall.records.queueing import in_turn
from gamehall.records.stored import read_record
from gamehall.seeing import see_game
from gamehall_web_htmx.caching import FOREVER, has_already
from gamehall_web_htmx.previews import picture_formats
from gamehall_web_htmx.site import Site

__all__ = ["game_picture"]

Ply = Annotated[int | None, QueryParameter(ge=0, le=1_000_000)]


@get(
    ["/games/{game_id:str}/picture.svg", "/games/{game_id:str}/picture.png"],
    opt={"who": "anybody", "object": "who may see the game"},
)
async def game_picture(
    request: HttpRequest, site: NamedDependency[Site], game_id: FromPath[str], ply: Ply = None
) -> Response[Any]:
    """The position after `ply` moves, by default the last one, as a stranger may see it."""
    exporter = picture_formats(site.host).get(request.url.path.rpartition(".")[2])
    if exporter is None:
        raise Problem("not-found")
    speak(ENGLISH)
    state = await see_game(site.host, known_id(game_id), None)
    is_over = state.game.status in ("finished", "aborted")
    etag = f'"{state.game.revision}-{state.game.ply if ply is None else ply}"'
    headers = {
        "Cache-Control": FOREVER if is_over else "public, no-cache",
        "ETag": etag,
        "Cross-Origin-Resource-Policy": "cross-origin",  # it is there to be shown elsewhere
    }
    if has_already(request, etag):
        return Response(b"", status_code=304, media_type=exporter.media_type, headers=headers)
    record = cut(await read_record(site.host, state), ply)
    return Response(await in_turn(write_record, exporter, record), media_type=exporter.media_type, headers=headers)
