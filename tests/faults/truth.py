"""What must be true of games whatever has happened to the hall, judged by what players asked and were told.

This is the checker. It knows the contract, the two tables that a log is in, and the rules of five in a row, in its own
words; `test_truth` feeds it with every wrong there is and sees it object.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, NamedTuple

import psycopg

from faults.history import Line

__all__ = ["Fault", "Game", "Row", "answer_faults", "board_faults", "log_faults", "replay", "stored", "told_faults"]

SIZE = 15
_MOVES = re.compile(r"/games/([^/]+)/moves")
_LINES = ((1, 0), (0, 1), (1, 1), (1, -1))
_ITS_OWN = {"hello", "restart", "resync", "closed"}  # what a stream says of itself, at the place where it is
_COLOURS = ("black", "white")

Board = dict[str, int]
"""By cell, the seat whose stone is there."""


class Fault(NamedTuple):
    kind: str
    game: str
    what: str


class Row(NamedTuple):
    """One move of the stored log, and the board that was stored with it."""

    game: str
    ply: int
    seat: int
    move: str
    board: Board


@dataclass(frozen=True)
class Game:
    """What is stored of a game, and what the hall shows of it."""

    log: Sequence[Row]
    winner: int | None
    boards: Mapping[str, Board] = field(default_factory=dict)
    """By where it is shown."""
    shown: Sequence[str] | None = None
    """The moves that the API tells of."""


@dataclass
class _Claims:
    """By game and ply, the moves that were asked for there: acknowledged, and without an answer."""

    acknowledged: dict[tuple[str, int], list[str]]
    unknown: dict[tuple[str, int], set[str]]
    refused: list[tuple[str, int, str, str]]


def _claims(lines: Iterable[Line]) -> _Claims:
    found = _Claims(defaultdict(list), defaultdict(set), [])
    for line in lines:
        asked = _MOVES.fullmatch(line.get("path", "")) if line.get("do") == "POST" else None
        if asked is None:
            continue
        game, ply, move, status = asked[1], line["body"]["ply"] + 1, line["body"]["move"], line["status"]
        if status == 200:
            found.acknowledged[game, line["said"]["ply"]].append(line["said"]["move"])
        elif status is None or status >= 500:
            found.unknown[game, ply].add(move)
        else:
            found.refused.append((game, ply, move, line["who"]))
    return found


def log_faults(lines: Iterable[Line], log: Iterable[Row]) -> Iterator[Fault]:
    """acknowledged ⊆ log ⊆ acknowledged ∪ unknown, and one row per ply."""
    claims = _claims(lines)
    by_ply: dict[str, dict[int, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in log:
        by_ply[row.game][row.ply].append(row)
    for (game, ply), moves in claims.acknowledged.items():
        if len(set(moves)) > 1:
            yield Fault("forked", game, f"ply {ply} was acknowledged as {sorted(set(moves))}")
        kept = [row.move for row in by_ply[game][ply]] if ply in by_ply[game] else []
        elsewhere = {row.move: row.ply for rows in by_ply[game].values() for row in rows}
        for move in set(moves) - set(kept):
            if move in elsewhere:
                yield Fault("re-ordered", game, f"{move} was acknowledged as ply {ply} and is ply {elsewhere[move]}")
            else:
                yield Fault("lost", game, f"{move} was acknowledged as ply {ply}, where {kept} is stored")
    for game, plies in by_ply.items():
        yield from _plies_faults(game, plies)
        for ply, rows in plies.items():
            asked = {*claims.acknowledged.get((game, ply), ()), *claims.unknown.get((game, ply), ())}
            for row in rows:
                if row.move not in asked:
                    yield Fault(
                        "invented", game, f"{row.move} is ply {ply}, and nobody was told so or was left in doubt"
                    )
    for game, ply, move, _who in claims.refused:
        unknown = move in claims.unknown.get((game, ply), ())
        if unknown and move in {row.move for row in by_ply[game].get(ply, ())}:
            yield Fault("unresolved", game, f"{move} is ply {ply}, and was refused when it was asked for again")


def _plies_faults(game: str, plies: Mapping[int, Sequence[Row]]) -> Iterator[Fault]:
    for ply, rows in plies.items():
        if len(rows) > 1:
            kind = "forked" if len({row.move for row in rows}) > 1 else "doubled"
            yield Fault(kind, game, f"ply {ply} is stored as {[row.move for row in rows]}")
        for row in rows:
            if row.seat != (ply - 1) % 2:
                yield Fault("re-ordered", game, f"ply {ply} is stored as one of seat {row.seat}")
    twice = Counter(rows[0].move for rows in plies.values())
    for move, times in twice.items():
        if times > 1:
            yield Fault("doubled", game, f"{move} is stored {times} times")
    for ply in sorted(set(range(1, max(plies, default=0) + 1)) - set(plies)):
        yield Fault("lost", game, f"ply {ply} is not stored, and later ones are")


def replay(moves: Sequence[str]) -> tuple[Board, int | None]:
    """The board after these moves, and who has five or more in a row. Raises ValueError for a move that cannot be."""
    board, winner = Board(), None
    for number, move in enumerate(moves):
        column, row = ord(move[0]) - ord("a"), int(move[1:]) - 1
        if winner is not None or move in board or not (0 <= column < SIZE and 0 <= row < SIZE):
            raise ValueError(f"{move} cannot be ply {number + 1}")
        board[move] = seat = number % 2
        for dx, dy in _LINES:
            run = 1
            for way in (1, -1):
                step = 1
                while board.get(_cell(column + way * step * dx, row + way * step * dy)) == seat:
                    run, step = run + 1, step + 1
            if run >= 5:
                winner = seat
    return board, winner


def _cell(column: int, row: int) -> str:
    return f"{chr(ord('a') + column)}{row + 1}"


def board_faults(name: str, game: Game) -> Iterator[Fault]:
    """Whether replaying the log gives every board that is stored or shown."""
    moves = [row.move for row in game.log]
    try:
        for row in game.log:
            board, winner = replay(moves[: row.ply])
            if row.board != board:
                yield Fault("board", name, f"another is stored with ply {row.ply}")
        board, winner = replay(moves)
    except ValueError as error:
        yield Fault("board", name, str(error))
        return
    if winner != game.winner:
        yield Fault("board", name, f"{winner} has won, {game.winner} is stored")
    if game.shown is not None and list(game.shown) != moves:
        yield Fault("board", name, "the API tells of other moves than are stored")
    for where, shown in game.boards.items():
        if shown != board:
            yield Fault("board", name, f"{where} shows another: {sorted(shown.items() ^ board.items())}")


def told_faults(lines: Iterable[Line], log: Iterable[Row]) -> Iterator[Fault]:
    """Whether every stream has told its listener of every move of theirs, once, in order, and as it is stored.

    `user` tells of the games that its owner has moved in, `game-{id}` of that one.
    """
    stored_moves: dict[str, list[Row]] = defaultdict(list)
    for row in log:
        stored_moves[row.game].append(row)
    streams: dict[tuple[str, str], list[Line]] = defaultdict(list)
    own: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        if "event" in line:
            streams[line["who"], line["stream"]].append(line)
        elif line.get("status") == 200 and (asked := _MOVES.fullmatch(line["path"])) and line["do"] == "POST":
            own[line["who"]].add(asked[1])
    for (who, channel), told in streams.items():
        places = [line["id"] for line in told if line["event"] not in _ITS_OWN]
        for place, times in Counter(places).items():
            if times > 1:
                yield Fault("told twice", "", f"{channel} of {who} told {place} {times} times")
        yield from (Fault("resync", "", f"{who}: {line['data']}") for line in told if line["event"] == "resync")
        games = own[who] if channel == "user" else {channel.removeprefix("game-")}
        moves = [line["data"] for line in told if line["event"] == "game_move"]
        for game in games:
            heard = [each for each in moves if each["game_id"] == game]
            yield from _heard_faults(f"{channel} of {who}", game, heard, stored_moves[game])


def _heard_faults(stream: str, game: str, heard: Sequence[Any], log: Sequence[Row]) -> Iterator[Fault]:
    plies = [each["ply"] for each in heard]
    missed = set(range(1, len(log) + 1)) - set(plies)
    for ply in sorted(missed):
        yield Fault("missed", game, f"{stream} never told of ply {ply}")
    if plies != sorted(set(plies)):
        yield Fault("told twice", game, f"{stream} told of {plies}")
    if not missed and [each["move"] for each in heard] != [row.move for row in log]:
        yield Fault("board", game, f"{stream} told of other moves than are stored")
    board: Board = {change["cell"]: change["seat"] for each in heard for change in each["cells"]}
    if not missed and log and board != log[-1].board:
        yield Fault("board", game, f"{stream} has led to another")


def answer_faults(lines: Iterable[Line]) -> Iterator[Fault]:
    """Answers 5xx, but 503 that says when to come again."""
    for line in lines:
        status = line.get("status")
        if status is not None and status >= 500 and not (status == 503 and line["retry_after"]):
            yield Fault("5xx", "", f"{line['do']} {line['path']}: {status} {line.get('said')}")


# What is stored and shown.


_GAMES = "SELECT id, winner FROM game WHERE ruleset = 'gomoku'"
_MOVES_OF = """
    SELECT game_id, game_move.ply, seat, move, position FROM game_move JOIN game ON game.id = game_id
    WHERE ruleset = 'gomoku' ORDER BY game_id, game_move.ply
"""


def stored(database_url: str) -> dict[str, Game]:
    """Every game of five in a row in this database, read by plain SQL."""
    moves, games = [_select(database_url, query) for query in (_MOVES_OF, _GAMES)]
    logs: dict[str, list[Row]] = defaultdict(list)
    for game, ply, seat, move, position in moves:
        logs[game].append(Row(game, ply, seat, move, _board_of(json.loads(position))))
    return {game: Game(logs[game], winner) for game, winner in games}


def _select(database_url: str, query: str) -> list[Any]:
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(database_url.partition(":///")[2], timeout=60)) as connection:
            return connection.execute(query).fetchall()
    with psycopg.connect(database_url.replace("+psycopg", "")) as other:
        return other.execute(query.encode()).fetchall()


def _board_of(position: Any) -> Board:
    """Stored row by row from the top left."""
    width = position["width"]
    return {
        _cell(point % width, position["height"] - 1 - point // width): "xo".index(stone)
        for point, stone in enumerate(position["board"])
        if stone != "."
    }


def board_of_scene(scene: Any) -> Board:
    return {piece["cell"]: piece["seat"] for piece in scene["pieces"]}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.board: Board = {}
        self.cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if given.get("id", "").startswith("cell-"):
            self.cells += 1
            for seat, colour in enumerate(_COLOURS):
                if f"p-{colour}" in given.get("class", "").split():
                    self.board[given["id"].removeprefix("cell-")] = seat


def board_of_page(html: str) -> Board:
    """Raises ValueError for a page without a whole board."""
    page = _Page()
    page.feed(html)
    if page.cells != SIZE * SIZE:
        raise ValueError(f"a board of {page.cells} cells")
    return page.board
