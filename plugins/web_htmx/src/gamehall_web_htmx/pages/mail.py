"""The end of mails, by the link in each of them; whoever has the link need not be signed in."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import update_user
from gamehall.asking import HttpRequest
from gamehall.mail import stop_user
from gamehall_web_htmx.forms import BY_CODE
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["MAIL_PAGES"]


@get("/mail/{code:str}", opt={"object": "who knows the code"})
async def ask_to_stop(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    """Looking changes nothing: programs look at links in mails."""
    stop_user(site.host.secret, code)
    return site.page(request, visitor, "mail.html", stopped=False)


@post("/mail/{code:str}", status_code=200, opt={"object": "who knows the code", **BY_CODE})
async def stop(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor], code: FromPath[str]
) -> Response[Any]:
    """From the page's button, or by the mail program itself (RFC 8058), which follows no redirects."""
    await site.host.write(update_user, stop_user(site.host.secret, code), {"mail_notices": False})
    return site.page(request, visitor, "mail.html", stopped=True)


MAIL_PAGES = [ask_to_stop, stop]
