"""What is sent, read by a parser that others wrote."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec
from httpx_sse import EventSource, ServerSentEvent
from hypothesis import given
from hypothesis import strategies as st

from gamehall.events import Cursor, Event
from gamehall_sse_push.frames import HEARTBEAT, Frames, encode_event, fragment, frame, retry

AT = datetime(2026, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts, lambda v: st.lists(v, max_size=3)
)
cursors = st.builds(Cursor, st.integers(0, 10**18 - 1), st.integers(0, 10**18 - 1))


def parsed(*pieces: bytes) -> list[ServerSentEvent]:
    answer = httpx.Response(
        200, headers={"content-type": "text/event-stream"}, stream=httpx.ByteStream(b"".join(pieces))
    )
    return list(EventSource(answer).iter_sse())


@given(cursors, st.text(st.characters(categories=["L", "P", "Zs"]), min_size=1), texts, st.dictionaries(texts, values))
def test_a_parser_reads_what_was_meant(cursor: Cursor, kind: str, channel: str, data: dict[str, Any]) -> None:
    (event,) = parsed(frame(kind, cursor, AT, channel, data))
    assert (event.id, event.event) == (str(cursor), kind)
    assert Cursor.read(event.id) == cursor
    assert event.json() == {**data, "channel": channel, "at": "2026-01-02T03:04:05.678Z"}


HOSTILE = [
    "\r",
    "\n",
    "\r\n",
    "\n\n",
    "\u2028",
    "\x85",
    "\0",
    ":",
    "event: forged",
    "id: 9-9",
    "data:",
    "retry: 1",
    "\ud800",
]
hostile = st.lists(st.sampled_from(HOSTILE) | st.text(st.characters(), max_size=5)).map("".join)


def whatwg(stream: bytes) -> list[tuple[str, str, str]]:
    """(type, data, last event id) of each event, by the algorithm of the HTML standard, 9.2.6, word for word."""
    events, data, kind, last_id = [], "", "", ""
    text = stream.decode("utf-8", errors="replace").removeprefix("\ufeff")
    *lines, _unfinished = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for line in lines:
        if not line:
            if data:
                events.append((kind or "message", data.removesuffix("\n"), last_id))
            data, kind = "", ""
            continue
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            kind = value
        elif field == "data":
            data += value + "\n"
        elif field == "id" and "\0" not in value:
            last_id = value
    return events


@given(cursors, hostile, hostile)
def test_whatever_a_text_is_it_is_one_event_with_its_own_name_and_place(cursor: Cursor, text: str, kind: str) -> None:
    """Names of people, notices, texts of rules: none of them can say anything but itself."""
    told = whatwg(encode_event(cursor, text, kind) + encode_event(Cursor(7, 7), "next", "after"))
    name = "".join(each for each in kind if each not in "\r\n\0").encode(errors="replace").decode()
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode(errors="replace").decode()
    assert told == [(name or "message", plain, str(cursor)), ("after", "next", "7-7")]


@given(cursors, hostile)
def test_a_piece_of_a_page_says_nothing_of_the_stream(cursor: Cursor, text: str) -> None:
    told = whatwg(fragment(cursor, f"<p>{text}</p>\n"))
    assert [(kind, place) for kind, _data, place in told] == [("message", str(cursor))]
    assert told[0][1].startswith("<p>")
    assert fragment(cursor, "") == b""


def test_events_heartbeats_and_the_pause_stand_beside_each_other() -> None:
    one, two = frame("one", Cursor(0, 1), AT, "lobby", {}), frame("two", Cursor(0, 2), AT, None, {})
    events = parsed(HEARTBEAT, one, HEARTBEAT, HEARTBEAT, retry(250), two)
    assert [(event.event, event.retry) for event in events] == [("one", None), ("two", 250)]
    assert events[1].json()["channel"] is None


def test_an_event_is_encoded_once_for_each_name_it_is_known_by() -> None:
    frames = Frames(size=2)
    event = Event(Cursor(0, 7), AT, "game_move", ("game-1", "user-2"), msgspec.Raw(b'{"ply":1}'))
    first = frames.of(event, "user")
    assert frames.of(event, "user") is first
    assert parsed(first)[0].json()["channel"] == "user"
    assert parsed(frames.of(event, "game-1"))[0].json()["channel"] == "game-1"
    frames.of(event, "lobby")  # the third: the first is forgotten
    assert frames.of(event, "user") == first
    assert frames.of(event, "user") is not first
