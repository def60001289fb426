"""A game to play, watch or replay."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from markupsafe import Markup

from gamehall.asking import HttpRequest, known_id
from gamehall.declare import Host, Principal
from gamehall.games import play
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.records.formats import exporters
from gamehall.seeing import see_game
from gamehall.showing import scene_at
from gamehall.visiting import visit_game
from gamehall_web_htmx.forms import Form, read_form, token_input
from gamehall_web_htmx.gameform import Looking
from gamehall_web_htmx.live.pieces import Role
from gamehall_web_htmx.opponents import answers_at_once
from gamehall_web_htmx.previews import picture_formats
from gamehall_web_htmx.site import Site, Visitor, here
from gamehall_web_htmx.templating import clock_time

__all__ = ["GAME_PAGES", "show"]

_ = catalogue(__name__)

_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]{1,64}", re.ASCII)
Ply = Annotated[int | None, QueryParameter(ge=0, le=1_000_000)]
Aim = Annotated[str, QueryParameter(name="from")]


@get("/games/{game_id:str}", opt={"object": "who may see the game"})
async def show_game(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    game_id: FromPath[str],
    ply: Ply = None,
    aim: Aim = "",
    forbidden: FromQuery[str] = "",
) -> Response[Any]:
    return await show(request, site, visitor, game_id, ply=ply, aim=aim, forbidden=forbidden == "on")


async def show(
    request: HttpRequest,
    site: Site,
    visitor: Visitor,
    game_id: str,
    *,
    ply: int | None = None,
    aim: str = "",
    forbidden: bool = False,
    problem: Problem | None = None,
    touched: str = "",
    auto: bool = False,
) -> Response[Any]:
    """The whole page, or only what a move changes for whoever asks with HX-Request.

    A problem is told above it, and on the board where a cell was `touched`; the cells that are its reason are marked.
    """
    host = site.host
    state, company, waiting = await visit_game(host, known_id(game_id), visitor.user_id, ply)
    found, auto = state.game, auto or request.query_params.get("auto") == "on"
    is_player = found.seat_of(visitor.user_id) is not None
    query = {"revision": found.revision, "forbidden": "on" if forbidden else ""}
    stays = is_player and found.status == "active"
    live = site.live(f"/live/games/{found.id}", query, stays=stays)
    looking = Looking(
        player=visitor.user_id if is_player else None,
        prefs=visitor.prefs,
        aim=aim,
        forbidden=forbidden,
        auto=auto,
        live=live is not None,
        waiting=waiting,
        formats=tuple(sorted(exporters(host))),
        pictures=tuple(picture_formats(host)),
    )
    is_piece = request.headers.get("hx-request") == "true"
    template = "game_fragment.html" if is_piece else "game_content.html"
    form, clocks = await site.game_forms.of(template, state, company, looking, problem, touched)
    status = problem.status if problem else 200
    if is_piece:
        return site.answer(form.html.filled(clocks), status)
    made_at = clock_time(datetime.now(UTC).replace(microsecond=0))
    texts = {"form_token": token_input(visitor.token), "here": here(request), "path": request.url.path}
    texts |= {"made_at": made_at, "side": await _side(site, visitor, found.id)}
    content = form.html.filled(clocks | texts)
    shown: dict[str, Any] = {"heading": form.heading, "waits": form.waits, "preview": form.preview, "problem": problem}
    shown |= {"auto": auto, "live": live, "soon": form.asks and answers_at_once(host, found)}
    if problem is not None:
        return site.page(request, visitor, "game.html", status=status, content=content, **shown)
    return site.kept_page(request, visitor, "game.html", {"content": content}, **shown)


async def _side(site: Site, visitor: Visitor, game_id: str) -> Markup:
    """What other plugins show beside the board."""
    pieces = await site.slots(visitor, "game.side", game_id)
    return Markup().join(Markup('<div class="side-card" id="{}">{}</div>').format(*piece) for piece in pieces)


@post("/games/{game_id:str}/move", opt={"object": "a player of the game"})
async def send_move(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    participant: NamedDependency[Principal],
    game_id: FromPath[str],
) -> Response[Any]:
    typed = await read_form(request)
    auto, forbidden = typed.get("auto") == "on", typed.get("forbidden") == "on"
    touched = ""
    try:
        move, ply = _wanted(typed)
        touched = move if isinstance(move, str) else ""
        if typed.get("aim") == "on" and (aim := await _cells(site.host, game_id, participant.user_id, move)):
            return site.go(_game_path(game_id, typed, aim))
        await play(site.host, known_id(game_id), participant.user_id, move, ply, _seen(typed))
    except Problem as problem:
        if problem.status not in (403, 409, 422):
            raise
        kept: dict[str, Any] = {"auto": auto, "forbidden": forbidden, "touched": touched}
        return await show(request, site, visitor, game_id, problem=problem, **kept)
    if request.headers.get("hx-request") == "true":
        return await _moved(site, game_id, participant.user_id, typed)
    return site.go(_game_path(game_id, typed))


async def _cells(host: Host, game_id: str, user_id: str, move: str | tuple[int, int]) -> str:
    """The cells that mean this move, as the query `from` has them; empty for one that is none, or has none."""
    scene = scene_at(await see_game(host, known_id(game_id), user_id), host.rulesets, user_id)
    return next((",".join(each.cells) for each in scene.inputs if each.move == move), "")


def _game_path(game_id: str, typed: Form, aim: str = "") -> str:
    """The game's page as it was shown when the form was sent, with the cells that are aimed at."""
    kept = {name: "on" for name in ("auto", "forbidden") if typed.get(name) == "on"}
    query = kept | ({"from": aim} if aim else {})
    return f"/games/{game_id}" + (f"?{urlencode(query, safe=',')}" if query else "")


async def _moved(site: Site, game_id: str, mover: str, typed: Form) -> Response[Any]:
    """What a move changes on the page that sent it, which tells the revision that it shows."""
    state = await see_game(site.host, game_id, mover)
    shown = typed.get("revision", "")
    piece = await site.pieces.of(state, Role(mover), int(shown) if _NUMBER.fullmatch(shown) else None)
    return site.answer(piece.html)


def _seen(typed: Form) -> str:
    seen = typed.get("seen", "")
    return seen if _DIGEST.fullmatch(seen) else ""


def _wanted(typed: Form) -> tuple[str | tuple[int, int], int | None]:
    """(the move, the ply before it). Raises Problem `invalid` unless the form says exactly one move."""
    numbers = {name: typed[name] for name in ("row", "col", "ply") if name in typed}
    if not all(_NUMBER.fullmatch(text) for text in numbers.values()):
        raise Problem("invalid", _("Rows, columns and plies are whole numbers from 0 on."))
    ply = int(numbers["ply"]) if "ply" in numbers else None
    move = typed.get("move")
    if move and "row" not in typed and "col" not in typed and len(move) <= 100:
        return move.strip().lower(), ply
    if move is None and "row" in numbers and "col" in numbers:
        return (int(numbers["row"]), int(numbers["col"])), ply
    raise Problem("invalid", _("Touch a point of the board, or press one of the buttons below it."))


GAME_PAGES = [show_game, send_move]
