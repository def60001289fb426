"""A game as a part of other sites' pages: its board in a frame. It knows nobody, so it needs no cookie."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.asking import known_id
from gamehall.claims import NOBODY
from gamehall.problems import Problem
from gamehall.seeing import see_game
from gamehall_web_htmx.gameform import Looking
from gamehall_web_htmx.pages.games import Ply
from gamehall_web_htmx.site import Site

__all__ = ["embedded_game"]

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'none'; frame-ancestors *; base-uri 'none'"
    ),
    "Cache-Control": "no-cache",
}


@get("/embed/games/{game_id:str}", opt={"who": "anybody", "object": "who may see the game"})
async def embedded_game(site: NamedDependency[Site], game_id: FromPath[str], ply: Ply = None) -> Response[str]:
    """The game as a stranger may see it; one that goes on is looked at again and again, but not at a chosen ply."""
    try:
        state = await see_game(site.host, known_id(game_id), None, ply)
    except Problem as problem:
        shown = {"view": None, "problem": problem, "auto": False}
        html = site.templates.get_template("web_htmx/embed.html").render(shown)
        return site.answer(html, problem.status, _HEADERS)
    goes_on = state.game.status in ("active", "suspended")
    form, clocks = await site.game_forms.of("embed.html", state, NOBODY, Looking(None, auto=goes_on and ply is None))
    return site.answer(form.html.filled(clocks), headers=_HEADERS)
