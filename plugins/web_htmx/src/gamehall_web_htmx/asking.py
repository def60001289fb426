"""What the pages' handlers are given: the site, who is looking, and, where somebody must be signed in, who that is."""

from urllib.parse import urlsplit

from litestar.di import NamedDependency

from gamehall.asking import HttpRequest
from gamehall.declare import Principal

from .site import AccountFirst, SignInFirst, Site, Visitor

__all__ = ["participant", "signed_in", "visitor"]


async def visitor(request: HttpRequest, site: NamedDependency[Site]) -> Visitor:
    """Who is looking, or a stranger."""
    return await site.visitor(request)


async def signed_in(request: HttpRequest, visitor: NamedDependency[Visitor]) -> Principal:
    """Who is signed in with an account. Handlers that let somebody do something come by here, or by `participant`.

    Raises SignInFirst for a stranger and AccountFirst for a guest, which lead back to the page that was asked for or
    whose form was sent.
    """
    if visitor.account is not None:
        return visitor.account
    raise (AccountFirst if visitor.guest_id else SignInFirst)(_here(request))


async def participant(request: HttpRequest, visitor: NamedDependency[Visitor]) -> Principal:
    """Who is here, with an account or as a guest, for what guests can do as well. Raises SignInFirst for a stranger."""
    if visitor.principal is not None:
        return visitor.principal
    raise SignInFirst(_here(request))


def _here(request: HttpRequest) -> str:
    if request.method == "GET":
        return request.url.path + (f"?{request.url.query}" if request.url.query else "")
    # Nothing is trusted here: only the path counts, and only one of this site.
    came_from = urlsplit(request.headers.get("referer", ""))
    return came_from.path + (f"?{came_from.query}" if came_from.query else "") or "/"
