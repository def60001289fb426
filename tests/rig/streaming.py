"""A hall in this process whose streams really stream: the usual test clients wait for a body's end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx
from httpx_sse import EventSource, ServerSentEvent

from gamehall.answering import POUR
from gamehall.app import HallApp
from gamehall.client import Client
from gamehall.events import Cursor, NewEvent
from gamehall.feed import emit
from gamehall.hall import Hall as RunningHall


class StreamingTransport(httpx.AsyncBaseTransport):
    """Requests to an ASGI application in this event loop. Closing an answer is the client going away.

    A body is handed over piece by piece: the application waits until the last one was taken, as on a slow line.
    """

    def __init__(self, app: HallApp) -> None:
        self._app = app

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        body = Body()
        scope = scope_of(request) | {"extensions": {POUR: body.pour}}
        task = asyncio.create_task(self._app(scope, body.receiver(await request.aread()), body.send))
        task.add_done_callback(body.finished)
        status, headers = await body.start
        return httpx.Response(status, headers=headers, stream=body)


def scope_of(request: httpx.Request) -> Any:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 1),
        "server": (request.url.host, request.url.port or 80),
    }


class Body(httpx.AsyncByteStream):
    """The body of one answer, and the way there."""

    def __init__(self) -> None:
        self.start: asyncio.Future[tuple[int, list[tuple[bytes, bytes]]]] = asyncio.get_running_loop().create_future()
        self._pieces: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=1)
        self._gone = asyncio.Event()
        self._done = asyncio.Event()

    def receiver(self, content: bytes) -> Callable[[], Awaitable[Any]]:
        messages = [{"type": "http.request", "body": content, "more_body": False}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            await self._gone.wait()
            return {"type": "http.disconnect"}

        return receive

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.start.set_result((message["status"], list(message["headers"])))
            return
        if piece := message.get("body"):
            await self._pieces.put(piece)
        if not message.get("more_body"):
            await self._pieces.put(None)
            self._gone.set()

    def pour(self, piece: bytes) -> bool:
        if free := not self._pieces.full():
            self._pieces.put_nowait(piece)
        return free

    def finished(self, task: asyncio.Task[None]) -> None:
        self._done.set()
        if not task.cancelled() and (error := task.exception()) and not self.start.done():
            self.start.set_exception(error)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while (piece := await self._pieces.get()) is not None:
            yield piece

    async def aclose(self) -> None:
        self._gone.set()
        await self._done.wait()


class Stream:
    """One connection, read event by event."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._events = EventSource(answer).aiter_sse()

    async def next(self) -> ServerSentEvent:
        """The next event. Raises StopAsyncIteration at the end of the stream."""
        async with asyncio.timeout(120):
            return await anext(self._events)

    async def kinds(self, count: int) -> list[str]:
        return [(await self.next()).event for _ in range(count)]

    async def close(self) -> None:
        """The client goes away."""
        await self._events.aclose()
        await self.answer.aclose()


class Hall:
    """A running hall and what comes to it from outside."""

    def __init__(self, app: HallApp, stack: AsyncExitStack) -> None:
        self.app = app
        self.host: RunningHall = app.state.host
        self._transport = StreamingTransport(app)
        self._stack = stack
        self._http = httpx.AsyncClient(base_url="http://hall/api/v1", transport=self._transport)

    async def user(self, username: str) -> Client:
        """A client that is signed in as a new user."""
        client = Client("http://hall", transport=self._transport)
        await self._stack.enter_async_context(client)
        await client.register(username, f"{username}@example.org", "correct horse battery")
        return client

    async def call(self, method: str, path: str, by: Client, **body: Any) -> None:
        """Something that the API must do for this client."""
        headers = {"Authorization": f"Token {by.token}"}
        answer = await self._http.request(method, path, headers=headers, json=body or None)
        assert answer.is_success, answer.text

    async def tell(self, kind: str, *channels: str, **data: Any) -> Cursor:
        """Emits an event and returns once this process has read it; its cursor."""
        with self.host.feed.subscribe(channels) as news:
            cursor = await self.host.write(emit, [NewEvent(kind, channels, data)])
            assert cursor is not None
            while self.host.feed.place < cursor:
                await news.take(20)
        return cursor

    async def ask(
        self, *channels: str, by: Client | None = None, after: str | None = None, **query: Any
    ) -> httpx.Response:
        """Asks for a stream; `after` is the Last-Event-ID."""
        headers = {"Authorization": f"Token {by.token}"} if by else {}
        headers |= {"Last-Event-ID": after} if after is not None else {}
        request = self._http.build_request("GET", "/events", params={"channel": channels, **query}, headers=headers)
        answer = await self._http.send(request, stream=True)
        self._stack.push_async_callback(answer.aclose)
        return answer

    async def open(self, *channels: str, by: Client | None = None, after: str | None = None, **query: Any) -> Stream:
        """A stream; `hello` is still to be read."""
        answer = await self.ask(*channels, by=by, after=after, **query)
        assert answer.status_code == 200, await answer.aread()
        return Stream(answer)

    async def refusal(self, *channels: str, by: Client | None = None) -> tuple[int, str]:
        """Status and slug of a stream that is not given."""
        answer = await self.ask(*channels, by=by)
        assert answer.headers["content-type"] == "application/problem+json"
        await answer.aread()
        return answer.status_code, answer.json()["type"].rpartition("/")[2]
