"""Many streams at once by plain sockets: those who read, and those who never do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

__all__ = ["connections", "crowd", "memory", "never_reading", "roomy"]

_ABREAST = 50  # that come at once


def _request(channel: str, authorization: str = "") -> bytes:
    head = f"GET /api/v1/events?channel={channel} HTTP/1.1\r\nHost: localhost\r\n"
    return (head + (f"Authorization: {authorization}\r\n" if authorization else "") + "\r\n").encode()


def roomy(folder: Path) -> str:
    """A file of settings by which one address can have as many streams as there are here."""
    file = folder / "roomy.toml"
    file.write_text("[plugins.sse_push]\nmax_streams = 100000\nmax_streams_of_strangers = 100000\n")
    return str(file)


@contextlib.asynccontextmanager
async def crowd(port: int, size: int) -> AsyncIterator[Sequence[asyncio.StreamReader]]:
    """So many strangers at the lobby, each of whom has read its `hello`."""
    request, writers, readers = _request("lobby"), list[asyncio.StreamWriter](), list[asyncio.StreamReader]()

    async def come() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4_096)
        writers.append(writer)
        writer.write(request)
        async with asyncio.timeout(60):
            await reader.readuntil(b"event: hello\n")
        readers.append(reader)

    try:
        for begin in range(0, size, _ABREAST):
            await asyncio.gather(*(come() for _ in range(min(_ABREAST, size - begin))))
        yield readers
    finally:
        for writer in writers:
            writer.transport.abort()


@contextlib.contextmanager
def never_reading(port: int, authorizations: Sequence[str], size: int) -> Iterator[None]:
    """So many who ask for what happens to these users by turns, and take nothing of it."""
    with contextlib.ExitStack() as stack:
        for number in range(size):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            client.connect(("127.0.0.1", port))
            client.sendall(_request("user", authorizations[number % len(authorizations)]))
        yield


def memory(pids: Sequence[int]) -> int:
    """Bytes that are resident of these processes, what they share in parts."""
    total = 0
    for pid in pids:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024
    return total


def connections(pids: Sequence[int]) -> int:
    """How many sockets these processes hold open."""
    found = 0
    for pid in pids:
        for number in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):  # it has just been closed
                found += str(number.readlink()).startswith("socket:")
    return found
