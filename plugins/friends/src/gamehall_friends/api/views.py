"""How what several calls answer is made."""

from gamehall.answers import Person
from gamehall_friends.answers import FriendRequestView
from gamehall_friends.relations import Named, Relation

__all__ = ["person", "request_view"]


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
