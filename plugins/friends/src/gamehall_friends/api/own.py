"""What the caller has chosen, and whom they might know."""

from typing import Any, Literal

import msgspec
from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import FromQuery

from gamehall.answers import Page, Person
from gamehall.asking import HttpRequest, host_of, page_size, read_body
from gamehall.declare import Principal
from gamehall_friends.api.views import person
from gamehall_friends.choices import Choices, Who, change_choices, choices_of
from gamehall_friends.company import suggestions

__all__ = ["OWN"]


class ChoicesChange(msgspec.Struct, frozen=True):
    """Who may challenge the caller, who may watch their games, and who sees whether they are there."""

    challenges: Who | msgspec.UnsetType = msgspec.UNSET
    watching: Who | msgspec.UnsetType = msgspec.UNSET
    presence: Literal["friends", "nobody"] | msgspec.UnsetType = msgspec.UNSET


@get("/settings")
async def show_choices(request: HttpRequest, caller: NamedDependency[Principal]) -> Choices:
    """Who may challenge the caller, who may watch their games, and who sees whether they are there."""
    return await host_of(request).read(choices_of, caller.user_id)


@patch("/settings", opt={"body": ChoicesChange})
async def save_choices(request: HttpRequest, caller: NamedDependency[Principal]) -> Choices:
    """Changes what is given; what is not stays as it is."""
    changes: dict[str, Any] = msgspec.to_builtins(await read_body(request, ChoicesChange))
    return await host_of(request).write(change_choices, caller.user_id, changes)


@get("/suggestions")
async def suggest(request: HttpRequest, caller: NamedDependency[Principal], limit: FromQuery[int] = 10) -> Page[Person]:
    """Whom the caller has played lately and has nothing to do with yet, the latest first."""
    found = await host_of(request).read(suggestions, caller.user_id, page_size(limit))
    return Page([person(each) for each in found], None)


OWN = [show_choices, save_choices, suggest]
