"""What the calls of friends answer: the shapes that the server writes and its clients read."""

from datetime import datetime

import msgspec

from gamehall.answers import Person
from gamehall_friends.presence import Presence

__all__ = ["FriendAnswered", "FriendRequestView", "FriendView"]


class FriendView(Person, frozen=True):
    """A friend of the caller, and whether they are there."""

    since: datetime
    presence: Presence


class FriendRequestView(Person, frozen=True):
    """A request between the caller and the user who is named; `requested_by` is the username of the one who asked,
    `status` is pending, or friends once it was accepted."""

    id: str
    status: str
    requested_by: str
    created_at: datetime


class FriendAnswered(msgspec.Struct, frozen=True):
    """What became of a request: friends, declined or cancelled."""

    id: str
    status: str
