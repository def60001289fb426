"""Users: oneself and others."""

from typing import Annotated, Any

import msgspec
from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import find_user, printable, update_user, user_by_name
from gamehall.answers import Me, Profile
from gamehall.api.views import me
from gamehall.asking import HttpRequest, host_of, read_body
from gamehall.declare import Principal
from gamehall.problems import FieldError, Problem

__all__ = ["users"]


class ProfileChange(msgspec.Struct, frozen=True):
    """What users can change of themselves."""

    display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=50)] | msgspec.UnsetType = msgspec.UNSET
    mail_notices: bool | msgspec.UnsetType = msgspec.UNSET


@get("/me")
async def show_me(request: HttpRequest, caller: NamedDependency[Principal]) -> Me:
    """The caller's own account."""
    found = await host_of(request).read(find_user, caller.user_id)
    if found is None:
        raise Problem("not-found")
    return me(found)


@patch("/me", opt={"body": ProfileChange})
async def change_me(request: HttpRequest, caller: NamedDependency[Principal]) -> Me:
    """Changes the caller's own account; what is not given stays as it is."""
    change = await read_body(request, ProfileChange)
    values: dict[str, Any] = {}
    if change.display_name is not msgspec.UNSET:
        values["display_name"] = printable(change.display_name).strip()
        if not 1 <= len(values["display_name"]) <= 50:
            message = "Give a name of 1 to 50 characters that can be seen."
            raise Problem("invalid", message, errors=(FieldError("display_name", message),))
    if change.mail_notices is not msgspec.UNSET:
        values["mail_notices"] = change.mail_notices
    return me(await host_of(request).write(update_user, caller.user_id, values))


@get("/{username:str}", opt={"who": "anybody", "object": "everybody"})
async def show_user(request: HttpRequest, username: FromPath[str]) -> Profile:
    """What everybody may know of a user."""
    found = await host_of(request).read(user_by_name, username)
    return Profile(found.username, found.display_name, found.id)


users = Router("/users", route_handlers=[show_me, change_me, show_user], tags=["users"])
