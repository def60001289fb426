"""Is the hall alive, and is it well?"""

from litestar import Response, get

from gamehall import __version__, stopping
from gamehall.answers import Finding, Health
from gamehall.asking import HttpRequest
from gamehall.declare import CheckResult
from gamehall.hall import Hall

__all__ = ["alive", "ready"]


@get("/health", tags=["health"], opt={"who": "anybody"})
async def alive() -> Health:
    """This process answers, and of which version it is; nothing else is asked."""
    return Health("ok", {}, __version__)


@get("/health/ready", tags=["health"], opt={"who": "anybody"})
async def ready(request: HttpRequest) -> Response[Health]:
    """The hall's own checks and those of its plugins; 503 when one fails."""
    hall: Hall = request.app.state.host
    results = await hall.check()
    if stopping.announced():
        results["stopping"] = CheckResult(False, "It is told to stop; send nobody here any more.")
    ok = all(result.ok for result in results.values())
    checks = {name: Finding(result.ok, result.detail) for name, result in results.items()}
    return Response(Health("ok" if ok else "failing", checks, __version__), status_code=200 if ok else 503)
