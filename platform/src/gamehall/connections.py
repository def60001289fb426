"""What comes on one connection, as far as it is no request yet, and how much waits to go: the server has limits for
what is one."""

from __future__ import annotations

import asyncio
from functools import partial

import httptools
import msgspec
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gamehall.answering import POUR
from gamehall.problems import Problem

__all__ = ["IDLE_SECONDS", "Connection"]

IDLE_SECONDS = 30  # until the head of a request is there as a whole, the first or the next one
MOST = 10_000  # connections at once; a stream holds one for hours
LARGEST_HEAD = 128 * 1024  # bytes that are kept of a head that is not there as a whole; `edges` takes less of one
LINGER_SECONDS = 2.0  # in which what still comes is thrown away: who is cut off while sending does not read the answer
MOST_WAITING = 4 * 1024  # bytes, until nothing more is taken for a client; the system keeps a thousand times that
LARGEST_ADDRESS = 64 * 1024 - 1  # bytes; the parser knows no longer ones


class Connection(HttpToolsProtocol):
    """Closes when a head comes too slowly, or is too large to be kept until it is there; what is no HTTP is told so,
    and whoever comes when there are too many to come again."""

    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None
    _in_head = False
    _is_refused = False
    _is_one_too_many = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # so does its parent
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=MOST_WAITING)
        self._extensions = {POUR: partial(_pour, transport, self.flow)}
        self._is_one_too_many = len(self.connections) > MOST
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_of_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_refused:
            return
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # nothing else is spoken here: it is answered as if nobody had asked for that
        except httptools.HttpParserError as error:
            problem = error.__context__
            self._refuse(problem if isinstance(problem, Problem) else Problem("malformed"))
            return
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > LARGEST_HEAD:
                self._refuse(Problem("headers-too-large"))
            elif self._head_timer is None:
                self._wait_for_head()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = self._extensions  # type: ignore[typeddict-item]  # where others keep no functions
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._end_of_head()
        self._in_head = False
        if len(self.url) > LARGEST_ADDRESS:
            raise Problem("address-too-long")
        if self._is_one_too_many:
            raise Problem("busy")
        super().on_headers_complete()

    def _wait_for_head(self) -> None:
        self._head_timer = self.loop.call_later(IDLE_SECONDS, self.transport.close)

    def _end_of_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        body = msgspec.json.encode(problem.body())
        own = {"content-type": "application/problem+json", "content-length": len(body), "connection": "close"}
        lines = [f"{name}: {value}\r\n".encode() for name, value in (problem.headers | own).items()]
        self.transport.write(b"".join([STATUS_LINE[problem.status], *lines, b"\r\n", body]))
        self.transport.write_eof()
        self._is_refused = True
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def _pour(transport: asyncio.Transport, flow: FlowControl, piece: bytes) -> bool:
    """Sends a piece of a body, framed as the server does it, unless the reader is behind. Whether it was sent."""
    if flow.write_paused or transport.is_closing():
        return False
    transport.write(b"%x\r\n%b\r\n" % (len(piece), piece))
    return True
