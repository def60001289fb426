"""What the pages' handlers are given: the site, who is looking, and, where somebody must be signed in, who that is."""

from litestar.di import NamedDependency

from gamehall.asking import ADMINS_ONLY, HttpRequest
from gamehall.declare import Principal
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.rights import admits

from .forms import came_from, kept_move, read_form
from .site import AccountFirst, SignInFirst, Site, Visitor

__all__ = ["admin", "participant", "signed_in", "visitor"]

_ = catalogue(__name__)


@admits("anybody")
async def visitor(request: HttpRequest, site: NamedDependency[Site]) -> Visitor:
    """Who is looking, or a stranger."""
    return await site.visitor(request)


@admits("account")
async def signed_in(request: HttpRequest, visitor: NamedDependency[Visitor]) -> Principal:
    """Who is signed in with an account. Handlers that let somebody do something come by here, or by `participant`.

    Raises SignInFirst for a stranger and AccountFirst for a guest, which lead back to the page that was asked for or
    whose form was sent.
    """
    if visitor.account is not None:
        return visitor.account
    raise (AccountFirst if visitor.guest_id else SignInFirst)(await _here(request))


@admits("admin")
async def admin(request: HttpRequest, visitor: NamedDependency[Visitor]) -> Principal:
    """Who looks after the hall. Raises what `signed_in` does, and Problem `forbidden` for everybody else."""
    caller = await signed_in(request, visitor)
    if not caller.is_admin:
        raise Problem("forbidden", catalogue("gamehall")(ADMINS_ONLY))
    return caller


@admits("participant")
async def participant(request: HttpRequest, visitor: NamedDependency[Visitor]) -> Principal:
    """Who is here, with an account or as a guest, for what guests can do as well. Raises SignInFirst for a stranger."""
    if visitor.principal is not None:
        return visitor.principal
    raise SignInFirst(await _here(request))


async def _here(request: HttpRequest) -> str:
    """Where to come back to: what was asked for, the move that was made, or the page whose form was sent."""
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return kept_move(request, await read_form(request)) or came_from(request) or "/"
