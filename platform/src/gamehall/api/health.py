"""Is the hall alive, is it well, and what arrives of a request?"""

from litestar import Response, get, post

from gamehall import __version__, stopping
from gamehall.answers import Checked, Health
from gamehall.asking import HttpRequest, host_of, read_body
from gamehall.declare import CheckResult
from gamehall.events import NewEvent
from gamehall.hall import Hall
from gamehall.origins import origin
from gamehall.probing import PATH, PROBE, Arrived, Probe, probe_channel, probe_in, proof_of
from gamehall.problems import Problem
from gamehall.rates import Rate
from gamehall.workers import worker_name

__all__ = ["alive", "probe", "ready"]


@get("/health", tags=["health"], opt={"who": "anybody"})
async def alive() -> Health:
    """This process answers, and of which version it is; nothing else is asked."""
    return Health("ok", {}, __version__)


@get("/health/ready", tags=["health"], opt={"who": "anybody"})
async def ready(request: HttpRequest) -> Response[Health]:
    """The hall's own checks and those of its plugins, asked at most once a second; 503 when one fails."""
    hall: Hall = request.app.state.host
    results = await hall.check()
    if stopping.announced():
        results["stopping"] = CheckResult(False, "It is told to stop; send nobody here any more.")
    ok = all(result.ok for result in results.values())
    checks = {name: Checked(result.ok, result.detail) for name, result in results.items()}
    return Response(Health("ok" if ok else "failing", checks, __version__), status_code=200 if ok else 503)


@post(
    PATH,
    status_code=200,
    tags=["health"],
    opt={
        "who": "anybody",
        "object": "who has the hall's key",
        "body": Probe,
        "problems": ("not-found",),
        "rates": (Rate("probe", 60, 60, by="address"),),
    },
)
async def probe(request: HttpRequest) -> Arrived:
    """What has arrived of this request, for whoever has the hall's key."""
    asked, host = await read_body(request, Probe), host_of(request)
    if (probe_id := probe_in(host.secret, asked.code)) is None:
        raise Problem("not-found")
    if asked.emit:
        event = NewEvent(PROBE, (probe_channel(probe_id),), {"worker": worker_name()})
        await host.write(host.emit, event)
    client = request.scope.get("client") or ("", 0)
    return Arrived(
        proof=proof_of(host.secret, probe_id),
        worker=worker_name(),
        address=origin().address,
        peer=f"{client[0]}:{client[1]}",
        host=request.headers.get("host", ""),
        http_version=str(request.scope["http_version"]),
        forwarded_for=request.headers.getall("x-forwarded-for", []),
    )
