"""Browsers in which somebody has signed in before, and mails about what concerns the safety of an account."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from litestar.datastructures import Cookie

from gamehall.accounts import User, find_user
from gamehall.asking import HttpRequest
from gamehall.declare import Host
from gamehall.languages import ENGLISH, catalogue, speaking
from gamehall.letters import post_letter
from gamehall.origins import origin
from gamehall.signingin import is_known, voucher

from .browsers import browser_words
from .cookies import make_cookie, sent_cookie

__all__ = ["known_cookie", "tell_of_browser", "tell_of_change", "vouchers"]

_ = catalogue(__name__)

_COOKIE = "known"
_YEAR = timedelta(days=365)
_MOST = 3  # people who share a browser


def vouchers(host: Host, request: HttpRequest) -> list[str]:
    """Of whoever has signed in in this browser, the last first."""
    return [each for each in sent_cookie(host, request, _COOKIE).split(".") if each][:_MOST]


def known_cookie(host: Host, request: HttpRequest, person: User) -> Cookie | None:
    """What makes the browser one that the user has signed in with before; None where it is already."""
    given = vouchers(host, request)
    if is_known(host, person, given):
        return None
    return make_cookie(host, _COOKIE, ".".join([voucher(host, person), *given][:_MOST]), _YEAR)


def tell_of_change(connection: sa.Connection, host: Host, user_id: str, what: str) -> None:
    """Posts a mail about a change in how the user signs in; `what` is a marked sentence with their `username`."""
    person = find_user(connection, user_id)
    if person is None:
        return
    with speaking(person.language or ENGLISH):
        lines = [
            _(what, username=person.username),
            _(
                "If it was you, there is nothing to do. If not, change your password, which signs everybody else out, "
                "and look at how you sign in:"
            ),
            f"{host.settings.address}/settings",
        ]
        post_letter(connection, host.settings, person, _("How you sign in has changed"), lines)


def tell_of_browser(connection: sa.Connection, host: Host, person: User) -> None:
    """Posts a mail which says that somebody has signed in where the user never did before."""
    where = origin()
    with speaking(person.language or ENGLISH):
        lines = [
            _(
                "Somebody has just signed in to your account {username} in a browser that was not used for it before:",
                username=person.username,
            ),
            _(
                "{browser}, from the address {address}",
                browser=browser_words(where.agent) or _("Unknown browser"),
                address=where.address or "?",
            ),
            _("If it was you, there is nothing to do. If not, change your password, which signs everybody else out:"),
            f"{host.settings.address}/settings",
        ]
        post_letter(connection, host.settings, person, _("A new sign-in to your account"), lines)
