"""For admins, by tokens with the scope `admin`: what is on, who is here, what was done."""

from __future__ import annotations

from datetime import datetime

import msgspec
from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.accounts import printable, user_by_name
from gamehall.answers import Page, page_of
from gamehall.asking import HttpRequest, host_of, known_cursor, page_size, read_body
from gamehall.audit import Entry, list_audit
from gamehall.declare import Principal
from gamehall.features import FeatureState, Kind, known_features, list_features, not_taken_up, switch
from gamehall.overseeing import Act, act_on_user, find_users

__all__ = ["overseeing"]

_PATIENCE = 3.0


class Feature(msgspec.Struct, frozen=True):
    """A switch: the hall's own, a plugin by its name, or `ruleset:` and a ruleset's key; who threw it last, and when.

    A plugin that does not work has its `reason`. What is not `installed` any more keeps its switch.
    """

    key: str
    on: bool
    kind: Kind
    changed_at: datetime | None
    changed_by: str
    reason: str
    installed: bool


class Switched(msgspec.Struct, frozen=True):
    """A switch as it stands now, how many games stopped or go on, and the workers that do not know of it yet."""

    key: str
    on: bool
    games: int
    late: list[str]


class SwitchRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`now` stops the running games of its rulesets as well, until it is on again."""

    on: bool
    now: bool = False


class AdminsUser(msgspec.Struct, frozen=True):
    """A user as admins see them."""

    username: str
    display_name: str
    is_admin: bool
    is_active: bool
    is_guest: bool
    created_at: datetime | None = None


@get("/features")
async def show_features(request: HttpRequest, admin: NamedDependency[Principal]) -> Page[Feature]:
    """Every switch; the list is never cut."""
    host = host_of(request)
    states: list[FeatureState] = await host.read(list_features, known_features(host.installed_plugins))
    return Page([Feature(**each._asdict()) for each in states], None)


@put("/features/{key:str}", opt={"body": SwitchRequest, "object": "everybody", "problems": ["not-possible"]})
async def switch_feature(request: HttpRequest, admin: NamedDependency[Principal], key: FromPath[str]) -> Switched:
    """Turns a switch, and waits a moment for the workers; `late` names those that have not taken it up yet.

    The last way to sign in cannot be turned off.
    """
    wanted, host = await read_body(request, SwitchRequest), host_of(request)
    known, suspend = known_features(host.installed_plugins), wanted.now and not wanted.on
    made = await host.write(switch, [key], on=wanted.on, by=admin.username, known=known, suspend=suspend)
    return Switched(key, wanted.on, made.games, await not_taken_up(host, made.epoch, _PATIENCE))


@get("/users")
async def list_users(
    request: HttpRequest,
    admin: NamedDependency[Principal],
    find: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str] = "",
) -> Page[AdminsUser]:
    """Accounts and guests whose names begin with `find`, by name."""
    size = page_size(limit)
    begins, after = printable(find).strip(), printable(cursor)
    found = await host_of(request).read(find_users, begins, size + 1, after)
    return page_of([AdminsUser(*each) for each in found], size, [each.username for each in found])


@post("/users/{username:str}/{act:str}", status_code=200, opt={"object": "everybody", "problems": ["not-possible"]})
async def act_on(
    request: HttpRequest, admin: NamedDependency[Principal], username: FromPath[str], act: FromPath[Act]
) -> AdminsUser:
    """Disables, enables, promotes, demotes, signs out or deletes a user; nobody can do it to themselves."""
    host = host_of(request)
    changed = await host.write(act_on_user, username, act, host.hall_time(), host.settings, admin_id=admin.user_id)
    return AdminsUser(changed.username, changed.display_name, changed.is_admin, changed.is_active, changed.is_guest)


@get("/audit", opt={"problems": ("not-found",)})
async def show_audit(
    request: HttpRequest,
    admin: NamedDependency[Principal],
    kind: FromQuery[str] = "",
    user: FromQuery[str] = "",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[Entry]:
    """What was done that concerns who can do what, newest first; `kind=sign_in` has `sign_in.failed` as well."""
    host, size, before = host_of(request), page_size(limit), known_cursor(cursor)
    user_id = (await host.read(user_by_name, user, disabled=True)).id if user else None
    found = await host.read(list_audit, before=before, kind=printable(kind), user_id=user_id, limit=size + 1)
    return page_of(found, size, [each.id for each in found])


overseeing = Router(
    "/admin", route_handlers=[show_features, switch_feature, list_users, act_on, show_audit], tags=["admin"]
)
