"""What Prometheus reads."""

from litestar import Response, get

from gamehall.asking import HttpRequest
from gamehall.sampling import Sampler

__all__ = ["metrics"]

_TEXT = "text/plain; version=0.0.4"  # and Litestar adds the charset


@get(
    "/metrics",
    media_type=_TEXT,
    opt={"who": "anybody", "object": "who asks from this machine, or says `metrics_token`"},
)
async def metrics(request: HttpRequest) -> Response[bytes]:
    """The figures of this host's workers. `edges` says who is told of them; for anybody else there is no such path."""
    sampler: Sampler = request.app.state.sampler
    return Response(await sampler.text(), media_type=_TEXT, headers={"cache-control": "no-store"})
