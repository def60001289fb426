"""Users: oneself and others."""

from typing import Annotated

import msgspec
import sqlalchemy as sa
from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath

from gamehall.accounts import User, find_user, rename, update_user, user_by_name
from gamehall.answers import Me, Profile
from gamehall.api.accounts import ACCOUNT_ROUTES
from gamehall.api.views import me
from gamehall.asking import HttpRequest, host_of, read_body
from gamehall.declare import Principal
from gamehall.problems import Problem

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


@patch("/me", opt={"body": ProfileChange, "problems": ("already-exists",)})
async def change_me(request: HttpRequest, caller: NamedDependency[Principal]) -> Me:
    """Changes the caller's own account; what is not given stays as it is."""
    return me(await host_of(request).write(_change, caller.user_id, await read_body(request, ProfileChange)))


def _change(connection: sa.Connection, user_id: str, change: ProfileChange) -> User:
    if change.display_name is not msgspec.UNSET:
        rename(connection, user_id, change.display_name)
    wanted = {} if change.mail_notices is msgspec.UNSET else {"mail_notices": change.mail_notices}
    return update_user(connection, user_id, wanted)


@get("/{username:str}", opt={"who": "anybody", "object": "everybody"})
async def show_user(request: HttpRequest, username: FromPath[str]) -> Profile:
    """What everybody may know of a user."""
    found = await host_of(request).read(user_by_name, username)
    return Profile(found.username, found.display_name, found.id)


users = Router("/users", route_handlers=[show_me, change_me, show_user, *ACCOUNT_ROUTES], tags=["users"])
