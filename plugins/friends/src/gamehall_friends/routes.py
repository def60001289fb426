"""Friends, requests and blocks: below /api/v1/friends."""

from datetime import datetime

import msgspec
from litestar import Router, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.answers import Page, Person, page_of
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size, read_body
from gamehall.declare import Principal
from gamehall_friends.relations import (
    Action,
    Box,
    Relation,
    add_block,
    ask,
    blocks_of,
    end_friendship,
    friends_of,
    remove_block,
    requests_of,
    respond,
)

__all__ = ["friends"]


class FriendView(Person, frozen=True):
    """A friend of the caller."""

    since: datetime


class FriendRequestView(Person, frozen=True):
    """A request between the caller and the user who is named; `requested_by` is the username of the one who asked,
    `status` is pending, or friends once it was accepted."""

    id: str
    status: str
    requested_by: str
    created_at: datetime


class FriendRequest(msgspec.Struct, frozen=True):
    """Whom to ask."""

    username: str


class FriendAnswer(msgspec.Struct, frozen=True):
    """What to do with a request."""

    action: Action


class FriendAnswered(msgspec.Struct, frozen=True):
    """What became of a request: friends, declined or cancelled."""

    id: str
    status: str


def _request_view(found: Relation, caller: Principal) -> FriendRequestView:
    other = found.other(caller.user_id)
    return FriendRequestView(
        username=other.username,
        display_name=other.display_name,
        id=found.id,
        status=found.status,
        requested_by=found.requester.username,
        created_at=found.since,
    )


@get("/")
async def list_friends(
    request: HttpRequest, caller: NamedDependency[Principal], limit: FromQuery[int] = 50, cursor: FromQuery[str] = ""
) -> Page[FriendView]:
    """The caller's friends, by username."""
    size = page_size(limit)
    found = await host_of(request).read(friends_of, caller.user_id, size + 1, cursor)
    views = []
    for each in found:
        other = each.other(caller.user_id)
        views.append(FriendView(other.username, other.display_name, each.since))
    return page_of(views, size, [view.username for view in views])


@delete("/{username:str}", opt={"problems": ("invalid",), "object": "their friends"})
async def unfriend(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Ends a friendship."""
    await host_of(request).write(end_friendship, caller.user_id, username)


@get("/requests")
async def list_requests(
    request: HttpRequest,
    caller: NamedDependency[Principal],
    box: FromQuery[Box] = "received",
    limit: FromQuery[int] = 50,
    cursor: FromQuery[str | None] = None,
) -> Page[FriendRequestView]:
    """Pending requests to or by the caller, the newest first."""
    size = page_size(limit)
    found = await host_of(request).read(requests_of, caller.user_id, box, size + 1, known_cursor(cursor))
    return page_of([_request_view(each, caller) for each in found], size, [each.id for each in found])


@post("/requests", status_code=201, opt={"problems": ("already-exists", "not-found"), "body": FriendRequest})
async def request_friendship(request: HttpRequest, caller: NamedDependency[Principal]) -> FriendRequestView:
    """Asks somebody to be friends; asking the one who has asked makes you friends at once."""
    body = await read_body(request, FriendRequest)
    return _request_view(await host_of(request).write(ask, caller.user_id, body.username), caller)


@post(
    "/requests/{request_id:str}/respond",
    status_code=200,
    opt={"problems": ("conflict",), "object": "its two sides", "body": FriendAnswer},
)
async def answer_request(
    request: HttpRequest, caller: NamedDependency[Principal], request_id: FromPath[str]
) -> FriendAnswered:
    """Accepts or declines a request, or takes one's own back."""
    body = await read_body(request, FriendAnswer)
    status = await host_of(request).write(respond, caller.user_id, known_id(request_id), body.action)
    return FriendAnswered(request_id, status)


@get("/blocks")
async def list_blocks(
    request: HttpRequest, caller: NamedDependency[Principal], limit: FromQuery[int] = 50, cursor: FromQuery[str] = ""
) -> Page[Person]:
    """Whom the caller has blocked, by username."""
    size = page_size(limit)
    found = await host_of(request).read(blocks_of, caller.user_id, size + 1, cursor)
    return page_of([Person(each.username, each.display_name) for each in found], size, [n.username for n in found])


@put("/blocks/{username:str}", status_code=204, opt={"problems": ("invalid",), "object": "everybody"})
async def block_user(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Blocks somebody: neither of you can ask or challenge the other, and a friendship ends."""
    await host_of(request).write(add_block, caller.user_id, username)


@delete("/blocks/{username:str}", opt={"problems": ("invalid",), "object": "everybody"})
async def unblock_user(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Takes a block back."""
    await host_of(request).write(remove_block, caller.user_id, username)


friends = Router(
    "/api/v1/friends",
    route_handlers=[
        list_friends,
        unfriend,
        list_requests,
        request_friendship,
        answer_request,
        list_blocks,
        block_user,
        unblock_user,
    ],
    tags=["friends"],
)
