"""The JSON API, below /api/v1/friends."""

from litestar import Router

from gamehall_friends.api.circle import CIRCLE
from gamehall_friends.api.invitations import INVITATIONS
from gamehall_friends.api.own import OWN
from gamehall_friends.api.play import PLAY

__all__ = ["friends"]

friends = Router("/api/v1/friends", route_handlers=[*CIRCLE, *INVITATIONS, *OWN, *PLAY], tags=["friends"])
