"""Games as files: taken home one by one or many at once, and read from files to be replayed."""

import codecs
import time
from io import BytesIO
from typing import Annotated, Literal
from urllib.parse import urlencode

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from gamehall.accounts import user_by_name
from gamehall.answers import Page, RecordFormat, Replayed, Result
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size, read_body
from gamehall.declare import Exporter, GameRecord, Host, Principal
from gamehall.gamelog import list_games
from gamehall.problems import Problem
from gamehall.quotas import EXPORTING, IMPORTING
from gamehall.records.archives import Archive
from gamehall.records.diagrams import cut
from gamehall.records.formats import exporter_of, exporters, file_name, importers, write_record
from gamehall.records.imports import play_through, read_game, told_game
from gamehall.records.queueing import in_turn
from gamehall.records.stored import read_record
from gamehall.seeing import see_game

__all__ = ["records"]

Status = Literal["active", "finished", "suspended", "aborted"]
Format = Annotated[str, QueryParameter(name="format")]
Ply = Annotated[int | None, QueryParameter(ge=0, lt=2**31)]

# An archive ends with the game that brings it beyond one of these, and says where it goes on.
LARGEST_ARCHIVE = 16 * 2**20
_LONGEST_SECONDS = 10.0


class FileRequest(msgspec.Struct, frozen=True):
    """A file's text. `format` is found out where it is not given; `ruleset` is for files that do not name one."""

    content: str
    format: str | None = None
    ruleset: str | None = None


@get(
    "/games/{game_id:str}/record",
    media_type="application/octet-stream",
    opt={"problems": ("unknown-format", "conflict"), "object": "who may see the game"},
)
async def record(
    request: HttpRequest,
    game_id: FromPath[str],
    viewer: NamedDependency[Principal | None],
    format_: Format = "json",
    ply: Ply = None,
) -> Response[bytes]:
    """The game as a file in one of the formats offered here, as it was after `ply` moves."""
    host = host_of(request)
    exporter = exporter_of(exporters(host), format_)
    state = await see_game(host, known_id(game_id), viewer.user_id if viewer else None)
    return await _download(exporter, cut(await read_record(host, state), ply))


@get("/formats", opt={"who": "anybody"})
async def list_formats(request: HttpRequest) -> Page[RecordFormat]:
    """The formats in which games can be taken home; the list is never cut."""
    offered = sorted(exporters(host_of(request)).values(), key=lambda each: each.format)
    return Page([RecordFormat(each.format, each.suffix, each.media_type) for each in offered], None)


async def _download(exporter: Exporter, wanted: GameRecord) -> Response[bytes]:
    content = await in_turn(write_record, exporter, wanted)
    disposition = f'attachment; filename="{file_name(wanted, exporter)}"'
    # The framework adds the character set of texts by itself.
    media_type = exporter.media_type.partition(";")[0]
    return Response(content, media_type=media_type, headers={"Content-Disposition": disposition})


@get(
    "/games/export",
    media_type="application/zip",
    opt={"problems": ("not-found", "unknown-format", "conflict")} | EXPORTING,
)
async def export(
    request: HttpRequest,
    viewer: NamedDependency[Principal | None],
    player: FromQuery[str | None] = None,
    status: FromQuery[Status | None] = None,
    ruleset: FromQuery[str | None] = None,
    format_: Format = "json",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Response[bytes]:
    """Many games as a zip, newest first, of those that the caller may see.

    An archive has no more than `limit` games, and fewer where they are large. The header `Link` with `rel="next"`
    leads to the rest.
    """
    host = host_of(request)
    exporter = exporter_of(exporters(host), format_)
    found = await host.read(
        list_games,
        player=(await host.read(user_by_name, player)).id if player is not None else None,
        status=[status] if status else [],
        ruleset=ruleset,
        limit=page_size(limit) + 1,
        before=known_cursor(cursor),
    )
    ids = [each.id for each in found]
    content, rest = await _archive(host, exporter, ids, page_size(limit), viewer.user_id if viewer else None)
    headers = {"Content-Disposition": 'attachment; filename="games.zip"'}
    if rest is not None:
        query = {"player": player, "status": status, "ruleset": ruleset, "format": format_, "limit": limit}
        given = {name: value for name, value in query.items() if value is not None} | {"cursor": rest}
        headers["Link"] = f'<{request.url.path}?{urlencode(given)}>; rel="next"'
    return Response(content, media_type="application/zip", headers=headers)


async def _archive(
    host: Host, exporter: Exporter, ids: list[str], most: int, viewer: str | None
) -> tuple[bytes, str | None]:
    """(the zip of the first of these games, the last id that was looked at if there are more)."""
    file, until = BytesIO(), time.monotonic() + _LONGEST_SECONDS
    with Archive(file, exporter) as archive:
        looked_at = 0
        for game_id in ids[:most]:
            looked_at += 1
            try:
                state = await see_game(host, game_id, viewer)
            except Problem as problem:
                if problem.slug not in ("forbidden", "not-found"):
                    raise
                continue
            await in_turn(archive.add, await read_record(host, state), [each.username for each in state.game.seats])
            if file.tell() > LARGEST_ARCHIVE or time.monotonic() > until:
                break
        archive.contents.next = ids[looked_at - 1] if looked_at < len(ids) else None
    return file.getvalue(), archive.contents.next


@post(
    "/replay",
    status_code=200,
    opt={"problems": ("not-found", "unknown-format"), "who": "anybody", "body": FileRequest} | IMPORTING,
)
async def replay(request: HttpRequest, ply: Ply = None) -> Replayed:
    """A game from a file's text, played through by the installed rules; nothing is kept."""
    host = host_of(request)
    wanted = await read_body(request, FileRequest)
    # The mark says that it is UTF-8 by now, whatever the file says of itself.
    content = codecs.BOM_UTF8 + wanted.content.encode()
    found = await in_turn(read_game, importers(host), host.offered_rulesets, content, wanted.format, wanted.ruleset)
    played = await in_turn(play_through, host.offered_rulesets, found, ply)
    made = played.record
    return Replayed(
        ruleset=made.ruleset,
        options=dict(made.options),
        players=made.names,
        moves=tuple(each.move for each in made.moves),
        result=Result(made.winner, made.reason) if made.reason else None,
        ply=played.ply,
        scene=played.scene,
    )


@get(
    "/replay/record",
    media_type="application/octet-stream",
    opt={"problems": ("not-found", "unknown-format"), "who": "anybody"},
)
async def replay_record(
    request: HttpRequest,
    ruleset: FromQuery[str],
    options: FromQuery[str] = "{}",
    moves: FromQuery[str] = "",
    player: FromQuery[list[str] | None] = None,
    result: FromQuery[str] = "",
    format_: Format = "json",
    ply: Ply = None,
) -> Response[bytes]:
    """A game that is told by the query alone as a file: its options as JSON, its moves separated by spaces, its
    result, where it is not by the rules, as a seat or - and a reason."""
    host = host_of(request)
    exporter = exporter_of(exporters(host), format_)
    wanted = told_game(ruleset, options, moves, player or (), result)
    played = await in_turn(play_through, host.offered_rulesets, wanted)
    return await _download(exporter, cut(played.record, ply))


records = Router("/", route_handlers=[record, list_formats, export, replay, replay_record], tags=["records"])
