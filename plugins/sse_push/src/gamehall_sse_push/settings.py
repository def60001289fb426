"""The section `[plugins.sse_push]`."""

from __future__ import annotations

from typing import Annotated

import msgspec


class PushSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How streams behave. At every heartbeat the right to listen is asked for again."""

    heartbeat_seconds: Annotated[float, msgspec.Meta(gt=0, le=60)] = 15.0
    retry_ms: Annotated[int, msgspec.Meta(ge=0, le=60_000)] = 1_000
    """How long clients wait before they come back after a restart."""
    max_streams: Annotated[int, msgspec.Meta(ge=1)] = 10
    """How many streams of a program, and how many pages, one user can follow in each worker at once."""
    max_streams_of_strangers: Annotated[int, msgspec.Meta(ge=1)] = 100
    """The same for all strangers at one address."""
