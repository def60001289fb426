"""What several calls answer."""

from datetime import datetime

from gamehall.answers import Person
from gamehall_friends.relations import Named, Relation

__all__ = ["FriendRequestView", "person", "request_view"]


class FriendRequestView(Person, frozen=True):
    """A request between the caller and the user who is named; `requested_by` is the username of the one who asked,
    `status` is pending, or friends once it was accepted."""

    id: str
    status: str
    requested_by: str
    created_at: datetime


def person(named: Named) -> Person:
    return Person(named.username, named.display_name)


def request_view(found: Relation, user_id: str) -> FriendRequestView:
    other = found.other(user_id)
    return FriendRequestView(
        username=other.username,
        display_name=other.display_name,
        id=found.id,
        status=found.status,
        requested_by=found.requester.username,
        created_at=found.since,
    )
