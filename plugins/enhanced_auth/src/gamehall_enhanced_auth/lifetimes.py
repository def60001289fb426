"""How long tokens live: the plugin's section of the settings."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import msgspec

__all__ = ["Lifetimes"]

_Days = Annotated[int, msgspec.Meta(ge=1, le=3650)]


class Lifetimes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`[plugins.enhanced_auth]`.

    A token lasts `token_days` and can be exchanged for a new one until `family_days` after the password was given.
    An exchanged token can be exchanged again for `grace_seconds`, because answers are lost, and works that long, or
    until ten seconds after its successor was first used, for requests on their way. A script's token lasts for as many
    days as its user wants, at most `script_token_days`. A device can exchange its token `refreshes_per_hour` times.
    """

    token_days: _Days = 7
    family_days: _Days = 90
    grace_seconds: Annotated[int, msgspec.Meta(ge=0, le=3600)] = 60
    script_token_days: _Days = 365
    refreshes_per_hour: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 30
    tokens_per_user: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 30

    @property
    def token(self) -> timedelta:
        return timedelta(days=self.token_days)

    @property
    def family(self) -> timedelta:
        return timedelta(days=self.family_days)

    @property
    def grace(self) -> timedelta:
        return timedelta(seconds=self.grace_seconds)
