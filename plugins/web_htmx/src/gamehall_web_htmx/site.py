"""What every page is made with: who is looking, the templates, the pieces of other plugins, the answer's headers."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from litestar import MediaType, Response
from litestar.datastructures import Cookie
from markupsafe import Markup

from gamehall.accounts import signup_is_open
from gamehall.answering import Answer
from gamehall.asking import HttpRequest
from gamehall.declare import Host, Principal
from gamehall.languages import catalogue
from gamehall.origins import origin
from gamehall.problems import Problem
from gamehall.spans import in_words
from gamehall.tables import now
from gamehall.tasks import calling

from .caching import of_an_account
from .declare import Page, Pusher, Slot
from .forms import came_from, form_token, internal_path, token_input
from .framing import frame_of
from .gameform import GameForms
from .live.lobby import LobbyNews
from .live.pieces import Pieces
from .notices import mark_read
from .prefs import Prefs, cookie_prefs
from .previews import PictureSizes
from .printing import Forms, blank
from .sessions import cookie_value, forgotten_cookie
from .templating import shared_templates
from .tongues import speak_to

__all__ = [
    "KEPT_NOWHERE",
    "AccountFirst",
    "ConfirmFirst",
    "FactorFirst",
    "SignInFirst",
    "Site",
    "Visitor",
    "error_page",
    "form_status",
    "here",
]

_SLOT_SECONDS = 1.0
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "private, no-cache",
}
_SIGNING_IN = ("/", "/login", "/register")  # who comes from there need not be led back
_MENU = ("/", "/play", "/games", "/notices")
KEPT_NOWHERE = {"Cache-Control": "no-store"}


class SomethingFirst(Exception):
    """Raised where people cannot go on as they are; `path` is where they come back to."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class SignInFirst(SomethingFirst):
    """Raised where only people who are signed in can go on."""


class AccountFirst(SomethingFirst):
    """Raised where a guest cannot go on without an account."""


class FactorFirst(SomethingFirst):
    """Raised where an admin cannot go on without a second factor."""


class ConfirmFirst(SomethingFirst):
    """Raised where a browser that was left open is not enough: the person at it has to prove who they are."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is looking, None for a stranger, the token that their forms carry, and what they have chosen for themselves.
    A guest is somebody too.

    `cursor` is the place in the feed when they asked: what they are shown is not older. `unread` counts the notices
    that an account has not seen, `badges` are the numbers beside words of the menu, by the paths of their pages.
    """

    principal: Principal | None
    token: str
    prefs: Prefs
    cursor: str = ""
    unread: int = 0
    badges: Mapping[str, int] = field(default_factory=dict)

    @property
    def user_id(self) -> str | None:
        return self.principal.user_id if self.principal else None

    @property
    def guest_id(self) -> str | None:
        return self.principal.user_id if self.principal and self.principal.is_guest else None

    @property
    def account(self) -> Principal | None:
        """Who is looking, None for a guest too."""
        return None if self.guest_id else self.principal


@dataclass(frozen=True, slots=True)
class Live:
    """Where a page listens to what happens; one that `stays` does so while nobody looks at it, too."""

    address: str
    stays: bool


class Piece(NamedTuple):
    """A piece that a plugin shows on a page, and the id of the element that holds it."""

    id: str
    html: Markup


class Site:
    """The pages of one hall."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.picture_sizes = PictureSizes(host)
        self.templates = host.kept(shared_templates)
        self.game_forms = GameForms(host, self.templates, self.picture_sizes)
        self.pieces = Pieces(host, self.templates)
        self._forms = Forms(self.templates)
        self.lobby_news = LobbyNews(host, self.pieces)

    async def visitor(self, request: HttpRequest) -> Visitor:
        cursor = str(self.host.feed.place)
        principal = await self.host.identify(request, "pages")
        account = None if principal is None or principal.is_guest else principal
        token, prefs, unread, badges = form_token(self.host, request), cookie_prefs(request), 0, {}
        if account is not None:
            frame = await frame_of(self.host, request, account.user_id)
            prefs = prefs if frame.prefs is None else frame.prefs
            unread, badges = await self._unread(request, account.user_id, frame.links), await self._badges(account)
        found = Visitor(principal, token, prefs, cursor, unread, badges)
        request.state.visitor = found  # for the page that tells of an error
        speak_to(request, prefs)
        return found

    async def _unread(self, request: HttpRequest, user_id: str, links: list[str]) -> int:
        """How many notices this user has not seen; those that lead to the page they ask for are seen now."""
        here = request.url.path
        if request.method != "GET" or here not in links:
            return len(links)
        await self.host.write(mark_read, user_id, here)
        return sum(link != here for link in links)

    async def _badges(self, account: Principal) -> dict[str, int]:
        """The numbers in the menu. One that fails or takes too long is left out, and put down."""
        found = {}
        for plugin, page in self.pages():
            if page.badge is not None:
                try:
                    async with calling(plugin, _SLOT_SECONDS):
                        found[page.path] = int(await page.badge(account))
                except Exception as error:  # noqa: BLE001 - another plugin's fault must not cost the page
                    self.host.fault(plugin, f"the badge of {page.path}", error)
        return found

    def menu(self, badges: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
        """(path, word, number) of the pages of other plugins that are in the menu."""
        words = [(page.path, catalogue(f"gamehall_{plugin}")(page.menu)) for plugin, page in self.pages() if page.menu]
        return tuple((path, word, badges.get(path, 0)) for path, word in words)

    def pages(self) -> list[tuple[str, Page]]:
        declared: list[tuple[str, Page]] = self.host.declared("web_pages")
        return declared

    def page(
        self, request: HttpRequest, visitor: Visitor, template: str, *, status: int = 200, **context: Any
    ) -> Response[str]:
        """A page of our own. Texts in the context are escaped where they are shown."""
        problem: Problem | None = context.get("problem")
        headers = {name: value for name, value in problem.headers.items() if name == "Retry-After"} if problem else {}
        if of_an_account(request.url.path):
            headers |= KEPT_NOWHERE
        return self.answer(self.render(request, visitor, f"web_htmx/{template}", context), status, headers)

    def kept_page(
        self, request: HttpRequest, visitor: Visitor, template: str, filled: Mapping[str, str], **context: Any
    ) -> Response[str]:
        """One without forms to be typed in again, made once for as long as it shows the same. What is `filled` in may
        be something else each time; all else that it shows is in the context, and hashable."""
        given = self._shared(request, visitor, context) | {name: blank(name) for name in filled}
        form = self._forms.of(f"web_htmx/{template}", given)
        return self.answer(form.filled({**_texts_of(visitor), **filled}))

    def render(self, request: HttpRequest, visitor: Visitor, template: str, context: dict[str, Any]) -> str:
        given = self._shared(request, visitor, context)
        problem: Problem | None = context.get("problem")
        given["errors"] = {each.field: each.message for each in problem.errors} if problem else {}
        if "typed" in context:
            given["typed"] = defaultdict(str, context["typed"])  # a field that was not sent is empty
        return self._forms.made(template, given).filled(_texts_of(visitor))

    def _shared(self, request: HttpRequest, visitor: Visitor, context: Mapping[str, Any]) -> dict[str, Any]:
        """What a page is given, with what all of them are."""
        path, back = request.url.path, here(request)
        menu = self.menu(visitor.badges) if visitor.account else ()
        shared: dict[str, Any] = {
            "viewer": visitor.principal,
            "prefs": visitor.prefs,
            "unread": visitor.unread,
            "form_token": blank("form_token"),
            "menu": menu,
            "path": path,
            "current": path if path in _MENU or any(path == each for each, *_ in menu) else "",
            "here": back,
            "onward": "" if visitor.account or (not visitor.principal and path in _SIGNING_IN) else back,
            "signup_open": self.signup_open,
            "preview": None,
            "is_known": True,  # who is looking; of somebody else no form would be taken
            "soon": False,  # whether to look again in a moment, where there are no scripts
        }
        if "live" not in context:
            shared["live"] = self.live("/live/own", {}) if visitor.account else None
        return {**shared, **context}

    @property
    def pusher(self) -> tuple[str, Pusher] | None:
        """Who can tell pages what happens, with the plugin's name, if anybody can."""
        declared: list[tuple[str, Pusher]] = self.host.declared("web_pushers")
        return declared[0] if declared else None

    def live(self, path: str, query: Mapping[str, object], *, stays: bool = False) -> Live | None:
        """How a page follows what happens after its visitor has asked for it, None where it cannot."""
        return Live(f"{path}?{urlencode({'cursor': blank('cursor'), **query})}", stays) if self.pusher else None

    @property
    def signup_open(self) -> bool:
        return signup_is_open(self.host)

    def answer(self, html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response[str]:
        return Answer(html, status_code=status, media_type=MediaType.HTML, headers=_HEADERS | (headers or {}))

    def go(self, path: str, cookies: Iterable[Cookie] = ()) -> Response[None]:
        """Sends the browser on to a path of this site, with GET."""
        location = quote(internal_path(path), safe="/?&=%#@:+,;~!$'()*")
        return Response(None, status_code=303, headers=_HEADERS | {"Location": location}, cookies=list(cookies))

    def send_away(self, path: str) -> Response[None]:
        """The same for a browser that is signed out by it: it forgets its session, and what it keeps of pages, also of
        those that its button for going back would show."""
        gone = self.go(path, [forgotten_cookie(self.host)])
        gone.headers["Clear-Site-Data"] = '"cache"'
        return gone

    def lead(self, request: HttpRequest, path: str) -> Response[None]:
        """Sends the whole page on to a path of this site, also when a piece of it was asked for."""
        there = self.go(path)
        if request.headers.get("hx-request") == "true":
            return Response(None, status_code=200, headers=_HEADERS | {"HX-Redirect": there.headers["Location"]})
        return there

    async def slots(self, visitor: Visitor, place: str, subject: str = "") -> list[Piece]:
        """What other plugins show at a place. One that fails or takes too long is left out, and put down."""
        return await self.pieces_of(self.slots_at(place), visitor, subject)

    def slots_at(self, place: str) -> list[tuple[str, Slot]]:
        """What plugins that are on declare for a place, with their names."""
        declared: list[tuple[str, Slot]] = self.host.declared("web_slots")
        wanted = ((plugin, slot) for plugin, slot in declared if slot.place == place)
        return sorted(wanted, key=lambda each: (each[1].order, each[0]))

    async def pieces_of(self, slots: Sequence[tuple[str, Slot]], visitor: Visitor, subject: str = "") -> list[Piece]:
        """What these show to this visitor, without those that have nothing to show."""
        asked = [self._slot(plugin, slot, visitor, subject) for plugin, slot in slots]
        made = [await asked[0]] if len(asked) == 1 else await asyncio.gather(*asked)
        return [Piece(slot.id, html) for (_, slot), html in zip(slots, made, strict=True) if html]

    async def _slot(self, plugin: str, slot: Slot, visitor: Visitor, subject: str) -> Markup:
        try:
            async with calling(plugin, _SLOT_SECONDS):
                context = await slot.context(visitor.account, subject)
            if context is None:
                return Markup("")
            shared = {"viewer": visitor.account, "form_token": token_input(visitor.token)}
            html = self.templates.get_template(slot.template).render(shared | dict(context))
            return Markup(html)  # noqa: S704 - autoescaping made it: what was text in the context is escaped
        except Exception as error:  # noqa: BLE001 - another plugin's fault must not cost the page
            self.host.fault(plugin, f"the slot {slot.template} at {slot.place}", error)
            return Markup("")


def _texts_of(visitor: Visitor) -> dict[str, str]:
    """What is left open in every page."""
    return {"form_token": token_input(visitor.token), "cursor": visitor.cursor}


def form_status(problem: Problem | None) -> int:
    """The status of a page that shows a form again, with what is wrong with it."""
    if problem is None:
        return 200
    return 422 if problem.status == 401 else problem.status  # 401 would promise a challenge, which a form is not


def here(request: HttpRequest) -> str:
    """The address to come back to, as a part of another one."""
    return _quoted(_address(request) if request.method == "GET" else "/")


_quoted = lru_cache(maxsize=1_000)(partial(quote, safe=""))


def _address(request: HttpRequest) -> str:
    """The path that was asked for, with its query."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def error_page(site: Site, request: HttpRequest, problem: Problem) -> Response[str]:
    """A problem as people are told about it, with what they can do now. It waits for nothing, least the database.

    So who is looking is known only where a page had found out before; that nobody is, where there is no cookie.
    """
    known: Visitor | None = request.state.get("visitor")
    nobody = Visitor(None, "", cookie_prefs(request))
    speak_to(request, (known or nobody).prefs)  # no page's guard was asked where there is no such page
    wait = problem.headers.get("Retry-After", "")
    context = {
        "problem": problem,
        "is_known": known is not None or not cookie_value(site.host, request),
        "is_form": request.method != "GET",
        "back": came_from(request),
        "again": _address(request),
        "wait": in_words(int(wait) * 1_000) if wait.isdecimal() else "",
        "at": now(),
        "request": origin().request,  # what the log calls it
    }
    html = site.render(request, known or nobody, "web_htmx/error.html", context)
    return site.answer(html, problem.status, problem.headers)
