"""The routes of all pages, with what every handler of them shares."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar import Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.types import Guard

from gamehall.asking import HttpRequest
from gamehall.declare import ErrorPage, Host
from gamehall.problems import Problem

from .asking import admin, participant, signed_in, visitor
from .assets import Assets, assets_of, serve_asset, serve_plugin_asset
from .compression import compressed_pages
from .forms import AskAgain, internal_path, own_forms_only
from .pages.account import ACCOUNT_PAGES, account_first
from .pages.admin import ADMIN_PAGES
from .pages.auditing import audit_page
from .pages.challenges import CHALLENGE_PAGES
from .pages.confirm import CONFIRM_PAGES
from .pages.credentials import CREDENTIAL_PAGES
from .pages.embed import embedded_game
from .pages.factors import FACTOR_PAGES
from .pages.games import GAME_PAGES
from .pages.inspecting import INSPECTING_PAGES
from .pages.kept import ask_for_move
from .pages.leaving import LEAVING_PAGES
from .pages.listing import LIST_PAGES
from .pages.live import LIVE_STREAMS
from .pages.lobby import lobby
from .pages.look import LOOK_PAGES
from .pages.mail import MAIL_PAGES
from .pages.notices import NOTICE_PAGES
from .pages.overseeing import OVERSEEING_PAGES
from .pages.passkeys import PASSKEY_PAGES
from .pages.people import PEOPLE_PAGES
from .pages.picture import game_picture
from .pages.play import PLAY_PAGES
from .pages.playing import PLAYING_FORMS
from .pages.replay import REPLAY_PAGES
from .pages.settings import SETTINGS_PAGES
from .pages.signin import SIGN_IN_PAGES
from .site import AccountFirst, ConfirmFirst, FactorFirst, SignInFirst, Site, SomethingFirst, error_page
from .tongues import in_their_language

__all__ = ["error_pages", "routes"]


_PAGES: list[HTTPRouteHandler] = [
    lobby,
    *ACCOUNT_PAGES,
    *SIGN_IN_PAGES,
    *CONFIRM_PAGES,
    *CREDENTIAL_PAGES,
    *PLAY_PAGES,
    *CHALLENGE_PAGES,
    *LIST_PAGES,
    *GAME_PAGES,
    ask_for_move,
    embedded_game,
    game_picture,
    *PLAYING_FORMS,
    *LIVE_STREAMS,
    *MAIL_PAGES,
    *NOTICE_PAGES,
    *REPLAY_PAGES,
    *SETTINGS_PAGES,
    *FACTOR_PAGES,
    *PASSKEY_PAGES,
    *LEAVING_PAGES,
    *LOOK_PAGES,
    *ADMIN_PAGES,
    *OVERSEEING_PAGES,
    audit_page,
    *INSPECTING_PAGES,
    *PEOPLE_PAGES,
]


def routes(host: Host) -> list[Router]:
    """Every page of the hall behind one router."""
    site = Site(host)

    async def give_site() -> Site:
        return site

    async def give_assets() -> Assets:
        return host.kept(assets_of)

    def by_way_of(page: str) -> Callable[[HttpRequest, SomethingFirst], Response[Any]]:
        def lead(request: HttpRequest, wanted: SomethingFirst) -> Response[Any]:
            return site.lead(request, f"{page}?" + urlencode({"next": internal_path(wanted.path)}))

        return lead

    def ask_again(request: HttpRequest, wanted: AskAgain) -> Response[Any]:
        return site.lead(request, wanted.path)

    def to_account(request: HttpRequest, wanted: AccountFirst) -> Response[Any]:
        return account_first(request, site, wanted.path)

    def router(handlers: Iterable[HTTPRouteHandler], guards: Sequence[Guard]) -> Router:
        return Router(
            "/",
            route_handlers=list(handlers),
            dependencies={
                "site": Provide(give_site),
                "assets": Provide(give_assets),
                "visitor": Provide(visitor),
                "caller": Provide(signed_in),
                "admin": Provide(admin),
                "participant": Provide(participant),
            },
            guards=guards,
            middleware=[in_their_language, compressed_pages],
            exception_handlers={
                SignInFirst: by_way_of("/login"),
                ConfirmFirst: by_way_of("/confirm"),
                FactorFirst: by_way_of("/settings/sign-in"),
                AccountFirst: to_account,
                AskAgain: ask_again,
            },
            include_in_schema=False,
        )

    # What only shows something has no form: for a guard the framework would copy its handler each time.
    shown = [each for each in _PAGES if each.http_methods == {"GET"}]
    forms = [each for each in _PAGES if each not in shown]
    return [router([*shown, serve_asset, serve_plugin_asset], ()), router(forms, [own_forms_only])]


def error_pages(host: Host) -> list[ErrorPage]:
    """How people see a problem in a browser."""
    site = Site(host)

    def render(request: HttpRequest, problem: Problem) -> Response[Any]:
        return error_page(site, request, problem)

    return [ErrorPage(render)]
