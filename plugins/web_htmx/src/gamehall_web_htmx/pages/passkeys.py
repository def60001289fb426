"""Passkeys: to sign in with, to prove once more who is there, to add and to remove."""

from typing import Any

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import printable
from gamehall.asking import HttpRequest, known_id
from gamehall.declare import Principal
from gamehall.languages import N_, catalogue
from gamehall.problems import FieldError, Problem
from gamehall_web_htmx.asking import confirmed
from gamehall_web_htmx.browsers import browser_words
from gamehall_web_htmx.forms import ANYBODY, internal_path, read_form
from gamehall_web_htmx.knowing import tell_of_change
from gamehall_web_htmx.pages.confirm import show_confirm
from gamehall_web_htmx.pages.factors import HERE, show_factors
from gamehall_web_htmx.pages.signin import let_in, show_login
from gamehall_web_htmx.passkeys import remove_passkey
from gamehall_web_htmx.sessions import confirm_session
from gamehall_web_htmx.site import Site, Visitor

__all__ = ["PASSKEY_PAGES"]

_ = catalogue(__name__)

_LONGEST_NAME = 50
_TOLD = N_("A passkey was added to your account {username}. Whoever has it can sign in.")

# `ceremonies` is imported when the first passkey is used: its library takes as long as a fifth of a worker's start.


@post("/login/passkey", opt=ANYBODY)
async def sign_in_by_passkey(
    request: HttpRequest, site: NamedDependency[Site], visitor: NamedDependency[Visitor]
) -> Response[Any]:
    from gamehall_web_htmx.ceremonies import who_proves

    typed = await read_form(request)
    try:
        person = await who_proves(site.host, typed.get("credential", ""))
        return await let_in(request, site, visitor, person, internal_path(typed.get("next", "")), how="passkey")
    except Problem as problem:
        return show_login(request, site, visitor, typed, problem)


@post("/confirm/passkey")
async def confirm_by_passkey(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    from gamehall_web_htmx.ceremonies import who_proves

    typed = await read_form(request)
    try:
        await who_proves(site.host, typed.get("credential", ""), caller.user_id)
    except Problem as problem:
        return await show_confirm(request, site, visitor, caller, typed, problem)
    cookie = await confirm_session(site.host, request, caller)
    return site.go(internal_path(typed.get("next", "")), [cookie])


@post(f"{HERE}/passkeys")
async def add(
    request: HttpRequest,
    site: NamedDependency[Site],
    visitor: NamedDependency[Visitor],
    caller: NamedDependency[Principal],
) -> Response[Any]:
    from gamehall_web_htmx.ceremonies import accept_new_key

    await confirmed(request, caller)
    typed = await read_form(request)
    agent = browser_words(printable(request.headers.get("user-agent", "")))
    name = printable(typed.get("name", "")).strip() or agent[:_LONGEST_NAME] or _("Passkey")
    try:
        if len(name) > _LONGEST_NAME:
            message = _("Use at most {longest} characters.", longest=_LONGEST_NAME)
            raise Problem("invalid", message, errors=(FieldError("name", message),))
        await accept_new_key(site.host, caller.user_id, name, typed.get("credential", ""))
    except Problem as problem:
        return await show_factors(request, site, visitor, caller, form="passkey", problem=problem)
    await site.host.write(tell_of_change, site.host, caller.user_id, _TOLD)
    return site.go(f"{HERE}?saved=passkey")


@post(HERE + "/passkeys/{passkey_id:str}/remove", opt={"object": "its owner"})
async def remove(
    request: HttpRequest,
    site: NamedDependency[Site],
    caller: NamedDependency[Principal],
    passkey_id: FromPath[str],
) -> Response[Any]:
    await confirmed(request, caller)
    await site.host.write(remove_passkey, caller.user_id, known_id(passkey_id))
    return site.go(f"{HERE}?saved=removed")


PASSKEY_PAGES = [sign_in_by_passkey, confirm_by_passkey, add, remove]
