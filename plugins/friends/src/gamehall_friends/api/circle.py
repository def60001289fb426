"""Friends, requests, blocks, and those whom one follows."""

import msgspec
import sqlalchemy as sa
from litestar import delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from gamehall.answers import Page, Person, page_of
from gamehall.asking import HttpRequest, host_of, known_cursor, known_id, page_size, read_body
from gamehall.declare import Principal
from gamehall_friends.answers import FriendAnswered, FriendRequestView, FriendView
from gamehall_friends.api.views import person, request_view
from gamehall_friends.befriending import ASKING, Action, ask, end_friendship, respond
from gamehall_friends.blocking import block_user, blocks_of, remove_block
from gamehall_friends.following import follows_of, start_following, stop_following
from gamehall_friends.presence import Presence, presence_of
from gamehall_friends.relations import Box, Relation, friends_of, requests_of

__all__ = ["CIRCLE"]


class FriendRequest(msgspec.Struct, frozen=True):
    """Whom to ask."""

    username: str


class FriendAnswer(msgspec.Struct, frozen=True):
    """What to do with a request."""

    action: Action


@get("/")
async def list_friends(
    request: HttpRequest, caller: NamedDependency[Principal], limit: FromQuery[int] = 50, cursor: FromQuery[str] = ""
) -> Page[FriendView]:
    """The caller's friends, by username."""
    host, size, own = host_of(request), page_size(limit), caller.user_id

    def read(connection: sa.Connection) -> tuple[list[Relation], dict[str, Presence]]:
        found = friends_of(connection, own, size + 1, cursor)
        return found, presence_of(connection, [each.other(own).id for each in found], host.hall_time())

    found, presence = await host.read(read)
    others = [(each.other(own), each.since) for each in found]
    views = [FriendView(other.username, other.display_name, since, presence[other.id]) for other, since in others]
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
    return page_of([request_view(each, caller.user_id) for each in found], size, [each.id for each in found])


@post(
    "/requests",
    status_code=201,
    opt={"problems": ("already-exists", "not-found", "not-possible"), "rates": (ASKING,), "body": FriendRequest},
)
async def request_friendship(request: HttpRequest, caller: NamedDependency[Principal]) -> FriendRequestView:
    """Asks somebody to be friends; asking the one who has asked makes you friends at once."""
    body = await read_body(request, FriendRequest)
    return request_view(await host_of(request).write(ask, caller.user_id, body.username), caller.user_id)


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
    return page_of([person(each) for each in found], size, [each.username for each in found])


@put("/blocks/{username:str}", status_code=204, opt={"problems": ("invalid",), "object": "everybody"})
async def block(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Blocks somebody: neither of you can challenge or meets the other, and a friendship ends. They cannot tell."""
    await block_user(host_of(request), caller.user_id, username)


@delete("/blocks/{username:str}", opt={"problems": ("invalid",), "object": "everybody"})
async def unblock(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Takes a block back."""
    await host_of(request).write(remove_block, caller.user_id, username)


@get("/follows")
async def list_follows(
    request: HttpRequest, caller: NamedDependency[Principal], limit: FromQuery[int] = 50, cursor: FromQuery[str] = ""
) -> Page[Person]:
    """Whom the caller follows, by username."""
    size = page_size(limit)
    found = await host_of(request).read(follows_of, caller.user_id, size + 1, cursor)
    return page_of([person(each) for each in found], size, [each.username for each in found])


@put("/follows/{username:str}", status_code=204, opt={"problems": ("invalid", "not-possible"), "object": "everybody"})
async def follow(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Follows somebody: their games come up in the caller's activity. They are not told."""
    await host_of(request).write(start_following, caller.user_id, username)


@delete("/follows/{username:str}", opt={"problems": ("invalid",), "object": "everybody"})
async def unfollow(request: HttpRequest, caller: NamedDependency[Principal], username: FromPath[str]) -> None:
    """Follows somebody no more."""
    await host_of(request).write(stop_following, caller.user_id, username)


CIRCLE = [
    list_friends,
    unfriend,
    list_requests,
    request_friendship,
    answer_request,
    list_blocks,
    block,
    unblock,
    list_follows,
    follow,
    unfollow,
]
