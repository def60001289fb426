"""Whatever is read from outside, malformed in every way: each parser takes it or refuses it with a sentence.

Nothing else may come of it: no other error, no more time than the input deserves, no memory that grows faster than it.
"""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import msgspec
import pytest
from httpx_sse import EventSource, SSEError

import gamehall_gomoku_rules
from gamehall.clockfields import KINDS, clock_schema, read_clock
from gamehall.clocks import PRESETS, begin, describe, flag_at
from gamehall.codes import code_for, id_in
from gamehall.declare import GameRecord
from gamehall.edges import Edges
from gamehall.events import Cursor
from gamehall.game import cell_name, cell_place, options_schema, read_options
from gamehall.games import open_game
from gamehall.optionfields import OptionField, fields_of, read_typed
from gamehall.problems import FieldError, Problem
from gamehall.records.chain import JSON, READ_JSON
from gamehall.records.imports import play_through, told_game
from gamehall.records.proof import prove
from gamehall.records.sgf import SGF
from gamehall.records.sgfreading import READ_SGF
from gamehall.replies import event_of, problem_of
from gamehall.settings import Settings
from gamehall_gomoku_rules.psq import PSQ, READ_PSQ
from gamehall_sse_push.frames import HEARTBEAT, frame, retry
from gamehall_web_htmx.prefs import Prefs
from rig.malformed import BOMBS, Inputs, Parser, spoilt, spoilt_value, try_all
from rig.records import random_game

GAMES = {game.key: game for game in gamehall_gomoku_rules.gamehall_rulesets()}
SECRET = b"a secret of the hall that nobody guesses"


def _records(keys: tuple[str, ...] = tuple(GAMES)) -> list[GameRecord]:
    return [
        random_game(GAMES[key], 7, longest=30, options=options)
        for key in keys
        for options in ({}, *list(GAMES[key].presets.values())[:1])
    ]


def _texts(*valid: str) -> Callable[[Random], str]:
    """Texts as servers make them of addresses: what is no UTF-8 is replaced."""
    made = spoilt([each.encode() for each in valid])
    return lambda chance: made(chance).decode(errors="replace")


def _sent(value: Any) -> Any:
    """The value as it comes out of a body of JSON. Raises Problem as for any other that cannot be read."""
    try:
        return msgspec.json.decode(json.dumps(value))
    except (msgspec.DecodeError, RecursionError) as error:
        raise Problem("malformed", "no JSON") from error


def cells() -> Parser:
    def read(cell: str) -> None:
        place = cell_place(cell, 60, 30)
        assert place is None or cell_name(*place, 30) == cell

    return Parser(read, (), _texts("a1", "h8", "o15", "aa30", "bh1"))


def moves() -> Parser:
    """Every ruleset, asked in the middle of a game."""
    standing = []
    for key, game in GAMES.items():
        position = game.start(read_options(game, {}))
        for each in random_game(game, 3, longest=8).moves:
            position = game.play(position, each.move)
        standing.append((key, position, list(game.moves(position))))
    made = {key: _texts(*(legal or ["a1"]), "swap", "pass", "h8 h9") for key, _position, legal in standing}

    def read(asked: tuple[int, str, int, int]) -> None:
        number, move, row, column = asked
        key, position, legal = standing[number]
        assert (GAMES[key].refusal(position, move) is None) == (move in legal)
        touched = GAMES[key].move_at(position, row, column)
        assert (GAMES[key].refusal(position, touched) is None) == (touched in legal)

    def asked(chance: Random) -> tuple[int, str, int, int]:
        number = chance.randrange(len(standing))
        places = (0, 1, 7, 14, 24, 999)  # the API takes no others
        return number, made[standing[number][0]](chance)[:100], chance.choice(places), chance.choice(places)

    return Parser(read, (), asked)


def json_records() -> Parser:
    def read(content: bytes) -> None:
        play_through(GAMES, READ_JSON.read(content, GAMES))

    return Parser(read, (Problem,), spoilt([JSON.write(each) for each in _records()]))


def json_values() -> Parser:
    """Records that are JSON for sure, with other values in them."""
    made = spoilt_value([json.loads(JSON.write(each)) for each in _records()], [*GAMES, "gamehall-1"])

    def read(value: Any) -> None:
        content = msgspec.json.encode(_sent(value))
        prove(content, GAMES)
        play_through(GAMES, READ_JSON.read(content, GAMES))

    return Parser(read, (Problem,), made)


def proofs() -> Parser:
    return Parser(lambda content: prove(content, GAMES), (Problem,), spoilt([JSON.write(each) for each in _records()]))


def sgf() -> Parser:
    """Files of halls, and of others, who have no properties of ours."""
    own = [SGF.write(each) for each in _records()]
    others = [
        b"(;FF[4]GM[4]SZ[15]PB[Ada]PW[Bob]RE[B+R];B[hh];W[ii](;B[jj])(;B[ji]C[a \\] b]))",
        b"(;GM[1];B[aa];W[tt])",
    ]

    def read(content: bytes) -> None:
        play_through(GAMES, READ_SGF.read(content, GAMES))

    once = [b"(;GM[" + b"9" * 5_000 + b"])", b"(;GHRS[gomoku]GHOP[" + b'{"a":' * 3_000 + b"])"]
    return Parser(read, (Problem,), spoilt([*own, *others, *others * 3]), once)


def psq() -> Parser:
    content = [PSQ.write(each) for each in _records(("gomoku", "gomoku-exact", "tic-tac-toe"))]

    def read(content: bytes) -> None:
        play_through(GAMES, READ_PSQ.read(content, GAMES))

    return Parser(read, (Problem,), spoilt(content))


def told_games() -> Parser:
    """Games that an address tells."""
    made = [_texts('{"board_size":15}', "{}"), _texts("h8 i9 j10", "a1"), _texts("1 resigned", "- agreed")]

    def read(told: list[Any]) -> None:
        play_through(GAMES, told_game(*told))

    return Parser(
        read,
        (Problem,),
        lambda chance: [chance.choice(list(GAMES)), made[0](chance), made[1](chance), ["Ada"], made[2](chance)],
    )


def clocks() -> Parser:
    def read(value: Any) -> None:
        terms = read_clock(_sent(value))
        describe(terms)
        flag_at(terms, begin(terms, 2, 0, 0))

    return Parser(read, (Problem,), spoilt_value([msgspec.to_builtins(each) for each in PRESETS.values()], [*KINDS]))


def options() -> Parser:
    """What somebody chooses for a game, by its rules."""
    valid = [[key, chosen] for key, game in GAMES.items() for chosen in ({}, *game.presets.values())]
    made = spoilt_value([json.loads(json.dumps(chosen)) for _key, chosen in valid], ["board_size", "opening", "swap2"])

    def read(chosen: tuple[str, Any]) -> None:
        sent = _sent(chosen[1])
        if isinstance(sent, dict):  # the API takes nothing else
            open_game(GAMES[chosen[0]], sent)

    return Parser(read, (ValueError, Problem), lambda chance: (chance.choice(list(GAMES)), made(chance)))


def typed_fields() -> Parser:
    """What is typed into the fields of games and clocks, and of kinds that no game here has."""
    other = {
        "words": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[a-z]+$"},
        "step": {"type": "number", "multipleOf": 0.5},
        "free": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        "list": {"type": "array", "items": {"type": "integer"}},
    }
    schemas = [{"properties": other}, *map(clock_schema, KINDS), *map(options_schema, GAMES.values())]
    fields = [field for schema in schemas for field in fields_of(schema)]
    made = _texts("15", "0.5", "swap2", "on", "none", "[1, 2]", "abc")

    def read(typed: tuple[OptionField, str]) -> None:
        read_typed(*typed)

    once = [(next(field for field in fields if field.kind == "data"), "[" * 5_000)]
    return Parser(read, (ValueError,), lambda chance: (chance.choice(fields), made(chance)), once)


def cursors() -> Parser:
    def read(text: str) -> None:
        cursor = Cursor.read(text)
        assert cursor is None or Cursor.read(str(cursor)) == cursor

    return Parser(read, (), _texts("0-678", "12345-678", "999999999999999999-0"))


def streams() -> Parser:
    """What a client reads when a stream is not the hall's any more, but of something in between."""
    from datetime import UTC, datetime

    at = datetime(2026, 1, 2, tzinfo=UTC)
    events = [frame(kind, Cursor(0, 7), at, "lobby", {"a": [1, "ü"]}) for kind in ("hello", "game_move", "closed")]

    def read(content: bytes) -> None:
        answer = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=content)
        for sent in EventSource(answer).iter_sse():
            if sent.data:
                event_of(sent)

    valid = [b"".join([*events, HEARTBEAT, retry(250)]), *events]
    once = [b"data: {\n\n", b"data: []\n\n", b"data: " + b"[" * 5_000 + b"\n\n"]
    return Parser(read, (SSEError, httpx.TransportError), spoilt(valid), once)


def refusals() -> Parser:
    """What a client reads of a refusal: nothing in it keeps the client from telling that it was one."""
    errors = (FieldError("move", "It is taken."),)
    made = spoilt([msgspec.json.encode(Problem("invalid", "So it is.", errors=errors).body())])

    def read(given: tuple[bytes, str]) -> None:
        content, after = given
        headers = {"content-type": "application/problem+json", "retry-after": after}
        problem = problem_of(httpx.Response(422, headers=headers, content=content))
        assert problem.status == 422
        assert str(problem)
        assert 0 <= problem.retry_after <= 86_400

    once = [
        (b"[]", ""),
        (b"\xff", ""),
        (b"<html>", ""),
        (b"{", "9" * 400),
        (b'{"a":' * 3_000, ""),
        (b'{"errors":[1]}', ""),
    ]
    waits = ("", "1", "-1", "9" * 400, "9" * 30, "soon", "1e5", "Wed, 21 Oct 2026 07:28:00 GMT")
    return Parser(read, (), lambda chance: (made(chance), chance.choice(waits)), once)


def codes() -> Parser:
    id_ = "01hzyvgqx3n9d4q8j0c5m6k7p2"
    valid = code_for(SECRET, "invitation", id_, 16)

    def read(code: str) -> None:
        found = id_in(SECRET, "invitation", code, 16)
        assert found is None or code == code_for(SECRET, "invitation", found, 16)

    return Parser(read, (), _texts(valid), [valid + "\udcff"])


def heads() -> Parser:
    """The first lines of requests."""
    edges = Edges(Settings(trusted_proxies=("10.0.0.0/8", "unix"), allowed_hosts=("hall",), metrics_token="t" * 20))
    valid = {
        b"host": [b"hall", b"127.0.0.1:8000", b"[::1]:80"],
        b"x-forwarded-for": [b"192.0.2.1, 10.0.0.7", b"[2001:db8::1]:99", b"::ffff:1.2.3.4"],
        b"x-request-id": [b"0123456789abcdef"],
        b"user-agent": [b"Mozilla/5.0 (X11)"],
        b"content-encoding": [b"gzip", b"identity"],
        b"authorization": [b"Bearer " + b"t" * 20],
        b"forwarded": [b"for=192.0.2.1"],
    }
    made = {name: spoilt(values) for name, values in valid.items()}

    def read(scope: Any) -> None:
        head = edges.head(scope)
        edges.check(head, edges.origin(head))

    def scope(chance: Random) -> Any:
        names = chance.choices(list(made), k=chance.choice((1, 2, 5)))
        return {
            "headers": [(b"host", b"hall"), *((name, made[name](chance)) for name in names)],
            "client": chance.choice((None, ("", 0), ("10.0.0.1", 9), ("nobody", 1), ("fe80::1%eth0", 1))),
            "path": chance.choice(("/", "/metrics", "//metrics/", "/api/v1/games")),
            "raw_path": b"/",
            "query_string": b"",
            "http_version": chance.choice(("1.0", "1.1", "2")),
        }

    return Parser(read, (Problem,), scope)


def looks() -> Parser:
    """What a browser's cookie says of how pages shall look, and what a row of an account does."""
    look = {"theme": "dark", "board": "wood", "stones": "flat", "volume": "40", "sound": "false", "confirm": "slow"}
    cookie, row = _texts(urlencode(look)), spoilt_value([look])

    def read(given: Any) -> None:
        Prefs().choosing(dict(parse_qsl(given)) if isinstance(given, str) else _sent(given))

    def made(chance: Random) -> Any:
        value = chance.choice((cookie, row))(chance)
        return value if isinstance(value, str | dict) else {}

    return Parser(read, (Problem,), made)


PARSERS: dict[str, Callable[[], Parser]] = {
    "cells": cells,
    "moves": moves,
    "records in JSON": json_records,
    "values of records": json_values,
    "proofs of records": proofs,
    "records in SGF": sgf,
    "records in PSQ": psq,
    "games in addresses": told_games,
    "clocks": clocks,
    "options": options,
    "typed fields": typed_fields,
    "cursors": cursors,
    "streams": streams,
    "refusals": refusals,
    "codes": codes,
    "request heads": heads,
    "looks of pages": looks,
}


@pytest.mark.soak
@pytest.mark.timeout(0)
@pytest.mark.parametrize("name", PARSERS)
def test_what_is_malformed_is_refused_with_a_sentence(
    name: str, inputs: Inputs, caplog: pytest.LogCaptureFixture
) -> None:
    inputs(name, PARSERS[name]())
    # An error that nobody foresaw is caught somewhere above, and logged.
    assert [each.getMessage() for each in caplog.records if each.exc_info] == []


@pytest.mark.parametrize(
    "name", ["records in JSON", "proofs of records", "records in SGF", "records in PSQ", "streams"]
)
def test_what_is_as_large_as_it_can_be_costs_no_more_than_its_size(name: str) -> None:
    parser = PARSERS[name]()
    for bomb in BOMBS:
        tracemalloc.start()
        try:
            try_all(parser, [bomb])
            assert tracemalloc.get_traced_memory()[1] < 64 * 2**20, f"{bomb[:20]!r}"
        finally:
            tracemalloc.stop()
