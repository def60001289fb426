"""Is the hall alive, and is it well?"""

import msgspec
from litestar import Response, get

from gamehall.asking import HttpRequest
from gamehall.hall import Hall

__all__ = ["alive", "ready"]


class Finding(msgspec.Struct, frozen=True):
    """What one check says."""

    ok: bool
    detail: str


class Health(msgspec.Struct, frozen=True):
    """`status` is ok or failing."""

    status: str
    checks: dict[str, Finding]


@get("/health", tags=["health"], opt={"who": "anybody"})
async def alive() -> Health:
    """This process answers; nothing else is asked."""
    return Health("ok", {})


@get("/health/ready", tags=["health"], opt={"who": "anybody"})
async def ready(request: HttpRequest) -> Response[Health]:
    """The hall's own checks and those of its plugins; 503 when one fails."""
    hall: Hall = request.app.state.host
    results = await hall.check()
    ok = all(result.ok for result in results.values())
    checks = {name: Finding(result.ok, result.detail) for name, result in results.items()}
    return Response(Health("ok" if ok else "failing", checks), status_code=200 if ok else 503)
