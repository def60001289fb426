"""What the pages' handlers are given: the site, who is looking, and, where somebody must be signed in, who that is."""

from datetime import timedelta

from litestar.di import NamedDependency

from gamehall.asking import ADMINS_ONLY, HttpRequest
from gamehall.declare import Host, Principal
from gamehall.factors import has_factor
from gamehall.languages import catalogue
from gamehall.problems import Problem
from gamehall.rights import admits
from gamehall.tables import now

from .forms import came_from, kept_move, read_form
from .sessions import SESSION, confirmed_at
from .site import AccountFirst, ConfirmFirst, FactorFirst, SignInFirst, Site, Visitor

__all__ = ["admin", "confirmed", "lacks_factor", "participant", "signed_in", "visitor"]

_ = catalogue(__name__)

LATELY = timedelta(minutes=10)
LATELY_FOR_ADMINS = timedelta(hours=2)


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
async def admin(request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]) -> Principal:
    """Who looks after the hall; to change something they must have proved in the last two hours that it is them.

    Raises what `signed_in` and `confirmed` do, FactorFirst where the operator wants admins to have a second factor and
    this one has none, and Problem `forbidden` for everybody else.
    """
    caller = await signed_in(request, visitor)
    if not caller.is_admin:
        raise Problem("forbidden", catalogue("gamehall")(ADMINS_ONLY))
    if await lacks_factor(site.host, caller):
        raise FactorFirst(await _here(request))
    if request.method != "GET":
        await confirmed(request, caller, LATELY_FOR_ADMINS)
    return caller


async def lacks_factor(host: Host, caller: Principal) -> bool:
    """Whether the caller is an admin who needs a second factor here, and has none."""
    wanted = caller.is_admin and host.settings.admin_second_factor
    return wanted and not await host.read(has_factor, caller.user_id)


async def confirmed(request: HttpRequest, caller: Principal, within: timedelta = LATELY) -> None:
    """Lets on only whoever has lately proved who they are, by signing in or on the page `/confirm`: for what somebody
    who finds a browser open must not be able to do.

    Raises ConfirmFirst, which leads back to the page that was asked for or whose form was sent. Who does not come by
    a session of ours is vouched for by another authenticator, which knows better.
    """
    moment = confirmed_at(request)
    if caller.authenticator == SESSION and (moment is None or moment < now() - within):
        raise ConfirmFirst(await _here(request))


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
