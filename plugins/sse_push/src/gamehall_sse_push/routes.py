"""`GET /api/v1/events`."""

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, HeaderParameter
from litestar.types import ControllerRouterHandler

from gamehall.answering import EventStreamed
from gamehall.asking import HttpRequest
from gamehall.declare import Host, Principal
from gamehall.rates import Rate

from .audience import Audience, api_audience, may_still_listen
from .crowd import Crowd
from .frames import Frames, JsonVoice
from .meeting import Meetings
from .settings import PushSettings
from .stream import EventStream


def routes(host: Host) -> list[ControllerRouterHandler]:
    settings = host.plugin_settings(PushSettings)
    frames, meetings = Frames(), Meetings(host)
    crowd = Crowd(host, settings, "programs")

    @get(
        "/api/v1/events",
        media_type="text/event-stream",
        tags=["events"],
        no_compress=True,
        opt={"problems": ("account-needed", "not-found"), "rates": (Rate("stream", 30, 600),)},
    )
    async def events(
        request: HttpRequest,
        viewer: NamedDependency[Principal | None],
        channel: FromQuery[list[str] | None] = None,
        cursor: FromQuery[str | None] = None,
        last_event_id: Annotated[str | None, HeaderParameter(name="Last-Event-ID")] = None,
    ) -> EventStreamed:
        """Events as they happen: `hello` with the cursor, then what the channels tell.

        Ask for `channel=user`, `channel=lobby` and `channel=game-…` as often as needed. With a cursor, or the header
        Last-Event-ID, which wins, the stream begins with what was missed since; `resync` says that it cannot be told
        any more. `closed` ends the right to listen; after `restart` connect again.
        """
        audience = await api_audience(host, viewer, channel or [])

        async def may_listen(audience: Audience) -> bool:
            return await may_still_listen(host, audience, lambda: host.identify(request, "api"))

        voice = JsonVoice(frames, meetings, audience.user_id)
        stream = EventStream(host, audience, settings, voice, may_listen, crowd)
        return EventStreamed(stream.run(last_event_id or cursor, again=last_event_id is not None))

    return [events]
